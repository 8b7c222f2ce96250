//! A tensor `[channels, pixels]` that several threads fill at once, each some columns of it.

use std::{marker::PhantomData, ops::Range};

/// Planes of equal length, written by columns from several threads.
pub(super) struct Columns<'a> {
    base: *mut f32,
    channels: usize,
    pixels: usize,
    memory: PhantomData<&'a mut [f32]>,
}

// SAFETY: the pointer stands for an exclusive borrow, and `write` asks its callers for columns of
// their own.
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

    /// Copies the first `columns.len()` numbers of each plane of `tile` to `columns`.
    ///
    /// # Safety
    /// No other thread writes any of these columns meanwhile.
    pub(super) unsafe fn write(&self, columns: Range<usize>, tile: &[f32]) {
        assert!(columns.start <= columns.end && columns.end <= self.pixels);
        let tile_pixels = tile.len() / self.channels;
        assert!(columns.len() <= tile_pixels);
        for channel in 0..self.channels {
            let from = &tile[channel * tile_pixels..][..columns.len()];
            // SAFETY: within the planes by the first assertion, and ours alone by this function's contract.
            let to = unsafe {
                let to = self.base.add(channel * self.pixels + columns.start);
                std::slice::from_raw_parts_mut(to, columns.len())
            };
            to.copy_from_slice(from);
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
            // SAFETY: the two ranges are disjoint.
            scope.spawn(|| unsafe { columns.write(0..3, &[1.0, 2.0, 3.0, 6.0, 7.0, 8.0]) });
            scope.spawn(|| unsafe { columns.write(3..5, &[4.0, 5.0, -1.0, 9.0, 10.0, -1.0]) });
        });
        assert_eq!(values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]);
    }
}
