//! NumPy's files as labels.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| multicond_fuzz::read_labels(".npy", bytes));
