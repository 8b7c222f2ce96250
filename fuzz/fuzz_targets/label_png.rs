//! PNG files as labels and as pictures.

#![no_main]

use libfuzzer_sys::fuzz_target;
use multicond_format::files;
use multicond_fuzz::{read_labels, with_file};

fuzz_target!(|bytes: &[u8]| {
    read_labels("png", bytes);
    with_file("picture.png", bytes, |path| drop(files::read_picture(path)));
});
