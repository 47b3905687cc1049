//! The pages about pictures.

pub(crate) const PICTURE: &str = "\
Examples:
  pillarbox send Bob --picture cliff.jpg
  pillarbox picture save Bob cliff.jpg

Only relays that say so keep pictures: `pillarbox-relay run --attachments`.";

pub(crate) const PICTURE_SAVE: &str = "\
Examples:
  pillarbox picture save Bob cliff.jpg
  pillarbox picture save Bob older.jpg --number 2

The picture is on this phone once a command that connects has fetched it. The
file is not encrypted: whoever can read your files can read it, and it does not
disappear with its message. This program does not look into a picture; the one
that shows it to you does.";
