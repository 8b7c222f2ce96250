//! Derived labels: labels that are computed from a picture and its other labels.

mod curvature;
mod edges;
mod gap;
mod network;
mod normals;
mod plane;
mod taskonomy;
mod ways;

use std::{fmt, str::FromStr, sync::Arc};

use anyhow::{Context, Result, ensure};
use multicond::label::{Label, LabelMap};
use ndarray::{Array2, Array3, ArrayView2, Axis, s};

pub use self::network::Network;
pub(super) use self::{
    curvature::{curvature, soften},
    normals::normals,
    ways::{Way, ways},
};
use super::{Intrinsics, Sample, regions};

/// The derivation of a label or of the objects, written `NAME=METHOD`.
#[derive(Clone, Debug)]
pub enum Derivation {
    /// `normals=depth`: surface normals from depth and the camera.
    Normals,
    /// `curvature=depth`: principal curvatures from depth, normals and the camera.
    Curvature,
    /// `edges=canny`: Canny edges of the picture.
    CannyEdges,
    /// `edges=gradient`: gradient strength of the picture.
    GradientEdges,
    /// `edges=texture`: edges of the picture as Taskonomy has them.
    TextureEdges,
    /// `occlusion_edges=depth`: occlusion edges from depth as Taskonomy has them.
    OcclusionEdges,
    /// `occlusion_edges=gap`: occlusion edges as gaps of depth.
    Gaps,
    /// `instances=semantics`: connected components of each class, for data without objects.
    Regions,
    /// `NAME=FILE.toml`: the prediction of a network from the picture.
    Network(Arc<Network>),
}

/// The spelling of the derivations without parameters.
const NAMES: [(&str, Derivation); 8] = [
    ("normals=depth", Derivation::Normals),
    ("curvature=depth", Derivation::Curvature),
    ("edges=canny", Derivation::CannyEdges),
    ("edges=gradient", Derivation::GradientEdges),
    ("edges=texture", Derivation::TextureEdges),
    ("occlusion_edges=depth", Derivation::OcclusionEdges),
    ("occlusion_edges=gap", Derivation::Gaps),
    ("instances=semantics", Derivation::Regions),
];

impl Derivation {
    /// Whether it derives this label.
    pub(super) fn makes(&self, label: &Label) -> bool {
        self.label().is_some_and(|made| made.name == label.name)
    }

    /// Whether it derives the objects.
    pub(super) fn makes_objects(&self) -> bool {
        matches!(self, Self::Regions)
    }

    /// The label that it derives; `None` for objects.
    fn label(&self) -> Option<Label> {
        match self {
            Self::Normals => Some(Label::normals()),
            Self::Curvature => Some(Label::curvature()),
            Self::CannyEdges | Self::GradientEdges | Self::TextureEdges => Some(Label::edges()),
            Self::OcclusionEdges | Self::Gaps => Some(Label::occlusion_edges()),
            Self::Regions => None,
            Self::Network(network) => Some(network.label().clone()),
        }
    }

    /// The labels that it needs.
    fn needs(&self) -> &'static [&'static str] {
        match self {
            Self::Normals | Self::OcclusionEdges | Self::Gaps => &["depth"],
            Self::Curvature => &["depth", "normals"],
            Self::Regions => &["semantics"],
            Self::CannyEdges | Self::GradientEdges | Self::TextureEdges | Self::Network(_) => &[],
        }
    }

    /// Whether it is computed after resizing. Lines of one pixel do not survive downscaling, and regions should match
    /// the resized labels. Geometry is computed before, at the resolution at which it was measured, and so are
    /// Taskonomy's edges, which are then resized as its files would be.
    fn is_late(&self) -> bool {
        match self {
            Self::CannyEdges | Self::GradientEdges | Self::Gaps | Self::Regions => true,
            Self::Normals | Self::Curvature | Self::Network(_) => false,
            Self::TextureEdges | Self::OcclusionEdges => false,
        }
    }
}

impl fmt::Display for Derivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Network(network) = self {
            return write!(f, "{}={network}", network.label().name);
        }
        let is_it = |other: &Self| std::mem::discriminant(self) == std::mem::discriminant(other);
        let name = NAMES.iter().find(|(_, other)| is_it(other));
        f.write_str(name.map_or("", |(name, _)| name))
    }
}

