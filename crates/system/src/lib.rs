//! The programs' dealings with the operating system that decide about secrets: which file is opened, who else may put one
//! there, and what a crash leaves.
//!
//! What this layer does: [`private`] opens files of this user alone and follows no link, [`identity`] tells a file from another one
//! of the same name, and [`process`] keeps a program's memory off the disk and a file size limit from killing it. It refuses
//! to know what is in a file.

pub mod identity;
pub mod private;
pub mod process;
