#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pillarbox_fuzz_targets::device_lists(bytes));
