//! One frame's files, opened: what is in them, and their numbers as labels.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use multicond::{
    files::{self, Channel, OpenExr},
    label::{Label, LabelMap, PngCode, Transfer, Values},
};
use ndarray::{Array2, Array3, s};

use super::{
    camera::Camera,
    config::{Config, Measured, Range, Space},
    cryptomatte::{self, Cryptomatte},
    layers::{self, Content},
    paths,
};
use crate::data::{
    Intrinsics,
    layouts::{instances, picture_file, same_size},
};

/// A frame on its way to a sample.
pub(super) struct Opened<'a> {
    root: &'a Path,
    config: &'a Config,
    frame: &'a str,
    exr: Option<LayerFile>,
    camera: Option<Camera>,
}

/// A multi-layer file and, once loaded, the planes that are needed.
struct LayerFile {
    path: PathBuf,
    file: OpenExr,
    mattes: Option<Cryptomatte>,
    mattes_planes: Option<Array3<f32>>,
    planes: Vec<(Content, Array3<f32>)>,
}

/// Where a label's numbers come from.
enum Source {
    /// A file of its own.
    File(PathBuf),
    /// Channels of the multi-layer file.
    Layer(Vec<Channel>),
}

impl<'a> Opened<'a> {
    /// Opens a frame's files; only headers are read.
    pub(super) fn new(root: &'a Path, config: &'a Config, frame: &'a str) -> Result<Self> {
        let exr = match config.files.multi_layer() {
            None => None,
            Some(pattern) => {
                let path = paths::path(root, pattern, frame);
                let file = OpenExr::open(&path)?;
                let wanted = config.layers.cryptomatte.as_deref();
                Some(LayerFile {
                    mattes: Cryptomatte::find(&file, &path, wanted)?,
                    mattes_planes: None,
                    planes: Vec::new(),
                    path,
                    file,
                })
            }
        };
        Ok(Self {
            root,
            config,
            frame,
            exr,
            camera: None,
        })
    }

    /// The labels that the frame has.
    pub(super) fn labels(&self) -> Result<Vec<Label>> {
        let mut labels = Vec::new();
        if self.has_semantics()? {
            labels.push(Label {
                png: Some(class_code()),
                ..Label::semantics(&self.config.classes)
            });
        }
        for (label, content) in [
            (Label::depth(), Content::Depth),
            (Label::normals(), Content::Normals),
            (Label::albedo(), Content::Albedo),
        ] {
            if self.source(content)?.is_some() {
                labels.push(label);
            }
        }
        Ok(labels)
    }

    fn has_semantics(&self) -> Result<bool> {
        if self.config.classes.is_empty() {
            return Ok(false);
        }
        let has_mattes = self.exr.as_ref().is_some_and(|exr| exr.mattes.is_some());
        let has_objects = has_mattes || self.source(Content::Index)?.is_some();
        Ok(self.config.files.semantics.is_some() || has_objects)
    }

    /// Where something is, if it is there.
    fn source(&self, content: Content) -> Result<Option<Source>> {
        let (files, wishes) = (&self.config.files, &self.config.layers);
        let (file, layer) = match content {
            Content::Picture => (&files.picture, &wishes.picture),
            Content::Depth => (&files.depth, &wishes.depth),
            Content::Normals => (&files.normals, &wishes.normals),
            Content::Albedo => (&files.albedo, &wishes.albedo),
            Content::Index => (&None, &wishes.index),
        };
        if let Some(pattern) = file {
            let path = paths::path(self.root, pattern, self.frame);
            return Ok(Some(Source::File(path)));
        }
        let Some(exr) = &self.exr else {
            return Ok(None);
        };
        let found = layers::find(&exr.file, content, layer.as_deref());
        let found = found.with_context(|| exr.path.display().to_string())?;
        Ok(found.map(Source::Layer))
    }

