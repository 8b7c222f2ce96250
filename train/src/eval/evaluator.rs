//! A pass over a dataset: generates and scores a picture of each frame. Of each picture, only the scores and what
//! [`Keeping`] selects are kept.

use std::{collections::BTreeMap, time::Instant};

use anyhow::{Context, Result};
use image::RgbImage;
use indicatif::ProgressBar;
use multicond::{
    Size,
    label::{Label, LabelMap},
};
use ndarray::{Array2, Array3};

use super::{
    Condition, Judges, Keeping, LabelNoise, PictureScores, Quantity, Scores, Subject, Told,
    eight_bit,
    measures::{ClassCounts, Grid, Moments, frechet_distance, psnr, ssim},
    paths::Follower,
};
use crate::data::{
    ConfidenceNoise, Dataset, Ordered, PathFrame, Sample, Sparsity, inspect::Shortfall,
};

/// Number of samples that each reader thread reads ahead.
const AHEAD: usize = 2;

/// Scores subjects on the frames of one dataset.
pub struct Evaluator {
    data: Dataset,
    /// The camera path that each frame is of.
    paths: Vec<Option<PathFrame>>,
    /// The label of classes that the segmenter's output is compared with.
    truth: Option<Label>,
    shortfall: Shortfall,
    size: Size,
    seed: u64,
    judges: Judges,
    keeping: Keeping,
    real: Option<Real>,
}

/// The results of a pass.
pub struct Measured {
    /// Scores of the whole set.
    pub scores: Scores,
    /// Scores of each picture, in the order of the frames.
    pub pictures: Vec<PictureScores>,
    /// The first pictures, for the report.
    pub shown: Vec<RgbImage>,
    /// Time for generating and scoring, in seconds.
    pub seconds: f64,
    /// The part of it that the SDK needed for generating, in seconds.
    pub generating: f64,
}

/// Results for the ground truth, filled by the first pass.
#[derive(Default)]
struct Real {
    moments: Option<Moments>,
    features: Vec<Vec<f32>>,
    classes: Option<ClassCounts>,
    shown: Vec<RgbImage>,
}

impl Evaluator {
    /// Creates an evaluator for pictures of this size. The seed and a frame's name decide what is dropped from labels,
    /// so that every pass drops the same.
    ///
    /// # Errors
    /// When a camera's file is damaged.
    pub fn new(
        data: Dataset,
        size: Size,
        seed: u64,
        judges: Judges,
        keeping: Keeping,
    ) -> Result<Self> {
        let (data, paths) = data.along_paths()?;
        Ok(Self {
            paths,
            truth: data.class_label().cloned(),
            shortfall: Shortfall::default(),
            data,
            size,
            seed,
            judges,
            keeping,
            real: None,
        })
    }

    /// Compares the segmenter's output with the classes of this label, instead of those of the data.
    #[must_use]
    pub fn with_truth(self, truth: Option<Label>) -> Self {
        Self { truth, ..self }
    }

    /// What the data lacks of the labels of the subjects scored so far.
    pub(super) fn shortfall(&self) -> &Shortfall {
        &self.shortfall
    }

    /// Number of frames in a pass.
    pub fn frames(&self) -> usize {
        self.data.frames().len()
    }

