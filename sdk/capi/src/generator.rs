//! `multicond_generator`: a model on a device, ready for pictures of one size.

use std::{
    ffi::{c_char, c_void},
    num::NonZeroUsize,
    ptr,
    time::Duration,
};

use multicond::{
    BackgroundGenerator, Engine, EngineOptions, Fit, Frame, Generator, Options, Result, Statistics,
    Threads,
};

use super::{
    boundary::{
        Sized32, fill, give, guard, null, put, read, read_or_default, reference, release, reserved,
        retain, string,
    },
    engine::multicond_engine,
    image::multicond_image,
    label::multicond_label_options,
    model::multicond_model,
    status::multicond_status,
};

/// How a generator runs. Zero is every member's default. None of it changes the picture.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_generator_options {
    /// sizeof(multicond_generator_options).
    pub struct_size: u32,
    /// Width of the pictures; 0: the model's trained width.
    pub width: u32,
    /// Height of the pictures; 0: the model's trained height.
    pub height: u32,
    /// Threads; 0: half of the processor's, to leave the others to the application.
    pub threads: u32,
    /// Not 0: idle threads keep their core, which takes a little off a picture's time and the cores from everybody
    /// else.
    pub spin: u32,
    /// Not 0: every picture is made afresh, nothing is taken over from the last one.
    pub no_reuse: u32,
    /// Bytes that the generator may take, by `multicond_model_estimate_memory`; 0: any.
    pub memory_limit: u64,
    /// Pixels a tile of the merge; 0: the device's measured best.
    pub tile_pixels: u32,
    /// Reserved, 0.
    pub reserved: u32,
}

// SAFETY: the size, then integers.
unsafe impl Sized32 for multicond_generator_options {}

/// What the last picture took.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_statistics {
    /// sizeof(multicond_statistics), set by the caller.
    pub struct_size: u32,
    /// 1: the picture was rendered. 0: nothing had changed, and the last one was given out again.
    pub rendered: u32,
    /// Pixels of the picture, with those that pad it to whole tiles.
    pub pixels: u64,
    /// Pixels of which a label changed since the last picture.
    pub changed: u64,
    /// Pixels that went through the merge: the changed ones, alike ones counted once (on tract, once for each of 16
    /// places in a tile).
    pub merged: u64,
    /// Nanoseconds to read the labels and find what changed.
    pub decode_ns: u64,
    /// Nanoseconds from the labels to the concept tensor.
    pub merge_ns: u64,
    /// Nanoseconds from the concept tensor to the picture.
    pub render_ns: u64,
    /// Nanoseconds from the picture to the output.
    pub write_ns: u64,
    /// Nanoseconds altogether.
    pub total_ns: u64,
}

// SAFETY: as above.
unsafe impl Sized32 for multicond_statistics {}

/// Hears how much of a picture is done, from 0 to 1, on the thread that makes it. Returns 0 to go on, anything else
/// to cancel. It must not call multicond with this generator, throw, or jump out.
pub type multicond_progress_callback =
    Option<unsafe extern "C" fn(done: f32, user_data: *mut c_void) -> i32>;

/// A model on a device, ready for pictures of one size. Any thread may use it; one that comes while a picture is
/// made is told BUSY. Generators on different threads run at once.
pub struct multicond_generator {
    pub(super) background: BackgroundGenerator,
}

impl multicond_generator_options {
    fn parse(&self) -> Result<Options> {
        reserved(self.reserved)?;
        let threads = match NonZeroUsize::new(self.threads as usize) {
            Some(threads) => Threads::Exactly(threads),
            None => Threads::Half,
        };
        Ok(Options::default()
            .with_threads(threads)
            .with_spin(self.spin != 0)
            .with_tile_pixels(NonZeroUsize::new(self.tile_pixels as usize))
            .with_reuse(self.no_reuse == 0)
            .with_fit(Fit::Pad)
            .with_memory_limit(Some(self.memory_limit).filter(|&bytes| bytes != 0)))
    }
}

/// Creates a generator; release it with `multicond_generator_release`. `device` may be NULL for the default one,
/// `options` may be NULL.
///
/// Loads the model into the engine, allocates, and runs it once, so that the first picture takes no longer than
/// later ones: not for every frame. On failure `*generator` is NULL. Any thread.
///
/// # Safety
/// Objects have not been released, pointers are as said in `multicond_generator_options`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_create(
    engine: *const multicond_engine,
    model: *const multicond_model,
    options: *const multicond_generator_options,
    generator: *mut *mut multicond_generator,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        unsafe { put(generator, "generator", ptr::null_mut())? };
        let model = unsafe { reference(model, "model")? };
        let options = unsafe { read_or_default(options, "options")? };
        let engine = match unsafe { engine.as_ref() } {
            Some(engine) => engine.engine.clone(),
            None => Engine::new(&EngineOptions::default())?,
        };
        let trained = model.file.manifest().trained_size;
        let or = |side: u32, trained: usize| match side {
            0 => trained,
            side => side as usize,
        };
        let (width, height) = (
            or(options.width, trained.width),
            or(options.height, trained.height),
        );
        let options = options.parse()?;
        Generator::check(&model.file, &options, width, height)?;
        let mut made = Generator::with_engine(model.file.clone(), &engine, &options)?;
        made.prepare(width, height)?;
        let background = BackgroundGenerator::new(made, Frame::new(width, height));
        unsafe {
            put(
                generator,
                "generator",
                give(multicond_generator { background }),
            )
        }
    })
}

