//! Decides which layer of an OpenEXR file holds what is looked for: the one that the user names, or the only one that
//! is called so. Several that fit are an error with their names; a beauty picture is never taken for something else.

use super::{
    layers::{Channel, Layer},
    names::{Content, Fit, plain},
};
use crate::label::Label;

/// The layer that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its full name.
    pub layer: String,
    /// The view layer, camera or view that it belongs to, empty if it has none. Layers of two of them must not be
    /// mixed.
    pub group: String,
    /// The channels, in the order of the label's.
    pub channels: Vec<Channel>,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
struct Sought<'a> {
    /// What it is called in messages.
    name: &'a str,
    content: Option<Content>,
    channels: usize,
}

/// The layer with some content, by its name; `None` if there is none. `group` limits the search to a view layer,
/// camera, view or part.
pub(super) fn by_content(
    layers: &[Layer],
    content: Content,
    group: Option<&str>,
) -> Result<Option<Found>, String> {
    let name = match content {
        Content::Picture => "the picture",
        Content::Depth => "depth",
        Content::Normals => "normals",
        Content::Albedo => "albedo",
        Content::ObjectIndex => "the objects' numbers",
    };
    let sought = Sought {
        name,
        content: Some(content),
        channels: content.channels(),
    };
    let is_inside = |layer: &&Layer| group.is_none_or(|group| layer.is_in(group));
    let inside: Vec<&Layer> = layers.iter().filter(is_inside).collect();
    if let (Some(group), true) = (group, inside.is_empty()) {
        return Err(format!("no layer in `{group}`; there are {}", list(layers)));
    }
    customary(&inside, sought)
}

/// The layer with the name that the user gives: its full name, or that without the enclosing layers; for one channel
/// also `LAYER.CHANNEL`.
pub(super) fn by_name(
    layers: &[Layer],
    wanted: &str,
    content: Option<Content>,
    channels: usize,
) -> Result<Found, String> {
    let same = |a: &str, b: &str| a == b;
    let alike = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    for equal in [same as fn(&str, &str) -> bool, alike] {
        let named: [&dyn Fn(&Layer) -> bool; 2] = [
            &|layer| layer.full_names().iter().any(|name| equal(name, wanted)),
            &|layer| !wanted.is_empty() && equal(layer.last_name(), wanted),
        ];
        for is_it in named {
            let found: Vec<&Layer> = layers.iter().filter(|layer| is_it(layer)).collect();
            let fitting = found.iter().filter_map(|layer| {
                let channels = suitable(layer, content, channels)?;
                Some(Found::new(layer, channels))
            });
            match (found.as_slice(), fitting.collect::<Vec<_>>().as_mut_slice()) {
                ([], _) => {}
                (_, [only]) => return Ok(only.clone()),
                ([layer, ..], []) => return Err(unfit(layer, wanted, channels)),
                _ => {
                    return Err(format!(
                        "several layers are called `{wanted}`: {}",
                        list_of(&found)
                    ));
                }
            }
        }
        let channel = layers.iter().find_map(|layer| {
            let mut names = layer.full_channel_names();
            let (_, channel) = names.find(|(name, _)| equal(name, wanted))?;
            Some(Found::new(layer, vec![channel]))
        });
        if let (Some(found), 1) = (channel, channels) {
            return Ok(found);
        }
    }
    let together = TOGETHER
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let layer = together.and_then(|(_, names)| {
        let mut unnamed = layers.iter().filter(|layer| layer.name().is_empty());
        unnamed.find(|layer| layer.has(names))
    });
    if let Some(layer) = layer
        && let Some(channels) = layer.channels(channels).filter(|_| channels > 1)
    {
        return Ok(Found::new(layer, channels));
    }
    Err(format!("no layer `{wanted}`; there are {}", list(layers)))
}

/// The layer of a label: by the names that renderers use, by the label's own name, or the only layer of the file.
pub(super) fn by_label(layers: &[Layer], label: &Label) -> Result<Found, String> {
    let sought = Sought {
        name: &label.name,
        content: Content::of_label(label),
        channels: label.channels(),
    };
    let all: Vec<&Layer> = layers.iter().collect();
    if let Some(found) = customary(&all, sought)? {
        return Ok(found);
    }
    let only = match layers {
        [] => return Err("the OpenEXR file has no channels".into()),
        [only] => only,
        _ => {
            return Err(format!(
                "none of its layers is known to hold `{}`: {}; choose one (`FILE.exr:LAYER`)",
                label.name,
                list(layers)
            ));
        }
    };
    // A file with one plain layer holds the label, unless the layer says that it is something else.
    let is_other = Content::of_layer(only).is_some_and(|content| Some(content) != sought.content);
    let has_beauty = only.channels(3).is_some() && Content::Depth.beside(only).is_some();
    if is_other || has_beauty {
        return Err(format!(
            "does not hold `{}`, but {}; to read it nevertheless, choose a layer or channel (`FILE.exr:LAYER`)",
            label.name,
            list(layers)
        ));
    }
    match only.channels(label.channels()) {
        Some(channels) => Ok(Found::new(only, channels)),
        None => Err(unfit(only, &label.name, label.channels())),
    }
}

