//! A frame's labels as inputs of the model, and which pixels changed since the last frame.

use multicond_format::label::{
    CERTAIN, Label, LabelMap, MISSING, canonicalise, class_or_missing, confidence,
};

use super::frame::{Confidence, Frame, Source};
use crate::{
    engine::{Data, DataMut, Tensor},
    error::{Error, Result},
    memory::filled,
    model::Manifest,
    pixels::{ConfidenceDecoder, Decoder},
};

/// All labels of a model for one picture. Missing values have one representation, so that two pixels are equal exactly if
/// their bits are.
pub(super) struct Planes {
    /// The frame's size, and that padded to multiples of the model's `size_multiple`.
    size: (usize, usize),
    padded: (usize, usize),
    /// One `[1, channels, height, width]` for each label, in the model's order, then one for the confidence of each, if
    /// there are any.
    tensors: Vec<Tensor>,
    labels: usize,
    /// Whether the last frame had the label or confidence.
    known: Vec<bool>,
    /// Whether a pixel changed since its last merge.
    changed: Vec<bool>,
    // One row of one label, and copies of images on a GPU.
    floats: Vec<f32>,
    ints: Vec<i32>,
    scratch: [Vec<u8>; 2],
}

impl Planes {
    /// All labels are missing, with full `confidence` if it is asked for, and every pixel counts as changed.
    pub(super) fn new(
        labels: &[Label],
        confidence: bool,
        size: (usize, usize),
        padded: (usize, usize),
    ) -> Result<Self> {
        let (width, height) = padded;
        let channels = labels.iter().map(Label::channels).max().unwrap_or(1);
        let tensors = inputs(labels, confidence, [height, width])?;
        Ok(Self {
            size,
            padded,
            known: vec![false; tensors.len()],
            tensors,
            labels: labels.len(),
            changed: filled(width * height, true)?,
            floats: filled(channels * size.0, MISSING)?,
            ints: filled(size.0, 0)?,
            scratch: [Vec::new(), Vec::new()],
        })
    }

    /// Whether there are confidences.
    pub(super) fn has_confidence(&self) -> bool {
        self.tensors.len() > self.labels
    }

    pub(super) fn size(&self) -> (usize, usize) {
        self.size
    }

    /// Pixels of the padded picture.
    pub(super) fn pixels(&self) -> usize {
        self.changed.len()
    }

    pub(super) fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    pub(super) fn changed(&self) -> &[bool] {
        &self.changed
    }

    /// Marks every pixel as changed or unchanged.
    pub(super) fn mark_all(&mut self, changed: bool) {
        self.changed.fill(changed);
    }

    /// Reads a frame of this size, which has confidences only if the planes do. A checked frame fails only if an image cannot be copied from a GPU; what was read
    /// before that is marked as changed.
    pub(super) fn update(&mut self, frame: &Frame<'_>, manifest: &Manifest) -> Result<()> {
        for (index, label) in manifest.labels.iter().enumerate() {
            let source = frame.source(&label.name);
            if source.is_none() && !self.known[index] {
                continue;
            }
            self.known[index] = true;
            self.take(index, label, source)?;
            self.known[index] = source.is_some();
        }
        if !self.has_confidence() {
            return Ok(());
        }
        for (index, label) in manifest.labels.iter().enumerate() {
            let index = self.labels + index;
            let source = frame.confidence(&label.name);
            if source.is_none() && !self.known[index] {
                continue;
            }
            self.known[index] = true;
            self.take_confidence(index, source)?;
            self.known[index] = source.is_some();
        }
        Ok(())
    }

    fn take_confidence(&mut self, index: usize, source: Option<&Confidence<'_>>) -> Result<()> {
        let (width, height) = self.size;
        let mut scratch = std::mem::take(&mut self.scratch);
        let decoder = match source {
            Some(Confidence::Image(image)) => {
                Some(ConfidenceDecoder::new(*image, &mut scratch[0])?)
            }
            _ => None,
        };
        for y in 0..height {
            let row = &mut self.floats[..width];
            match (&decoder, source) {
                (Some(decoder), _) => decoder.row(y, row),
                (None, Some(Confidence::Map(map))) => row
                    .iter_mut()
                    .zip(map.row(y))
                    .for_each(|(to, &number)| *to = confidence(number)),
                _ => row.fill(CERTAIN),
            }
            self.store_padded(index, y);
        }
        self.scratch = scratch;
        Ok(())
    }

