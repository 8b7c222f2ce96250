//! Finds the layers of a renderer's OpenEXR file, by the names that Blender and Unreal use.

use anyhow::{Context, Result};
use multicond_format::files::{Channel, Layer, OpenExr};

/// The content of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Picture,
    Depth,
    Normals,
    Albedo,
    Index,
}

impl Content {
    /// Names of its layers without parents, in lower case. Unreal adds prefixes.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Picture => &["combined", "beauty", "finalimage", "rgba", ""],
            Self::Depth => &["depth", "worlddepth", "scenedepth", "z"],
            Self::Normals => &["normal", "normals", "worldnormal", "n"],
            Self::Albedo => &["diffcol", "albedo", "basecolor", "diffusecolor"],
            Self::Index => &["indexob", "objectindex", "objectid"],
        }
    }

    fn channels(self) -> usize {
        match self {
            Self::Depth | Self::Index => 1,
            Self::Picture | Self::Normals | Self::Albedo => 3,
        }
    }
}

/// The channels with some content, if there are any. `wanted` is the layer's name, if the user gave one.
pub(super) fn find(
    file: &OpenExr,
    content: Content,
    wanted: Option<&str>,
) -> Result<Option<Vec<Channel>>> {
    let channels = |layer: &Layer| layer.channels(content.channels());
    let Some(wanted) = wanted else {
        let names = content.names().iter();
        let layers = names.filter_map(|name| by_customary_name(file.layers(), name));
        return Ok(layers.filter_map(channels).next());
    };
    let mut layers = file.layers().iter();
    let layer = layers.find(|layer| layer.last_name() == wanted || layer.name() == wanted);
    let found = layer.and_then(channels);
    found.map(Some).with_context(|| {
        let names: Vec<&str> = file.layers().iter().map(Layer::name).collect();
        format!(
            "no layer `{wanted}` with {} channels; there are {}",
            content.channels(),
            names.join(", ")
        )
    })
}

/// A layer with this name, or with this name after one of Unreal's prefixes.
fn by_customary_name<'a>(layers: &'a [Layer], name: &str) -> Option<&'a Layer> {
    let is_it = |layer: &&Layer| layer.last_name().to_lowercase() == name;
    let ends_so = |layer: &&Layer| {
        let ending = format!("_{name}");
        !name.is_empty() && layer.last_name().to_lowercase().ends_with(&ending)
    };
    let mut all = layers.iter();
    all.find(is_it).or_else(|| layers.iter().find(ends_so))
}
