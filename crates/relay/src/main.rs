//! The `pillarbox-relay` program.

fn main() {}
