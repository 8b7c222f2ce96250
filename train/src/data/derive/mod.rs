//! Labels that are computed from a picture and its other labels, where the data lacks them.

mod curvature;
mod edges;
mod network;
mod normals;
mod occlusion;
mod plane;

use std::{fmt, str::FromStr, sync::Arc};

use anyhow::{Context, Result, bail, ensure};
use multicond::label::{Label, LabelMap};
use ndarray::{Array2, Array3, ArrayView2, Axis, s};

pub use self::network::Network;
pub(super) use self::normals::normals;
use super::{Sample, regions};

/// One label, or the objects, and how it is computed. Written `NAME=METHOD`, see [`Derivation::HELP`].
#[derive(Clone, Debug)]
pub enum Derivation {
    /// `normals=depth`: surface normals from depth and the camera.
    Normals,
    /// `curvature=depth`: principal curvatures from depth, normals and the camera.
    Curvature,
    /// `edges=canny`: Canny's edges of the picture.
    CannyEdges,
    /// `edges=texture`: the strength of the picture's gradient.
    TextureEdges,
    /// `occlusion_edges=depth`: where one surface hides another.
    OcclusionEdges,
    /// `instances=semantics`: connected areas of one class, for data without objects.
    Regions,
    /// `NAME=FILE.toml`: what a network sees in the picture.
    Network(Arc<Network>),
}

impl Derivation {
    /// What may be written, for a command's help.
    pub const HELP: &str = "normals=depth, curvature=depth, edges=canny, edges=texture, \
        occlusion_edges=depth, instances=semantics, or NAME=FILE.toml for a network (docs/dataset.md)";

    /// Whether it makes this label.
    pub(super) fn makes(&self, label: &Label) -> bool {
        self.label().is_some_and(|made| made.name == label.name)
    }

    /// The label that it makes; objects are none.
    fn label(&self) -> Option<Label> {
        match self {
            Self::Normals => Some(Label::normals()),
            Self::Curvature => Some(Label::curvature()),
            Self::CannyEdges | Self::TextureEdges => Some(Label::edges()),
            Self::OcclusionEdges => Some(Label {
                name: "occlusion_edges".into(),
                ..Label::edges()
            }),
            Self::Regions => None,
            Self::Network(network) => Some(network.label().clone()),
        }
    }

    /// The labels that it is made of.
    fn needs(&self) -> &'static [&'static str] {
        match self {
            Self::Normals | Self::OcclusionEdges => &["depth"],
            Self::Curvature => &["depth", "normals"],
            Self::Regions => &["semantics"],
            Self::CannyEdges | Self::TextureEdges | Self::Network(_) => &[],
        }
    }
}

impl fmt::Display for Derivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Normals => write!(f, "normals=depth"),
            Self::Curvature => write!(f, "curvature=depth"),
            Self::CannyEdges => write!(f, "edges=canny"),
            Self::TextureEdges => write!(f, "edges=texture"),
            Self::OcclusionEdges => write!(f, "occlusion_edges=depth"),
            Self::Regions => write!(f, "instances=semantics"),
            Self::Network(network) => write!(f, "{}={}", network.label().name, network.name()),
        }
    }
}

impl FromStr for Derivation {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "normals=depth" => return Ok(Self::Normals),
            "curvature=depth" => return Ok(Self::Curvature),
            "edges=canny" => return Ok(Self::CannyEdges),
            "edges=texture" => return Ok(Self::TextureEdges),
            "occlusion_edges=depth" => return Ok(Self::OcclusionEdges),
            "instances=semantics" => return Ok(Self::Regions),
            _ => {}
        }
        match text.split_once('=') {
            Some((name, file)) if file.ends_with(".toml") => {
                Ok(Self::Network(Arc::new(Network::load(name, file.as_ref())?)))
            }
            _ => bail!("`{text}` is none of {}", Self::HELP),
        }
    }
}

