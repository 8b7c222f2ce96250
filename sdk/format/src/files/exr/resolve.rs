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
mod tests {
    use ::exr::meta::{
        attribute::{ChannelDescription, ChannelList, SampleType, Text},
        header::Header,
    };

    use super::*;
    use crate::files::exr::layers::layers;

    /// The layers of a file with one part.
    fn file(channels: &[&str]) -> Vec<Layer> {
        layers(&[part("", None, channels)])
    }

    fn part(name: &str, view: Option<&str>, channels: &[&str]) -> Header {
        let channel =
            |name: &&str| ChannelDescription::new(Text::new_or_panic(*name), SampleType::F32, true);
        let channels = ChannelList::new(channels.iter().map(channel).collect());
        let mut header = Header::new(Text::new_or_panic("x"), (1, 1), channels.list);
        header.own_attributes.layer_name = (!name.is_empty()).then(|| Text::new_or_panic(name));
        header.own_attributes.view_name = view.map(Text::new_or_panic);
        header
    }

    /// The full names of the channels that were chosen.
    fn names(layers: &[Layer], found: &Found) -> Vec<String> {
        let name = |channel: &Channel| {
            let mut all = layers.iter().flat_map(Layer::full_channel_names);
            all.find(|(_, other)| other == channel).unwrap().0
        };
        found.channels.iter().map(name).collect()
    }

    #[track_caller]
    fn chosen(channels: &[&str], label: &Label) -> String {
        let layers = file(channels);
        let found = by_label(&layers, label).unwrap_or_else(|error| panic!("{error}"));
        names(&layers, &found).join(" ")
    }

    #[track_caller]
    fn refused(channels: &[&str], label: &Label) -> String {
        let layers = file(channels);
        match by_label(&layers, label) {
            Ok(found) => panic!("{}", names(&layers, &found).join(" ")),
            Err(reason) => reason,
        }
    }

    #[test]
    fn renderers_names() {
        let (depth, normals, albedo) = (Label::depth(), Label::normals(), Label::albedo());
        let beauty = ["R", "G", "B", "A"];
        for (layer, label, expected) in [
            // Blender 4 and 5.
            ("ViewLayer.Depth.Z", &depth, "ViewLayer.Depth.Z"),
            ("View Layer.Depth.V", &depth, "View Layer.Depth.V"),
            (
                "ViewLayer.Diffuse Color.RGB",
                &albedo,
                "ViewLayer.Diffuse Color.R",
            ),
            ("ViewLayer.DiffCol.RGB", &albedo, "ViewLayer.DiffCol.R"),
            ("ViewLayer.Normal.XYZ", &normals, "ViewLayer.Normal.X"),
            // Unreal, as several plugins and versions join the names.
            (
                "FinalImageMovieRenderQueue_WorldDepth.RGB",
                &depth,
                "FinalImageMovieRenderQueue_WorldDepth.R",
            ),
            (
                "MovieRenderQueueWorldDepth.R",
                &depth,
                "MovieRenderQueueWorldDepth.R",
            ),
            (
                "FinalImagePWWorldDepth.RGBA",
                &depth,
                "FinalImagePWWorldDepth.R",
            ),
            ("WorldDepth.R", &depth, "WorldDepth.R"),
            (
                "FinalImageMovieRenderQueue_WorldNormal.RGB",
                &normals,
                "FinalImageMovieRenderQueue_WorldNormal.R",
            ),
            (
                "FinalImageMovieRenderQueue_BaseColor.RGB",
                &albedo,
                "FinalImageMovieRenderQueue_BaseColor.R",
            ),
            // Arnold, V-Ray, Redshift, RenderMan, Karma.
            ("Z", &depth, "Z"),
            ("N.XYZ", &normals, "N.X"),
            ("albedo.RGB", &albedo, "albedo.R"),
            ("normals.XYZ", &normals, "normals.X"),
            ("VRayZDepth.RGB", &depth, "VRayZDepth.R"),
            ("VRayDiffuseFilter.RGB", &albedo, "VRayDiffuseFilter.R"),
            ("DiffuseFilter.red green blue", &albedo, "DiffuseFilter.RED"),
            ("Nn.xyz", &normals, "Nn.X"),
            ("zfiltered.Y", &depth, "zfiltered.Y"),
            ("hitPz.Z", &depth, "hitPz.Z"),
            // Nuke.
            ("ViewLayer_Depth.Z", &depth, "ViewLayer_Depth.Z"),
            ("DEPTH.z", &depth, "DEPTH.Z"),
        ] {
            let (prefix, short) = layer.rsplit_once('.').unwrap_or(("", layer));
            let shorts: Vec<String> = match short.split_once(' ') {
                Some(_) => short.split(' ').map(str::to_owned).collect(),
                None => short.chars().map(String::from).collect(),
            };
            let full = |short: String| match prefix {
                "" => short,
                prefix => format!("{prefix}.{short}"),
            };
            let shorts: Vec<String> = shorts.into_iter().map(full).collect();
            let mut channels: Vec<&str> = shorts.iter().map(String::as_str).collect();
            channels.extend(beauty);
            let layers = file(&channels);
            let found = by_label(&layers, label).unwrap_or_else(|error| panic!("{layer}: {error}"));
            let found = names(&layers, &found);
            assert_eq!(found.len(), label.channels(), "{layer}");
            assert_eq!(found[0], expected, "{layer}");
        }
    }

