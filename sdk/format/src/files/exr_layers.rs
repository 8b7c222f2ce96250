//! The layers of an OpenEXR file, and which of their channels hold a label. OpenEXR prescribes no names; those here are
//! in common use.

use ::exr::meta::header::Header;

use crate::label::Label;

/// A layer of an OpenEXR file: channels with a common name prefix, or the channels of one part of the file.
#[derive(Clone, Debug)]
pub struct Layer {
    name: String,
    /// Each channel's short name in upper case, and where it is.
    channels: Vec<(String, Channel)>,
}

/// Where a channel is in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    pub(super) part: usize,
    pub(super) index: usize,
}

impl Layer {
    /// The full name with the enclosing layers, for example `ViewLayer.Depth`. Empty for channels without a layer.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name without the enclosing layers, for example `Depth`.
    pub fn last_name(&self) -> &str {
        self.name
            .rsplit_once('.')
            .map_or(&self.name, |(_, last)| last)
    }

    /// The channel with this short name, for example `Z`, ignoring case; `None` if there is none.
    pub fn channel(&self, name: &str) -> Option<Channel> {
        let mut channels = self.channels.iter();
        let found = channels.find(|(short, _)| short.eq_ignore_ascii_case(name));
        found.map(|(_, channel)| *channel)
    }

    /// The channels of a label that has `count` of them, by their usual names: one is the only channel, or the first of
    /// `Y`, `Z`, `V` and `R`; two are `R`, `G` or `X`, `Y`; three `R`, `G`, `B` or `X`, `Y`, `Z`; four `R`, `G`, `B`,
    /// `A`. `None` if the layer does not have them.
    pub fn channels(&self, count: usize) -> Option<Vec<Channel>> {
        let all = |names: &[&str]| -> Option<Vec<Channel>> {
            names.iter().map(|name| self.channel(name)).collect()
        };
        match (count, self.channels.as_slice()) {
            (1, [(_, only)]) => Some(vec![*only]),
            // One component of a vector is not a one-channel label.
            (1, _) if self.channel("X").is_some() => None,
            (1, _) => {
                let names = ["Y", "Z", "V", "R"].into_iter();
                let first = names.filter_map(|name| self.channel(name)).next();
                first.map(|channel| vec![channel])
            }
            (2, _) => all(&["R", "G"]).or_else(|| all(&["X", "Y"])),
            (3, _) => all(&["R", "G", "B"]).or_else(|| all(&["X", "Y", "Z"])),
            (4, _) => all(&["R", "G", "B", "A"]),
            _ => None,
        }
    }
}

/// The channels of a label, from the only layer, the layer with the label's name, or the unnamed layer.
pub(super) fn choose(layers: &[Layer], label: &Label) -> Result<Vec<Channel>, String> {
    let layer = match layers {
        [] => return Err("the OpenEXR file has no channels".into()),
        [only] => only,
        several => several
            .iter()
            .find(|layer| layer.last_name().eq_ignore_ascii_case(&label.name))
            .or_else(|| several.iter().find(|layer| layer.name.is_empty()))
            .ok_or_else(|| {
                format!(
                    "several layers ({}), and none is unnamed or named `{}`",
                    list(several.iter().map(|layer| layer.name.as_str())),
                    label.name
                )
            })?,
    };
    match layer.channels(label.channels()) {
        Some(channels) => Ok(channels),
        None => Err(format!(
            "has the channels {}, but label `{}` needs {}",
            list(layer.channels.iter().map(|(name, _)| name.as_str())),
            label.name,
            match label.channels() {
                1 => "one channel, or Y, Z, V or R",
                2 => "R, G or X, Y",
                3 => "R, G, B or X, Y, Z",
                4 => "R, G, B, A",
                _ => "another file format",
            }
        )),
    }
}

/// Groups the channels of all headers into layers, by name prefix or part of the file.
pub(super) fn layers(headers: &[Header]) -> Vec<Layer> {
    let mut layers: Vec<Layer> = Vec::new();
    for (part_index, meta) in headers.iter().enumerate() {
        let part = meta.own_attributes.layer_name.as_ref();
        let part = part.map(ToString::to_string).unwrap_or_default();
        for (index, channel) in meta.channels.list.iter().enumerate() {
            let full = channel.name.to_string();
            let (prefix, short) = full.rsplit_once('.').unwrap_or(("", &full));
            let name = match (part.as_str(), prefix) {
                (part, "") => part.to_owned(),
                (_, prefix) => prefix.to_owned(),
            };
            let channel = Channel {
                part: part_index,
                index,
            };
            let short = (short.to_ascii_uppercase(), channel);
            let is_it =
                |layer: &&mut Layer| layer.name == name && layer.channels[0].1.part == part_index;
            match layers.iter_mut().find(is_it) {
                Some(layer) => layer.channels.push(short),
                None => layers.push(Layer {
                    name,
                    channels: vec![short],
                }),
            }
        }
    }
    layers
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
