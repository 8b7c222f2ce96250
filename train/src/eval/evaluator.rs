//! One pass over a dataset: pictures are made, judged and forgotten. Memory does not grow with their number, but for
//! a few numbers each.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result};
use image::RgbImage;
use indicatif::ProgressBar;
use multicond::{label::Label, label::LabelMap, model::Size};
use ndarray::{Array2, Array3};

use super::{
    Judges, PictureScores, Quantity, Scores, Subject, eight_bit,
    measures::{ClassCounts, Moments, frechet_distance, psnr, ssim},
};
use crate::data::{Dataset, Ordered, Sample, Sparsity, all_cores, show};

/// Samples that each reading thread is ahead.
const AHEAD: usize = 2;

/// Scores subjects on the frames of one dataset.
pub struct Evaluator {
    data: Dataset,
    size: Size,
    seed: u64,
    judges: Judges,
    /// The label that says what a segmenter ought to see.
    truth: Option<Label>,
    keeping: Keeping,
    real: Option<Real>,
}

/// What stays of the pictures beside their scores.
#[derive(Clone, Debug, Default)]
pub struct Keeping {
    /// Features of every picture, for intervals of the Frechet distance: some kilobytes each.
    pub features: bool,
    /// The first pictures, to be shown.
    pub shown: usize,
    /// All pictures, as PNG files in folders of this folder.
    pub folder: Option<PathBuf>,
}

/// What is asked of a subject: which labels it is not given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Condition {
    /// Chance that a region loses a label.
    pub sparsity: f64,
    /// Labels that are absent altogether.
    pub removed: Vec<String>,
    /// Chance that strokes are rubbed out of a label.
    pub free_form: f64,
}

/// What came of one pass.
pub struct Measured {
    /// Of the whole set.
    pub scores: Scores,
    /// Of each picture, in the order of the frames.
    pub pictures: Vec<PictureScores>,
    /// The first pictures.
    pub shown: Vec<RgbImage>,
    /// Seconds that all of it took.
    pub seconds: f64,
    /// Seconds that the SDK took to make the pictures.
    pub generating: f64,
}

/// What is known of the real pictures after the first pass.
#[derive(Default)]
struct Real {
    moments: Option<Moments>,
    features: Vec<Vec<f32>>,
    classes: Option<ClassCounts>,
    shown: Vec<RgbImage>,
}

impl Evaluator {
    /// Scores pictures of this size. What is dropped of labels follows from the seed and the frame's name, so that
    /// every pass drops the same.
    pub fn new(data: Dataset, size: Size, seed: u64, judges: Judges, keeping: Keeping) -> Self {
        let truth = data.class_label().cloned();
        Self {
            data,
            size,
            seed,
            judges,
            truth,
            keeping,
            real: None,
        }
    }

    /// Frames that a pass scores.
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

    /// What the segmenter makes of the real pictures, after the first pass: no generated ones can be expected to
    /// score more.
    pub fn ceiling(&self) -> Option<Scores> {
        let classes = self.real.as_ref()?.classes.as_ref()?;
        Some(Scores::of_classes(classes))
    }

    /// The first real pictures, after the first pass.
    pub fn shown(&self) -> &[RgbImage] {
        self.real.as_ref().map_or(&[], |real| &real.shown)
    }

    /// Features of the real pictures, after the first pass and if they are kept.
    pub(super) fn real_features(&self) -> &[Vec<f32>] {
        self.real.as_ref().map_or(&[], |real| &real.features)
    }

