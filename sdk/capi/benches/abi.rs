//! Overhead of the C interface: the same 256x256 picture from Rust and from C, once without any change, so that only
//! calls, comparisons and the output are measured, and once with every pixel changed.
//!
//! `cargo bench -p multicond-capi`; the model is `$MULTICOND_MODEL`, by default the one of `examples/rooms`.

use std::{ffi::CString, hint::black_box, ptr};

use criterion::{Criterion, criterion_group, criterion_main};
use multicond::{
    Fit, Frame, Generator, Options, Threads,
    pixels::{Channels, Component, Format, Image, ImageMut, LabelImage, Layout, Output},
};
use multicond_capi::{
    multicond_format, multicond_generator, multicond_generator_create,
    multicond_generator_generate, multicond_generator_options, multicond_generator_release,
    multicond_generator_set_label, multicond_image, multicond_last_error_message, multicond_model,
    multicond_model_load, multicond_model_release, multicond_status,
};

const SIDE: usize = 256;

fn model() -> String {
    let shipped = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/rooms/model.onnx"
    );
    std::env::var("MULTICOND_MODEL").unwrap_or_else(|_| shipped.into())
}

/// Two depth images that differ everywhere.
fn depths() -> [Vec<f32>; 2] {
    [0.0, 0.5].map(|shift| {
        (0..SIDE * SIDE)
            .map(|pixel| 1.0 + shift + pixel as f32 / 1000.0)
            .collect()
    })
}

fn bytes(values: &[f32]) -> &[u8] {
    // SAFETY: any bytes are bytes, as many as the floats have.
    unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), size_of_val(values)) }
}

fn check(status: multicond_status) {
    assert_eq!(status, multicond_status::Ok, "{:?}", unsafe {
        std::ffi::CStr::from_ptr(multicond_last_error_message())
    });
}

struct FromRust {
    generator: Generator,
    picture: Vec<u8>,
}

impl FromRust {
    fn frame(&mut self, depth: &[f32]) {
        let layout = Layout::new(SIDE, SIDE);
        let format = Format::new(Component::F32, Channels::R);
        let image = Image::new(bytes(depth), format, layout).expect("a legal image");
        let mut frame = Frame::new(SIDE, SIDE);
        frame
            .set_image("depth", LabelImage::new(image))
            .expect("the frame's size");
        let format = Format::new(Component::U8, Channels::Rgba);
        let image = ImageMut::new(&mut self.picture, format, layout).expect("a legal image");
        let mut output = Output::new(image).expect("a legal format");
        self.generator
            .generate_into(&frame, &mut output)
            .expect("a picture");
    }
}

struct FromC {
    generator: *mut multicond_generator,
    depth: CString,
    picture: Vec<u8>,
}

impl FromC {
    fn frame(&mut self, depth: &[f32]) {
        let image = |format: multicond_format, data: *mut u8| multicond_image {
            format: format as i32,
            data: data.cast(),
            width: SIDE as u32,
            height: SIDE as u32,
            struct_size: size_of::<multicond_image>() as u32,
            // SAFETY: integers and null pointers.
            ..unsafe { std::mem::zeroed() }
        };
        let label = image(
            multicond_format::R32f,
            depth.as_ptr().cast_mut().cast::<u8>(),
        );
        let output = image(multicond_format::Rgba8, self.picture.as_mut_ptr());
        // SAFETY: images of the generator's size over memory that lives.
        unsafe {
            let (generator, name) = (self.generator, self.depth.as_ptr());
            check(multicond_generator_set_label(
                generator,
                name,
                &label,
                ptr::null(),
            ));
            check(multicond_generator_generate(generator, &output));
        }
    }
}

fn generators() -> (FromRust, FromC) {
    let path = model();
    let options = Options::default()
        .with_fit(Fit::Pad)
        .with_threads(Threads::from(1.try_into().ok()));
    let mut generator = Generator::open(&path, &options).expect("the model opens");
    generator.prepare(SIDE, SIDE).expect("the model runs");
    let rust = FromRust {
        generator,
        picture: vec![0; 4 * SIDE * SIDE],
    };
    let path = CString::new(path).expect("a path");
    let options = multicond_generator_options {
        struct_size: size_of::<multicond_generator_options>() as u32,
        width: SIDE as u32,
        height: SIDE as u32,
        threads: 1,
        // SAFETY: integers.
        ..unsafe { std::mem::zeroed() }
    };
    let (mut model, mut generator) = (ptr::null_mut::<multicond_model>(), ptr::null_mut());
    // SAFETY: pointers to live variables; the model is not used after its release.
    unsafe {
        check(multicond_model_load(path.as_ptr(), &mut model));
        check(multicond_generator_create(
            ptr::null(),
            model,
            &options,
            &mut generator,
        ));
        multicond_model_release(model);
    }
    let c = FromC {
        generator,
        depth: CString::from(c"depth"),
        picture: vec![0; 4 * SIDE * SIDE],
    };
    (rust, c)
}

fn compare(criterion: &mut Criterion) {
    let (mut rust, mut c) = generators();
    let depths = depths();
    for (name, frames) in [("same", 1), ("changed", 2)] {
        let mut group = criterion.benchmark_group(name);
        if frames == 2 {
            group.sample_size(10);
        }
        let next = |turn: &mut usize| {
            *turn += 1;
            &depths[*turn % frames]
        };
        let mut turn = 0;
        group.bench_function("rust", |b| {
            b.iter(|| rust.frame(black_box(next(&mut turn))))
        });
        group.bench_function("c", |b| b.iter(|| c.frame(black_box(next(&mut turn)))));
        group.finish();
    }
    rust.frame(&depths[0]);
    c.frame(&depths[0]);
    assert!(rust.picture == c.picture, "the same picture from both");
    // SAFETY: not used after this.
    unsafe { multicond_generator_release(c.generator) };
}

criterion_group!(benches, compare);
criterion_main!(benches);
