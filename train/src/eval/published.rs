//! Results published in the paper (Tables 1 and 2), for comparison with measured ones.

/// A row of one of the paper's tables; values that the paper does not give are `None`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Published {
    /// The dataset.
    pub data: &'static str,
    /// The method.
    pub method: &'static str,
    /// The labels used: S, E, C, D, N for semantics, edges, curvature, depth, normals.
    pub labels: &'static str,
    /// Whether each label is dropped in half of the regions.
    pub is_sparse: bool,
    /// Frechet Inception distance.
    pub fid: Option<f64>,
    /// Mean intersection over union, in percent.
    pub mean_iou: Option<f64>,
    /// Pixel accuracy, in percent.
    pub accuracy: Option<f64>,
}

const fn taskonomy(
    method: &'static str,
    labels: &'static str,
    is_sparse: bool,
    fid: f64,
) -> Published {
    Published {
        data: "Taskonomy",
        method,
        labels,
        is_sparse,
        fid: Some(fid),
        mean_iou: None,
        accuracy: None,
    }
}

const fn classes(
    data: &'static str,
    method: &'static str,
    labels: &'static str,
    [mean_iou, accuracy]: [f64; 2],
    fid: Option<f64>,
) -> Published {
    Published {
        data,
        method,
        labels,
        is_sparse: false,
        fid,
        mean_iou: Some(mean_iou),
        accuracy: Some(accuracy),
    }
}

/// Tables 1, 2a and 2b.
pub const PUBLISHED: &[Published] = &[
    taskonomy("SPADE", "S", false, 72.3),
    taskonomy("SPADE, naive", "SECDN", false, 66.1),
    taskonomy("ASAP", "S", false, 73.8),
    taskonomy("ASAP, naive", "SECDN", false, 74.6),
    taskonomy("ASAP, CLAM", "SECDN", true, 43.8),
    taskonomy("ASAP, TLAM", "SECDN", true, 37.9),
    taskonomy("ASAP, CLAM", "SECDN", false, 37.1),
    taskonomy("ASAP, TLAM", "SECDN", false, 30.6),
    classes("Cityscapes", "CRN", "S", [52.4, 77.1], Some(104.7)),
    classes("Cityscapes", "SIMS", "S", [47.2, 75.5], Some(49.7)),
    classes("Cityscapes", "Pix2Pix", "S", [39.5, 78.3], Some(80.7)),
    classes("Cityscapes", "Pix2PixHD", "S", [58.3, 81.4], Some(95.0)),
    classes("Cityscapes", "SPADE", "S", [62.3, 81.9], Some(71.8)),
    classes("Cityscapes", "ASAP", "S", [44.9, 78.6], Some(72.5)),
    classes("Cityscapes", "ASAP, TLAM", "SEDN", [45.5, 85.3], Some(68.3)),
    classes("NYU", "SPADE", "S", [33.1, 47.4], None),
    classes("NYU", "ASAP", "S", [36.2, 49.1], None),
    classes("NYU", "ASAP, TLAM", "SEDN", [38.3, 53.1], None),
];

/// What to consider when measured results are compared with published ones.
pub const DIFFERENCES: &[&str] = &[
    "FID is a Frechet distance with the features of the Inception network of pytorch-fid. Distances with another \
    network have another scale: only their order and ratios can be compared.",
    "A Frechet distance depends on the number of pictures: the paper uses 3,619 frames of Taskonomy and 500 \
    of Cityscapes. Fewer pictures give larger distances.",
    "Reproductions with SPADE's released Cityscapes model measure an FID of 63, but 71.8 is published, so published \
    values are not on the scale of today's pytorch-fid.",
    "The paper's mIoU and accuracy are measured with DRN-D-105 (Cityscapes) and ShapeConv's DeepLabv3+ (NYU). Accuracies \
    near 80 count pixels of unknown class as mistakes (accuracy, all); without those pixels they would be 93 to 94.",
    "The paper's models are trained for 300 epochs at 256x256. It does not say against which pictures its FID is measured.",
];