    /// Makes and scores a picture of every frame. `name` is the folder of its pictures, if they are kept.
    ///
    /// # Errors
    /// When a frame cannot be read or lacks a label, or an engine fails.
    pub fn score(
        &mut self,
        name: &str,
        subject: &mut Subject,
        condition: &Condition,
        bar: &ProgressBar,
    ) -> Result<Measured> {
        let start = Instant::now();
        let labels = subject.labels().to_vec();
        let schema = self.schema(&labels);
        let sparsity = Sparsity {
            free_form: condition.free_form,
            ..Sparsity::at_rate(condition.sparsity, &condition.removed)
        };
        let is_first = self.real.is_none();
        let mut real_set = self.real.take().unwrap_or_default();
        let mut generated = None;
        let (mut pictures, mut shown) = (Vec::new(), Vec::new());
        let mut generating = 0.0;
        for sample in samples(&self.data, &schema, self.size)? {
            let mut sample = sample?;
            let real = eight_bit::rounded(sample.picture.view());
            let truth = self.truth_of(&sample, &schema);
            sparsity.apply_by_name(&mut sample, &labels, self.seed);
            let (picture, seconds) = subject
                .paint(&sample, real.view())
                .with_context(|| sample.name.clone())?;
            generating += seconds;
            let picture = eight_bit::rounded(picture.view());
            if is_first {
                self.observe(&mut real_set, &sample.name, &real, truth.as_ref())?;
            }
            let mut scores = self.judge(&sample.name, &picture, &real, truth.as_ref())?;
            if let Some(features) = &scores.features {
                take(&mut generated, features)?;
            }
            if !self.keeping.features {
                scores.features = None;
            }
            self.keep(name, &sample.name, &picture, &mut shown)?;
            pictures.push(scores);
            bar.inc(1);
        }
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
            seconds: start.elapsed().as_secs_f64(),
            generating,
        })
    }

    /// The labels to read: the subject's, and what the segmenter ought to see.
    fn schema(&self, labels: &[Label]) -> Vec<Label> {
        let mut schema = labels.to_vec();
        if self.judges.segmenter.is_some()
            && let Some(truth) = &self.truth
            && !labels.iter().any(|label| label.name == truth.name)
        {
            schema.push(truth.clone());
        }
        schema
    }

    /// What the segmenter ought to see, as it counts classes.
    fn truth_of(&self, sample: &Sample, schema: &[Label]) -> Option<Array2<i32>> {
        let segmenter = self.judges.segmenter.as_ref()?;
        let name = &self.truth.as_ref()?.name;
        let place = schema.iter().position(|label| label.name == *name)?;
        match &sample.labels[place] {
            LabelMap::Classes(ids) => Some(segmenter.translate(ids.view())),
            LabelMap::Values(_) => None,
        }
    }

    /// Takes a real picture into account.
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
        if let (Some(segmenter), Some(truth)) = (&self.judges.segmenter, truth) {
            let counts = set
                .classes
                .get_or_insert_with(|| ClassCounts::new(segmenter.class_count()));
            counts.add(truth.view(), segmenter.see(picture.view())?.view());
        }
        self.keep("real", frame, picture, &mut set.shown)
    }

    fn judge(
        &mut self,
        frame: &str,
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
        let features = features.map(|network| network.features(a)).transpose()?;
        let classes = match (&self.judges.segmenter, truth) {
            (Some(segmenter), Some(truth)) => {
                let mut counts = ClassCounts::new(segmenter.class_count());
                counts.add(truth.view(), segmenter.see(a)?.view());
                Some(counts)
            }
            _ => None,
        };
        Ok(PictureScores {
            frame: frame.to_owned(),
            values,
            classes,
            features,
        })
    }

    fn keep(
        &self,
        set: &str,
        frame: &str,
        picture: &Array3<f32>,
        shown: &mut Vec<RgbImage>,
    ) -> Result<()> {
        if shown.len() < self.keeping.shown {
            shown.push(show::picture(picture));
        }
        if let Some(folder) = &self.keeping.folder {
            let folder = folder.join(file_name(set));
            fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
            let path = folder.join(file_name(frame) + ".png");
            show::save_png(&show::picture(picture), &path)?;
        }
        Ok(())
    }
}

/// Reads the frames in order, some ahead.
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
    Ordered::start(all_cores(), AHEAD, 0, read).context("cannot start a thread")
}

fn take(moments: &mut Option<Moments>, features: &[f32]) -> Result<()> {
    let moments = moments.get_or_insert_with(|| Moments::new(features.len()));
    moments.add(features)
}

/// A name without what separates folders.
fn file_name(name: &str) -> String {
    name.replace(['/', '\\', ':'], "_")
}

/// Checks that pictures can be kept in a folder that holds none yet.
///
/// # Errors
/// When it holds something, or cannot be made.
pub fn prepare_folder(folder: &Path) -> Result<()> {
    let place = || folder.display().to_string();
    fs::create_dir_all(folder).with_context(place)?;
    let mut entries = fs::read_dir(folder).with_context(place)?;
    anyhow::ensure!(
        entries.next().is_none(),
        "{}: is not empty; pictures of earlier evaluations would mix with these",
        folder.display()
    );
    Ok(())
}
