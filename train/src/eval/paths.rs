//! Follows camera paths through an evaluation, and compares each picture with the one before it.

use multicond::label::LabelMap;
use ndarray::{Array3, Axis};

use super::measures::{Flicker, View, Warp};
use crate::data::{PathFrame, Sample};

/// The last frame of a path.
struct Last {
    frame: PathFrame,
    view: View,
    generated: Array3<f32>,
    real: Array3<f32>,
}

/// Where on a path the evaluation is.
#[derive(Default)]
pub(super) struct Follower(Option<Last>);

impl Follower {
    /// The view of a frame of a path: its camera, and the true depth, which is the label at this index.
    pub(super) fn view(frame: &PathFrame, sample: &Sample, depth: usize) -> Option<View> {
        let LabelMap::Values(depth) = &sample.labels[depth] else {
            return None;
        };
        let depth = depth.index_axis(Axis(0), 0).to_owned();
        Some(View::new(sample.camera?, frame.camera_to_world, depth))
    }

    /// Goes on to a frame, with what its camera sees. `None` if the frame before it on the path was another one.
    pub(super) fn step(
        &mut self,
        frame: &PathFrame,
        view: View,
        generated: &Array3<f32>,
        real: &Array3<f32>,
    ) -> Option<Flicker> {
        let follows = |last: &Last| {
            last.frame.sequence == frame.sequence
                && last.frame.frame.checked_add(1) == Some(frame.frame)
        };
        let found = self
            .0
            .as_ref()
            .filter(|last| follows(last))
            .and_then(|last| {
                let warp = Warp::between(&last.view, &view)?;
                Some(Flicker {
                    generated: warp.difference(last.generated.view(), generated.view()),
                    real: warp.difference(last.real.view(), real.view()),
                })
            });
        self.0 = Some(Last {
            frame: frame.clone(),
            view,
            generated: generated.clone(),
            real: real.clone(),
        });
        found
    }
}
