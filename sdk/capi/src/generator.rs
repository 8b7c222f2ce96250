//! `multicond_generator`: a model loaded into an engine, for pictures of one size.

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
        fill, give, guard, null, put, read, read_or_default, reference, release, retain, sized,
        string,
    },
    confidence::multicond_confidence_options,
    engine::multicond_engine,
    image::{multicond_image, readable},
    label::multicond_label_options,
    model::multicond_model,
    status::multicond_status,
};

/// How a generator runs. Zero is the default of every member.
///
/// Apart from `width` and `height`, the members affect speed and memory, not the picture, except for rounding.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_generator_options {
    /// sizeof(multicond_generator_options).
    pub struct_size: u32,
    /// Width of the pictures in pixels; 0: the width that the model was trained at.
    pub width: u32,
    /// Height of the pictures in pixels; 0: the height that the model was trained at.
    pub height: u32,
    /// Number of threads; 0: half of the hardware threads, so that the others are left to the application.
    pub threads: u32,
    /// Not 0: idle threads spin instead of sleeping. This saves a little time per picture and keeps the cores busy.
    pub spin: u32,
    /// Not 0: every picture is computed in full; results of the previous picture are not reused.
    pub no_reuse: u32,
    /// Memory limit in bytes, compared with an estimate for these options, as `multicond_model_estimate_memory` makes it
    /// for default ones; 0: no limit.
    pub memory_limit: u64,
    /// Pixels per tile of the merge; 0: the default of the engine.
    pub tile_pixels: u32,
    /// Not 0: the generator is prepared for confidences, if the model takes any. Otherwise the first picture with one
    /// takes longer and allocates.
    pub confidence: u32,
}

sized!(multicond_generator_options {
    struct_size,
    width,
    height,
    threads,
    spin,
    no_reuse,
    memory_limit,
    tile_pixels,
    confidence
});

/// Statistics of a picture.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_statistics {
    /// sizeof(multicond_statistics), set by the caller.
    pub struct_size: u32,
    /// 1: the picture was rendered. 0: no label had changed, and the previous picture was written again.
    pub rendered: u32,
    /// Pixels of the picture, including padding to `multicond_model_info.size_multiple`.
    pub pixels: u64,
    /// Pixels with a label that changed since the previous picture.
    pub changed: u64,
    /// Pixels that were merged: the changed ones without duplicates. The engine "tract" merges a duplicate up to 16
    /// times, once for each position modulo 16.
    pub merged: u64,
    /// Nanoseconds spent on reading the labels and finding changes.
    pub decode_ns: u64,
    /// Nanoseconds spent on merging the labels to the concept tensor.
    pub merge_ns: u64,
    /// Nanoseconds spent on rendering the picture from the concept tensor.
    pub render_ns: u64,
    /// Nanoseconds spent on writing the output.
    pub write_ns: u64,
    /// Nanoseconds in total.
    pub total_ns: u64,
}

sized!(multicond_statistics {
    struct_size,
    rendered,
    pixels,
    changed,
    merged,
    decode_ns,
    merge_ns,
    render_ns,
    write_ns,
    total_ns
});

/// Progress callback. `done` grows from 0 to 1. Returns 0 to continue, any other value to cancel the picture.
///
/// It is called on the thread that generates the picture. It must not call functions of this generator, throw or
/// longjmp.
pub type multicond_progress_callback =
    Option<unsafe extern "C" fn(done: f32, user_data: *mut c_void) -> i32>;

/// A model loaded into an engine, for pictures of one size. Thread-safe, reference-counted.
///
/// While a picture is in progress, most functions return BUSY. Different generators can run at the same time.
pub struct multicond_generator {
    pub(super) background: BackgroundGenerator,
}

impl multicond_generator_options {
    fn parse(&self) -> Result<Options> {
        let threads = match NonZeroUsize::new(self.threads as usize) {
            Some(threads) => Threads::Exactly(threads),
            None => Threads::Half,
        };
        Ok(Options::default()
            .with_threads(threads)
            .with_spin(self.spin != 0)
            .with_tile_pixels(NonZeroUsize::new(self.tile_pixels as usize))
            .with_reuse(self.no_reuse == 0)
            .with_confidence(self.confidence != 0)
            .with_fit(Fit::Pad)
            .with_memory_limit(Some(self.memory_limit).filter(|&bytes| bytes != 0)))
    }
}

/// Creates a generator. The caller owns it and releases it with `multicond_generator_release`. `engine` may be NULL for
/// the fastest one available; `options` may be NULL. The generator holds a reference to the engine and does not need
/// the model any more.
///
/// On failure `*generator` is NULL. Thread-safe. Blocks: it loads the model, allocates all buffers and runs the model
/// once. Do not call it per frame.
///
/// # Safety
/// `engine` is NULL or has not been released; `model` has not been released; `options` is NULL or as described in
/// `multicond_generator_options`; `generator` is writable.
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
        let best = model.file.manifest().best_size();
        let or = |side: u32, best: usize| match side {
            0 => best,
            side => side as usize,
        };
        let (width, height) = (
            or(options.width, best.width),
            or(options.height, best.height),
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

/// Increments the reference count. NULL is allowed. Thread-safe. Does not block.
///
/// # Safety
/// `generator` is NULL or has not been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_retain(generator: *mut multicond_generator) {
    // SAFETY: by this function's contract.
    unsafe { retain(generator) }
}

/// Decrements the reference count and destroys the object when it reaches 0: a picture in progress is cancelled. NULL
/// is allowed. Thread-safe. Blocks until the cancelled picture has ended.
///
/// # Safety
/// As for `multicond_generator_retain`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_release(generator: *mut multicond_generator) {
    // SAFETY: by this function's contract.
    unsafe { release(generator) }
}

