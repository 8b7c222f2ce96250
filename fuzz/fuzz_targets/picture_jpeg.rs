//! JPEG pictures of a training dataset.

#![no_main]

use libfuzzer_sys::fuzz_target;
use multicond_fuzz::with_file;
use multicond_train::data::Dataset;

fuzz_target!(|bytes: &[u8]| with_file("picture.jpg", bytes, |path| {
    let folder = path.parent().expect("the file is in a folder");
    let data = Dataset::open(folder).expect("a folder with a picture is a dataset");
    let _ = data.read_whole(0, &[]);
}));