/// The layer whose name is customary for what is sought.
fn customary(layers: &[&Layer], sought: Sought<'_>) -> Result<Option<Found>, String> {
    let own_name = plain(sought.name);
    let mut candidates: Vec<(Fit, &Layer, Vec<Channel>)> = Vec::new();
    for layer in layers {
        let fit = match sought.content {
            Some(content) => content.fits(layer),
            None => (plain(layer.last_name()) == own_name).then_some(Fit::Named),
        };
        let named = fit.and_then(|fit| {
            let channels = suitable(layer, sought.content, sought.channels)?;
            Some((fit, channels))
        });
        let beside = || {
            let (fit, channel) = match sought.content {
                Some(content) if content.channels() == 1 && sought.channels == 1 => {
                    content.beside(layer)?
                }
                None if sought.channels == 1 => (Fit::Named, layer.channel(sought.name)?),
                _ => return None,
            };
            Some((fit, vec![channel]))
        };
        // `or_else`: `Z` of a layer called `Depth` is one candidate, not two.
        if let Some((fit, channels)) = named.or_else(beside) {
            candidates.push((fit, layer, channels));
        }
    }
    let Some(best) = candidates.iter().map(|(fit, ..)| *fit).min() else {
        return Ok(None);
    };
    candidates.retain(|(fit, ..)| *fit == best);
    if sought.content == Some(Content::Picture) {
        prefer_composite(&mut candidates);
    }
    match candidates.as_slice() {
        [(fit, layer, channels)] => {
            let mut found = Found::new(layer, channels.clone());
            if *fit == Fit::Enclosed {
                found.group = layer.last_name().to_owned();
            }
            Ok(Some(found))
        }
        several => {
            let layers: Vec<&Layer> = several.iter().map(|(_, layer, _)| *layer).collect();
            Err(format!(
                "{} could be {}; choose one (`FILE.exr:LAYER`)",
                list_of(&layers),
                match sought.content {
                    Some(_) => sought.name.to_owned(),
                    None => format!("`{}`", sought.name),
                }
            ))
        }
    }
}

/// Blender's picture after compositing belongs to no view layer and stands for all.
fn prefer_composite(candidates: &mut Vec<(Fit, &Layer, Vec<Channel>)>) {
    let is_composite = |layer: &Layer| layer.group().eq_ignore_ascii_case("composite");
    if candidates.iter().any(|(_, layer, _)| is_composite(layer)) {
        candidates.retain(|(_, layer, _)| is_composite(layer));
    }
}

/// The channels of a layer for some content: `Z` before `Y` for depth, by the usual names for everything else.
fn suitable(layer: &Layer, content: Option<Content>, count: usize) -> Option<Vec<Channel>> {
    let own = content.filter(|content| content.channels() == count);
    match own.and_then(|content| content.beside(layer)) {
        Some((_, channel)) if count == 1 => Some(vec![channel]),
        _ => layer.channels(count),
    }
}

impl Found {
    fn new(layer: &Layer, channels: Vec<Channel>) -> Self {
        Self {
            layer: layer.name().to_owned(),
            group: match layer.group() {
                composite if composite.eq_ignore_ascii_case("composite") => String::new(),
                group => group,
            },
            channels,
        }
    }
}

fn unfit(layer: &Layer, name: &str, count: usize) -> String {
    let names: Vec<String> = layer
        .channel_names()
        .map(|name| format!("`{name}`"))
        .collect();
    format!(
        "has the channels {}, but label `{name}` needs {}",
        names.join(", "),
        match count {
            1 => "one channel, or Y, Z, V or R",
            2 => "R, G or X, Y",
            3 => "R, G, B or X, Y, Z",
            4 => "R, G, B, A",
            _ => "another file format",
        }
    )
}

fn list(layers: &[Layer]) -> String {
    list_of(&layers.iter().collect::<Vec<_>>())
}

/// The layers for messages, by names that distinguish them.
fn list_of(layers: &[&Layer]) -> String {
    const MOST: usize = 40;
    let name = |layer: &&Layer| {
        let [name, in_part] = layer.full_names();
        let is_unique = layers.iter().filter(|other| other.name() == name).count() == 1;
        match (name.as_str(), is_unique) {
            ("", true) => unnamed(layer),
            (_, true) => format!("`{name}`"),
            _ => format!("`{in_part}`"),
        }
    };
    let mut names: Vec<String> = layers.iter().take(MOST).map(name).collect();
    if layers.len() > MOST {
        names.push(format!("and {} more", layers.len() - MOST));
    }
    names.join(", ")
}

/// Names by which the channels without a layer can be chosen: `RGB` or the like for those that belong together.
fn unnamed(layer: &Layer) -> String {
    let together = TOGETHER.iter().find(|(_, channels)| layer.has(channels));
    let others = layer.channel_names().filter(|name| {
        let mut known = together.iter().flat_map(|(_, channels)| channels.iter());
        !known.any(|known| known == name)
    });
    let names = together.iter().map(|(name, _)| *name).chain(others);
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Channels that may be chosen together although no layer names them.
const TOGETHER: [(&str, &[&str]); 3] = [
    ("RGBA", &["R", "G", "B", "A"]),
    ("RGB", &["R", "G", "B"]),
    ("XYZ", &["X", "Y", "Z"]),
];

#[cfg(test)]
mod tests;
