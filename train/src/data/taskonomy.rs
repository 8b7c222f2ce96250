//! The Taskonomy folder layout: one folder a domain, `point_P_view_V_domain_DOMAIN.png` in each.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use multicond::{
    files,
    label::{Label, LabelMap, PngCode, Transfer, Values},
};

use super::Sample;

const PICTURE_DOMAIN: &str = "rgb";
const INSTANCE_DOMAIN: &str = "segment_instance";
/// Which folder holds which built-in label.
const LABEL_DOMAINS: [(&str, &str); 6] = [
    ("semantics", "segment_semantic"),
    ("depth", "depth_zbuffer"),
    ("normals", "normal"),
    ("curvature", "principal_curvature"),
    ("edges", "edge_texture"),
    ("albedo", "albedo"),
];
/// Classes of the original dataset, value 1 first (value 0 is "uncertain").
const ORIGINAL_CLASSES: [&str; 17] = [
    "background",
    "bottle",
    "chair",
    "couch",
    "potted plant",
    "bed",
    "dining table",
    "toilet",
    "tv",
    "microwave",
    "oven",
    "toaster",
    "sink",
    "refrigerator",
    "book",
    "clock",
    "vase",
];

/// A folder of frames and the labels that it has.
#[derive(Clone, Debug)]
pub struct Taskonomy {
    root: PathBuf,
    frames: Vec<String>,
    labels: Vec<Label>,
    has_instances: bool,
}

impl Taskonomy {
    /// Looks at a folder. Every built-in label whose folder is there is found; classes come from
    /// `classes.json` (a list of names) or are those of the original dataset.
    ///
    /// # Errors
    /// When the folder has no pictures or no labels.
    pub fn open(root: &Path) -> Result<Self> {
        let pictures = root.join(PICTURE_DOMAIN);
        let listing = fs::read_dir(&pictures).with_context(|| {
            format!(
                "{}: no Taskonomy folder, `{PICTURE_DOMAIN}` inside it cannot be read",
                root.display()
            )
        })?;
        let suffix = format!("_domain_{PICTURE_DOMAIN}.png");
        let mut frames = BTreeMap::new();
        for entry in listing {
            let name = entry?.file_name();
            if let Some(frame) = name.to_string_lossy().strip_suffix(&suffix) {
                frames.insert(natural_order(frame), frame.to_owned());
            }
        }
        ensure!(
            !frames.is_empty(),
            "{}: no file is named point_P_view_V{suffix}",
            pictures.display()
        );
        let classes = classes(root)?;
        let labels: Vec<Label> = LABEL_DOMAINS
            .iter()
            .filter(|(_, domain)| root.join(domain).is_dir())
            .map(|(name, _)| built_in(name, &classes))
            .collect();
        ensure!(
            !labels.is_empty(),
            "{}: none of the label folders {} is there",
            root.display(),
            LABEL_DOMAINS.map(|(_, domain)| domain).join(", ")
        );
        Ok(Self {
            root: root.to_owned(),
            frames: frames.into_values().collect(),
            labels,
            has_instances: root.join(INSTANCE_DOMAIN).is_dir(),
        })
    }

    /// Name of the folder, for people.
    pub fn name(&self) -> String {
        let root = self.root.canonicalize().unwrap_or(self.root.clone());
        let mut parts = root.components().rev().take(2).collect::<Vec<_>>();
        parts.reverse();
        parts.iter().collect::<PathBuf>().display().to_string()
    }

    /// The labels that the folder has, in the order of the built-in ones.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Names of the frames, sorted by point and view.
    pub fn frames(&self) -> &[String] {
        &self.frames
    }

    /// Reads one frame at a size, with these labels in this order.
    ///
    /// # Errors
    /// When a file is missing or damaged, or the files of the frame differ in size.
    pub fn read(
        &self,
        index: usize,
        schema: &[Label],
        width: usize,
        height: usize,
    ) -> Result<Sample> {
        let frame = &self.frames[index];
        let path = self.path(PICTURE_DOMAIN, frame);
        let picture = files::read_picture(&path)?.values().to_owned();
        let (_, rows, columns) = picture.dim();
        let check = |path: &Path, map: &LabelMap| -> Result<()> {
            let (width, height) = map.size();
            ensure!(
                (width, height) == (columns, rows),
                "{}: is {width}x{height}, its picture is {columns}x{rows}",
                path.display()
            );
            Ok(())
        };
        let mut labels = Vec::with_capacity(schema.len());
        for label in schema {
            let path = self.path(domain(label)?, frame);
            let map = files::read_label(&path, label)?;
            check(&path, &map)?;
            labels.push(map);
        }
        let instances = if self.has_instances {
            let path = self.path(INSTANCE_DOMAIN, frame);
            let map = files::read_label(&path, &instance_label())?;
            check(&path, &map)?;
            match map {
                LabelMap::Classes(ids) => Some(ids),
                LabelMap::Values(_) => unreachable!("instances are categorical"),
            }
        } else {
            None
        };
        super::resize::resize(
            Sample {
                name: frame.clone(),
                picture,
                labels,
                instances,
            },
            width,
            height,
        )
    }

    fn path(&self, domain: &str, frame: &str) -> PathBuf {
        self.root
            .join(domain)
            .join(format!("{frame}_domain_{domain}.png"))
    }
}

fn domain(label: &Label) -> Result<&'static str> {
    match LABEL_DOMAINS.iter().find(|(name, _)| *name == label.name) {
        Some((_, domain)) => Ok(domain),
        None => bail!(
            "label `{}` has no folder in the Taskonomy layout",
            label.name
        ),
    }
}

fn built_in(name: &str, classes: &[String]) -> Label {
    match name {
        "semantics" => Label::semantics(classes),
        "depth" => Label::depth(),
        "normals" => Label::normals(),
        "curvature" => Label::curvature(),
        "edges" => Label::edges(),
        "albedo" => Label::albedo(),
        other => unreachable!("{other} is not in the table above"),
    }
}

/// Object numbers read like a label: 16-bit, 0 where there is none.
fn instance_label() -> Label {
    Label {
        name: "instances".into(),
        values: Values::Categorical {
            classes: (0..65_535).map(|_| String::new()).collect(),
            missing: -1,
        },
        presence: false,
        png: Some(PngCode {
            bits: 16,
            zero: 0.0,
            scale: 1.0,
            missing: None,
            transfer: Transfer::Linear,
        }),
    }
}

fn classes(root: &Path) -> Result<Vec<String>> {
    let path = root.join("classes.json");
    if !path.exists() {
        return Ok(ORIGINAL_CLASSES.map(String::from).to_vec());
    }
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text)
        .with_context(|| format!("{}: expected a list of class names", path.display()))
}

/// Sorts the numbers in a name by value: view 10 comes after view 9.
fn natural_order(name: &str) -> Vec<(u64, String)> {
    name.split('_')
        .map(|part| (part.parse().unwrap_or(0), part.to_owned()))
        .collect()
}
