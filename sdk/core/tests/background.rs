//! Pictures in the background: the same as blocking ones, cancelled at any moment, one at a time.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use multicond::{
    BackgroundGenerator, ErrorKind, Fit, Frame, Generator, Picture, Result,
    label::LabelMap,
    pixels::{Channels, Component, Format, ImageMut, Layout, Memory, Output},
};
use multicond_test_support::{engines, small};
use ndarray::Array3;

const WIDTH: usize = 24;
const HEIGHT: usize = 14;
const UNTOUCHED: u8 = 0xa5;

/// A frame of its own for every seed.
fn frame(seed: usize) -> Frame<'static> {
    let mut frame = small::frame(WIDTH, HEIGHT);
    let values = Array3::from_shape_fn((1, HEIGHT, WIDTH), |(_, y, x)| {
        1.0 + ((x * 7 + y * 13 + seed * 31) % 50) as f32 / 8.0
    });
    frame.set("depth", LabelMap::Values(values)).unwrap();
    frame
}

fn open(engine: &str, reuse: bool) -> Generator {
    let folder = tempfile::tempdir().unwrap();
    let path = small::write(folder.path(), &small::model());
    let options = engines::options(engine)
        .with_fit(Fit::Pad)
        .with_reuse(reuse);
    Generator::open(path, &options).unwrap()
}

/// A generator in the background, and the memory of its output.
struct Background {
    generator: BackgroundGenerator,
    pixels: Vec<u8>,
}

impl Background {
    fn new(engine: &str, reuse: bool) -> Self {
        let generator = open(engine, reuse);
        Self {
            generator: BackgroundGenerator::new(generator, Frame::new(WIDTH, HEIGHT)),
            pixels: vec![UNTOUCHED; 12 * WIDTH * HEIGHT],
        }
    }

    fn set(&self, new: Frame<'static>) {
        self.generator
            .with(|_, frame| {
                *frame = new;
                Ok(())
            })
            .unwrap();
    }

    fn set_progress(&self, progress: Option<Box<dyn FnMut(f32) -> bool + Send>>) {
        self.generator
            .with(|generator, _| {
                generator.set_progress(progress);
                Ok(())
            })
            .unwrap();
    }

    fn output(&mut self) -> Output<'static> {
        self.pixels.fill(UNTOUCHED);
        let (memory, size) = (Memory::Host(self.pixels.as_mut_ptr()), self.pixels.len());
        let format = Format::new(Component::F32, Channels::Rgb);
        let layout = Layout::new(WIDTH, HEIGHT);
        // SAFETY: the memory lives as long as the generator, and the tests read it only while nothing is in progress.
        let image = unsafe { ImageMut::from_memory(memory, Some(size), format, layout) };
        Output::new(image.unwrap()).unwrap()
    }

    fn start(&mut self) -> Result<()> {
        let output = self.output();
        // SAFETY: as for the image.
        unsafe { self.generator.start(output) }
    }

    fn generate(&mut self) -> Result<()> {
        let mut output = self.output();
        let blocking = |generator: &mut Generator, frame: &mut Frame<'static>| {
            generator.generate_into(frame, &mut output)
        };
        self.generator.with(blocking)
    }

    fn is_untouched(&self) -> bool {
        self.pixels.iter().all(|&byte| byte == UNTOUCHED)
    }

    #[track_caller]
    fn has(&self, expected: &[u8]) {
        assert!(self.pixels == expected, "another picture");
    }
}

/// The bytes of a frame's picture, from a generator that saw no other frame.
fn expected(engine: &str, frame: &Frame<'_>) -> Vec<u8> {
    let mut picture = Picture::default();
    open(engine, false).generate(frame, &mut picture).unwrap();
    let interleaved = picture.values().permuted_axes([1, 2, 0]);
    interleaved.iter().flat_map(|v| v.to_ne_bytes()).collect()
}

/// Stops a picture at its first progress call until it is opened.
#[derive(Default)]
struct Gate {
    state: Mutex<(bool, bool)>,
    changed: Condvar,
}

impl Gate {
    fn progress(self: &Arc<Self>) -> Option<Box<dyn FnMut(f32) -> bool + Send>> {
        let gate = self.clone();
        Some(Box::new(move |_| {
            let mut state = gate.state.lock().unwrap();
            state.0 = true;
            gate.changed.notify_all();
            drop(gate.changed.wait_while(state, |state| !state.1).unwrap());
            true
        }))
    }

