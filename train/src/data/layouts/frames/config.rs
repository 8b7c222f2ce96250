//! `frames.toml`: what a renderer's files mean where they do not say it themselves.

use std::{collections::HashMap, fs, path::Path};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

/// Everything in it may be left out; the defaults are Blender's.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Config {
    /// Names of the classes, in the order of their ids.
    pub(super) classes: Vec<String>,
    /// Which object belongs to which class; the first that fits counts.
    objects: Vec<ObjectRule>,
    /// Which colour of a segmentation picture stands for which class.
    colors: Vec<ColorRule>,
    /// Class ids by colour, from `colors`.
    #[serde(skip)]
    pub(super) class_by_color: HashMap<[u8; 3], i32>,
    /// Where a frame's files are.
    pub(super) files: Files,
    /// Which layers of its OpenEXR file to take.
    pub(super) layers: Layers,
    pub(super) depth: Depth,
    pub(super) normals: Normals,
}

/// `*` and `?` stand for any letters and any one letter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectRule {
    name: String,
    class: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColorRule {
    /// `#RRGGBB`
    color: String,
    class: String,
}

/// Paths from the folder, with `{frame}` for the frame's name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Files {
    /// One file with many layers.
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
    /// The file with many layers, unless each label has a file of its own.
    pub(super) fn multi_layer(&self) -> Option<&str> {
        let single = [&self.depth, &self.normals, &self.albedo, &self.semantics];
        let are_apart = single.iter().any(|file| file.is_some());
        match &self.layers {
            None if are_apart => None,
            layers => Some(layers.as_deref().unwrap_or("{frame}.exr")),
        }
    }

    /// The file that every frame has, whose name tells frames apart.
    pub(super) fn leading(&self) -> Result<&str> {
        let leading = self.multi_layer().or(self.picture.as_deref());
        leading.context("[files] names neither `layers` nor `picture`")
    }
}

/// Names of layers, without the names of the layers around them; those of Blender and Unreal are found without.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Layers {
    pub(super) picture: Option<String>,
    pub(super) depth: Option<String>,
    pub(super) normals: Option<String>,
    pub(super) albedo: Option<String>,
    /// Numbers of objects.
    pub(super) index: Option<String>,
    pub(super) cryptomatte: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Depth {
    /// Length of the renderer's unit, or of a step in a PNG file; the camera's file may say it too.
    pub(super) metres_per_unit: Option<f32>,
    pub(super) measured: Measured,
}

/// What a depth is measured to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Measured {
    /// The camera's plane.
    #[default]
    ToPlane,
    /// The camera's centre.
    ToCentre,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Normals {
    pub(super) space: Space,
    pub(super) range: Range,
}

/// The axes of normals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Space {
    /// The scene's axes.
    #[default]
    World,
    /// x right, y up, z towards the camera.
    Camera,
    /// x right, y up, z away from the camera, as in Unity.
    CameraForward,
}

/// How components are written.
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
    /// Reads `frames.toml` in a folder; without one everything is as Blender has it.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(super::CONFIG);
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let mut config: Self = toml::from_str(&text)
            .map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
        config.check().with_context(|| path.display().to_string())?;
        for rule in &config.colors {
            if let Some(id) = config.class_id(&rule.class) {
                config.class_by_color.insert(parse_color(&rule.color)?, id);
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
        self.class_id(&rule.class)
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
        None => bail!("`{text}` is no colour, which is written #RRGGBB"),
    }
}

/// Whether a name fits a pattern with `*` and `?`.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // Where the last star is, and how far it reaches so far.
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
