//! The inputs of one tile: some pixels of a frame, in memory of the tile's own that is used again.

use super::view::{View, ViewValues};
use crate::{
    engine::{Data, Input},
    label::{Label, Values},
};

/// Room for one tile's inputs, one worker's.
pub(super) struct Tile {
    pixels: usize,
    labels: Vec<Room>,
}

struct Room {
    name: String,
    channels: usize,
    values: RoomValues,
}

enum RoomValues {
    Float(Vec<f32>),
    Int(Vec<i32>),
}

impl Tile {
    pub(super) fn new(labels: &[Label], pixels: usize) -> Self {
        let room = |label: &Label| Room {
            name: label.name.clone(),
            channels: label.channels(),
            values: match label.values {
                Values::Continuous { channels, .. } => {
                    RoomValues::Float(vec![f32::NAN; channels * pixels])
                }
                Values::Categorical { missing, .. } => RoomValues::Int(vec![missing; pixels]),
            },
        };
        Self {
            pixels,
            labels: labels.iter().map(room).collect(),
        }
    }

    /// Takes `count` pixels of the frame from `start` on; the rest of the tile is missing.
    pub(super) fn load(&mut self, view: &View<'_>, start: usize, count: usize) {
        for (room, label) in self.labels.iter_mut().zip(&view.labels) {
            match (&mut room.values, &label.values) {
                (RoomValues::Float(room), ViewValues::Float(values)) => {
                    load(
                        room,
                        self.pixels,
                        values.as_deref(),
                        view.pixels(),
                        start,
                        count,
                        f32::NAN,
                    );
                }
                (RoomValues::Int(room), ViewValues::Int(values, missing)) => {
                    load(
                        room,
                        self.pixels,
                        values.as_deref(),
                        view.pixels(),
                        start,
                        count,
                        *missing,
                    );
                }
                _ => unreachable!("a view has its model's labels, in order"),
            }
        }
    }

    pub(super) fn inputs(&self) -> Vec<Input<'_>> {
        let inputs = self.labels.iter().map(|room| Input {
            name: &room.name,
            shape: [1, room.channels, 1, self.pixels],
            data: match &room.values {
                RoomValues::Float(values) => Data::Float(values),
                RoomValues::Int(values) => Data::Int(values),
            },
        });
        inputs.collect()
    }
}

fn load<T: Copy>(
    room: &mut [T],
    room_pixels: usize,
    values: Option<&[T]>,
    pixels: usize,
    start: usize,
    count: usize,
    missing: T,
) {
    let Some(values) = values else {
        room.fill(missing);
        return;
    };
    for (room, plane) in room
        .chunks_exact_mut(room_pixels)
        .zip(values.chunks_exact(pixels))
    {
        let (known, rest) = room.split_at_mut(count);
        known.copy_from_slice(&plane[start..start + count]);
        rest.fill(missing);
    }
}
