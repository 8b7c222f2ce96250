//! Label files: the layers of OpenEXR files, and labels that are missing.

use super::*;

/// The label's layer is found by its name or chosen, and never taken from the picture.
#[test]
fn layers_of_a_renderers_file() {
    let place = Place::new();
    let beauty = [("R", 0.5), ("G", 0.5), ("B", 0.5)];
    let depth = |name, value| [&beauty[..], &[(name, value)]].concat();
    place.layers(
        "unreal.exr",
        &depth("FinalImageMovieRenderQueue_WorldDepth.R", 1.5),
    );
    place.layers("mist.exr", &depth("ViewLayer.Mist.Z", 1.5));
    place.layers("two.exr", &[("A.Depth.Z", 1.5), ("B.Depth.Z", 3.0)]);
    place.layers("picture:depth.exr", &[("Z", 1.5)]);
    let picture = |label: &str| {
        let arguments = format!(
            "generate --model model.onnx --label depth={label} -o out.png --engine {}",
            engine()
        );
        succeed(&place, &arguments);
        std::fs::read(place.path("out.png")).unwrap()
    };
    let expected = picture("depth.exr");
    for label in [
        "unreal.exr",
        "two.exr:A.Depth",
        "two.exr:a.depth.z",
        "mist.exr:Mist",
        "picture:depth.exr",
    ] {
        assert!(picture(label) == expected, "{label}");
    }
    assert!(picture("two.exr:B.Depth") != expected);
    for (label, what) in [
        (
            "mist.exr",
            "none of its layers is known to hold `depth`: `RGB`, `ViewLayer.Mist`",
        ),
        ("two.exr", "`A.Depth`, `B.Depth` could be depth"),
        (
            "two.exr:Depth",
            "several layers are called `Depth`: `A.Depth`, `B.Depth`",
        ),
        ("two.exr:C", "no layer `C`; there are `A.Depth`, `B.Depth`"),
        ("none.exr:C", "none.exr: "),
    ] {
        let output = place.run(&format!(
            "generate --model model.onnx --label depth={label} -o no.png"
        ));
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{label}: {stderr}");
        assert!(stderr.contains(what), "{label}: {stderr}");
    }
}

#[test]
fn missing_labels_are_said() {
    let place = Place::new();
    let npy = |name: &str, value: f32| {
        let values = (0..32).map(|i| if i < 8 { 1.0 } else { value });
        label_files::npy(
            &place.path(name),
            "<f4",
            "(4, 8)",
            &label_files::floats(values),
        );
    };
    npy("part.npy", 0.0);
    for (name, value) in [("zero.npy", 0.0), ("behind.npy", -1.0), ("sky.npy", 1e10)] {
        let values = (0..32).map(|_| value);
        label_files::npy(
            &place.path(name),
            "<f4",
            "(4, 8)",
            &label_files::floats(values),
        );
    }
    let said = |label: &str, option: &str| {
        let arguments = format!(
            "generate {option} --model model.onnx --label depth={label} -o out.png --engine {}",
            engine()
        );
        let output = place.run(&arguments);
        assert!(output.status.success());
        text(&output.stderr).to_owned()
    };
    for name in ["zero.npy", "behind.npy", "sky.npy"] {
        let expected = format!("warning: {name}: label `depth` is missing at all pixels");
        assert!(said(name, "").contains(&expected), "{name}");
        assert_eq!(said(name, "--quiet"), "", "{name}");
    }
    assert!(
        said("part.npy", "-v")
            .contains("part.npy: label `depth` is missing at 75.0 % of the pixels")
    );
    assert!(!said("part.npy", "").contains("missing"));
    assert!(!said("depth.exr", "-v").contains("missing"));
}
