//! PyTorch's checkpoints, as `multicond-train import` reads them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use multicond_fuzz::with_file;
use multicond_train::import::asap_net;

fuzz_target!(|bytes: &[u8]| with_file("net.pth", bytes, |path| drop(asap_net(path, None))));
