//! NumPy's files as labels.

#![no_main]

use libfuzzer_sys::fuzz_target;
use multicond_fuzz::read_labels;

fuzz_target!(|bytes: &[u8]| read_labels("npy", bytes));
