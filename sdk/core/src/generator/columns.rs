//! A tensor `[channels, pixels]` that several threads fill at once, each in its own columns.

use std::marker::PhantomData;

use super::reuse::EMPTY;

/// Planes of equal length, written by columns from several threads.
pub(super) struct Columns<'a> {
    base: *mut f32,
    channels: usize,
    pixels: usize,
    memory: PhantomData<&'a mut [f32]>,
}

// SAFETY: the pointer is equivalent to an exclusive borrow, and callers of `write` guarantee disjoint columns.
unsafe impl Sync for Columns<'_> {}

impl<'a> Columns<'a> {
    pub(super) fn new(values: &'a mut [f32], channels: usize) -> Self {
        assert!(channels > 0 && values.len().is_multiple_of(channels));
        Self {
            base: values.as_mut_ptr(),
            channels,
            pixels: values.len() / channels,
            memory: PhantomData,
        }
    }

    /// Copies the first numbers of each plane of `tile` to the columns `at`, in that order. Skips numbers at [`EMPTY`].
    ///
    /// # Safety
    /// No other thread may write these columns at the same time.
    pub(super) unsafe fn write(&self, at: &[u32], tile: &[f32]) {
        let tile_pixels = tile.len() / self.channels;
        assert!(at.len() <= tile_pixels);
        let is_ours = |column: u32| column == EMPTY || (column as usize) < self.pixels;
        assert!(at.iter().all(|&column| is_ours(column)));
        for channel in 0..self.channels {
            let from = &tile[channel * tile_pixels..];
            for (value, &column) in from.iter().zip(at) {
                if column == EMPTY {
                    continue;
                }
                // SAFETY: within the plane by the assertion, and used by no other thread by this function's contract.
                unsafe {
                    *self.base.add(channel * self.pixels + column as usize) = *value;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_fill_disjoint_columns() {
        let mut values = [0.0; 2 * 5];
        let columns = Columns::new(&mut values, 2);
        std::thread::scope(|scope| {
            // SAFETY: the two lists are disjoint.
            scope.spawn(|| unsafe { columns.write(&[0, 2, 4], &[1.0, 3.0, 5.0, 6.0, 8.0, 10.0]) });
            scope.spawn(|| unsafe {
                columns.write(&[1, EMPTY, 3], &[2.0, -1.0, 4.0, 7.0, -1.0, 9.0])
            });
        });
        assert_eq!(values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]);
    }
}
