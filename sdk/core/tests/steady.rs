//! Frame after frame nothing is allocated and nothing grows. A test program of its own: its allocator counts
//! for all threads.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

use multicond::{
    Frame, Generator,
    pixels::{
        Channels, Component, ConfidenceImage, DeviceDepth, Format, Image, ImageMut, LabelImage,
        Layout as Pixels, Meaning, Output,
    },
};
use multicond_test_support::{
    engines::{has_onnxruntime, options},
    small::{model_with_confidence, write},
};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator, counted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller says.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller says.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller says.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const WIDTH: usize = 64;
const HEIGHT: usize = 48;
const WARM_UP: usize = 100;
const FRAMES: usize = 2000;

/// An engine's buffers: object ids, reversed depth with its confidence, and packed normals of a box that moves.
struct Buffers {
    ids: Vec<u8>,
    depth: Vec<u8>,
    confidence: Vec<u8>,
    normals: Vec<u8>,
    picture: Vec<u8>,
}

impl Buffers {
    fn draw(&mut self, time: usize) {
        let left = time % (WIDTH - 10);
        for (pixel, id) in self.ids.iter_mut().enumerate() {
            let (x, y) = (pixel % WIDTH, pixel / WIDTH);
            let is_box = (left..left + 10).contains(&x) && (10..30).contains(&y);
            *id = if is_box { 7 } else { 1 };
            let depth = if is_box { 0.1f32 / 2.0 } else { 0.1 / 4.0 };
            self.depth[4 * pixel..][..4].copy_from_slice(&depth.to_ne_bytes());
            self.confidence[pixel] = if is_box { 255 } else { (time / 9) as u8 };
            let normal = if is_box {
                [128, 128, 255, 0]
            } else {
                [128, 255, 128, 0]
            };
            self.normals[4 * pixel..][..4].copy_from_slice(&normal);
        }
    }
}

const CLASSES: [i32; 8] = [255, 0, 255, 255, 255, 255, 255, 2];

fn step(generator: &mut Generator, buffers: &mut Buffers, time: usize, before: &mut usize) {
    buffers.draw(time);
    let pixels = Pixels::new(WIDTH, HEIGHT);
    let image = |bytes, component, channels| {
        LabelImage::new(Image::new(bytes, Format::new(component, channels), pixels).unwrap())
    };
    let ids =
        image(&buffers.ids, Component::U8, Channels::R).with_meaning(Meaning::Classes(&CLASSES));
    let depth = image(&buffers.depth, Component::F32, Channels::R).with_meaning(
        Meaning::DeviceDepth(DeviceDepth::perspective(0.1, None, true).unwrap()),
    );
    let normals = image(&buffers.normals, Component::U8, Channels::Rgba)
        .with_normalized(true)
        .with_scale(2.0, 0.0)
        .with_scale(1.0, -1.0);
    // A frame is the caller's; the C interface keeps one.
    let mut frame = Frame::new(WIDTH, HEIGHT);
    frame.set_image("semantics", ids).unwrap();
    frame.set_image("depth", depth).unwrap();
    frame.set_image("normals", normals).unwrap();
    let format = Format::new(Component::U8, Channels::R);
    let confidence = Image::new(&buffers.confidence, format, pixels).unwrap();
    frame
        .set_confidence_image("depth", ConfidenceImage::new(confidence))
        .unwrap();
    let format = Format::new(Component::U8, Channels::Bgra);
    let target = ImageMut::new(&mut buffers.picture, format, pixels).unwrap();
    let mut output = Output::new(target).unwrap();
    *before = ALLOCATIONS.load(Ordering::Relaxed);
    generator.generate_into(&frame, &mut output).unwrap();
}

#[test]
fn two_thousand_frames_allocate_nothing_and_stay_flat() {
    // tract makes its tensors anew for each run.
    if !has_onnxruntime() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &model_with_confidence());
    let mut generator = Generator::open(path, &options("onnxruntime")).unwrap();
    let mut buffers = Buffers {
        ids: vec![0; WIDTH * HEIGHT],
        depth: vec![0; 4 * WIDTH * HEIGHT],
        confidence: vec![0; WIDTH * HEIGHT],
        normals: vec![0; 4 * WIDTH * HEIGHT],
        picture: vec![0; 4 * WIDTH * HEIGHT],
    };
    generator.prepare(WIDTH, HEIGHT).unwrap();
    let mut before = 0;
    for time in 0..WARM_UP {
        step(&mut generator, &mut buffers, time, &mut before);
    }
    let resident = resident_bytes();
    for time in WARM_UP..WARM_UP + FRAMES {
        step(&mut generator, &mut buffers, time, &mut before);
        let after = ALLOCATIONS.load(Ordering::Relaxed);
        assert_eq!(after - before, 0, "allocations of frame {time}");
        assert!(generator.statistics().merged > 0);
    }
    if let (Some(before), Some(after)) = (resident, resident_bytes()) {
        assert!(after < before + (2 << 20), "{before} bytes, then {after}");
    }
}

/// Physical memory of this process, where the system tells.
fn resident_bytes() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(4096 * pages)
}