    /// Size of the pictures.
    pub fn size(&self) -> Size {
        self.size
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    pub(super) fn data_name(&self) -> String {
        self.data.name()
    }

    pub(super) fn feature_network(&self) -> Option<String> {
        let network = self.judges.features.as_ref()?;
        Some(network.name().to_owned())
    }

    pub(super) fn segmenter(&self) -> Option<String> {
        Some(self.judges.segmenter.as_ref()?.name())
    }

    /// The segmenter's scores on the ground truth, after the first pass.
    pub fn real_scores(&self) -> Option<Scores> {
        let classes = self.real.as_ref()?.classes.as_ref()?;
        Some(Scores::of_classes(classes))
    }

    /// The ground truth of the first frames, after the first pass.
    pub fn shown(&self) -> &[RgbImage] {
        self.real.as_ref().map_or(&[], |real| &real.shown)
    }

    /// Features of the ground truth, after the first pass and if they are kept.
    pub(super) fn real_features(&self) -> &[Vec<f32>] {
        self.real.as_ref().map_or(&[], |real| &real.features)
    }

    /// Generates and scores a picture of every frame. `name` is the folder for the pictures, if they are kept. Labels
    /// and classes that the data lacks are missing.
    ///
    /// # Errors
    /// When a frame cannot be read, or an engine fails.
    pub fn score(
        &mut self,
        name: &str,
        subject: &mut Subject,
        condition: &Condition,
        bar: &ProgressBar,
    ) -> Result<Measured> {
        let start = Instant::now();
        let labels = subject.labels().to_vec();
        let data = self.data.with_missing(&labels);
        let (schema, truth, depth) = self.schema(&labels);
        let mut sheet = self
            .keeping
            .sheets
            .as_ref()
            .map(|sheets| sheets.start(self.frames()));
        let mut follower = Follower::default();
        let sparsity = Sparsity {
            free_form: condition.free_form,
            ..Sparsity::at_rate(condition.sparsity, &condition.removed)
        };
        let is_first = self.real.is_none();
        let mut real_set = self.real.take().unwrap_or_default();
        let mut generated = None;
        let (mut pictures, mut shown) = (Vec::new(), Vec::new());
        let (mut generating, mut elsewhere) = (0.0, 0.0);
        for (index, sample) in samples(&data, &schema, self.size)?.enumerate() {
            let mut sample = sample?;
            let path = self.paths[index].clone();
            // Before labels are dropped.
            let view = path.and_then(|path| {
                let view = Follower::view(&path, &sample, depth?)?;
                Some((path, view))
            });
            let real = eight_bit::rounded(sample.picture.view());
            let truth = truth.and_then(|place| match &sample.labels[place] {
                LabelMap::Classes(ids) => Some(ids.clone()),
                LabelMap::Values(_) => None,
            });
            // Sets the regions here, so that they are the same for models that do not take the label they are derived
            // from.
            if sample.instances.is_none() {
                sample.instances.clone_from(&truth);
            }
            sparsity.apply_by_name(&mut sample, &labels, self.seed);
            if let Some(LabelNoise { amount, confidence }) = condition.noise {
                ConfidenceNoise::of(amount).apply_by_name(&mut sample, &labels, self.seed);
                if confidence == Told::Full {
                    sample.confidence.clear();
                }
            }
            let (picture, seconds) = subject
                .paint(&sample, real.view())
                .with_context(|| sample.name.clone())?;
            generating += seconds;
            let picture = eight_bit::rounded(picture.view());
            if is_first {
                let start = Instant::now();
                self.observe(&mut real_set, &sample.name, &real, truth.as_ref())?;
                elsewhere += start.elapsed().as_secs_f64();
            }
            let mut scores = self.judge(&picture, &real, truth.as_ref())?;
            scores.grids = grids(subject.tile(), &picture, &real);
            scores.flicker =
                view.and_then(|(path, view)| follower.step(&path, view, &picture, &real));
            if let Some(sheet) = &mut sheet {
                sheet.add(index, &sample, &picture);
            }
            if let Some(features) = &scores.features {
                take(&mut generated, features)?;
            }
            if !self.keeping.features {
                scores.features = None;
            }
            self.keeping
                .keep(name, &sample.name, &picture, &mut shown)?;
            pictures.push(scores);
            bar.inc(1);
        }
        if let (Some(sheet), Some(sheets)) = (&sheet, &self.keeping.sheets) {
            sheet.write(&sheets.folder, name, &labels)?;
        }
        let mut shortfall = Shortfall::of(&self.data, &labels)?;
        shortfall.classes = data.unfit_classes(&labels);
        self.shortfall.add(shortfall);
        let mut scores = Scores::of(pictures.iter());
        if let (Some(real), Some(generated)) = (&real_set.moments, &generated)
            && real.count() > 1
        {
            let distance = frechet_distance(real, generated)?;
            scores.0.insert(Quantity::FrechetDistance, distance);
        }
        self.real = Some(real_set);
        Ok(Measured {
            scores,
            pictures,
            shown,
            seconds: start.elapsed().as_secs_f64() - elsewhere,
            generating,
        })
    }

    /// The labels to read, which are those of the model, the true classes, and on camera paths the depth, and the
    /// indices of the latter two.
    fn schema(&self, labels: &[Label]) -> (Vec<Label>, Option<usize>, Option<usize>) {
        let mut schema = labels.to_vec();
        let mut place_of = |wanted: &Label| {
            let place = schema.iter().position(|label| label.is_same_data(wanted));
            place.unwrap_or_else(|| {
                schema.push(wanted.clone());
                schema.len() - 1
            })
        };
        let has_paths = self.paths.iter().any(Option::is_some);
        let depth = self.data.depth_label().filter(|_| has_paths);
        let truth = self.truth.as_ref().map(&mut place_of);
        let depth = depth.map(&mut place_of);
        (schema, truth, depth)
    }

    /// Adds a ground-truth picture.
    fn observe(
        &self,
        set: &mut Real,
        frame: &str,
        picture: &Array3<f32>,
        truth: Option<&Array2<i32>>,
    ) -> Result<()> {
        if let Some(network) = &self.judges.features {
            let features = network.features(picture.view())?;
            take(&mut set.moments, &features)?;
            if self.keeping.features {
                set.features.push(features);
            }
        }
        if let Some(counts) = self.count(picture, truth)? {
            counts.add_to(&mut set.classes);
        }
        self.keeping.keep("real", frame, picture, &mut set.shown)
    }

    fn judge(
        &mut self,
        picture: &Array3<f32>,
        real: &Array3<f32>,
        truth: Option<&Array2<i32>>,
    ) -> Result<PictureScores> {
        let (a, b) = (picture.view(), real.view());
        let mut values = BTreeMap::from([(Quantity::Psnr, psnr(a, b))]);
        if let Some(similarity) = ssim(a, b) {
            values.insert(Quantity::Ssim, similarity);
        }
        if let Some(lpips) = &mut self.judges.lpips_alex {
            values.insert(Quantity::LpipsAlex, lpips.distance(a, b)?);
        }
        if let Some(lpips) = &mut self.judges.lpips_vgg {
            values.insert(Quantity::LpipsVgg, lpips.distance(a, b)?);
        }
        let features = self.judges.features.as_ref();
        Ok(PictureScores {
            values,
            classes: self.count(picture, truth)?,
            grids: BTreeMap::new(),
            flicker: None,
            features: features.map(|network| network.features(a)).transpose()?,
        })
    }

    /// Compares the segmenter's output for a picture with the true classes.
    fn count(
        &self,
        picture: &Array3<f32>,
        truth: Option<&Array2<i32>>,
    ) -> Result<Option<ClassCounts>> {
        let (Some(segmenter), Some(truth)) = (&self.judges.segmenter, truth) else {
            return Ok(None);
        };
        segmenter.count(picture.view(), truth.view()).map(Some)
    }
}

/// The profiles of grids of a model's tiles, and of tiles of 8 and 16 pixels.
fn grids(
    tile: Option<usize>,
    picture: &Array3<f32>,
    real: &Array3<f32>,
) -> BTreeMap<Quantity, Grid> {
    let common = [(Quantity::Grid8, 8), (Quantity::Grid16, 16)];
    let common = common.into_iter().filter(|(_, side)| tile != Some(*side));
    let own = tile.map(|tile| (Quantity::Grid, tile));
    let all = own.into_iter().chain(common);
    all.filter_map(|(quantity, side)| {
        Some((quantity, Grid::of(picture.view(), real.view(), side)?))
    })
    .collect()
}

/// Reads the frames in order, with read-ahead.
pub(super) fn samples(
    data: &Dataset,
    schema: &[Label],
    size: Size,
) -> Result<impl Iterator<Item = Result<Sample>> + use<>> {
    let (data, schema) = (data.clone(), schema.to_vec());
    let read = move |index| {
        let index = usize::try_from(index).ok()?;
        (index < data.frames().len()).then(|| data.read(index, &schema, size))
    };
    Ordered::start(multicond::threads::available(), AHEAD, 0, read).context("cannot start a thread")
}

fn take(moments: &mut Option<Moments>, features: &[f32]) -> Result<()> {
    let moments = moments.get_or_insert_with(|| Moments::new(features.len()));
    moments.add(features)
}
