#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pillarbox_fuzz_targets::relay_row(bytes));
