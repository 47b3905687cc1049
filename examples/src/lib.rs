//! Small programs that use the libraries.
