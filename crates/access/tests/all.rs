//! All tests of this package that use it from outside, as one program: it is linked once, and its tests run side by
//! side.

mod design_files;
mod no_app_named;
mod report;
mod seized_phone;
