//! Reads a frame and converts its layers to labels in physical units.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use multicond::{
    files::{self, Channel, Content},
    label::{Encoding, Label, LabelMap, PngCode, Transfer},
};
use ndarray::{Array2, Array3, Axis, s};

use super::{
    config::{Measured, Range, Space},
    cryptomatte::{self, Cryptomatte},
    files::{FrameFiles, Source},
};
use crate::data::layouts::{camera_file::Camera, instances, picture_file, read_label, same_size};

/// Squared length below which a direction from an unsigned file is missing, because integers cannot represent 0.5
/// exactly.
const SHORT: f32 = 0.25;

/// A frame whose picture, camera and layers are in memory.
pub(super) struct Frame<'a> {
    files: FrameFiles<'a>,
    /// Width and height.
    size: (usize, usize),
    /// RGB `[3, height, width]` in [0, 1].
    pub(super) picture: Array3<f32>,
    pub(super) camera: Option<Camera>,
    /// The path of the camera file, which may not exist.
    camera_path: Option<PathBuf>,
    planes: Vec<(Content, Array3<f32>)>,
    mattes: Option<(Cryptomatte, Array3<f32>)>,
}

impl<'a> Frame<'a> {
    /// Reads the picture, the camera, and those layers of the multi-layer file that these labels need, in one pass.
    pub(super) fn read(mut files: FrameFiles<'a>, schema: &[Label]) -> Result<Self> {
        let needs = |name: &str| schema.iter().any(|label| label.name == name);
        let beside = files.picture_beside();
        let has_mattes = files.exr.as_ref().is_some_and(|exr| exr.mattes.is_some());
        let mut wanted = Vec::new();
        for (content, is_needed) in [
            (Content::Picture, beside.is_none()),
            (Content::Depth, needs("depth") || needs("albedo")),
            (Content::Normals, needs("normals")),
            (Content::Albedo, needs("albedo")),
            (Content::ObjectIndex, !has_mattes),
        ] {
            if is_needed && let Some(Source::Layer(found)) = files.source(content)? {
                wanted.push((content, found));
            }
        }
        files.check_groups(&wanted)?;
        let mut planes = Vec::new();
        let mut mattes = None;
        if let Some(exr) = &mut files.exr {
            let found = exr.mattes.take();
            let matte_channels = found.as_ref().map_or(&[][..], |found| &found.channels);
            let channels = wanted.iter().flat_map(|(_, found)| &found.channels);
            let all: Vec<Channel> = channels.chain(matte_channels).copied().collect();
            if !all.is_empty() {
                let numbers = exr.file.read(&all)?;
                let mut start = 0;
                let mut next = |count: usize| {
                    let part = numbers.slice(s![start..start + count, .., ..]).to_owned();
                    start += count;
                    part
                };
                for (content, found) in wanted {
                    let mut part = next(found.channels.len());
                    if content != Content::Picture {
                        exr.file.mark_saturated(&found.channels, part.view_mut());
                    }
                    planes.push((content, part));
                }
                mattes = found.map(|found| {
                    let planes = next(found.channels.len());
                    (found, planes)
                });
            }
        }
        let picture = match &beside {
            Some(path) => picture_file::read(path)?,
            None => linear_picture(&files, &planes)?,
        };
        let (_, height, width) = picture.dim();
        if let (Some(path), Some((_, layer))) = (&beside, planes.first()) {
            let (_, rows, columns) = layer.dim();
            ensure!(
                (columns, rows) == (width, height),
                "{}: is {columns}x{rows}, but its picture {} is {width}x{height}",
                files.layer_path().display(),
                path.display()
            );
        }
        let camera_path = files.config.files.camera.as_deref();
        let camera_path = camera_path.map(|pattern| files.path(pattern));
        let camera = match &camera_path {
            Some(path) => Camera::read(path, (width, height))?,
            None => None,
        };
        if let (Some((mattes, _)), Some(camera)) = (&mut mattes, &camera) {
            mattes.guess(camera.objects.iter().map(|object| object.name.clone()));
        }
        Ok(Self {
            size: (width, height),
            picture,
            camera,
            camera_path,
            planes,
            mattes,
            files,
        })
    }

