//! The `pillarbox-lab` program.

fn main() {}