/// Changes the size of the pictures without loading the model again. All labels are unset.
///
/// If the size is not allowed or exceeds the memory limit, nothing changes. If the engine fails, resize the generator
/// again before the next picture. Thread-safe. Blocks: it allocates buffers and runs the model once. Do not call it per
/// frame.
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

/// Gets the size of the pictures. Thread-safe. Does not block. May be called per frame.
///
/// # Safety
/// `generator` has not been released; `width` and `height` are writable.
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

/// Sets a label to an image of the generator's size. It replaces an earlier image. `options` may be NULL.
///
/// The image may have more channels than the label; the additional ones are ignored. The structs are copied. The
/// pixels, the validity mask and the class table remain the caller's and are not copied: every picture reads them until
/// the label is set or unset again. They must stay valid, and must not change while a picture is in progress. A label
/// that is not set is missing everywhere.
///
/// Thread-safe. Does not block. May be called per frame.
///
/// # Safety
/// `generator` has not been released; `name` is a string; `image` and `options` are as described in the structs.
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

/// Unsets a label, which is then missing everywhere, and its confidence. Does nothing if the label is not set.
/// Thread-safe. Does not block. May be called per frame.
///
/// # Safety
/// `generator` has not been released; `name` is a string.
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

/// Sets the confidence of a label to an image of the generator's size: how far each pixel can be relied on, from 0 (as if
/// the label were missing there) to 1 (as without a confidence). It replaces an earlier one. `options` may be NULL.
///
/// The first channel of the image counts: 8-bit and 16-bit unsigned integers stand for 0 to 1, floats for themselves;
/// NaN and values below 0 count as 0, values above 1 as 1. The structs are copied. The pixels remain the caller's and are
/// not copied: every picture reads them until the confidence is set or unset again, or the label is unset. A picture
/// fails if a label has a confidence but is not set itself.
///
/// Returns LABEL if the model takes no confidences, see `multicond_model_info`. Create generators that get confidences
/// with `multicond_generator_options.confidence`. Thread-safe. Does not block. May be called per frame.
///
/// # Safety
/// `generator` has not been released; `name` is a string; `image` and `options` are as described in the structs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_set_confidence(
    generator: *mut multicond_generator,
    name: *const c_char,
    image: *const multicond_image,
    options: *const multicond_confidence_options,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let generator = unsafe { reference(generator, "generator")? };
        let name = unsafe { string(name, "name")? };
        let image = unsafe { readable(&read(image, "image")?)? };
        let options = unsafe { read_or_default(options, "options")? };
        let image = options.parse(image)?;
        generator.background.with(|generator, frame| {
            image.check(generator.manifest().confidence_of(name)?)?;
            frame.set_confidence_image(name, image)
        })
    })
}

/// Unsets the confidence of a label, which then counts as 1 everywhere. Does nothing if it is not set. Thread-safe. Does
/// not block. May be called per frame.
///
/// # Safety
/// `generator` has not been released; `name` is a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_unset_confidence(
    generator: *mut multicond_generator,
    name: *const c_char,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let generator = unsafe { reference(generator, "generator")? };
        let name = unsafe { string(name, "name")? };
        generator.background.with(|generator, frame| {
            generator.manifest().label(name)?;
            frame.unset_confidence(name);
            Ok(())
        })
    })
}

/// Sets the progress callback; none by default. NULL removes it. Thread-safe. Does not block.
///
/// # Safety
/// `generator` has not been released; `callback` can be called with `user_data`, on the thread that generates a
/// picture, until another one is set or the generator is destroyed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_set_progress_callback(
    generator: *mut multicond_generator,
    callback: multicond_progress_callback,
    user_data: *mut c_void,
) -> multicond_status {
    /// A callback that its owner allows to be called from another thread.
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

/// Gets the statistics of the last picture that was completed. All members are 0 before the first one. Thread-safe.
/// Does not block. May be called per frame.
///
/// # Safety
/// `generator` has not been released; `statistics` points to a struct whose size is set.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_passed_on() {
        // SAFETY: integers.
        let mut options: multicond_generator_options = unsafe { std::mem::zeroed() };
        let parsed = options.parse().unwrap();
        assert_eq!(parsed.threads, Threads::Half);
        assert_eq!((parsed.tile_pixels, parsed.memory_limit), (None, None));
        assert!(parsed.reuse && !parsed.spin && !parsed.confidence && parsed.fit == Fit::Pad);
        options.threads = 3;
        options.spin = 1;
        options.no_reuse = 1;
        options.memory_limit = 1000;
        options.tile_pixels = 37;
        options.confidence = 1;
        let parsed = options.parse().unwrap();
        assert_eq!(parsed.threads, Threads::from(NonZeroUsize::new(3)));
        assert_eq!(parsed.tile_pixels, NonZeroUsize::new(37));
        assert_eq!(parsed.memory_limit, Some(1000));
        assert!(!parsed.reuse && parsed.spin && parsed.confidence);
    }

    #[test]
    fn statistics_are_passed_on() {
        let mut statistics = Statistics::default();
        statistics.pixels = 1;
        statistics.changed = 2;
        statistics.merged = 3;
        statistics.rendered = true;
        statistics.decode = Duration::from_nanos(4);
        statistics.merge = Duration::from_nanos(5);
        statistics.render = Duration::from_nanos(6);
        statistics.write = Duration::from_nanos(7);
        statistics.total = Duration::from_secs(8);
        let c = multicond_statistics::from(statistics);
        assert_eq!((c.rendered, c.pixels, c.changed, c.merged), (1, 1, 2, 3));
        assert_eq!(
            (c.decode_ns, c.merge_ns, c.render_ns, c.write_ns),
            (4, 5, 6, 7)
        );
        assert_eq!(c.total_ns, 8_000_000_000);
    }
}