impl FromStr for Derivation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((_, derivation)) = NAMES.iter().find(|(name, _)| *name == text) {
            return Ok(derivation.clone());
        }
        match text.split_once('=') {
            Some((name, file)) if file.ends_with(".toml") => Network::load(name, file.as_ref())
                .map(|network| Self::Network(Arc::new(network)))
                // The whole chain, because callers of `FromStr` get only a string.
                .map_err(|error| format!("{error:#}")),
            _ => Err(format!(
                "expected {}, or NAME=FILE.toml for a network",
                NAMES.map(|(name, _)| name).join(", ")
            )),
        }
    }
}

/// The labels after all derivations: those of the data in their order, where derived labels replace labels of the
/// same name, then the other derived labels.
pub(super) fn labels(data: &[Label], derivations: &[Derivation]) -> Result<Vec<Label>> {
    let mut labels = data.to_vec();
    for (index, derivation) in derivations.iter().enumerate() {
        for needed in derivation.needs() {
            let found = labels.iter().find(|label| label.name == *needed);
            let found = found.with_context(|| {
                format!("`{derivation}` needs the label `{needed}`, which neither the data nor an earlier derivation has")
            })?;
            ensure!(
                found.classes().is_some() == (*needed == "semantics")
                    && found.channels() == if *needed == "normals" { 3 } else { 1 },
                "`{derivation}` cannot be derived from this data's label `{needed}`: it is of another kind"
            );
        }
        let Some(label) = derivation.label() else {
            continue;
        };
        ensure!(
            !derivations[..index].iter().any(|other| other.makes(&label)),
            "`{}` is derived twice",
            label.name
        );
        match labels.iter_mut().find(|other| other.name == label.name) {
            Some(replaced) => *replaced = label,
            None => labels.push(label),
        }
    }
    Ok(labels)
}

/// What has to be read and computed for a set of labels.
pub(super) struct Plan<'a> {
    /// Labels to read from the data.
    pub(super) read: Vec<Label>,
    /// Derivations to run, in this order.
    run: Vec<&'a Derivation>,
}

/// Plans how to obtain the labels of `schema`, all of which must exist.
pub(super) fn plan<'a>(
    schema: &[Label],
    data: &[Label],
    derivations: &'a [Derivation],
) -> Plan<'a> {
    let mut wanted: Vec<&str> = schema.iter().map(|label| label.name.as_str()).collect();
    let mut run = Vec::new();
    for derivation in derivations.iter().rev() {
        match derivation.label() {
            Some(made) if !wanted.contains(&made.name.as_str()) => continue,
            Some(made) => wanted.retain(|name| *name != made.name),
            None => {}
        }
        run.push(derivation);
        wanted.extend(derivation.needs());
    }
    run.reverse();
    let is_wanted = |label: &&Label| wanted.contains(&label.name.as_str());
    Plan {
        read: data.iter().filter(is_wanted).cloned().collect(),
        run,
    }
}

/// Derives the planned labels of a sample that has the labels of `plan.read`, resizing it in between, and keeps only
/// the labels of `schema`.
pub(super) fn apply(
    sample: Sample,
    plan: &Plan<'_>,
    schema: &[Label],
    resize: impl FnOnce(Sample) -> Sample,
) -> Result<Sample> {
    let mut known = Known {
        names: plan.read.iter().map(|label| label.name.clone()).collect(),
        sample,
        has_own_normals: true,
    };
    for derivation in plan.run.iter().filter(|derivation| !derivation.is_late()) {
        known.derive(derivation)?;
    }
    known.sample = resize(known.sample);
    for derivation in plan.run.iter().filter(|derivation| derivation.is_late()) {
        known.derive(derivation)?;
    }
    Ok(known.leave(schema))
}

/// A sample in progress, with the names of its labels so far. [`plan`] ensures that the labels needed exist.
struct Known {
    sample: Sample,
    names: Vec<String>,
    /// Whether the normals come from the data, not from a derivation.
    has_own_normals: bool,
}