    /// Reads what these labels need of the multi-layer file, in one pass, and the camera.
    pub(super) fn load(&mut self, schema: &[Label]) -> Result<()> {
        let needs = |name: &str| schema.iter().any(|label| label.name == name);
        let mut wanted = Vec::new();
        for (content, is_needed) in [
            (Content::Picture, self.beside().is_none()),
            (Content::Depth, needs("depth") || needs("albedo")),
            (Content::Normals, needs("normals")),
            (Content::Albedo, needs("albedo")),
            (Content::Index, true),
        ] {
            if is_needed && let Some(Source::Layer(channels)) = self.source(content)? {
                wanted.push((content, channels));
            }
        }
        let Some(exr) = &mut self.exr else {
            return self.load_camera();
        };
        let mattes = exr
            .mattes
            .as_ref()
            .map_or(&[][..], |mattes| &mattes.channels);
        let channels = wanted.iter().flat_map(|(_, channels)| channels);
        let all: Vec<Channel> = channels.chain(mattes).copied().collect();
        if !all.is_empty() {
            let planes = exr.file.read(&all)?;
            let mut start = 0;
            let mut next = |count: usize| {
                let part = planes.slice(s![start..start + count, .., ..]).to_owned();
                start += count;
                part
            };
            for (content, channels) in wanted {
                exr.planes.push((content, next(channels.len())));
            }
            if exr.mattes.is_some() {
                exr.mattes_planes = Some(next(mattes.len()));
            }
        }
        self.load_camera()
    }

    fn load_camera(&mut self) -> Result<()> {
        if let Some(pattern) = &self.config.files.camera {
            let path = paths::path(self.root, pattern, self.frame);
            self.camera = Camera::read(&path, self.size()?)?;
        }
        Ok(())
    }

    /// The picture file beside the multi-layer file, with the renderer's own tone mapping.
    fn beside(&self) -> Option<PathBuf> {
        if let Some(pattern) = &self.config.files.picture {
            return Some(paths::path(self.root, pattern, self.frame));
        }
        let stem = self.exr.as_ref()?.path.with_extension("");
        let candidates = picture_file::EXTENSIONS.map(|extension| stem.with_extension(extension));
        candidates.into_iter().find(|path| path.is_file())
    }

    /// Width and height of the frame.
    fn size(&self) -> Result<(usize, usize)> {
        let planes = self.exr.as_ref().and_then(|exr| {
            let layer = exr.planes.first().map(|(_, planes)| planes);
            layer.or(exr.mattes_planes.as_ref())
        });
        let (_, height, width) = match planes {
            Some(planes) => planes.dim(),
            None => self.picture()?.dim(),
        };
        Ok((width, height))
    }

    /// The picture: the file beside, or the linear layer on a screen.
    pub(super) fn picture(&self) -> Result<Array3<f32>> {
        if let Some(path) = self.beside() {
            let picture = picture_file::read(&path)?;
            let (_, height, width) = picture.dim();
            if let Some((_, planes)) = self.exr.as_ref().and_then(|exr| exr.planes.first()) {
                let (_, rows, columns) = planes.dim();
                same_size(&path, (width, height), (columns, rows))?;
            }
            return Ok(picture);
        }
        let linear = self.planes(Content::Picture).with_context(|| {
            format!(
                "frame `{}` has no picture: neither a file beside it nor a layer",
                self.frame
            )
        })?;
        let srgb = |value: &f32| Transfer::Srgb.from_linear(value.clamp(0.0, 1.0));
        // `clamp` lets NaN through.
        Ok(linear.map(|value| if value.is_nan() { 0.0 } else { srgb(value) }))
    }

    fn planes(&self, content: Content) -> Option<&Array3<f32>> {
        let planes = &self.exr.as_ref()?.planes;
        let found = planes.iter().find(|(known, _)| *known == content);
        found.map(|(_, planes)| planes)
    }

