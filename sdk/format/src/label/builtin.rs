//! The built-in labels. A model may define others.
//!
//! Their PNG codes are those of the Taskonomy dataset (StanfordVL/taskonomy, `data/README.md`), but for the axes of
//! normals; in files of semantics the first class is 1, and 0 means missing.

use super::{Encoding, Label, PngCode, Transfer};

impl Label {
    /// Every label that comes with multicond, `semantics` with these classes.
    pub fn built_in<S: Into<String>>(classes: impl IntoIterator<Item = S>) -> Vec<Self> {
        vec![
            Self::semantics(classes),
            Self::depth(),
            Self::normals(),
            Self::curvature(),
            Self::edges(),
            Self::albedo(),
            Self::occlusion_edges(),
        ]
    }

    /// `semantics`: class ids. 8-bit PNG, class = value - 1, 0 missing.
    pub fn semantics<S: Into<String>>(classes: impl IntoIterator<Item = S>) -> Self {
        Self::categorical("semantics", classes)
            .with_png(PngCode::linear(8, 1.0, 1.0).with_missing(0))
    }

    /// `depth`: distance to the camera plane in metres. 16-bit PNG, 1/512 m per step, 65535 missing.
    pub fn depth() -> Self {
        let png = PngCode::linear(16, 0.0, 1.0 / 512.0).with_missing(65_535);
        Self::continuous("depth", 1, "m", Encoding::Reciprocal { half: 3.0 }).with_png(png)
    }

    /// `normals`: unit vectors in camera space, x right, y up, z towards the camera.
    /// 8-bit RGB PNG, (value - 127) / 127, (128, 128, 128) missing. Taskonomy's own files have other
    /// [axes](PngCode::axes): [`Axes::IMAGE`](super::Axes::IMAGE).
    pub fn normals() -> Self {
        let png = PngCode::linear(8, 127.0, 1.0 / 127.0).with_missing(128);
        Self::continuous("normals", 3, "unit vector", Encoding::Direction).with_png(png)
    }

    /// `curvature`: principal curvatures k1 >= k2 in 1/m, convex positive.
    /// 8-bit RGB PNG, the two in R and G in any order as (value - 127) / 127 / 0.03, (0, 0) missing.
    pub fn curvature() -> Self {
        let png = PngCode {
            unsorted: true,
            ..PngCode::linear(8, 127.0, 1.0 / (127.0 * 0.03)).with_missing(0)
        };
        let encoding = Encoding::Affine {
            scale: 0.03,
            bias: 0.0,
        };
        Self::continuous("curvature", 2, "1/m", encoding).with_png(png)
    }

    /// `edges`: edge strength from 0 to 1. 16-bit PNG, value / 65535.
    pub fn edges() -> Self {
        let png = PngCode::linear(16, 0.0, 1.0 / 65_535.0);
        let encoding = Encoding::Affine {
            scale: 2.0,
            bias: -1.0,
        };
        Self::continuous("edges", 1, "strength", encoding).with_png(png)
    }

    /// `occlusion_edges`: strength from 0 (no edge) to 1 of edges where one surface hides another.
    /// 16-bit PNG, value / 65535.
    pub fn occlusion_edges() -> Self {
        Self::edges().with_name("occlusion_edges")
    }

    /// `albedo`: base colour without lighting, linear RGB from 0 to 1.
    /// 8-bit sRGB PNG, (0, 0, 0) missing.
    pub fn albedo() -> Self {
        let png = PngCode {
            transfer: Transfer::Srgb,
            ..PngCode::linear(8, 0.0, 1.0 / 255.0).with_missing(0)
        };
        let encoding = Encoding::Power {
            exponent: 1.0 / 2.2,
        };
        Self::continuous("albedo", 3, "linear RGB", encoding).with_png(png)
    }
}