impl Known {
    fn derive(&mut self, derivation: &Derivation) -> Result<()> {
        let picture = self.sample.picture.view();
        let map = match derivation {
            Derivation::Normals => {
                self.has_own_normals = false;
                LabelMap::Values(normals::normals(self.depth(), &self.camera()?))
            }
            Derivation::Curvature => {
                let normals = self.values("normals").view();
                // Renderers average normals over a pixel, derived normals are those of a single point.
                let softened = (!self.has_own_normals).then(|| curvature::soften(normals));
                let normals = softened
                    .as_ref()
                    .map_or(normals, |softened| softened.view());
                LabelMap::Values(curvature::curvature(self.depth(), normals, &self.camera()?))
            }
            Derivation::CannyEdges => one_channel(edges::canny(picture)),
            Derivation::GradientEdges => one_channel(edges::gradient(picture)),
            Derivation::TextureEdges => one_channel(taskonomy::texture(picture)),
            Derivation::OcclusionEdges => one_channel(taskonomy::occlusion(self.depth())),
            Derivation::Gaps => one_channel(gap::gaps(self.depth())),
            Derivation::Regions => {
                let (numbers, _) = regions(self.ids("semantics"));
                // 0 is "no object", so the first region is number 1.
                self.sample.instances = Some(numbers.mapv(|number| number as i32 + 1));
                return Ok(());
            }
            Derivation::Network(network) => network.see(picture)?,
        };
        let label = derivation
            .label()
            .expect("all derivations but regions have a label");
        match self.names.iter().position(|name| *name == label.name) {
            Some(place) => self.sample.labels[place] = map,
            None => {
                self.names.push(label.name);
                self.sample.labels.push(map);
            }
        }
        Ok(())
    }

    fn camera(&self) -> Result<Intrinsics> {
        self.sample.camera.context(
            "normals and curvature need the camera; set its field of view with --fov DEGREES",
        )
    }

    fn map(&self, name: &str) -> &LabelMap {
        let place = self.names.iter().position(|known| known == name);
        &self.sample.labels[place.expect("planned")]
    }

    fn values(&self, name: &str) -> &Array3<f32> {
        match self.map(name) {
            LabelMap::Values(values) => values,
            LabelMap::Classes(_) => unreachable!("checked to be continuous"),
        }
    }

    fn depth(&self) -> ArrayView2<'_, f32> {
        self.values("depth").index_axis(Axis(0), 0)
    }

    fn ids(&self, name: &str) -> &Array2<i32> {
        match self.map(name) {
            LabelMap::Classes(ids) => ids,
            LabelMap::Values(_) => unreachable!("checked to be categorical"),
        }
    }

    /// The sample with only these labels.
    fn leave(mut self, schema: &[Label]) -> Sample {
        let maps = std::mem::take(&mut self.sample.labels);
        let mut maps: Vec<(String, LabelMap)> = self.names.into_iter().zip(maps).collect();
        let take = |label: &Label| {
            let place = maps.iter().position(|(name, _)| *name == label.name);
            maps.swap_remove(place.expect("planned")).1
        };
        self.sample.labels = schema.iter().map(take).collect();
        self.sample
    }
}

fn one_channel(values: Array2<f32>) -> LabelMap {
    LabelMap::Values(values.insert_axis(Axis(0)))
}