    /// One label, in physical units.
    pub(super) fn label(&self, label: &Label) -> Result<LabelMap> {
        match label.name.as_str() {
            "semantics" => self.semantics(label),
            "depth" => self.depth(label).map(LabelMap::Values),
            "normals" => self.normals(label),
            "albedo" => self.albedo(label),
            name => bail!("label `{name}` is not in the frames layout"),
        }
    }

    /// The numbers of a label as they are in its file or layer, and where that is.
    fn numbers(&self, content: Content, label: &Label) -> Result<(PathBuf, Array3<f32>)> {
        match (self.source(content)?, &self.exr) {
            (Some(Source::File(path)), _) => {
                let LabelMap::Values(values) = files::read_label(&path, &plain(label))? else {
                    unreachable!("asked for continuous labels only")
                };
                let (_, height, width) = values.dim();
                same_size(&path, (width, height), self.size()?)?;
                Ok((path, values))
            }
            (Some(Source::Layer(_)), Some(exr)) => {
                let planes = self.planes(content).context("loaded before")?;
                Ok((exr.path.clone(), planes.clone()))
            }
            _ => bail!(
                "{}: frame `{}` lacks label `{}`, which the first frame has",
                self.root.display(),
                self.frame,
                label.name
            ),
        }
    }

    fn depth(&self, label: &Label) -> Result<Array3<f32>> {
        let (path, numbers) = self.numbers(Content::Depth, label)?;
        let LabelMap::Values(mut depth) = files::label_from_numbers(&path, label, numbers)? else {
            unreachable!("depth is continuous")
        };
        let config = &self.config.depth;
        if config.measured == Measured::ToCentre {
            let camera = self.camera.as_ref().with_context(|| {
                format!(
                    "{}: depth to the camera's centre needs its camera file",
                    path.display()
                )
            })?;
            camera.to_plane(&mut depth);
        }
        let of_camera = self
            .camera
            .as_ref()
            .and_then(|camera| camera.metres_per_unit);
        let metres = config.metres_per_unit.or(of_camera).unwrap_or(1.0);
        depth.mapv_inplace(|value| value * metres);
        Ok(depth)
    }

    fn normals(&self, label: &Label) -> Result<LabelMap> {
        let (path, mut numbers) = self.numbers(Content::Normals, label)?;
        if self.config.normals.range == Range::Unsigned {
            numbers.mapv_inplace(|value| 2.0 * value - 1.0);
            // Whole numbers cannot say 0.5: a short vector is one of no length.
            for mut vector in numbers.lanes_mut(ndarray::Axis(0)) {
                let squared: f32 = vector.iter().map(|value| value * value).sum();
                if squared < 0.25 {
                    vector.fill(0.0);
                }
            }
        }
        match self.config.normals.space {
            Space::Camera => {}
            Space::CameraForward => numbers
                .index_axis_mut(ndarray::Axis(0), 2)
                .mapv_inplace(|z| -z),
            Space::World => {
                let camera = self.camera.as_ref().with_context(|| {
                    format!(
                        "{}: normals in world space need its camera file",
                        path.display()
                    )
                })?;
                camera.rotate(&mut numbers)?;
            }
        }
        Ok(files::label_from_numbers(&path, label, numbers)?)
    }

    /// Base colour; nothing is known of it where there is no surface.
    fn albedo(&self, label: &Label) -> Result<LabelMap> {
        let (path, mut numbers) = self.numbers(Content::Albedo, label)?;
        if self.source(Content::Depth)?.is_some() {
            let depth = self.depth(&Label::depth())?;
            for ((_, y, x), value) in numbers.indexed_iter_mut() {
                if depth[[0, y, x]].is_nan() {
                    *value = f32::NAN;
                }
            }
        }
        Ok(files::label_from_numbers(&path, label, numbers)?)
    }

