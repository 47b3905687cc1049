//! The rows of the table about pictures.

use pillarbox_client::picture::MAX_PICTURE_LEN;

use crate::cli::exit::Exit;
use crate::cli::failure::PictureTrouble;

/// Returns the exit code, the sentence, and the next command.
pub(super) fn explained(trouble: &PictureTrouble) -> (Exit, String, Option<&'static str>) {
    use Exit::{No, Usage};
    let (exit, what) = match trouble {
        PictureTrouble::Empty { file } => {
            (Usage, format!("The file {file} is empty, so there is no picture to send."))
        }
        PictureTrouble::TooLong { file } => (
            Usage,
            format!(
                "The file {file} has more than {MAX_PICTURE_LEN} bytes, the most that a picture may have. Nothing was sent. Make it \
                 smaller and type the same command again."
            ),
        ),
        PictureTrouble::Unreadable { file, why } => {
            (Usage, format!("The file {file} cannot be read: {why}. Nothing was sent."))
        }
        PictureTrouble::NotShown { name } => (
            No,
            format!(
                "{name}'s phone has not said that it shows pictures, so nothing was sent. It says so when it confirms a \
                 message: write to {name}, and send the picture once that message is delivered. A version of this program \
                 that shows no pictures never says so."
            ),
        ),
        PictureTrouble::LinkedDevice => (
            No,
            "This is a linked device, and only the first phone of an account sends pictures. Nothing was sent.".to_owned(),
        ),
        PictureTrouble::None { name, pictures: 0 } => {
            (No, format!("There is no picture in the conversation with {name} on this phone."))
        }
        PictureTrouble::None { name, pictures } => (
            No,
            format!(
                "The conversation with {name} has {pictures} picture{} on this phone, counted from the last one. Choose a \
                 lower --number.",
                if *pictures == 1 { "" } else { "s" }
            ),
        ),
        PictureTrouble::NotFetched { name } => (
            No,
            format!(
                "The picture from {name} is not on this phone yet. The next command that connects fetches it, if you have \
                 added or answered {name}."
            ),
        ),
        PictureTrouble::Lost { name, fault } => (
            No,
            format!("The picture did not come: {}. {name} would have to send it again.", fault.clause()),
        ),
        PictureTrouble::Elsewhere => (
            No,
            "The picture is on another device of yours, which has sent it. Save it there.".to_owned(),
        ),
        PictureTrouble::FileExists { file } => (
            No,
            format!("There is a file {file} already, and nothing was written. Choose another name."),
        ),
    };
    let next = matches!(trouble, PictureTrouble::NotFetched { .. }).then_some("inbox");
    (exit, what, next)
}
