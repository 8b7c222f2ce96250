//! Which layer is found in files of many renderers, and which files are refused.

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