/// Holds a generator once more. NULL is allowed. Does not block; any thread.
///
/// # Safety
/// `generator` is NULL or has not been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_retain(generator: *mut multicond_generator) {
    // SAFETY: by this function's contract.
    unsafe { retain(generator) }
}

/// Lets a generator go. A picture under way is cancelled and waited for. NULL is allowed. Any thread.
///
/// # Safety
/// As for `multicond_generator_retain`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_release(generator: *mut multicond_generator) {
    // SAFETY: by this function's contract.
    unsafe { release(generator) }
}

/// Makes a generator ready for pictures of another size, as creating one would, without loading the model again.
/// All labels are unset, and have to be set anew. On failure the generator and its labels are as they were, if the
/// size is not allowed; if there is no memory, a size has to be set before the next picture. Any thread.
///
/// # Safety
/// `generator` has not been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_resize(
    generator: *mut multicond_generator,
    width: u32,
    height: u32,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract.
        let generator = unsafe { reference(generator, "generator")? };
        let (width, height) = (width as usize, height as usize);
        generator.background.with(|generator, frame| {
            generator.prepare(width, height)?;
            *frame = Frame::new(width, height);
            Ok(())
        })
    })
}

/// Tells the size of the pictures that a generator makes. Does not block; may be called for every frame; any thread.
///
/// # Safety
/// `generator` has not been released, `width` and `height` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_get_size(
    generator: *const multicond_generator,
    width: *mut u32,
    height: *mut u32,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let generator = unsafe { reference(generator, "generator")? };
        if height.is_null() {
            return Err(null("height"));
        }
        let size = generator.background.with(|_, frame| Ok(frame.size()))?;
        // Sizes were given as u32.
        unsafe {
            put(width, "width", size.0 as u32)?;
            put(height, "height", size.1 as u32)
        }
    })
}

/// Sets a label to an image of the generator's size, in place of an earlier one. `options` may be NULL.
///
/// The image may have more channels than the label; those beyond are left out. The structs are copied; pixels, the
/// validity mask's and the class table are read by each picture until the label is set or unset again: they must be
/// there, and must not change while a picture is made. A label that is not set is missing. Does not block; may be called for every frame; any thread.
///
/// # Safety
/// `generator` has not been released, pointers are as said here and in the structs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_set_label(
    generator: *mut multicond_generator,
    name: *const c_char,
    image: *const multicond_image,
    options: *const multicond_label_options,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let generator = unsafe { reference(generator, "generator")? };
        let name = unsafe { string(name, "name")? };
        let image = unsafe { read(image, "image")? };
        let options = unsafe { read_or_default(options, "options")? };
        let image = unsafe { options.parse(&image)? };
        generator.background.with(|generator, frame| {
            image.check(generator.manifest().label(name)?)?;
            frame.set_image(name, image)
        })
    })
}

/// Unsets a label: it is missing from now on. One that is not set is fine. Does not block; may be called for every
/// frame; any thread.
///
/// # Safety
/// `generator` has not been released, `name` is a text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_unset_label(
    generator: *mut multicond_generator,
    name: *const c_char,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let generator = unsafe { reference(generator, "generator")? };
        let name = unsafe { string(name, "name")? };
        generator.background.with(|generator, frame| {
            generator.manifest().label(name)?;
            frame.unset(name);
            Ok(())
        })
    })
}

/// Has `callback` told the progress of each picture; NULL: nobody, as at first. Does not block; any thread.
///
/// # Safety
/// `generator` has not been released; `callback` may be called with `user_data`, on the thread that makes a picture,
/// until another one is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_set_progress_callback(
    generator: *mut multicond_generator,
    callback: multicond_progress_callback,
    user_data: *mut c_void,
) -> multicond_status {
    /// The caller's word that the callback may be called from another thread.
    struct Listener(unsafe extern "C" fn(f32, *mut c_void) -> i32, *mut c_void);
    // SAFETY: by the function's contract.
    unsafe impl Send for Listener {}
    impl Listener {
        fn goes_on(&self, done: f32) -> bool {
            // SAFETY: by the function's contract.
            unsafe { (self.0)(done, self.1) == 0 }
        }
    }
    guard(|| {
        // SAFETY: by this function's contract.
        let generator = unsafe { reference(generator, "generator")? };
        generator.background.with(|generator, _| {
            let listener = callback.map(|callback| Listener(callback, user_data));
            let progress = listener.map(|l| Box::new(move |done| l.goes_on(done)) as _);
            generator.set_progress(progress);
            Ok(())
        })
    })
}

/// Tells what the last picture took that was made; one that failed or was cancelled leaves it as it was. Does not block; may be called for every frame; any thread.
///
/// # Safety
/// `generator` has not been released; `statistics` is as said there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_get_statistics(
    generator: *const multicond_generator,
    statistics: *mut multicond_statistics,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let generator = unsafe { reference(generator, "generator")? };
        if statistics.is_null() {
            return Err(null("statistics"));
        }
        let last = generator
            .background
            .with(|generator, _| Ok(generator.statistics()))?;
        unsafe { fill(statistics, "statistics", last.into()) }
    })
}

impl From<Statistics> for multicond_statistics {
    fn from(statistics: Statistics) -> Self {
        // Half a millennium is enough.
        let ns = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Self {
            struct_size: 0,
            rendered: statistics.rendered.into(),
            pixels: statistics.pixels as u64,
            changed: statistics.changed as u64,
            merged: statistics.merged as u64,
            decode_ns: ns(statistics.decode),
            merge_ns: ns(statistics.merge),
            render_ns: ns(statistics.render),
            write_ns: ns(statistics.write),
            total_ns: ns(statistics.total),
        }
    }
}
