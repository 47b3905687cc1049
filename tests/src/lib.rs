//! Whole-system tests of Pillarbox; see the files under `tests/`.