    fn await_arrival(&self) {
        let state = self.state.lock().unwrap();
        drop(self.changed.wait_while(state, |state| !state.0).unwrap());
    }

    fn open(&self) {
        self.state.lock().unwrap().1 = true;
        self.changed.notify_all();
    }
}

#[test]
fn the_picture_is_the_same_as_a_blocking_one() {
    for engine in engines::available() {
        let mut background = Background::new(engine, true);
        assert!(!background.generator.poll());
        background.generator.wait().unwrap();
        for seed in 0..30 {
            let frame = frame(seed);
            let expected = expected(engine, &frame);
            background.set(frame);
            background.start().unwrap();
            if seed % 2 == 1 {
                while background.generator.poll() {
                    thread::yield_now();
                }
                // It is done: the picture is there, and the frame may change.
                background.has(&expected);
                background.set(Frame::new(WIDTH, HEIGHT));
            }
            if seed % 3 > 0 {
                background.generator.wait().unwrap();
                background.has(&expected);
                assert!(!background.generator.poll());
                // The result is returned once.
                background.generator.wait().unwrap();
            } else {
                while background.generator.poll() {
                    thread::yield_now();
                }
            }
        }
    }
}

#[test]
fn a_generator_is_busy_while_a_picture_is_in_progress() {
    for engine in engines::available() {
        let mut background = Background::new(engine, true);
        let frame = frame(3);
        let expected = expected(engine, &frame);
        let gate = Arc::new(Gate::default());
        background.set(frame);
        background.set_progress(gate.progress());
        background.start().unwrap();
        gate.await_arrival();
        let error = background.generator.with(|_, _| Ok(())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        let mut other = Background::new(engine, true);
        let output = other.output();
        // SAFETY: it is not used, as the generator is busy.
        let error = unsafe { background.generator.start(output) }.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert!(background.generator.poll() && background.is_untouched());
        gate.open();
        background.generator.wait().unwrap();
        background.has(&expected);
        assert!(other.is_untouched());
        let statistics = background
            .generator
            .with(|generator, _| Ok(generator.statistics()));
        assert!(statistics.unwrap().rendered);
    }
}

/// At each progress call, from the first at the start to the last at the end, blocking or not.
#[test]
fn progress_cancels() {
    for (engine, blocking) in engines::available()
        .into_iter()
        .flat_map(|e| [(e, true), (e, false)])
    {
        let mut background = Background::new(engine, true);
        let (one, other) = (frame(4), frame(5));
        let (of_one, of_other) = (expected(engine, &one), expected(engine, &other));
        let mut cancelled = 0;
        for at in 0.. {
            // Another picture in between, so that everything has to be computed.
            background.set_progress(None);
            background.set(other.clone());
            background.generate().unwrap();
            background.has(&of_other);
            let calls = Arc::new(AtomicUsize::new(0));
            let counted = calls.clone();
            let mut last = 0.0;
            background.set_progress(Some(Box::new(move |done| {
                assert!((last..=1.0).contains(&done));
                last = done;
                counted.fetch_add(1, Ordering::SeqCst) != at
            })));
            background.set(one.clone());
            let result = match blocking {
                true => background.generate(),
                false => background
                    .start()
                    .and_then(|()| background.generator.wait()),
            };
            let calls = calls.load(Ordering::SeqCst);
            let Err(error) = result else {
                // There was no such call; there are always two, at the start and at the end.
                assert!(calls <= at && calls >= 2);
                background.has(&of_one);
                break;
            };
            assert_eq!(error.kind(), ErrorKind::Cancelled);
            assert_eq!(calls, at + 1);
            assert!(background.is_untouched());
            cancelled += 1;
            if at % 2 == 1 {
                // The next picture of the same labels is not affected.
                background.set_progress(None);
                background.generate().unwrap();
                background.has(&of_one);
            }
        }
        assert!(cancelled >= 3);
    }
}

#[test]
fn a_picture_in_progress_is_cancelled_from_another_thread() {
    for engine in engines::available() {
        let mut background = Background::new(engine, true);
        let frame = frame(6);
        let expected = expected(engine, &frame);
        for round in 0..20 {
            let gate = Arc::new(Gate::default());
            background.set(frame.clone());
            background.set_progress(gate.progress());
            background.start().unwrap();
            gate.await_arrival();
            background.generator.cancel();
            gate.open();
            let error = background.generator.wait().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Cancelled);
            assert!(background.is_untouched());
            background.generator.wait().unwrap();
            // Without a picture in progress it does nothing.
            background.generator.cancel();
            match round % 2 {
                0 => background
                    .start()
                    .and_then(|()| background.generator.wait()),
                _ => background.generate(),
            }
            .unwrap();
            background.has(&expected);
            background.set(Frame::new(WIDTH, HEIGHT));
            background.generate().unwrap();
        }
    }
}

struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Also between pictures and as one begins: each is whole or cancelled.
#[test]
fn a_picture_is_cancelled_at_any_moment() {
    for engine in engines::available() {
        let mut background = Background::new(engine, false);
        let frame = frame(9);
        let expected = expected(engine, &frame);
        background.set(frame);
        let (mut whole, mut cancelled) = (0, 0);
        let stop = AtomicBool::new(false);
        let canceller = background
            .generator
            .with(|generator, _| Ok(generator.canceller()))
            .unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    canceller.cancel();
                    thread::sleep(std::time::Duration::from_micros(70));
                }
            });
            // Also when an assertion fails, or the scope would wait for the thread forever.
            let _stop = StopOnDrop(&stop);
            for round in 0..1000 {
                let result = match round % 2 {
                    0 => background
                        .start()
                        .and_then(|()| background.generator.wait()),
                    _ => background.generate(),
                };
                match result {
                    Ok(()) => {
                        background.has(&expected);
                        whole += 1;
                    }
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::Cancelled);
                        assert!(background.is_untouched());
                        cancelled += 1;
                    }
                }
            }
        });
        println!("{engine}: {whole} whole, {cancelled} cancelled");
        assert!(cancelled > 0);
        background.generate().unwrap();
        background.has(&expected);
    }
}

#[test]
fn a_result_that_nobody_waited_for_is_discarded() {
    for engine in engines::available() {
        let mut background = Background::new(engine, true);
        let mut calls = 0;
        background.set_progress(Some(Box::new(move |_| {
            calls += 1;
            calls != 1
        })));
        background.start().unwrap();
        while background.generator.poll() {
            thread::yield_now();
        }
        background.start().unwrap();
        background.generator.wait().unwrap();
    }
}

/// A cancel as a picture begins either cancels it or does nothing, but never makes it fail in another way.
#[test]
fn a_picture_is_cancelled_as_it_begins() {
    const ROUNDS: usize = 5000;
    for engine in engines::available() {
        let mut background = Background::new(engine, false);
        let canceller = background
            .generator
            .with(|generator, _| Ok(generator.canceller()))
            .unwrap();
        let (begun, fired) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let failures = thread::scope(|scope| {
            scope.spawn(|| {
                for round in 1..=ROUNDS {
                    while begun.load(Ordering::SeqCst) < round {
                        std::hint::spin_loop();
                    }
                    for _ in 0..round * 7 % 400 {
                        std::hint::spin_loop();
                    }
                    canceller.cancel();
                    fired.store(round, Ordering::SeqCst);
                }
            });
            let mut failures = Vec::new();
            for round in 1..=ROUNDS {
                begun.store(round, Ordering::SeqCst);
                let result = background.generate();
                failures.extend(result.err().filter(|e| e.kind() != ErrorKind::Cancelled));
                while fired.load(Ordering::SeqCst) < round {
                    std::hint::spin_loop();
                }
            }
            failures
        });
        assert!(failures.is_empty(), "{failures:?}");
    }
}

#[test]
fn generators_on_several_threads_run_at_the_same_time() {
    for engine in engines::available() {
        thread::scope(|scope| {
            for thread in 0..2 {
                scope.spawn(move || {
                    let mut background = Background::new(engine, thread == 0);
                    for seed in 0..10 {
                        let frame = frame(100 * thread + seed % 4);
                        let expected = expected(engine, &frame);
                        background.set(frame);
                        background.generate().unwrap();
                        background.has(&expected);
                    }
                });
            }
        });
    }
}
