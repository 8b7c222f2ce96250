//! The HDF5 file of NYU Depth v2.

#![no_main]

use libfuzzer_sys::fuzz_target;
use multicond_fuzz::with_file;
use multicond_train::data::Dataset;

fuzz_target!(
    |bytes: &[u8]| with_file("nyu_depth_v2_labeled.mat", bytes, |path| {
        if let Ok(data) = Dataset::open(path) {
            for frame in 0..data.frames().len().min(2) {
                let _ = data.read_whole(frame, data.labels());
            }
        }
    })
);