    #[test]
    fn what_is_about_something_else_is_not_taken() {
        for channels in [
            vec!["R", "G", "B", "ViewLayer.Denoising Depth.Z"],
            vec!["R", "G", "B", "ViewLayer_Denoising_Depth.Z"],
            vec!["R", "G", "B", "ViewLayer.Mist.Z"],
            vec!["R", "G", "B", "P.X", "P.Y", "P.Z"],
            // A view layer that somebody called so.
            vec![
                "Depth.Combined.R",
                "Depth.Combined.G",
                "Depth.Combined.B",
                "Depth.Mist.Z",
            ],
        ] {
            let reason = refused(&channels, &Label::depth());
            assert!(reason.starts_with("none of its layers"), "{reason}");
        }
        // A picture, and layers that say what they are.
        let combined = [
            "ViewLayer.Combined.R",
            "ViewLayer.Combined.G",
            "ViewLayer.Combined.B",
        ];
        for label in [
            Label::depth(),
            Label::normals(),
            Label::albedo(),
            Label::edges(),
        ] {
            let reason = refused(&combined, &label);
            assert!(reason.contains("`ViewLayer.Combined`"), "{reason}");
            let reason = refused(&["R", "G", "B", "ViewLayer.Vector.X"], &label);
            assert!(reason.contains("`RGB`, `ViewLayer.Vector`"), "{reason}");
        }
        let reason = refused(&["R", "G", "B", "A", "Z"], &Label::normals());
        assert!(reason.contains("`RGBA`, `Z`"), "{reason}");
    }

    #[test]
    fn several_that_fit_are_refused_by_name() {
        let depth = Label::depth();
        for (channels, expected) in [
            (vec!["A.Depth.Z", "B.Depth.Z"], ["`A.Depth`", "`B.Depth`"]),
            (vec!["Depth.Z", "WorldDepth.R"], ["`Depth`", "`WorldDepth`"]),
            (vec!["R", "Z", "depth.V"], ["`R`, `Z`", "`depth`"]),
            (
                vec![
                    "FinalImage_CameraA_WorldDepth.R",
                    "FinalImage_CameraB_WorldDepth.R",
                ],
                [
                    "`FinalImage_CameraA_WorldDepth`",
                    "`FinalImage_CameraB_WorldDepth`",
                ],
            ),
            (
                vec!["depth.camera1.Z", "depth.camera2.Z"],
                ["`depth.camera1`", "`depth.camera2`"],
            ),
        ] {
            let reason = refused(&channels, &depth);
            assert!(
                expected.iter().all(|name| reason.contains(name)),
                "{reason}"
            );
        }
        // `diffuse_albedo` is a part of Arnold's `albedo`.
        let arnold = [
            "diffuse_albedo.R",
            "diffuse_albedo.G",
            "diffuse_albedo.B",
            "albedo.R",
            "albedo.G",
            "albedo.B",
        ];
        assert_eq!(
            chosen(&arnold, &Label::albedo()),
            "albedo.R albedo.G albedo.B"
        );
        assert_eq!(
            chosen(&arnold[..3], &Label::albedo()),
            "diffuse_albedo.R diffuse_albedo.G diffuse_albedo.B"
        );
    }

    #[test]
    fn plain_files_hold_the_label() {
        let depth = Label::depth();
        for name in ["R", "Y", "Z", "V", "anything", "MyDepth.Q"] {
            assert_eq!(chosen(&[name], &depth).to_lowercase(), name.to_lowercase());
        }
        assert_eq!(chosen(&["R", "G", "B"], &depth), "R");
        assert_eq!(chosen(&["Y", "Z"], &depth), "Z");
        assert_eq!(chosen(&["Y", "Z"], &Label::edges()), "Y");
        assert_eq!(chosen(&["R", "G", "B", "A"], &Label::normals()), "R G B");
        assert_eq!(chosen(&["R", "G", "B", "edges"], &Label::edges()), "EDGES");
        assert_eq!(
            chosen(&["R", "G", "B", "aov.Edges.V"], &Label::edges()),
            "aov.Edges.V"
        );
    }

