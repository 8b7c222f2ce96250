//! `frames.toml`: how to interpret a renderer's files.

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context, Result, bail, ensure};
use multicond_format::storage::read_text;
use serde::Deserialize;

/// The contents of `frames.toml`. Everything is optional; the defaults suit Blender.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Config {
    /// Names of the classes, in the order of their ids.
    pub(super) classes: Vec<String>,
    /// Classes of objects by name; the first matching rule applies.
    objects: Vec<ObjectRule>,
    /// Classes by colour in segmentation pictures.
    colors: Vec<ColorRule>,
    /// Class ids by colour, computed from `colors`.
    #[serde(skip)]
    class_by_color: HashMap<[u8; 3], (i32, Used)>,
    /// The files of a frame.
    pub(super) files: Files,
    /// The layers of the multi-layer file.
    pub(super) layers: Layers,
    pub(super) depth: Depth,
    pub(super) normals: Normals,
}

/// Assigns a class to objects by a glob pattern with `*` and `?`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectRule {
    name: String,
    class: String,
    #[serde(skip)]
    used: Used,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColorRule {
    /// `#RRGGBB`
    color: String,
    class: String,
    #[serde(skip)]
    used: Used,
}

/// Whether a rule has fitted something since the dataset was opened.
#[derive(Clone, Debug, Default)]
struct Used(Arc<AtomicBool>);

impl Used {
    fn mark(&self) {
        // Most pixels find it marked, and reading does not disturb other threads.
        if !self.0.load(Ordering::Relaxed) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    fn is_marked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Paths relative to the folder, with `{frame}` for the frame's name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Files {
    /// The multi-layer file.
    pub(super) layers: Option<String>,
    pub(super) picture: Option<String>,
    pub(super) depth: Option<String>,
    pub(super) normals: Option<String>,
    pub(super) albedo: Option<String>,
    pub(super) semantics: Option<String>,
    pub(super) instances: Option<String>,
    pub(super) camera: Option<String>,
}

impl Default for Files {
    fn default() -> Self {
        Self {
            layers: None,
            picture: None,
            depth: None,
            normals: None,
            albedo: None,
            semantics: None,
            instances: None,
            camera: Some("{frame}.json".into()),
        }
    }
}

impl Files {
    /// The multi-layer file, unless labels have separate files.
    pub(super) fn multi_layer(&self) -> Option<&str> {
        let single = [&self.depth, &self.normals, &self.albedo, &self.semantics];
        let are_apart = single.iter().any(|file| file.is_some());
        match &self.layers {
            None if are_apart => None,
            layers => Some(layers.as_deref().unwrap_or("{frame}.exr")),
        }
    }

    /// The file that every frame has, by which frames are listed.
    pub(super) fn leading(&self) -> Result<&str> {
        let leading = self.multi_layer().or(self.picture.as_deref());
        leading.context("[files] names neither `layers` nor `picture`")
    }
}

/// Names of layers, with or without the names of the enclosing layers. Layers with renderers' usual names need no
/// entry.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Layers {
    pub(super) picture: Option<String>,
    pub(super) depth: Option<String>,
    pub(super) normals: Option<String>,
    pub(super) albedo: Option<String>,
    /// Object indices.
    pub(super) index: Option<String>,
    pub(super) cryptomatte: Option<String>,
    /// The view layer, camera, view or part of the file in which the others are found.
    pub(super) view_layer: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Depth {
    /// Length in metres of the renderer's unit, or of a step in a PNG file. The camera file may give it instead.
    pub(super) metres_per_unit: Option<f32>,
    pub(super) measured: Measured,
}

/// The meaning of depth values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Measured {
    /// Distance from the camera's plane.
    #[default]
    ToPlane,
    /// Distance from the camera's centre.
    ToCentre,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Normals {
    pub(super) space: Space,
    pub(super) range: Range,
}

/// The coordinate system of normals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Space {
    /// World space.
    #[default]
    World,
    /// x right, y up, z towards the camera.
    Camera,
    /// x right, y up, z away from the camera, as in Unity.
    CameraForward,
}

/// The range of components.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Range {
    /// -1 to 1.
    #[default]
    Signed,
    /// 0 to 1, with 0.5 for zero.
    Unsigned,
}