/// The labels that there are after all derivations: those of the data in its order, a derived one in the
/// place of the one that it replaces, the others after them.
pub(super) fn labels(data: &[Label], derivations: &[Derivation]) -> Result<Vec<Label>> {
    let mut labels = data.to_vec();
    for (index, derivation) in derivations.iter().enumerate() {
        for needed in derivation.needs() {
            ensure!(
                labels.iter().any(|label| label.name == *needed),
                "`{derivation}` needs the label `{needed}`, which is not there before it"
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

/// What has to be read and computed for certain labels.
pub(super) struct Plan<'a> {
    /// Labels to read from the data.
    pub(super) read: Vec<Label>,
    /// Derivations to run, in this order.
    run: Vec<&'a Derivation>,
}

/// Plans for the labels of `schema`, which are all there.
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

/// Computes what was planned for a sample whose labels are those that were read, and leaves those of `schema`.
pub(super) fn apply(sample: &mut Sample, plan: &Plan<'_>, schema: &[Label]) -> Result<()> {
    let names = plan.read.iter().map(|label| label.name.clone());
    let maps = std::mem::take(&mut sample.labels);
    let mut known = Known(names.zip(maps).collect());
    for derivation in &plan.run {
        let camera = || {
            sample.camera.context(
                "normals and curvature need the camera; give its field of view (--fov DEGREES)",
            )
        };
        let picture = sample.picture.view();
        let is_derived = plan
            .run
            .iter()
            .any(|other| matches!(other, Derivation::Normals));
        let map = match derivation {
            Derivation::Normals => {
                let depth = known.plane("depth");
                LabelMap::Values(normals::normals(depth.view(), &camera()?))
            }
            Derivation::Curvature => {
                let depth = known.plane("depth");
                let normals = known.values("normals").view();
                // Renderers average normals over a pixel; derived ones belong to one point of it.
                let softened = is_derived.then(|| curvature::soften(normals));
                let normals = softened
                    .as_ref()
                    .map_or(normals, |softened| softened.view());
                LabelMap::Values(curvature::curvature(depth.view(), normals, &camera()?))
            }
            Derivation::CannyEdges => one_channel(edges::canny(picture)),
            Derivation::TextureEdges => one_channel(edges::texture(picture)),
            Derivation::OcclusionEdges => {
                one_channel(occlusion::occlusion(known.plane("depth").view()))
            }
            Derivation::Regions => {
                let (numbers, _) = regions(known.ids("semantics"));
                // 0 is "no object", so the first region is number 1.
                sample.instances = Some(numbers.mapv(|number| number as i32 + 1));
                continue;
            }
            Derivation::Network(network) => network.see(picture)?,
        };
        let label = derivation.label().expect("only regions make no label");
        known.set(label.name, map);
    }
    sample.labels = schema.iter().map(|label| known.take(&label.name)).collect();
    Ok(())
}

/// The maps that there are so far, by their labels' names. What is asked for is there: [`plan`] saw to it.
struct Known(Vec<(String, LabelMap)>);

impl Known {
    fn map(&self, name: &str) -> &LabelMap {
        let found = self.0.iter().find(|(known, _)| known == name);
        &found.expect("planned").1
    }

    fn values(&self, name: &str) -> &Array3<f32> {
        match self.map(name) {
            LabelMap::Values(values) => values,
            LabelMap::Classes(_) => unreachable!("`{name}` is continuous"),
        }
    }

    fn plane(&self, name: &str) -> Array2<f32> {
        self.values(name).index_axis(Axis(0), 0).to_owned()
    }

    fn ids(&self, name: &str) -> &Array2<i32> {
        match self.map(name) {
            LabelMap::Classes(ids) => ids,
            LabelMap::Values(_) => unreachable!("`{name}` is categorical"),
        }
    }

    fn set(&mut self, name: String, map: LabelMap) {
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, map));
    }

    fn take(&mut self, name: &str) -> LabelMap {
        let place = self.0.iter().position(|(known, _)| known == name);
        self.0.swap_remove(place.expect("planned")).1
    }
}

fn one_channel(values: Array2<f32>) -> LabelMap {
    LabelMap::Values(values.insert_axis(Axis(0)))
}

/// One over depth, with a margin of unknown pixels all around. Unlike depth it is linear in pixel
/// coordinates on a plane. Depths that are not positive and finite are unknown: NaN.
fn inverse_depth(depth: ArrayView2<f32>, margin: usize) -> Array2<f32> {
    let (height, width) = depth.dim();
    let mut inverse = Array2::from_elem((height + 2 * margin, width + 2 * margin), f32::NAN);
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
        // In this order normals come too late.
        assert!(error(&depth, &["curvature=depth", "normals=depth"]).contains("`normals`"));
        assert!(error(&depth, &["edges=canny", "edges=texture"]).contains("twice"));
        let unknown = "edges=sobel".parse::<Derivation>().unwrap_err();
        assert!(unknown.to_string().contains("edges=canny"));
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
            instances: None,
            camera: None,
        };
        let blind = apply(&mut sample.clone(), &plan, &schema).unwrap_err();
        assert!(blind.to_string().contains("--fov"), "{blind}");
        sample.camera = Some(crate::data::Intrinsics::from_horizontal_fov(60.0, 8, 8));
        apply(&mut sample, &plan, &schema).unwrap();
        let [LabelMap::Values(normals), LabelMap::Classes(_)] = sample.labels.as_slice() else {
            panic!("normals, then classes")
        };
        assert!((normals[[2, 4, 4]] - 1.0).abs() < 1e-4);
        let objects = sample.instances.unwrap();
        assert_eq!((objects[[0, 0]], objects[[0, 7]]), (1, 2));
    }
}
