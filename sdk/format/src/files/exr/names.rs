//! What renderers call their layers. OpenEXR prescribes no names; docs/dataset.md says where these come from.

use super::layers::{Channel, Layer};
use crate::label::Label;

/// The content of a layer that renderers have names for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The rendered picture: linear RGB.
    Picture,
    /// Depth: one channel.
    Depth,
    /// Normals: three channels.
    Normals,
    /// Base colour: three channels.
    Albedo,
    /// The number of the object: one channel.
    ObjectIndex,
}

/// The names of one content, in lower case and without anything but letters and digits.
struct Names {
    /// Names of layers without the enclosing layers. After `_` they also count at the end of a longer name.
    layers: &'static [&'static str],
    /// Ends of names that Unreal joins with the pass's name, in several ways.
    endings: &'static [&'static str],
    /// Names that count only where no other does.
    otherwise: &'static [&'static str],
    /// Names of channels that hold it beside other channels, as `Z` beside `RGBA`.
    channels: &'static [&'static str],
}

const PICTURE: Names = Names {
    layers: &[
        "combined",
        "beauty",
        "finalimage",
        "rgba",
        "rgb",
        "c",
        "color",
    ],
    endings: &["beauty"],
    otherwise: &[""],
    channels: &[],
};
const DEPTH: Names = Names {
    layers: &[
        "depth",
        "z",
        "zdepth",
        "lineardepth",
        "depthmap",
        "vrayzdepth",
        "pz",
        "hitpz",
        "imagedepth",
        "distancetoimageplane",
    ],
    endings: &["worlddepth", "scenedepth", "scenedepthworldunits"],
    otherwise: &["zfiltered"],
    channels: &["Z", "DEPTH"],
};
const NORMALS: Names = Names {
    layers: &["normal", "normals", "n", "nn", "hitn", "vraynormals"],
    endings: &["worldnormal", "worldnormals"],
    otherwise: &[],
    channels: &[],
};
const ALBEDO: Names = Names {
    layers: &[
        "albedo",
        "diffcol",
        "diffusecolor",
        "diffusefilter",
        "vraydiffusefilter",
    ],
    endings: &["basecolor"],
    otherwise: &["diffusealbedo"],
    channels: &[],
};
const OBJECT_INDEX: Names = Names {
    layers: &["indexob", "objectindex", "objectid", "vrayobjectid", "id"],
    endings: &[],
    otherwise: &[],
    channels: &["ID", "OBJECTID"],
};

/// Words in the names of layers that are about something else, such as Blender's `Denoising Depth`.
const OTHER: [&str; 3] = ["denois", "shadow", "light"];

/// How well a layer's name fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// By one of the usual names, or by a channel's name.
    Named,
    /// By the name of the enclosing layer of a view, as in `depth.camera1`.
    Enclosed,
    /// By a name that is used only where no other is.
    Otherwise,
}

impl Content {
    const ALL: [Self; 5] = [
        Self::Picture,
        Self::Depth,
        Self::Normals,
        Self::Albedo,
        Self::ObjectIndex,
    ];

    /// The content of a label, by the built-in labels' names; renderers have no names for others.
    pub(super) fn of_label(label: &Label) -> Option<Self> {
        match label.name.as_str() {
            "depth" => Some(Self::Depth),
            "normals" => Some(Self::Normals),
            "albedo" => Some(Self::Albedo),
            _ => None,
        }
    }

    /// Channels of a layer with this content.
    pub fn channels(self) -> usize {
        match self {
            Self::Depth | Self::ObjectIndex => 1,
            Self::Picture | Self::Normals | Self::Albedo => 3,
        }
    }

    fn names(self) -> &'static Names {
        match self {
            Self::Picture => &PICTURE,
            Self::Depth => &DEPTH,
            Self::Normals => &NORMALS,
            Self::Albedo => &ALBEDO,
            Self::ObjectIndex => &OBJECT_INDEX,
        }
    }

    /// Whether a layer has this content by its name.
    pub(super) fn fits(self, layer: &Layer) -> Option<Fit> {
        let names = self.names();
        let last = layer.last_name();
        if is_other(layer) {
            return None;
        }
        if names.otherwise.contains(&plain(last).as_str()) {
            return Some(Fit::Otherwise);
        }
        let is_named = |name: &str| {
            let whole = plain(name);
            let mut endings = names.endings.iter();
            ends(name).any(|end| names.layers.contains(&end.as_str()))
                || endings.any(|ending| whole.ends_with(ending))
        };
        if is_named(last) {
            return Some(Fit::Named);
        }
        let mut enclosing = layer.name().split('.');
        (is_view(last) && enclosing.any(is_named)).then_some(Fit::Enclosed)
    }

    /// The content of a layer with a usual name.
    pub(super) fn of_layer(layer: &Layer) -> Option<Self> {
        let is_named = |content: &Self| content.fits(layer) == Some(Fit::Named);
        Self::ALL.into_iter().find(is_named)
    }

    /// The channel with this content by its own name: without a layer, or beside others in a layer that is not a
    /// vector. In a part of its own it counts only where nothing else does, because the part's name may say more.
    pub(super) fn beside(self, layer: &Layer) -> Option<(Fit, Channel)> {
        let fit = match layer.name().is_empty() || layer.channel_names().count() > 1 {
            true => Fit::Named,
            false if layer.is_named_by_part() => Fit::Otherwise,
            false => return None,
        };
        if layer.is_vector() || is_other(layer) {
            return None;
        }
        let mut names = self.names().channels.iter();
        let channel = names.find_map(|name| layer.channel(name))?;
        Some((fit, channel))
    }
}

/// Whether the layer's values were half floats before they were written: Unreal renders its passes into half floats,
/// so single floats in its files also end at the largest half.
pub(super) fn was_half(layer: &Layer) -> bool {
    let last = plain(layer.last_name());
    let mut unreal = [DEPTH.endings, NORMALS.endings, ALBEDO.endings]
        .into_iter()
        .flatten();
    unreal.any(|ending| last.ends_with(ending))
}

/// Whether a layer's name says that it is about something else.
fn is_other(layer: &Layer) -> bool {
    let name = plain(layer.last_name());
    OTHER.iter().any(|word| name.contains(word))
}

/// Whether a name is that of a camera or a view, which not every writer lists in the header.
fn is_view(name: &str) -> bool {
    const STARTS: [&str; 5] = ["cam", "left", "right", "view", "eye"];
    let name = plain(name);
    let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    is_number || STARTS.iter().any(|start| name.starts_with(start))
}

/// A name in lower case, without anything but letters and digits.
pub(super) fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The name, and what follows each `_` in it, except for names that are too short to mean anything there.
fn ends(name: &str) -> impl Iterator<Item = String> {
    const SHORTEST: usize = 5;
    let after = name
        .match_indices('_')
        .map(|(at, _)| plain(&name[at + 1..]));
    let long = after.filter(|end| end.len() >= SHORTEST);
    std::iter::once(plain(name)).chain(long)
}