impl Config {
    /// Reads `frames.toml` in a folder; the defaults apply if there is none.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(super::CONFIG);
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = read_text(&path)?;
        let mut config: Self = toml::from_str(&text)
            .map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
        config.check().with_context(|| path.display().to_string())?;
        for rule in &config.colors {
            if let Some(id) = config.class_id(&rule.class) {
                let color = parse_color(&rule.color)?;
                config.class_by_color.insert(color, (id, rule.used.clone()));
            }
        }
        Ok(config)
    }

    fn check(&self) -> Result<()> {
        for (what, class) in self
            .objects
            .iter()
            .map(|rule| (&rule.name, &rule.class))
            .chain(self.colors.iter().map(|rule| (&rule.color, &rule.class)))
        {
            ensure!(
                self.classes.contains(class),
                "`{what}` is of class `{class}`, which is not in `classes`"
            );
        }
        for rule in &self.colors {
            parse_color(&rule.color)?;
        }
        if let Some(unit) = self.depth.metres_per_unit {
            ensure!(
                unit.is_finite() && unit > 0.0,
                "depth.metres_per_unit is {unit}"
            );
        }
        let files = &self.files;
        files.leading()?;
        for pattern in [
            &files.layers,
            &files.picture,
            &files.depth,
            &files.normals,
            &files.albedo,
            &files.semantics,
            &files.instances,
            &files.camera,
        ]
        .into_iter()
        .flatten()
        {
            ensure!(
                pattern.matches("{frame}").count() == 1,
                "the path `{pattern}` must have `{{frame}}` in it, once"
            );
        }
        Ok(())
    }

    /// The class of an object by its name.
    pub(super) fn class_of_object(&self, name: &str) -> Option<i32> {
        let rule = self.objects.iter().find(|rule| fits(&rule.name, name))?;
        rule.used.mark();
        self.class_id(&rule.class)
    }

    /// Length in metres of the scene's unit. That of depth in a PNG file is the length of a step.
    pub(super) fn scene_unit(&self) -> Option<f32> {
        let is_png = |file: &String| {
            Path::new(file)
                .extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("png"))
        };
        let has_steps = self.files.depth.as_ref().is_some_and(is_png);
        self.depth.metres_per_unit.filter(|_| !has_steps)
    }

    /// Whether classes are told by colours.
    pub(super) fn has_colors(&self) -> bool {
        !self.class_by_color.is_empty()
    }

    /// The class of a colour in a segmentation picture.
    pub(super) fn class_of_color(&self, color: [u8; 3]) -> Option<i32> {
        let (class, used) = self.class_by_color.get(&color)?;
        used.mark();
        Some(*class)
    }

    /// The rules that have fitted nothing so far.
    pub(super) fn unmatched(&self) -> Vec<String> {
        let objects = self.objects.iter().filter(|rule| !rule.used.is_marked());
        let objects = objects.map(|ObjectRule { name, class, .. }| {
            format!("no object fits `{name}`, of class `{class}` in the [[objects]] of frames.toml")
        });
        let colors = self.colors.iter().filter(|rule| !rule.used.is_marked());
        let colors = colors.map(|ColorRule { color, class, .. }| {
            format!("no pixel has the colour `{color}`, of class `{class}` in the [[colors]] of frames.toml")
        });
        objects.chain(colors).collect()
    }

    /// Names of objects that the rules mean: names without wildcards, and for `Chair*` also what Blender calls copies,
    /// `Chair.001` and so on.
    pub(super) fn object_names(&self) -> impl Iterator<Item = String> {
        const COPIES: std::ops::Range<usize> = 1..1000;
        self.objects.iter().flat_map(|rule| {
            let stem = rule.name.strip_suffix('*').unwrap_or(&rule.name);
            let is_known = !stem.contains(['*', '?']);
            let copies = match stem == rule.name {
                true => 0..0,
                false => COPIES,
            };
            let copies = copies.map(move |number| format!("{stem}.{number:03}"));
            let names = std::iter::once(stem.to_owned()).chain(copies);
            names.filter(move |_| is_known)
        })
    }

    pub(super) fn class_id(&self, class: &str) -> Option<i32> {
        let index = self.classes.iter().position(|name| name == class)?;
        i32::try_from(index).ok()
    }
}

fn parse_color(text: &str) -> Result<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
    match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        Some(number) => Ok([(number >> 16) as u8, (number >> 8) as u8, number as u8]),
        None => bail!("`{text}` is not a colour, expected #RRGGBB"),
    }
}

/// Whether a name matches a pattern with `*` and `?`.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // The position of the last star, and the end of its current match.
    let mut star = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&letter) if letter == '?' || letter == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, reach)) = star else {
                    return false;
                };
                star = Some((at, reach + 1));
                p = at + 1;
                n = reach + 1;
            }
        }
    }
    pattern[p..].iter().all(|&letter| letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_patterns() {
        for (pattern, name, expected) in [
            ("Chair", "Chair", true),
            ("Chair*", "Chair.001", true),
            ("*lamp*", "Floor lamp 2", true),
            ("Chair.00?", "Chair.001", true),
            ("Chair.00?", "Chair.01", false),
            ("*a*b", "xaxxb", true),
            ("*a*b", "xaxxbc", false),
            ("*", "", true),
            ("?", "", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let check = |text: &str| {
            let config: Config = toml::from_str(text).unwrap();
            format!("{:#}", config.check().unwrap_err())
        };
        let text = "classes = ['wall']\n[[objects]]\nname = 'Chair*'\nclass = 'seat'";
        assert!(check(text).contains("`seat`"));
        let text = "classes = ['wall']\n[[colors]]\ncolor = 'red'\nclass = 'wall'";
        assert!(check(text).contains("#RRGGBB"));
        assert!(check("[files]\ndepth = 'depth.exr'\npicture = '{frame}.png'").contains("{frame}"));
    }
}
