//! Structs of the C interface with any members, any sizes and any strings: an error, and nothing outside of the memory
//! that they describe is touched.

#![no_main]

use std::ffi::{CString, c_void};
use std::mem::{offset_of, size_of};
use std::ptr;
use std::sync::LazyLock;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use multicond_capi::*;
use multicond_test_support::small;
use prost::Message;

const SIDE: u32 = 8;

/// The generator and the names of its labels. Only one thread runs.
struct Subject(*mut multicond_generator);

// SAFETY: generators are thread-safe.
unsafe impl Send for Subject {}
// SAFETY: as above.
unsafe impl Sync for Subject {}

static SUBJECT: LazyLock<Subject> = LazyLock::new(|| {
    let bytes = small::model_with_confidence().encode_to_vec();
    let (mut model, mut generator) = (ptr::null_mut(), ptr::null_mut());
    let mut options = Struct::<multicond_generator_options>::new(None);
    options.value().width = SIDE;
    options.value().height = SIDE;
    // SAFETY: the arguments are as documented.
    unsafe {
        let size = bytes.len() as u64;
        let status = multicond_model_load_memory(bytes.as_ptr().cast(), size, &mut model);
        assert_eq!(status, multicond_status::Ok);
        let status =
            multicond_generator_create(ptr::null(), model, options.pointer(), &mut generator);
        assert_eq!(status, multicond_status::Ok);
    }
    Subject(generator)
});

/// A struct at the start of as much memory as its size may claim.
struct Struct<T> {
    memory: Box<[u64; 513]>,
    kind: std::marker::PhantomData<T>,
}

impl<T> Struct<T> {
    /// All zero but its size, which is the right one for `None`.
    fn new(size: Option<u16>) -> Self {
        let mut memory = Box::new([0; 513]);
        let size = size.map_or(size_of::<T>() as u32, u32::from);
        // SAFETY: the memory begins with four bytes.
        unsafe { memory.as_mut_ptr().cast::<u32>().write(size) };
        Self {
            memory,
            kind: std::marker::PhantomData,
        }
    }

    fn value(&mut self) -> &mut T {
        // SAFETY: large enough and aligned, and any bytes are a value of these structs.
        unsafe { &mut *self.memory.as_mut_ptr().cast() }
    }

    fn pointer(&mut self) -> *mut T {
        self.memory.as_mut_ptr().cast()
    }
}

#[derive(Arbitrary, Debug)]
struct Image {
    size: Option<u16>,
    format: i32,
    data_size: u16,
    width: Option<u32>,
    height: Option<u32>,
    byte_offset: u64,
    pixel_stride: u64,
    row_stride: i64,
    origin: i32,
    memory: i32,
    color_space: i32,
}

impl Image {
    fn fill(&self, memory: &mut [u8]) -> Struct<multicond_image> {
        let mut made = Struct::<multicond_image>::new(self.size);
        let size = made.value().struct_size;
        *made.value() = multicond_image {
            struct_size: size,
            format: self.format % 40,
            data: memory.as_mut_ptr().cast::<c_void>(),
            // 0 means that the size is not checked.
            data_size: u64::from(self.data_size).clamp(1, memory.len() as u64),
            width: self.width.unwrap_or(SIDE),
            height: self.height.unwrap_or(SIDE),
            byte_offset: self.byte_offset,
            pixel_stride: self.pixel_stride,
            row_stride: self.row_stride,
            origin: self.origin % 4,
            memory: self.memory % 4,
            gpu: 0,
            color_space: self.color_space % 4,
            stream: ptr::null_mut(),
        };
        // What the struct's size leaves out is zero for the callee, the size of the memory too.
        if (size as usize) < offset_of!(multicond_image, width) {
            made.value().data = ptr::null_mut();
        }
        made
    }
}

#[derive(Arbitrary, Debug)]
struct Input {
    label: u8,
    image: Image,
    output: Image,
    options_size: Option<u16>,
    flags: u32,
    scale: f32,
    bias: f32,
    missing_value: f64,
    meaning: i32,
    table: Vec<i32>,
    shift: u8,
    planes: [f32; 5],
    view: [f32; 9],
    statistics_size: u16,
    engine: Vec<u8>,
    device: Vec<u8>,
    settings: Vec<u8>,
    bytes: Vec<u8>,
}

fuzz_target!(|input: Input| {
    let generator = SUBJECT.0;
    let mut memory = input.bytes.clone();
    memory.resize(4096, 0);
    let mut image = input.image.fill(&mut memory);
    let mut table = input.table.clone();
    table.push(0);
    let mut options = Struct::<multicond_label_options>::new(input.options_size);
    let size = options.value().struct_size;
    *options.value() = multicond_label_options {
        struct_size: size,
        flags: input.flags & 0xff,
        scale: input.scale,
        bias: input.bias,
        missing_value: input.missing_value,
        validity: ptr::null(),
        meaning: input.meaning % 8,
        // The last entry is not counted, so that a table may start at any byte of the first.
        class_count: table.len() as u32 - 1,
        class_table: table
            .as_ptr()
            .wrapping_byte_add(usize::from(input.shift) % 4),
        near_plane: input.planes[0],
        far_plane: input.planes[1],
        depth_a: input.planes[2],
        depth_b: input.planes[3],
        metres_per_unit: input.planes[4],
        view: input.view,
    };
    let names = [c"semantics", c"depth", c"normals", c"curvature", c"other"];
    let name = names[usize::from(input.label) % names.len()];
    let mut pixels = vec![0; 4096];
    let mut output = input.output.fill(&mut pixels);
    let mut statistics = Struct::<multicond_statistics>::new(Some(input.statistics_size));
    let text = |bytes: &[u8]| {
        let bytes = bytes.iter().copied().filter(|&byte| byte != 0);
        CString::new(bytes.collect::<Vec<u8>>()).expect("without zeros")
    };
    let (engine, device, settings) = (
        text(&input.engine),
        text(&input.device),
        text(&input.settings),
    );
    let mut engine_options = Struct::<multicond_engine_options>::new(input.options_size);
    engine_options.value().engine = engine.as_ptr();
    engine_options.value().device = device.as_ptr();
    engine_options.value().settings = settings.as_ptr();
    // SAFETY: the structs have as many bytes as they say, and their pointers are to memory that is there.
    unsafe {
        let name = name.as_ptr();
        let _ = multicond_generator_set_label(generator, name, image.pointer(), options.pointer());
        let plain = ptr::null();
        let _ = multicond_generator_set_confidence(generator, name, image.pointer(), plain);
        let _ = multicond_generator_generate(generator, output.pointer());
        let _ = multicond_generator_get_statistics(generator, statistics.pointer());
        let _ = multicond_generator_unset_label(generator, name);
        let mut made = ptr::null_mut();
        let _ = multicond_engine_create(engine_options.pointer(), &mut made);
        multicond_engine_release(made);
    }
});
