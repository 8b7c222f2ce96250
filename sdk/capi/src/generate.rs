//! Generating pictures: blocking and asynchronous.

use multicond::{
    Result,
    pixels::{ImageMut, Output},
};

use super::{
    boundary::{guard, put, read, reference},
    generator::multicond_generator,
    image::{Parsed, multicond_image},
    status::multicond_status,
};

/// # Safety
/// The pointer is NULL or points to an image as `multicond_image` describes it.
unsafe fn parse(image: *const multicond_image) -> Result<Output<'static>> {
    // SAFETY: by this function's contract, here and below.
    let image = unsafe { read(image, "output")? };
    let color = image.color()?;
    let Parsed {
        memory,
        size,
        format,
        layout,
    } = image.parse()?;
    let image = unsafe { ImageMut::from_memory(memory, size, format, layout)? };
    Ok(Output::new(image)?.with_color(color))
}

/// Generates the picture for the current labels and writes it to `output`.
///
/// The output has the generator's size and three or four channels: 8-bit or 16-bit unsigned integers, which stand for 0
/// to 1, or floats. Alpha is set to 1. The output may use the memory of a label. On failure it is unchanged.
///
/// Thread-safe. Blocks until the picture is done. Call it per frame: with the engine "onnxruntime" on the CPU it
/// allocates no memory after the first frames.
///
/// # Safety
/// `generator` has not been released; pixels of the labels are readable, those of `output` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_generate(
    generator: *mut multicond_generator,
    output: *const multicond_image,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let generator = unsafe { reference(generator, "generator")? };
        let mut output = unsafe { parse(output)? };
        generator
            .background
            .with(|generator, frame| generator.generate_into(frame, &mut output))
    })
}

/// Starts `multicond_generator_generate` on the generator's own thread and returns at once.
///
/// Until `multicond_generator_wait` has returned or `multicond_generator_poll` has set `*running` to 0, the pixels of
/// labels and output must not be touched, and functions of this generator other than poll, wait, cancel, retain and
/// release return BUSY. `multicond_generator_wait` returns the result. The result of an earlier picture is discarded.
///
/// Thread-safe. Does not block. May be called per frame.
///
/// # Safety
/// As for `multicond_generator_generate`, until the picture is done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_generate_async(
    generator: *mut multicond_generator,
    output: *const multicond_image,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let generator = unsafe { reference(generator, "generator")? };
        let output = unsafe { parse(output)? };
        unsafe { generator.background.start(output) }
    })
}

/// Gets whether an asynchronous picture is in progress: sets `*running` to 1 or 0. Thread-safe. Does not block. May be
/// called per frame.
///
/// # Safety
/// `generator` has not been released; `running` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_poll(
    generator: *const multicond_generator,
    running: *mut u32,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let generator = unsafe { reference(generator, "generator")? };
        unsafe { put(running, "running", generator.background.poll().into()) }
    })
}

/// Waits for the asynchronous picture and returns its result. A result is returned once; without one, the function
/// returns OK at once; in the generator's progress callback it returns BUSY. Thread-safe. Blocks. May be called per
/// frame.
///
/// # Safety
/// `generator` has not been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_wait(
    generator: *mut multicond_generator,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract.
        let generator = unsafe { reference(generator, "generator")? };
        generator.background.wait()
    })
}

/// Cancels the picture in progress: `multicond_generator_generate` or `multicond_generator_wait` returns CANCELLED.
/// Does nothing if no picture is in progress; the next picture is not affected. Thread-safe. Does not block.
///
/// # Safety
/// `generator` has not been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generator_cancel(
    generator: *mut multicond_generator,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract.
        let generator = unsafe { reference(generator, "generator")? };
        generator.background.cancel();
        Ok(())
    })
}
