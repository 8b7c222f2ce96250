//! The numbers that the paper prints (Tables 1 and 2), to stand beside measured ones.

/// A row of one of the paper's tables; what it does not print is absent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Published {
    /// The dataset.
    pub data: &'static str,
    /// The method.
    pub method: &'static str,
    /// The labels that it takes: S, E, C, D, N for semantics, edges, curvature, depth, normals.
    pub labels: &'static str,
    /// Whether half of the regions have lost each label.
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

/// What must be alike before a measured number may be held against a published one.
pub const DIFFERENCES: &[&str] = &[
    "FID is a Frechet distance with the features of Inception as pytorch-fid ships it. A distance with another \
     network has another scale: only its order and its ratios can be compared.",
    "A Frechet distance depends on how many pictures there are: the paper's are over 3,619 frames of Taskonomy or 500 \
     of Cityscapes. Fewer give larger distances.",
    "Reproductions of SPADE's released Cityscapes model find an FID of 63 where 71.8 is printed, so the printed ones \
     are not on the scale of today's pytorch-fid.",
    "The paper's mIoU and accuracy are those of DRN-D-105 (Cityscapes) and of ShapeConv's DeepLabv3+ (NYU). Accuracies \
     near 80 count pixels of unknown class as mistakes (accuracy, all); without them the same pictures have 93 to 94.",
    "The paper's models learn for 300 epochs at 256x256; which real pictures its FID is measured against it does not say.",
];