/// Inverse depth, with a margin of NaN. Unlike depth, it is linear in pixel coordinates on a plane. NaN where depth is
/// not positive and finite.
fn inverse_depth(depth: ArrayView2<f32>, margin: usize) -> Array2<f32> {
    let (height, width) = depth.dim();
    let mut inverse = Array2::from_elem(
        (height + 2 * margin, width + 2 * margin),
        multicond::label::MISSING,
    );
    inverse
        .slice_mut(s![margin..margin + height, margin..margin + width])
        .zip_mut_with(&depth, |inverse, &depth| {
            if depth > 0.0 && depth.is_finite() && depth.recip().is_finite() {
                *inverse = depth.recip();
            }
        });
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derivations(texts: &[&str]) -> Vec<Derivation> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn names(labels: &[Label]) -> Vec<&str> {
        labels.iter().map(|label| label.name.as_str()).collect()
    }

    #[test]
    fn derived_labels_replace_or_follow() {
        let data = [Label::normals(), Label::depth()];
        let all = labels(&data, &derivations(&["edges=canny", "normals=depth"])).unwrap();
        assert_eq!(names(&all), ["normals", "depth", "edges"]);
    }

    #[test]
    fn what_cannot_be_derived_is_said() {
        let error = |data: &[Label], texts: &[&str]| {
            labels(data, &derivations(texts)).unwrap_err().to_string()
        };
        let depth = [Label::depth()];
        assert!(error(&[], &["normals=depth"]).contains("`depth`"));
        // In this order, curvature is derived before the normals exist.
        assert!(error(&depth, &["curvature=depth", "normals=depth"]).contains("`normals`"));
        assert!(error(&depth, &["edges=canny", "edges=texture"]).contains("twice"));
        let mut classes = Label::semantics(["a"]);
        classes.name = "depth".into();
        assert!(error(&[classes], &["normals=depth"]).contains("another kind"));
        let unknown = "edges=sobel".parse::<Derivation>().unwrap_err();
        assert!(unknown.contains("edges=canny"));
    }

    #[test]
    fn only_what_is_asked_for_is_read_and_computed() {
        let data = [Label::semantics(["a"]), Label::depth(), Label::albedo()];
        let all = derivations(&["normals=depth", "curvature=depth", "edges=canny"]);
        let made = plan(&[Label::curvature()], &data, &all);
        assert_eq!(names(&made.read), ["depth"]);
        let run: Vec<String> = made.run.iter().map(ToString::to_string).collect();
        assert_eq!(run, ["normals=depth", "curvature=depth"]);
        let plain = plan(&[Label::albedo()], &data, &all);
        assert_eq!((names(&plain.read), plain.run.len()), (vec!["albedo"], 0));
    }

    /// An edge found before downscaling would be broken into dots.
    #[test]
    fn edges_are_those_of_the_final_size() {
        let schema = [Label::edges()];
        let all = derivations(&["edges=canny"]);
        let plan = plan(&schema, &[], &all);
        let disc = |(_, y, x): (usize, usize, usize)| {
            let (y, x) = (y as f32 - 64.0, x as f32 - 64.0);
            f32::from(u8::from(y * y + x * x < 1600.0))
        };
        let sample = Sample {
            name: "disc".into(),
            picture: Array3::from_shape_fn((3, 128, 128), disc),
            labels: Vec::new(),
            confidence: Vec::new(),
            instances: None,
            camera: None,
        };
        let size = multicond::Size {
            width: 32,
            height: 32,
        };
        let small = |sample| crate::data::resize::resize(sample, size);
        let sample = apply(sample, &plan, &schema, small).unwrap();
        let LabelMap::Values(edges) = &sample.labels[0] else {
            panic!("edges are continuous")
        };
        let circle = edges.iter().filter(|&&edge| edge > 0.0).count();
        assert!((50..90).contains(&circle), "{circle} of about 63");
    }

    #[test]
    fn a_wall_has_its_normals_and_regions() {
        let schema = [Label::normals(), Label::semantics(["a", "b"])];
        let data = [Label::semantics(["a", "b"]), Label::depth()];
        let all = derivations(&["normals=depth", "instances=semantics"]);
        let plan = plan(&schema, &data, &all);
        assert_eq!(names(&plan.read), ["semantics", "depth"]);
        let mut sample = Sample {
            name: "wall".into(),
            picture: Array3::zeros((3, 8, 8)),
            labels: vec![
                LabelMap::Classes(Array2::from_shape_fn((8, 8), |(_, x)| i32::from(x > 3))),
                LabelMap::Values(Array3::from_elem((1, 8, 8), 2.0)),
            ],
            confidence: Vec::new(),
            instances: None,
            camera: None,
        };
        let same = |sample| sample;
        let blind = apply(sample.clone(), &plan, &schema, same).unwrap_err();
        assert!(blind.to_string().contains("--fov"), "{blind}");
        sample.camera = Some(crate::data::Intrinsics::from_horizontal_fov(60.0, 8, 8));
        let sample = apply(sample, &plan, &schema, same).unwrap();
        let [LabelMap::Values(normals), LabelMap::Classes(_)] = sample.labels.as_slice() else {
            panic!("normals, then classes")
        };
        assert!((normals[[2, 4, 4]] - 1.0).abs() < 1e-4);
        let objects = sample.instances.unwrap();
        assert_eq!((objects[[0, 0]], objects[[0, 7]]), (1, 2));
    }
}
