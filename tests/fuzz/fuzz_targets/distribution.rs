#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ganlet_tests::fuzz::attempt("distribution", bytes));