    /// A label in physical units.
    pub(super) fn label(&self, label: &Label) -> Result<LabelMap> {
        match label.name.as_str() {
            "semantics" => self.semantics(label),
            "depth" => self.depth(label).map(LabelMap::Values),
            "normals" => self.normals(label),
            "albedo" => self.albedo(label),
            name => bail!("label `{name}` is not in the frames layout"),
        }
    }

    /// The stored values of a label and the path of their file.
    fn numbers(&self, content: Content, label: &Label) -> Result<(PathBuf, Array3<f32>)> {
        let loaded = self.planes.iter().find(|(known, _)| *known == content);
        if let Some(Source::File(path)) = self.files.source(content)? {
            let plain = plain(label, content);
            let map = match self.files.layer(content).filter(|_| is_exr(&path)) {
                Some(layer) => files::read_layer(&path, layer, &plain)?,
                None => files::read_label(&path, &plain)?,
            };
            same_size(&path, map.size(), self.size)?;
            return match map {
                LabelMap::Values(values) => Ok((path, values)),
                LabelMap::Classes(_) => unreachable!("asked for continuous labels only"),
            };
        }
        let (_, planes) = loaded.with_context(|| {
            format!(
                "{}: frame `{}` lacks label `{}`, which the first frame has",
                self.files.root.display(),
                self.files.frame,
                label.name
            )
        })?;
        Ok((self.files.file(content), planes.clone()))
    }

    fn camera(&self, what: &str) -> Result<&Camera> {
        self.camera
            .as_ref()
            .with_context(|| match &self.camera_path {
                Some(path) => format!("{}: not there, and {what} needs the camera", path.display()),
                None => format!("{what} needs the camera, but [files] names none"),
            })
    }

    fn depth(&self, label: &Label) -> Result<Array3<f32>> {
        let (path, numbers) = self.numbers(Content::Depth, label)?;
        let LabelMap::Values(mut depth) = files::label_from_numbers(&path, label, numbers)? else {
            unreachable!("depth is continuous")
        };
        let config = &self.files.config.depth;
        if config.measured == Measured::ToCentre {
            self.camera("depth to the camera's centre")?
                .to_plane(&mut depth);
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
        let config = &self.files.config.normals;
        if config.range == Range::Unsigned {
            numbers.mapv_inplace(|value| 2.0 * value - 1.0);
            for mut vector in numbers.lanes_mut(Axis(0)) {
                if vector.iter().map(|value| value * value).sum::<f32>() < SHORT {
                    vector.fill(0.0);
                }
            }
        } else if path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("png"))
        {
            bail!(
                "{}: normals in a PNG file range from 0 to 1; set `range = \"unsigned\"` in [normals]",
                path.display()
            );
        }
        match config.space {
            Space::Camera => {}
            Space::CameraForward => numbers.index_axis_mut(Axis(0), 2).mapv_inplace(|z| -z),
            Space::World => {
                let what = "rotating normals from world to camera space (or `space = \"camera\"`)";
                let rotated = self.camera(what)?.rotate(&mut numbers);
                rotated.with_context(|| match &self.camera_path {
                    Some(path) => path.display().to_string(),
                    None => self.files.frame.to_owned(),
                })?;
            }
        }
        Ok(files::label_from_numbers(&path, label, numbers)?)
    }

    /// Base colour; missing where there is no surface.
    fn albedo(&self, label: &Label) -> Result<LabelMap> {
        let (path, mut numbers) = self.numbers(Content::Albedo, label)?;
        if self.files.source(Content::Depth)?.is_some() {
            let depth = self.depth(&Label::depth())?;
            for mut plane in numbers.outer_iter_mut() {
                plane.zip_mut_with(&depth.index_axis(Axis(0), 0), |value, depth| {
                    if depth.is_nan() {
                        *value = multicond::label::MISSING;
                    }
                });
            }
        }
        Ok(files::label_from_numbers(&path, label, numbers)?)
    }

