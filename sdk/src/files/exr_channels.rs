//! Which channels of an OpenEXR file hold a label. OpenEXR fixes no names, so this goes by custom.

use ::exr::meta::header::Header;

use crate::label::Label;

/// Where a label's channels are: the header, and the indices into its channel list.
#[derive(Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) header: usize,
    pub(super) channels: Vec<usize>,
}

/// Channels of one layer: the layer's name, and each channel's short name and index.
struct Layer {
    name: String,
    header: usize,
    channels: Vec<(String, usize)>,
}

pub(super) fn choose(headers: &[Header], label: &Label) -> Result<Choice, String> {
    let layers = layers(headers);
    let layer = match layers.as_slice() {
        [] => return Err("the OpenEXR file has no channels".into()),
        [only] => only,
        several => several
            .iter()
            .find(|layer| last_part(&layer.name).eq_ignore_ascii_case(&label.name))
            .or_else(|| several.iter().find(|layer| layer.name.is_empty()))
            .ok_or_else(|| {
                format!(
                    "several layers ({}), and none is unnamed or named `{}`",
                    list(several.iter().map(|layer| layer.name.as_str())),
                    label.name
                )
            })?,
    };
    match find(layer, label.channels()) {
        Some(channels) => Ok(Choice {
            header: layer.header,
            channels,
        }),
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

/// The channels of all headers by layer, be it a part of the file or a prefix of channel names.
fn layers(headers: &[Header]) -> Vec<Layer> {
    let mut layers: Vec<Layer> = Vec::new();
    for (header, meta) in headers.iter().enumerate() {
        let part = meta.own_attributes.layer_name.as_ref();
        let part = part.map(ToString::to_string).unwrap_or_default();
        for (index, channel) in meta.channels.list.iter().enumerate() {
            let full = channel.name.to_string();
            let (prefix, short) = full.rsplit_once('.').unwrap_or(("", &full));
            let name = match (part.as_str(), prefix) {
                (part, "") => part.to_owned(),
                (_, prefix) => prefix.to_owned(),
            };
            let short = (short.to_ascii_uppercase(), index);
            let known = layers
                .iter_mut()
                .find(|l| l.header == header && l.name == name);
            match known {
                Some(layer) => layer.channels.push(short),
                None => layers.push(Layer {
                    name,
                    header,
                    channels: vec![short],
                }),
            }
        }
    }
    layers
}

fn find(layer: &Layer, channels: usize) -> Option<Vec<usize>> {
    let by_name = |name: &str| {
        let found = layer.channels.iter().find(|(short, _)| short == name);
        found.map(|&(_, index)| index)
    };
    let by_names =
        |names: &[&str]| -> Option<Vec<usize>> { names.iter().map(|name| by_name(name)).collect() };
    match (channels, layer.channels.as_slice()) {
        (1, [(_, only)]) => Some(vec![*only]),
        // One axis of a vector is no label.
        (1, _) if by_name("X").is_some() => None,
        (1, _) => {
            let first = ["Y", "Z", "V", "R"].into_iter().find_map(by_name);
            first.map(|index| vec![index])
        }
        (2, _) => by_names(&["R", "G"]).or_else(|| by_names(&["X", "Y"])),
        (3, _) => by_names(&["R", "G", "B"]).or_else(|| by_names(&["X", "Y", "Z"])),
        (4, _) => by_names(&["R", "G", "B", "A"]),
        _ => None,
    }
}

fn last_part(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
