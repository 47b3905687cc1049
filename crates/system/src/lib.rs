//! The programs' dealings with the operating system: opening a file, who else can write a file there, the traces of
//! a crash, the window and the exit code.
//!
//! [`private`] opens files of this user alone and follows no link. [`identity`] distinguishes a file from another
//! file of the same name. [`process`] keeps a program's memory off the disk and a file size limit from killing it.
//! [`window`] is the size of the terminal, `color` the option for colours (feature `options`), and [`exit`] the codes
//! that a program ends with. This layer does not know the contents of a file.

#[cfg(feature = "options")]
pub mod color;
pub mod exit;
#[cfg(unix)]
pub mod identity;
#[cfg(unix)]
pub mod private;
#[cfg(unix)]
pub mod process;
pub mod window;