    fn semantics(&self, label: &Label) -> Result<LabelMap> {
        let missing = label.missing_class().expect("semantics are categorical");
        let config = self.files.config;
        if let Some(pattern) = &config.files.semantics {
            let path = self.files.path(pattern);
            if !config.has_colors() {
                return read_label(&path, label, self.size);
            }
            let picture = files::read_picture(&path)?;
            same_size(&path, picture.size(), self.size)?;
            let rgb = picture.to_rgb8();
            let (width, height) = self.size;
            return Ok(LabelMap::Classes(Array2::from_shape_fn(
                (height, width),
                |(y, x)| {
                    let start = 3 * (y * width + x);
                    let color = [rgb[start], rgb[start + 1], rgb[start + 2]];
                    config.class_of_color(color).unwrap_or(missing)
                },
            )));
        }
        let objects = self.objects().with_context(|| {
            format!(
                "{}: lacks the layer of objects that the first frame has",
                self.files.file(Content::ObjectIndex).display()
            )
        })?;
        let mut classes = HashMap::new();
        let mut class = |object: i32| {
            let known = classes.entry(object);
            *known.or_insert_with(|| self.class_of(object).unwrap_or(missing))
        };
        Ok(LabelMap::Classes(objects.mapv(&mut class)))
    }

    /// The class of an object index, by the object's name.
    fn class_of(&self, object: i32) -> Option<i32> {
        let listed = self
            .camera
            .as_ref()
            .map_or(&[][..], |camera| &camera.objects);
        let name = match &self.mattes {
            // With mattes, the index is the hash; see `objects`.
            Some((mattes, _)) => mattes.name(object as u32)?,
            None => &listed.iter().find(|listed| listed.index == object)?.name,
        };
        let config = self.files.config;
        config.class_of_object(name).or_else(|| {
            let listed = listed.iter().find(|listed| listed.name == name)?;
            config.class_id(listed.class.as_deref()?)
        })
    }

    /// The object at each pixel, 0 if none: its Cryptomatte hash, or the renderer's index.
    fn objects(&self) -> Option<Array2<i32>> {
        if let Some((_, planes)) = &self.mattes {
            return Some(cryptomatte::ids(planes.view()).mapv(|id| id as i32));
        }
        let index = self
            .planes
            .iter()
            .find(|(content, _)| *content == Content::ObjectIndex);
        let (_, planes) = index?;
        // `as` converts NaN to 0 and saturates.
        Some(
            planes
                .slice(s![0, .., ..])
                .mapv(|value| value.round() as i32),
        )
    }

    /// Object indices, if the frame has them.
    pub(super) fn instances(&self) -> Result<Option<Array2<i32>>> {
        let Some(pattern) = &self.files.config.files.instances else {
            return Ok(self.objects());
        };
        instances::read(&self.files.path(pattern), self.size).map(Some)
    }
}

fn is_exr(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("exr"))
}

/// The linear picture layer, converted to sRGB.
fn linear_picture(
    files: &FrameFiles<'_>,
    planes: &[(Content, Array3<f32>)],
) -> Result<Array3<f32>> {
    let linear = planes
        .iter()
        .find(|(content, _)| *content == Content::Picture);
    let (_, linear) = linear.with_context(|| {
        format!(
            "{}: has no picture layer, and there is no picture file next to it",
            files.file(Content::Picture).display()
        )
    })?;
    let srgb = |value: &f32| Transfer::Srgb.from_linear(value.clamp(0.0, 1.0));
    // `clamp` keeps NaN.
    Ok(linear.map(|value| if value.is_nan() { 0.0 } else { srgb(value) }))
}

/// A label with the encoding of stored values. PNG files have integer steps of depth, with 0 for missing, and normals
/// from 0 to 1. Nothing is normalised yet.
fn plain(label: &Label, content: Content) -> Label {
    let mut plain = label.clone();
    let code = |bits, scale, missing: Option<u16>| {
        Some(PngCode::linear(bits, 0.0, scale).with_missing(missing))
    };
    match content {
        Content::Depth => plain.png = code(16, 1.0, Some(0)),
        Content::Normals => plain.png = code(8, 1.0 / 255.0, None),
        _ => {}
    }
    if plain.is_direction() {
        plain = plain.with_encoding(Encoding::Affine {
            scale: 1.0,
            bias: 0.0,
        });
    }
    plain
}
