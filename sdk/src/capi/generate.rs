//! Making pictures: at once, or in the background.

use super::{
    boundary::{guard, put, read, reference},
    generator::multicond_generator,
    image::multicond_image,
    status::multicond_status,
};
use crate::{
    error::Result,
    pixels::{ImageMut, Output},
};

/// # Safety
/// The pointer is as the functions below say.
unsafe fn parse(image: *const multicond_image) -> Result<Output<'static>> {
    // SAFETY: by this function's contract, here and below.
    let image = unsafe { read(image, "output")? };
    let color = image.color()?;
    let image = unsafe { ImageMut::from_raw(image.parse()?) };
    Ok(Output::new(image)?.with_color(color))
}

/// Makes the picture of the labels that are set, in `output`: RGB, RGBA or BGRA of 8 or 16 bits or floats, of the
/// generator's size. Integers stand for 0 to 1, alpha becomes 1. It may be the memory of a label.
///
/// Blocks until the picture is there; made to be called for every frame, and then allocates nothing. On failure the
/// output is as it was. Any thread.
///
/// # Safety
/// `generator` has not been released; pixels of labels may be read, those of `output` written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generate(
    generator: *mut multicond_generator,
    output: *const multicond_image,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let generator = unsafe { reference(generator, "generator")? };
        let mut output = unsafe { parse(output)? };
        generator
            .background
            .with(|desk| desk.generator.generate_into(&desk.frame, &mut output))
    })
}

/// As `multicond_generate`, but in the background, on a thread of the generator's own. Does not block.
///
/// Labels' pixels and the output's belong to the generator until `multicond_wait` has returned or `multicond_poll`
/// has said that it is done. Until then other functions of this generator answer BUSY, but for poll, wait and
/// cancel. The outcome is what `multicond_wait` returns; that of an earlier picture, if nobody asked, is forgotten.
///
/// # Safety
/// As for `multicond_generate`, until then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generate_async(
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

/// Tells whether a picture that was started is still being made: `*running` becomes 1 or 0. Does not block; any
/// thread.
///
/// # Safety
/// `generator` has not been released, `running` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_poll(
    generator: *mut multicond_generator,
    running: *mut u32,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let generator = unsafe { reference(generator, "generator")? };
        unsafe { put(running, "running", generator.background.poll().into()) }
    })
}

/// Waits for the picture that was started last, and returns how it ended, once: a second call, and one with nothing
/// started, returns OK at once. Any thread.
///
/// # Safety
/// `generator` has not been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_wait(generator: *mut multicond_generator) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract.
        let generator = unsafe { reference(generator, "generator")? };
        generator.background.wait()
    })
}

/// Ends the picture under way, made by whichever function; that returns CANCELLED, soon. Without one it does
/// nothing. The next picture is what it would have been. Does not block; any thread.
///
/// # Safety
/// `generator` has not been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_cancel(generator: *mut multicond_generator) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract.
        let generator = unsafe { reference(generator, "generator")? };
        generator.background.cancel();
        Ok(())
    })
}