    fn take(&mut self, index: usize, label: &Label, source: Option<&Source<'_>>) -> Result<()> {
        let (width, height) = self.size;
        let channels = label.channels();
        let mut scratch = std::mem::take(&mut self.scratch);
        let decoder = match source {
            Some(Source::Image(image)) => Some(Decoder::new(*image, &mut scratch)?),
            _ => None,
        };
        let map = match source {
            Some(Source::Map(map)) => Some(map),
            _ => None,
        };
        for y in 0..height {
            match (label.encoding(), label.missing_class()) {
                (Some(encoding), _) => {
                    let row = &mut self.floats[..channels * width];
                    match (&decoder, map) {
                        (Some(decoder), _) => decoder.values(y, channels, &encoding, row),
                        (None, Some(LabelMap::Values(values))) => {
                            for (channel, row) in row.chunks_exact_mut(width).enumerate() {
                                let values = values.slice(ndarray::s![channel, y, ..]);
                                row.iter_mut()
                                    .zip(values)
                                    .for_each(|(to, from)| *to = *from);
                            }
                            canonicalise(row, width, &encoding);
                        }
                        _ => row.fill(MISSING),
                    }
                }
                (None, missing) => {
                    let missing = missing.unwrap_or_default();
                    let row = &mut self.ints[..];
                    match (&decoder, map) {
                        (Some(decoder), _) => decoder.classes(y, label, missing, row),
                        (None, Some(LabelMap::Classes(ids))) => {
                            let classes = label.class_count();
                            row.iter_mut().zip(ids.row(y)).for_each(|(to, &id)| {
                                *to = class_or_missing(id, classes, missing);
                            });
                        }
                        _ => row.fill(missing),
                    }
                }
            }
            self.store_padded(index, y);
        }
        self.scratch = scratch;
        Ok(())
    }

    /// [`store`](Self::store) as row `y`, and as the padding if it is the last.
    fn store_padded(&mut self, index: usize, y: usize) {
        // The padding repeats the last row.
        let last = if y + 1 == self.size.1 {
            self.padded.1
        } else {
            y + 1
        };
        for to in y..last {
            self.store(index, to);
        }
    }

    /// Compares the current row with row `y` of a label, and stores it there.
    fn store(&mut self, index: usize, y: usize) {
        let (width, pixels) = (self.padded.0, self.changed.len());
        let place = y * width..(y + 1) * width;
        let changed = &mut self.changed[place.clone()];
        match self.tensors[index].data_mut() {
            DataMut::Float(planes) => {
                let rows = self.floats.chunks_exact(self.size.0);
                for (plane, row) in planes.chunks_exact_mut(pixels).zip(rows) {
                    store(&mut plane[place.clone()], row, changed, f32::to_bits);
                }
            }
            DataMut::Int(plane) => store(&mut plane[place], &self.ints, changed, |id| id as u32),
        }
    }

    /// The bits of all labels and confidences of one pixel.
    pub(super) fn bits(&self, pixel: usize) -> impl Iterator<Item = u32> {
        let pixels = self.pixels();
        self.tensors.iter().flat_map(move |tensor| {
            let channels = tensor.shape()[1];
            (0..channels).map(move |channel| match tensor.data() {
                Data::Float(values) => values[channel * pixels + pixel].to_bits(),
                Data::Int(values) => values[pixel] as u32,
            })
        })
    }
}

/// The inputs of a model at all of `[height, width]` pixels: all labels missing, then, if it is asked for, the full
/// `confidence` of each.
pub(super) fn inputs(labels: &[Label], confidence: bool, size: [usize; 2]) -> Result<Vec<Tensor>> {
    let confidences = labels.iter().filter(|_| confidence).map(|label| {
        let [height, width] = size;
        Tensor::floats(label.confidence_input(), [1, 1, height, width], CERTAIN)
    });
    let labels = labels.iter().map(|label| missing(label, size));
    labels.chain(confidences).collect()
}

/// A label that is missing at all of `[height, width]` pixels.
fn missing(label: &Label, [height, width]: [usize; 2]) -> Result<Tensor> {
    let shape = [1, label.channels(), height, width];
    match label.missing_class() {
        None => Tensor::floats(&label.name, shape, MISSING),
        Some(missing) => Tensor::ints(&label.name, shape, missing),
    }
}

/// Stores `row` in `place`, padded with its last value, and marks the pixels that changed.
fn store<T: Copy>(place: &mut [T], row: &[T], changed: &mut [bool], bits: impl Fn(T) -> u32) {
    let Some(&last) = row.last() else {
        return;
    };
    let same = |place: &[T]| place.iter().zip(row).all(|(&a, &b)| bits(a) == bits(b));
    if same(place) && place[row.len()..].iter().all(|&a| bits(a) == bits(last)) {
        return;
    }
    let values = row.iter().copied().chain(std::iter::repeat(last));
    for ((place, value), changed) in place.iter_mut().zip(values).zip(changed) {
        *changed |= bits(*place) != bits(value);
        *place = value;
    }
}

/// Checks the labels of a frame and their confidences against the model.
///
/// # Errors
/// When the frame has a label that the model does not have, or that is of another kind, a confidence although the model
/// takes none, or one of a label that the frame does not have.
pub(super) fn check(frame: &Frame<'_>, manifest: &Manifest) -> Result<()> {
    for name in frame.names() {
        let label = manifest.label(name)?;
        match frame.source(name) {
            Some(Source::Map(map)) => map.check(label)?,
            Some(Source::Image(image)) => image.check(label)?,
            None => {}
        }
    }
    for name in frame.confident() {
        let label = manifest.confidence_of(name)?;
        if frame.source(name).is_none() {
            let reason = "has a confidence, but the frame does not have the label itself";
            return Err(Error::label(name, reason));
        }
        if let Some(Confidence::Image(image)) = frame.confidence(name) {
            image.check(label)?;
        }
    }
    Ok(())
}
