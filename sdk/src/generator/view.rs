//! A frame as a model sees it: its labels in the model's order, checked, with plain memory.

use std::borrow::Cow;

use ndarray::{ArrayBase, Data as Storage, Dimension, RawData};

use super::Frame;
use crate::{
    engine::{Data, Input},
    error::{Error, Result},
    label::{Label, LabelMap, Values},
    model::Manifest,
};

/// A frame, checked against a model.
pub(super) struct View<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    /// In the model's order; absent labels have no values.
    pub(super) labels: Vec<LabelView<'a>>,
}

/// One label of a frame.
pub(super) struct LabelView<'a> {
    pub(super) name: &'a str,
    pub(super) channels: usize,
    pub(super) values: ViewValues<'a>,
}

/// The values `[channels, height, width]` of a label.
pub(super) enum ViewValues<'a> {
    Float(Option<Cow<'a, [f32]>>),
    /// And the id for missing.
    Int(Option<Cow<'a, [i32]>>, i32),
}

impl<'a> View<'a> {
    /// # Errors
    /// When the frame has a label that the model lacks, one of another kind, or a size that the model cannot make.
    pub(super) fn new(frame: &'a Frame, manifest: &'a Manifest) -> Result<Self> {
        let (width, height) = frame.size();
        manifest.check_size(width, height)?;
        for (name, _) in frame.labels() {
            manifest.label(name)?;
        }
        let labels = manifest
            .labels
            .iter()
            .map(|label| LabelView::new(label, frame));
        Ok(Self {
            width,
            height,
            labels: labels.collect::<Result<_>>()?,
        })
    }

    pub(super) fn pixels(&self) -> usize {
        self.width * self.height
    }
}

impl<'a> LabelView<'a> {
    fn new(label: &'a Label, frame: &'a Frame) -> Result<Self> {
        let values = match (&label.values, frame.get(&label.name)) {
            (Values::Continuous { .. }, None) => ViewValues::Float(None),
            (Values::Categorical { missing, .. }, None) => ViewValues::Int(None, *missing),
            (Values::Continuous { channels, .. }, Some(LabelMap::Values(values))) => {
                let got = values.dim().0;
                if got != *channels {
                    let reason = format!("{got} channels, expected {channels}");
                    return Err(Error::label(&label.name, reason));
                }
                ViewValues::Float(Some(plain(values)))
            }
            (Values::Categorical { missing, .. }, Some(LabelMap::Classes(ids))) => {
                ViewValues::Int(Some(plain(ids)), *missing)
            }
            (Values::Continuous { .. }, Some(LabelMap::Classes(_))) => {
                return Err(Error::label(
                    &label.name,
                    "class ids, expected physical values",
                ));
            }
            (Values::Categorical { .. }, Some(LabelMap::Values(_))) => {
                return Err(Error::label(
                    &label.name,
                    "physical values, expected class ids",
                ));
            }
        };
        Ok(Self {
            name: &label.name,
            channels: label.channels(),
            values,
        })
    }

    /// The label over the whole picture, missing everywhere if it is absent.
    pub(super) fn fill(&mut self, pixels: usize) {
        match &mut self.values {
            ViewValues::Float(values) => {
                values.get_or_insert_with(|| vec![f32::NAN; self.channels * pixels].into());
            }
            ViewValues::Int(values, missing) => {
                values.get_or_insert_with(|| vec![*missing; pixels].into());
            }
        }
    }

    /// The label as an engine's input; absent ones must have been filled.
    pub(super) fn input(&self, width: usize, height: usize) -> Input<'_> {
        let data = match &self.values {
            ViewValues::Float(values) => Data::Float(values.as_deref().unwrap_or_default()),
            ViewValues::Int(values, _) => Data::Int(values.as_deref().unwrap_or_default()),
        };
        Input {
            name: self.name,
            shape: [1, self.channels, height, width],
            data,
        }
    }
}

/// The values in C order, borrowed where they already are.
fn plain<S, D>(array: &ArrayBase<S, D>) -> Cow<'_, [S::Elem]>
where
    S: Storage + RawData<Elem: Copy>,
    D: Dimension,
{
    match array.as_slice() {
        Some(slice) => Cow::Borrowed(slice),
        None => Cow::Owned(array.iter().copied().collect()),
    }
}
