//! The programs' dealings with the operating system that decide about secrets: the file that is opened, the people
//! who can put a file there, and the traces of a crash.
//!
//! [`private`] opens files of this user alone and follows no link. [`identity`] tells a file from another one of the
//! same name. [`process`] keeps a program's memory off the disk and a file size limit from killing it. This layer
//! does not know the contents of a file.

pub mod identity;
pub mod private;
pub mod process;
