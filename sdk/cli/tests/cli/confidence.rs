//! Files of confidences.

use super::*;

impl Place {
    /// A model with confidences.
    fn with_confidence() -> Self {
        let place = Self::new();
        small::write(place.0.path(), &small::model_with_confidence());
        place
    }

    fn confidences(&self, name: &str, values: impl Fn(usize) -> f32) {
        let data = label_files::floats((0..32).map(values));
        label_files::npy(&self.path(name), "<f4", "(4, 8)", &data);
    }
}

#[test]
fn every_format_says_the_same() {
    let place = Place::with_confidence();
    place.gray("sure.png", 51);
    place.confidences("sure.npy", |_| 0.2);
    place.layers("sure.exr", &[("Y", 0.2)]);
    place.layers("layers.exr", &[("Depth.Z", 1.5), ("Sure.V", 0.2)]);
    let picture = |confidence: &str| {
        let arguments = format!(
            "generate --model model.onnx --label depth=depth.exr {confidence} -o out.png --engine {}",
            engine()
        );
        succeed(&place, &arguments);
        std::fs::read(place.path("out.png")).unwrap()
    };
    let (certain, expected) = (picture(""), picture("--confidence depth=sure.npy"));
    assert!(certain != expected);
    for file in ["sure.png", "sure.exr", "layers.exr:Sure"] {
        let made = picture(&format!("--confidence depth={file}"));
        assert!(made == expected, "{file}");
    }
    // The folder of a frame has them beside the labels.
    std::fs::create_dir(place.path("frame")).unwrap();
    for (from, to) in [
        ("depth.exr", "depth.exr"),
        ("sure.npy", "depth_confidence.npy"),
    ] {
        std::fs::copy(place.path(from), place.path("frame").join(to)).unwrap();
    }
    let from_folder = format!(
        "generate --model model.onnx frame -o out.png --engine {}",
        engine()
    );
    succeed(&place, &from_folder);
    assert!(std::fs::read(place.path("out.png")).unwrap() == expected);
    place.confidences("one.npy", |_| 7.0);
    assert!(picture("--confidence depth=one.npy") == certain);
    place.confidences(
        "zero.npy",
        |pixel| if pixel % 2 == 0 { f32::NAN } else { -1.0 },
    );
    place.confidences("none.npy", |_| 0.0);
    let none = picture("--confidence depth=none.npy");
    assert!(picture("--confidence depth=zero.npy") == none);
    assert!(none != certain && none != expected);
}

#[test]
fn what_does_not_fit_is_refused() {
    let place = Place::with_confidence();
    place.confidences("sure.npy", |_| 0.2);
    let plain = tempfile::Builder::new();
    let plain = plain.tempdir_in(place.0.path()).unwrap();
    let plain = small::write(plain.path(), &small::model());
    let model = place.path("model.onnx");
    for (model, options, what) in [
        (
            &model,
            "--label edges=depth.exr --confidence depth=sure.npy",
            "unknown, this model has",
        ),
        (
            &model,
            "--label normals=rgb.png --confidence depth=sure.npy",
            "label `depth`: has a confidence, but is not given itself (--label depth=FILE)",
        ),
        (
            &model,
            "--label depth=depth.exr --confidence other=sure.npy",
            "label `other`: unknown",
        ),
        (
            &model,
            "--label depth=depth.exr --confidence depth=sure.npy --confidence depth=sure.npy",
            "label `depth`: two files of its confidence are given",
        ),
        (
            &model,
            "--label depth=depth.exr --confidence depth=wide.npy",
            "the confidence of label `depth`: 12x4 pixels, but the frame has 8x4",
        ),
        (
            &model,
            "--label depth=depth.exr --confidence depth=rgb.png",
            "8 bits of Rgb, expected the confidence as gray of 8 or 16 bits",
        ),
        (
            &model,
            "--label depth=depth.exr --confidence depth",
            "expected NAME=FILE",
        ),
        (
            &plain,
            "--label depth=depth.exr --confidence depth=sure.npy",
            "label `depth`: has a confidence, but this model takes none",
        ),
    ] {
        let model = model.display();
        let output = place.run(&format!("generate --model {model} {options} -o no.png"));
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{options}: {stderr}");
        assert!(stderr.contains(what), "{options}: {stderr}");
        assert!(!place.path("no.png").exists());
    }
}
