//! The layers of an OpenEXR file: which channels belong together, and how they are called.

use std::collections::HashMap;

use ::exr::meta::header::Header;

/// A layer of an OpenEXR file: channels with a common name prefix, or the channels of one part of the file.
#[derive(Clone, Debug)]
pub struct Layer {
    name: String,
    /// The name of its part of the file, empty if that has none.
    part: String,
    /// The view of a stereo or multi-camera file, for example `left`.
    view: Option<String>,
    /// Each channel's short name in upper case, and where it is.
    channels: Vec<(String, Channel)>,
}

/// Where a channel is in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    pub(super) part: usize,
    pub(super) index: usize,
}

/// Other names of the channels of a colour, as Nuke writes them.
const LONG_NAMES: [(&str, &str); 4] = [("R", "RED"), ("G", "GREEN"), ("B", "BLUE"), ("A", "ALPHA")];

impl Layer {
    /// The full name with the enclosing layers, for example `ViewLayer.Depth`. Empty for channels without a layer.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name without the enclosing layers and the view, for example `Depth`.
    pub fn last_name(&self) -> &str {
        let name = self.name_without_view();
        name.rsplit_once('.').map_or(name, |(_, last)| last)
    }

    /// What encloses the layer: its view layer and its view, for example `ViewLayer` or `ViewLayer.left`. Empty if
    /// nothing does. Layers with different groups show different objects, or show them from different cameras.
    pub fn group(&self) -> String {
        let outer = self.name_without_view().rsplit_once('.');
        let outer = outer.map(|(outer, _)| outer);
        let both = [outer, self.view.as_deref()].into_iter().flatten();
        both.collect::<Vec<_>>().join(".")
    }

    /// Whether the layer is in a view layer, camera, view or part of the file with this name, ignoring case.
    pub fn is_in(&self, group: &str) -> bool {
        let mut components = self.name.split('.');
        let start = self.name.get(..group.len());
        let encloses = start.is_some_and(|start| start.eq_ignore_ascii_case(group))
            && self.name[group.len()..].starts_with('.');
        let mut others = [Some(self.part.as_str()), self.view.as_deref()]
            .into_iter()
            .flatten();
        encloses
            || self.group().eq_ignore_ascii_case(group)
            || components.any(|name| name.eq_ignore_ascii_case(group))
            || others.any(|name| name.eq_ignore_ascii_case(group))
    }

    /// The channel with this short name, for example `Z`, ignoring case; `None` if there is none. `R`, `G`, `B` and
    /// `A` may also be called `red`, `green`, `blue` and `alpha`.
    pub fn channel(&self, name: &str) -> Option<Channel> {
        let long = LONG_NAMES
            .iter()
            .find(|(short, _)| short.eq_ignore_ascii_case(name));
        let long = long.map(|(_, long)| *long);
        let is_it = |short: &str| short.eq_ignore_ascii_case(name) || Some(short) == long;
        let mut channels = self.channels.iter();
        let found = channels.find(|(short, _)| is_it(short));
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
            (1, _) if self.is_vector() => None,
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

    /// Whether it has its name from its part of the file, not from its channels.
    pub(super) fn is_named_by_part(&self) -> bool {
        self.name == self.part
    }

    /// Whether its channels are components of a vector, so that `Z` is not depth.
    pub(super) fn is_vector(&self) -> bool {
        self.channels.len() > 1 && self.channel("X").is_some()
    }

    /// The short names of its channels.
    pub(super) fn channel_names(&self) -> impl Iterator<Item = &str> {
        self.channels.iter().map(|(name, _)| name.as_str())
    }

    pub(super) fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.channel(name).is_some())
    }

    /// The names by which a user may ask for it, best first: the full name, with the part of the file before it, and
    /// without the enclosing layers.
    pub(super) fn full_names(&self) -> [String; 2] {
        let in_part = match self.part.is_empty() || self.name == self.part {
            true => self.name.clone(),
            false => format!("{}.{}", self.part, self.name),
        };
        [self.name.clone(), in_part]
    }

    /// Its channels, by their full names.
    pub(super) fn full_channel_names(&self) -> impl Iterator<Item = (String, Channel)> {
        self.channels
            .iter()
            .map(|(short, channel)| match self.name.as_str() {
                "" => (short.clone(), *channel),
                name => (format!("{name}.{short}"), *channel),
            })
    }

    pub(super) fn holds(&self, channel: Channel) -> bool {
        self.channels.iter().any(|(_, own)| *own == channel)
    }

    fn name_without_view(&self) -> &str {
        let view = self.view.as_deref();
        let stripped = view.and_then(|view| self.name.strip_suffix(view));
        match stripped {
            Some("") => "",
            Some(rest) => rest.strip_suffix('.').unwrap_or(&self.name),
            None => &self.name,
        }
    }
}

/// Groups the channels of all headers into layers, by name prefix or part of the file.
pub(super) fn layers(headers: &[Header]) -> Vec<Layer> {
    let views = views(headers);
    let mut layers: Vec<Layer> = Vec::new();
    for (part_index, meta) in headers.iter().enumerate() {
        let part = meta.own_attributes.layer_name.as_ref();
        let part = part.map(ToString::to_string).unwrap_or_default();
        let view = meta
            .own_attributes
            .view_name
            .as_ref()
            .map(ToString::to_string);
        // Layers of different parts are different, even with the same name.
        let mut places: HashMap<String, usize> = HashMap::new();
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
            match places.get(&name) {
                Some(&place) => layers[place].channels.push(short),
                None => {
                    places.insert(name.clone(), layers.len());
                    layers.push(Layer {
                        view: view_of(&name, &views).or_else(|| view.clone()),
                        name,
                        part: part.clone(),
                        channels: vec![short],
                    });
                }
            }
        }
    }
    layers
}

/// The names of all views, which OpenEXR's attributes `multiView` and `view` list.
fn views(headers: &[Header]) -> Vec<String> {
    let mut views = Vec::new();
    for header in headers {
        let several = header.own_attributes.multi_view_names.iter().flatten();
        let one = header.own_attributes.view_name.iter();
        views.extend(several.chain(one).map(ToString::to_string));
    }
    views
}

/// The view at the end of a layer's name, as in `ViewLayer.Depth.left`.
fn view_of(name: &str, views: &[String]) -> Option<String> {
    let last = name.rsplit_once('.').map_or(name, |(_, last)| last);
    views.iter().find(|view| *view == last).cloned()
}