    #[test]
    fn a_layer_is_chosen_by_name() {
        let layers = file(&[
            "R",
            "G",
            "B",
            "A.Depth.Z",
            "B.Depth.Z",
            "B.Normal.X",
            "B.Normal.Y",
            "B.Normal.Z",
        ]);
        let depth = |wanted: &str| {
            let found = by_name(&layers, wanted, Some(Content::Depth), 1)?;
            Ok::<_, String>(names(&layers, &found).join(" "))
        };
        let normals = |wanted: &str| {
            let found = by_name(&layers, wanted, Some(Content::Normals), 3)?;
            Ok::<_, String>(names(&layers, &found).join(" "))
        };
        assert_eq!(depth("B.Depth").unwrap(), "B.Depth.Z");
        assert_eq!(depth("b.depth").unwrap(), "B.Depth.Z");
        assert_eq!(depth("A.Depth.Z").unwrap(), "A.Depth.Z");
        assert_eq!(depth("G").unwrap(), "G");
        assert_eq!(
            normals("Normal").unwrap(),
            "B.Normal.X B.Normal.Y B.Normal.Z"
        );
        assert_eq!(normals("rgb").unwrap(), "R G B");
        assert_eq!(
            depth("Depth").unwrap_err(),
            "several layers are called `Depth`: `A.Depth`, `B.Depth`"
        );
        let list = "`RGB`, `A.Depth`, `B.Depth`, `B.Normal`";
        assert_eq!(
            depth("C").unwrap_err(),
            format!("no layer `C`; there are {list}")
        );
        let reason = normals("A.Depth").unwrap_err();
        assert!(reason.starts_with("has the channels `Z`, but"), "{reason}");
    }

    #[test]
    fn views_and_view_layers_are_told_apart() {
        let depth = Content::Depth;
        // Blender's stereo files, as OpenEXR's attributes describe them.
        let layers = layers(&[
            part(
                "ViewLayer.Depth.left",
                Some("left"),
                &["ViewLayer.Depth.left.Z"],
            ),
            part(
                "ViewLayer.Depth.right",
                Some("right"),
                &["ViewLayer.Depth.right.Z"],
            ),
        ]);
        assert_eq!(layers[0].last_name(), "Depth");
        assert_eq!(layers[0].group(), "ViewLayer.left");
        assert!(
            by_content(&layers, depth, None)
                .unwrap_err()
                .contains("`ViewLayer.Depth.left`")
        );
        for group in ["right", "RIGHT", "ViewLayer.right"] {
            let found = by_content(&layers, depth, Some(group)).unwrap();
            assert_eq!(found.unwrap().layer, "ViewLayer.Depth.right", "{group}");
        }
        let reason = by_content(&layers, depth, Some("middle")).unwrap_err();
        assert!(reason.starts_with("no layer in `middle`"), "{reason}");
        // Parts of the same layers: the part's name tells them apart.
        let layers = super::super::layers::layers(&[
            part("cam1", None, &["R", "depth.Z"]),
            part("cam2", None, &["R", "depth.Z"]),
        ]);
        let reason = by_content(&layers, depth, None).unwrap_err();
        assert!(reason.contains("`cam1.depth`, `cam2.depth`"), "{reason}");
        let found = by_name(&layers, "cam2.depth", Some(depth), 1).unwrap();
        assert_eq!(found.channels[0].part, 1);
        let found = by_content(&layers, depth, Some("cam1")).unwrap().unwrap();
        assert_eq!(found.channels[0].part, 0);
        // A channel that is called so in a part with another name.
        let layers = super::super::layers::layers(&[
            part("main", None, &["R", "G", "B"]),
            part("extra", None, &["Z"]),
        ]);
        let found = by_content(&layers, depth, None).unwrap().unwrap();
        assert_eq!(found.layer, "extra");
        // The composite belongs to no view layer.
        let layers = file(&[
            "Composite.Combined.R",
            "Composite.Combined.G",
            "Composite.Combined.B",
            "A.Combined.R",
            "A.Combined.G",
            "A.Combined.B",
            "B.Combined.R",
            "B.Combined.G",
            "B.Combined.B",
        ]);
        let found = by_content(&layers, Content::Picture, None)
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.layer.as_str(), found.group.as_str()),
            ("Composite.Combined", "")
        );
        let found = by_content(&layers, Content::Picture, Some("B"))
            .unwrap()
            .unwrap();
        assert_eq!(found.layer, "B.Combined");
    }
}
