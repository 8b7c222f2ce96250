//! Plans what to compute: pixels that changed since the last frame are merged, duplicates among them only once; all
//! others keep their concept vector.

use super::planes::Planes;
use crate::{error::Result, memory::with_capacity};

/// The work for one picture. Pixels that are in neither list keep their concept vector.
pub(super) struct Reuse {
    /// Pixels to merge, each in its lane: its place in this list equals the pixel's number modulo the number of lanes.
    /// [`EMPTY`] fills lanes that have fewer pixels.
    pub(super) places: Vec<u32>,
    /// The number of pixels in `places`.
    pub(super) merged: usize,
    /// Pairs of a pixel and an equal pixel of the same lane, whose concept vector it copies.
    pub(super) duplicates: Vec<(u32, u32)>,
    lanes: Vec<Vec<u32>>,
    /// The latest pixel for each hash. Collisions replace entries, which keeps the size constant, at the price that some
    /// duplicates are merged twice.
    table: Vec<u32>,
}

/// No pixel.
pub(super) const EMPTY: u32 = u32::MAX;

const SLOTS: usize = 1 << 16;

impl Reuse {
    pub(super) fn new(pixels: usize, lanes: usize) -> Result<Self> {
        let longest = pixels.div_ceil(lanes);
        Ok(Self {
            places: with_capacity(longest * lanes)?,
            merged: 0,
            duplicates: with_capacity(pixels)?,
            lanes: (0..lanes)
                .map(|_| with_capacity(longest))
                .collect::<Result<_>>()?,
            table: vec![EMPTY; SLOTS],
        })
    }

    /// Plans the work for the changed pixels; without `find_duplicates` all of them are merged.
    pub(super) fn plan(&mut self, planes: &Planes, find_duplicates: bool) {
        self.lanes.iter_mut().for_each(Vec::clear);
        self.duplicates.clear();
        self.table.fill(EMPTY);
        let lanes = self.lanes.len();
        let changed = planes.changed().iter().enumerate();
        for (pixel, _) in changed.filter(|(_, changed)| **changed) {
            let lane = pixel % lanes;
            if find_duplicates {
                let slot = &mut self.table[hash(planes, pixel, lane)];
                let other = *slot as usize;
                if *slot != EMPTY
                    && other % lanes == lane
                    && planes.bits(other).eq(planes.bits(pixel))
                {
                    self.duplicates.push((pixel as u32, *slot));
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
                .extend(pixels.map(|pixel| pixel.unwrap_or(&EMPTY)));
        }
    }
}

/// A pixel's slot in the table, by an FNV-1a hash over words.
fn hash(planes: &Planes, pixel: usize, lane: usize) -> usize {
    let mix = |hash: u64, bits: u32| (hash ^ u64::from(bits)).wrapping_mul(0x100_0000_01b3);
    let hash = planes
        .bits(pixel)
        .fold(0xcbf2_9ce4_8422_2325 ^ lane as u64, mix);
    // The low bits of floats vary little, and the low bits of a product do not depend on the high bits of its factors.
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
        model::Manifest,
    };

    fn manifest() -> Manifest {
        Manifest::new("depth", vec![Label::depth()], 1)
    }

    #[test]
    fn changed_pixels_are_merged_and_duplicates_once() {
        let manifest = manifest();
        let mut planes = Planes::new(&manifest.labels, false, (4, 2), (4, 2)).unwrap();
        let mut reuse = Reuse::new(8, 1).unwrap();
        let mut planned = |planes: &Planes, find_duplicates| {
            reuse.plan(planes, find_duplicates);
            assert_eq!(reuse.merged, reuse.places.len());
            (reuse.places.clone(), reuse.duplicates.clone())
        };
        assert_eq!(planned(&planes, false).0, [0, 1, 2, 3, 4, 5, 6, 7]);
        let (merged, duplicates) = planned(&planes, true);
        assert_eq!(merged, [0]);
        assert_eq!(duplicates.len(), 7);
        assert!(duplicates.iter().all(|duplicate| duplicate.1 == 0));

        planes.mark_all(false);
        let mut depth = Array3::from_elem((1, 2, 4), f32::NAN);
        depth[[0, 0, 1]] = 2.0;
        depth[[0, 1, 2]] = 2.0;
        depth[[0, 1, 3]] = 3.0;
        let mut frame = Frame::new(4, 2);
        frame.set("depth", LabelMap::Values(depth)).unwrap();
        planes.update(&frame, &manifest).unwrap();
        assert_eq!(planned(&planes, true), (vec![1, 7], vec![(6, 1)]));
        planes.mark_all(false);
        planes.update(&frame, &manifest).unwrap();
        assert_eq!(planned(&planes, true), (vec![], vec![]));
        // Without the label the three pixels are missing again.
        assert!(frame.unset("depth"));
        planes.update(&frame, &manifest).unwrap();
        assert_eq!(planned(&planes, true), (vec![1], vec![(6, 1), (7, 1)]));
    }

    #[test]
    fn pixels_stay_in_their_lane() {
        let manifest = manifest();
        let mut planes = Planes::new(&manifest.labels, false, (4, 2), (4, 2)).unwrap();
        let mut reuse = Reuse::new(8, 4).unwrap();
        reuse.plan(&planes, true);
        assert_eq!(reuse.places, [0, 1, 2, 3]);
        assert_eq!(reuse.duplicates, [(4, 0), (5, 1), (6, 2), (7, 3)]);
        planes.mark_all(false);
        let mut depth = Array3::from_elem((1, 2, 4), f32::NAN);
        for (x, y) in [(1, 0), (1, 1), (3, 1)] {
            depth[[0, y, x]] = (1 + x + y) as f32;
        }
        let mut frame = Frame::new(4, 2);
        frame.set("depth", LabelMap::Values(depth)).unwrap();
        planes.update(&frame, &manifest).unwrap();
        reuse.plan(&planes, true);
        assert_eq!(reuse.merged, 3);
        assert_eq!(reuse.places, [EMPTY, 1, EMPTY, 7, EMPTY, 5, EMPTY, EMPTY]);
    }
}
