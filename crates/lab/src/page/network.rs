//! The pairs who talk to each other, as rows name them: the ties from which a picture is drawn.

use pillarbox_access::demand::ViewKind;
use pillarbox_metadata::Known;

use super::rows::Rows;
use super::ties;
use crate::picture::{NetworkPicture, Words};

/// The picture, and a text with the same content.
#[derive(Clone, Debug)]
pub(super) struct People {
    /// The picture, as a part of the page.
    pub(super) picture: String,
    /// The text beside it.
    pub(super) words: Words,
    /// True if the picture needs the whole width of the page.
    pub(super) is_wide: bool,
}

impl People {
    /// Draws rows.
    ///
    /// # Errors
    /// A template failed.
    pub(super) fn of(rows: &Rows<'_>) -> Result<Self, askama::Error> {
        let evidence = rows.place.evidence;
        let known = match evidence.view {
            ViewKind::OperatorTap => Known::Seen,
            _ => Known::Kept,
        };
        let ties = ties::of_rows(rows.rows, known, |end| evidence.in_names(end));
        let network = NetworkPicture::of("Who talks to whom", &ties);
        Ok(Self {
            picture: network.svg("people")?,
            words: network.words().clone(),
            is_wide: network.is_wide(),
        })
    }
}
