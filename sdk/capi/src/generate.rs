//! Making pictures: blocking, or in the background.

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
/// The pointer is as the functions below say.
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

/// Generates the picture of the labels that are set into `output`: RGB, RGBA or BGRA of 8 or 16 bits or floats, of the
/// generator's size. Integers stand for 0 to 1, alpha becomes 1. It may be the memory of a label.
///
/// Blocks until the picture is done. Meant to be called for every frame; allocates nothing then. On failure the
/// output is unchanged. Thread-safe.
///
/// # Safety
/// `generator` has not been released; pixels of labels may be read, those of `output` written.
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

/// Like `multicond_generator_generate`, but on a thread of the generator's own. Does not block. Thread-safe.
///
/// Labels' pixels and the output's belong to the generator until `multicond_generator_wait` has returned or
/// `multicond_generator_poll` has reported that it is done. Until then other functions of this generator return BUSY,
/// except poll, wait and cancel. `multicond_generator_wait` returns the result; an earlier result that was not fetched
/// is discarded.
///
/// # Safety
/// As for `multicond_generator_generate`, until then.
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

/// Gets whether a picture that was started is still in progress: `*running` becomes 1 or 0. Thread-safe, does not
/// block.
///
/// # Safety
/// `generator` has not been released, `running` may be written.
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

/// Waits for the picture that was started last and returns its result, once: a second call, or one with nothing
/// started, returns OK at once. Thread-safe.
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

/// Cancels the picture in progress, blocking or not; the function that makes it returns CANCELLED soon. Without one
/// it does nothing. The next picture is not affected. Thread-safe, does not block.
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