    fn semantics(&self, label: &Label) -> Result<LabelMap> {
        let Values::Categorical { missing, .. } = &label.values else {
            unreachable!("semantics are categorical")
        };
        let class = |id: Option<i32>| id.unwrap_or(*missing);
        if let Some(pattern) = &self.config.files.semantics {
            let path = paths::path(self.root, pattern, self.frame);
            let map = if self.config.has_colors() {
                let picture = files::read_picture(&path)?;
                let values = picture.values();
                let byte = |value: f32| (value * 255.0).round() as u8;
                let (_, height, width) = values.dim();
                LabelMap::Classes(Array2::from_shape_fn((height, width), |(y, x)| {
                    let color = [0, 1, 2].map(|channel| byte(values[[channel, y, x]]));
                    class(self.config.class_of_color(color))
                }))
            } else {
                files::read_label(&path, label)?
            };
            same_size(&path, map.size(), self.size()?)?;
            return Ok(map);
        }
        let objects = self.objects()?;
        let objects = objects.with_context(|| {
            format!(
                "frame `{}` lacks the layer of objects that the first frame has",
                self.frame
            )
        })?;
        let mut classes = std::collections::HashMap::new();
        Ok(LabelMap::Classes(objects.mapv(|object| {
            *classes
                .entry(object)
                .or_insert_with(|| class(self.class_of(object)))
        })))
    }

    /// The class of an object's number, by the object's name.
    fn class_of(&self, object: i32) -> Option<i32> {
        let mattes = self.exr.as_ref().and_then(|exr| exr.mattes.as_ref());
        let listed = self
            .camera
            .as_ref()
            .map_or(&[][..], |camera| &camera.objects);
        let name = match mattes {
            // An object's number is its hash, see `objects`.
            Some(mattes) => mattes.name(object as u32)?,
            None => &listed.iter().find(|listed| listed.index == object)?.name,
        };
        self.config.class_of_object(name).or_else(|| {
            let listed = listed.iter().find(|listed| listed.name == name)?;
            self.config.class_id(listed.class.as_deref()?)
        })
    }

    /// Which object each pixel shows, 0 where none: by Cryptomatte's hash, or by the renderer's own number.
    fn objects(&self) -> Result<Option<Array2<i32>>> {
        let mattes = self.exr.as_ref().and_then(|exr| exr.mattes_planes.as_ref());
        if let Some(planes) = mattes {
            return Ok(Some(cryptomatte::ids(planes.view()).mapv(|id| id as i32)));
        }
        let Some(planes) = self.planes(Content::Index) else {
            return Ok(None);
        };
        // `as` turns NaN into 0 and clips.
        let numbers = planes
            .slice(s![0, .., ..])
            .mapv(|value| value.round() as i32);
        Ok(Some(numbers))
    }

    /// Object numbers, if the frame has them.
    pub(super) fn instances(&self) -> Result<Option<Array2<i32>>> {
        let Some(pattern) = &self.config.files.instances else {
            return self.objects();
        };
        let path = paths::path(self.root, pattern, self.frame);
        let map = files::read_label(&path, &instances::LABEL)?;
        same_size(&path, map.size(), self.size()?)?;
        Ok(Some(instances::ids(map)))
    }

    pub(super) fn intrinsics(&self) -> Option<Intrinsics> {
        self.camera.as_ref().map(|camera| camera.intrinsics)
    }
}

/// A label's numbers as a file has them: nothing is brought to unit length, PNG files run from 0 to 1.
fn plain(label: &Label) -> Label {
    let mut plain = label.clone();
    if let (Values::Continuous { encoding, .. }, true) =
        (&mut plain.values, label.name == "normals")
    {
        *encoding = multicond::label::Encoding::Affine {
            scale: 1.0,
            bias: 0.0,
        };
        plain.png = Some(PngCode {
            bits: 8,
            zero: 0.0,
            scale: 1.0 / 255.0,
            missing: None,
            transfer: Transfer::Linear,
        });
    }
    plain
}

/// Class ids as gray values, 255 where nothing is known.
fn class_code() -> PngCode {
    PngCode {
        bits: 8,
        zero: 0.0,
        scale: 1.0,
        missing: Some(255),
        transfer: Transfer::Linear,
    }
}
