//! What may be sent to and shared between threads.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use multicond::{
    BackgroundGenerator, Canceller, Engine, EngineOptions, Error, Frame, Generator, Options,
    Picture, Statistics,
    engine::ExternalNetwork,
    label::{Label, LabelMap},
    model::{Manifest, ModelFile},
    pixels::{Image, ImageMut, LabelImage, Output},
};
use multicond_test_support::{
    engines::{available, options},
    small::{frame, model, write},
};

fn is_send<T: Send>() {}
fn is_send_and_sync<T: Send + Sync>() {}

#[test]
fn types_cross_threads() {
    is_send_and_sync::<BackgroundGenerator>();
    is_send_and_sync::<Canceller>();
    is_send_and_sync::<Engine>();
    is_send_and_sync::<EngineOptions>();
    is_send_and_sync::<Error>();
    is_send_and_sync::<Frame<'static>>();
    is_send_and_sync::<Image<'static>>();
    is_send_and_sync::<Label>();
    is_send_and_sync::<LabelImage<'static>>();
    is_send_and_sync::<LabelMap>();
    is_send_and_sync::<Manifest>();
    is_send_and_sync::<ModelFile>();
    is_send_and_sync::<Options>();
    is_send_and_sync::<Picture>();
    is_send_and_sync::<Statistics>();
    is_send::<ExternalNetwork>();
    is_send::<Generator>();
    is_send::<ImageMut<'static>>();
    is_send::<Output<'static>>();
}

#[test]
fn generators_on_several_threads_share_a_frame() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &model());
    let frame = frame(20, 12);
    for engine in available() {
        let make = || {
            let mut generator = Generator::open(&path, &options(engine)).unwrap();
            let mut picture = Picture::default();
            generator.generate(&frame, &mut picture).unwrap();
            picture
        };
        let expected = make();
        std::thread::scope(|scope| {
            let threads = [scope.spawn(make), scope.spawn(make)];
            for thread in threads {
                assert_eq!(thread.join().unwrap(), expected);
            }
        });
    }
}
