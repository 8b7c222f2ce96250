//! The labels that come with multicond. A model may use any others.
//!
//! PNG codes are those of the Taskonomy dataset (StanfordVL/taskonomy, `data/README.md`), the classes
//! of semantics counted from 1 with 0 for "not known".

use super::{Encoding, Label, MissingValue, PngCode, Transfer, Values};

impl Label {
    /// `semantics`: class ids. 8-bit PNG, class = value - 1, 0 missing.
    pub fn semantics<S: Into<String>>(classes: impl IntoIterator<Item = S>) -> Self {
        let classes: Vec<String> = classes.into_iter().map(Into::into).collect();
        let missing = if classes.len() <= 255 { 255 } else { 65_535 };
        Self {
            name: "semantics".into(),
            values: Values::Categorical { classes, missing },
            presence: true,
            png: Some(PngCode {
                bits: 8,
                zero: 1.0,
                scale: 1.0,
                missing: Some(0),
                transfer: Transfer::Linear,
            }),
        }
    }

    /// `depth`: distance to the camera plane in metres. 16-bit PNG, 1/512 m a step, 65535 missing.
    pub fn depth() -> Self {
        let png = PngCode {
            bits: 16,
            zero: 0.0,
            scale: 1.0 / 512.0,
            missing: Some(65_535),
            transfer: Transfer::Linear,
        };
        continuous("depth", 1, "m", Encoding::Reciprocal { half: 3.0 }, png)
    }

    /// `normals`: unit vectors in camera space, x right, y up, z towards the camera.
    /// 8-bit RGB PNG, (value - 127) / 127, (128, 128, 128) missing.
    pub fn normals() -> Self {
        let png = PngCode {
            bits: 8,
            zero: 127.0,
            scale: 1.0 / 127.0,
            missing: Some(128),
            transfer: Transfer::Linear,
        };
        continuous("normals", 3, "unit vector", Encoding::Direction, png)
    }

    /// `curvature`: principal curvatures k1 >= k2 in 1/m, convex positive.
    /// 8-bit RGB PNG, k1 in R and k2 in G as (value - 127) / 127 / 0.03, (0, 0) missing.
    pub fn curvature() -> Self {
        let png = PngCode {
            bits: 8,
            zero: 127.0,
            scale: 1.0 / (127.0 * 0.03),
            missing: Some(0),
            transfer: Transfer::Linear,
        };
        let encoding = Encoding::Affine {
            scale: 0.03,
            bias: 0.0,
        };
        continuous("curvature", 2, "1/m", encoding, png)
    }

    /// `edges`: edge strength from 0 to 1. 16-bit PNG, value / 65535.
    pub fn edges() -> Self {
        let png = PngCode {
            bits: 16,
            zero: 0.0,
            scale: 1.0 / 65_535.0,
            missing: None,
            transfer: Transfer::Linear,
        };
        let encoding = Encoding::Affine {
            scale: 2.0,
            bias: -1.0,
        };
        continuous("edges", 1, "strength", encoding, png)
    }

    /// `occlusion_edges`: how much farther what an edge hides is, as a share of its depth, from 0 to 1.
    /// 16-bit PNG, value / 65535.
    pub fn occlusion_edges() -> Self {
        Self {
            name: "occlusion_edges".into(),
            ..Self::edges()
        }
    }

    /// `albedo`: base colour without light, linear RGB from 0 to 1.
    /// 8-bit sRGB PNG, (0, 0, 0) missing.
    pub fn albedo() -> Self {
        let png = PngCode {
            bits: 8,
            zero: 0.0,
            scale: 1.0 / 255.0,
            missing: Some(0),
            transfer: Transfer::Srgb,
        };
        let encoding = Encoding::Power {
            exponent: 1.0 / 2.2,
        };
        continuous("albedo", 3, "linear RGB", encoding, png)
    }
}

fn continuous(name: &str, channels: usize, unit: &str, encoding: Encoding, png: PngCode) -> Label {
    Label {
        name: name.into(),
        values: Values::Continuous {
            channels,
            unit: unit.into(),
            encoding,
            missing: MissingValue::Nan,
        },
        presence: true,
        png: Some(png),
    }
}
