//! Which pixels go through the merge: those that changed, and of alike ones a single one.

use super::planes::Planes;

/// Pixels of one picture by what becomes of them; all others keep their concept vector.
pub(super) struct Work {
    /// Pixels to merge, one after the other, each in its lane: at a place that is the pixel modulo the number of
    /// lanes. [`HOLE`] where a lane has no more.
    pub(super) places: Vec<u32>,
    /// How many pixels that are.
    pub(super) merged: usize,
    /// Pixels that take over the concept vector of another one of their lane, and that one.
    pub(super) twins: Vec<(u32, u32)>,
    lanes: Vec<Vec<u32>>,
    /// The latest pixel of each hash. A later one of the same hash drives it out, so that alike pixels are now
    /// and then merged twice, for a table of constant size.
    table: Vec<u32>,
}

/// No pixel.
pub(super) const HOLE: u32 = u32::MAX;

const SLOTS: usize = 1 << 16;

impl Work {
    pub(super) fn new(pixels: usize, lanes: usize) -> Self {
        let longest = pixels.div_ceil(lanes);
        Self {
            places: Vec::with_capacity(longest * lanes),
            merged: 0,
            twins: Vec::with_capacity(pixels),
            lanes: (0..lanes).map(|_| Vec::with_capacity(longest)).collect(),
            table: vec![HOLE; SLOTS],
        }
    }

    /// Sorts the changed pixels; all are merged if not `alike` ones are to be found.
    pub(super) fn sort(&mut self, planes: &Planes, alike: bool) {
        self.lanes.iter_mut().for_each(Vec::clear);
        self.twins.clear();
        self.table.fill(HOLE);
        let lanes = self.lanes.len();
        let changed = planes.changed().iter().enumerate();
        for (pixel, _) in changed.filter(|(_, changed)| **changed) {
            let lane = pixel % lanes;
            if alike {
                let slot = &mut self.table[hash(planes, pixel, lane)];
                let other = *slot as usize;
                if *slot != HOLE
                    && other % lanes == lane
                    && planes.bits(other).eq(planes.bits(pixel))
                {
                    self.twins.push((pixel as u32, *slot));
                    continue;
                }
                *slot = pixel as u32;
            }
            self.lanes[lane].push(pixel as u32);
        }
        self.merged = self.lanes.iter().map(Vec::len).sum();
        let longest = self.lanes.iter().map(Vec::len).max().unwrap_or(0);
        self.places.clear();
        for place in 0..longest {
            let pixels = self.lanes.iter().map(|lane| lane.get(place));
            self.places
                .extend(pixels.map(|pixel| pixel.unwrap_or(&HOLE)));
        }
    }
}

/// A slot of the table, by the multiplicative hash of Fowler, Noll and Vo on whole words.
fn hash(planes: &Planes, pixel: usize, lane: usize) -> usize {
    let mix = |hash: u64, bits: u32| (hash ^ u64::from(bits)).wrapping_mul(0x100_0000_01b3);
    let hash = planes
        .bits(pixel)
        .fold(0xcbf2_9ce4_8422_2325 ^ lane as u64, mix);
    // The low bits of a float say little, and of a product nothing about its high bits.
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash >> (64 - SLOTS.ilog2())) as usize
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::{
        generator::Frame,
        label::{Label, LabelMap},
        model::{Manifest, MultiplyAdds, Size},
    };

    fn manifest() -> Manifest {
        let size = Size {
            width: 4,
            height: 2,
        };
        Manifest {
            name: "depth".into(),
            system: "test".into(),
            labels: vec![Label::depth()],
            tile: 1,
            concept_channels: 1,
            trained_size: size,
            parameters: 0,
            multiply_adds: MultiplyAdds {
                merge_per_pixel: 1,
                render_per_pixel: 1,
            },
            training: None,
            notice: None,
        }
    }

    #[test]
    fn changed_pixels_are_merged_and_alike_ones_once() {
        let manifest = manifest();
        let mut planes = Planes::new(&manifest.labels, (4, 2), (4, 2));
        let mut work = Work::new(8, 1);
        let mut sorted = |planes: &Planes, alike| {
            work.sort(planes, alike);
            assert_eq!(work.merged, work.places.len());
            (work.places.clone(), work.twins.clone())
        };
        assert_eq!(sorted(&planes, false).0, [0, 1, 2, 3, 4, 5, 6, 7]);
        let (merged, twins) = sorted(&planes, true);
        assert_eq!(merged, [0]);
        assert_eq!(twins.len(), 7);
        assert!(twins.iter().all(|twin| twin.1 == 0));

        planes.mark_all(false);
        let mut depth = Array3::from_elem((1, 2, 4), f32::NAN);
        depth[[0, 0, 1]] = 2.0;
        depth[[0, 1, 2]] = 2.0;
        depth[[0, 1, 3]] = 3.0;
        let mut frame = Frame::new(4, 2);
        frame.set("depth", LabelMap::Values(depth)).unwrap();
        planes.update(&frame, &manifest).unwrap();
        assert_eq!(sorted(&planes, true), (vec![1, 7], vec![(6, 1)]));
        planes.mark_all(false);
        planes.update(&frame, &manifest).unwrap();
        assert_eq!(sorted(&planes, true), (vec![], vec![]));
        // Taken away again, the three are missing as they were at first.
        assert!(frame.unset("depth"));
        planes.update(&frame, &manifest).unwrap();
        assert_eq!(sorted(&planes, true), (vec![1], vec![(6, 1), (7, 1)]));
    }
    #[test]
    fn pixels_stay_in_their_lane() {
        let manifest = manifest();
        let mut planes = Planes::new(&manifest.labels, (4, 2), (4, 2));
        let mut work = Work::new(8, 4);
        work.sort(&planes, true);
        assert_eq!(work.places, [0, 1, 2, 3]);
        assert_eq!(work.twins, [(4, 0), (5, 1), (6, 2), (7, 3)]);
        planes.mark_all(false);
        let mut depth = Array3::from_elem((1, 2, 4), f32::NAN);
        for (x, y) in [(1, 0), (1, 1), (3, 1)] {
            depth[[0, y, x]] = (1 + x + y) as f32;
        }
        let mut frame = Frame::new(4, 2);
        frame.set("depth", LabelMap::Values(depth)).unwrap();
        planes.update(&frame, &manifest).unwrap();
        work.sort(&planes, true);
        assert_eq!(work.merged, 3);
        assert_eq!(work.places, [HOLE, 1, HOLE, 7, HOLE, 5, HOLE, HOLE]);
    }
}
