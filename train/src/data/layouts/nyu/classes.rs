//! Maps the 894 label names of NYU Depth v2 to 40 or 13 classes.
//!
//! The numbers are those of `classMapping40.mat` (Gupta, Arbelaez and Malik, CVPR 2013) and
//! `class13Mapping.mat` (Couprie et al., ICLR 2013), both in `ankurhanda/nyuv2-meta-data`.

use anyhow::{Result, bail};

/// Number of names in the dataset; label 0 is "unlabelled".
pub(super) const NAMES: usize = 894;
/// The id that [`ClassSet::class_of`] returns for unlabelled pixels.
pub(super) const UNLABELLED: i32 = 255;

/// The class set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ClassSet {
    /// The 40 classes of most work on NYU Depth v2, also used by ScanNet and Hypersim.
    #[default]
    Forty,
    /// The 13 classes of SceneNet.
    Thirteen,
}

impl ClassSet {
    /// The class set with this many classes.
    pub(super) fn of(count: Option<usize>) -> Result<Self> {
        match count {
            None | Some(40) => Ok(Self::Forty),
            Some(13) => Ok(Self::Thirteen),
            Some(count) => bail!("NYU Depth v2 has 13 or 40 classes, not {count}"),
        }
    }

    /// Names of the classes, starting with class 0.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Forty => &FORTY,
            Self::Thirteen => &THIRTEEN,
        }
    }

    /// The class of a label in the file: [`UNLABELLED`] for 0, `None` above [`NAMES`].
    pub(super) fn class_of(self, label: u16) -> Option<i32> {
        if label == 0 {
            return Some(UNLABELLED);
        }
        let forty = *FORTY_OF_NAME.get(usize::from(label) - 1)?;
        Some(match self {
            Self::Forty => i32::from(forty) - 1,
            Self::Thirteen => i32::from(THIRTEEN_OF_FORTY[usize::from(forty) - 1]) - 1,
        })
    }
}

const FORTY: [&str; 40] = [
    "wall",
    "floor",
    "cabinet",
    "bed",
    "chair",
    "sofa",
    "table",
    "door",
    "window",
    "bookshelf",
    "picture",
    "counter",
    "blinds",
    "desk",
    "shelves",
    "curtain",
    "dresser",
    "pillow",
    "mirror",
    "floor mat",
    "clothes",
    "ceiling",
    "books",
    "refrigerator",
    "television",
    "paper",
    "towel",
    "shower curtain",
    "box",
    "whiteboard",
    "person",
    "night stand",
    "toilet",
    "sink",
    "lamp",
    "bathtub",
    "bag",
    "other structure",
    "other furniture",
    "other prop",
];
const THIRTEEN: [&str; 13] = [
    "bed",
    "books",
    "ceiling",
    "chair",
    "floor",
    "furniture",
    "objects",
    "picture",
    "sofa",
    "table",
    "tv",
    "wall",
    "window",
];
/// Counted from 1, as in the source.
const THIRTEEN_OF_FORTY: [u8; 40] = [
    12, 5, 6, 1, 4, 9, 10, 12, 13, 6, 8, 6, 13, 10, 6, 13, 6, 7, 7, 5, 7, 3, 2, 6, 11, 7, 7, 7, 7,
    7, 7, 6, 7, 7, 7, 7, 7, 7, 6, 7,
];
/// Counted from 1, as in the source; starts with label 1.
const FORTY_OF_NAME: [u8; NAMES] = [
    40, 40, 3, 22, 5, 40, 12, 38, 40, 40, 2, 39, 40, 40, 26, 40, 24, 40, 7, 40, 1, 40, 40, 34, 38,
    29, 40, 8, 40, 40, 40, 40, 38, 40, 40, 14, 40, 38, 40, 40, 40, 15, 39, 40, 30, 40, 40, 39, 40,
    39, 38, 40, 38, 40, 37, 40, 38, 38, 9, 40, 40, 38, 40, 11, 38, 40, 40, 40, 40, 40, 40, 40, 40,
    40, 40, 40, 40, 40, 38, 13, 40, 40, 6, 40, 23, 40, 39, 10, 16, 40, 40, 40, 40, 38, 40, 40, 40,
    40, 40, 40, 40, 40, 40, 38, 40, 39, 40, 40, 40, 40, 39, 38, 40, 40, 40, 40, 40, 40, 18, 40, 40,
    19, 28, 33, 40, 40, 40, 40, 40, 40, 40, 40, 40, 38, 27, 36, 40, 40, 40, 40, 21, 40, 20, 35, 40,
    40, 40, 40, 40, 40, 40, 40, 38, 40, 40, 40, 4, 32, 40, 40, 39, 40, 39, 40, 40, 40, 40, 40, 17,
    40, 40, 25, 40, 39, 40, 40, 40, 40, 40, 40, 40, 40, 39, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40,
    40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 39, 40, 40, 40, 40, 40, 40, 40, 40, 40, 39, 38, 38, 40,
    40, 39, 40, 39, 40, 38, 39, 38, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 39, 40, 38, 40, 40, 38,
    38, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 38, 40, 40, 40, 40, 40, 39, 40, 40, 40,
    40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 39, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40,
    40, 39, 40, 40, 40, 38, 40, 40, 39, 40, 40, 38, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 39,
    40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 31, 40, 40, 40, 40, 40, 40,
    40, 38, 40, 40, 38, 39, 39, 40, 40, 40, 40, 40, 40, 40, 40, 40, 38, 40, 39, 40, 40, 39, 40, 40,
    40, 38, 40, 40, 40, 40, 40, 40, 40, 40, 38, 39, 40, 40, 40, 40, 40, 40, 38, 40, 40, 40, 40, 40,
    40, 40, 40, 40, 40, 40, 38, 39, 40, 40, 40, 40, 40, 40, 40, 39, 40, 40, 40, 40, 40, 40, 38, 40,
    40, 40, 38, 40, 39, 40, 40, 40, 39, 39, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 39, 40, 40, 40,
    40, 40, 40, 40, 40, 40, 40, 40, 40, 39, 39, 40, 40, 39, 39, 40, 40, 40, 40, 38, 40, 40, 38, 39,
    39, 40, 39, 40, 39, 38, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 39, 40, 38, 40, 39, 40, 40,
    40, 40, 40, 39, 39, 40, 40, 40, 40, 40, 40, 39, 39, 40, 40, 38, 39, 39, 40, 40, 40, 40, 40, 40,
    40, 40, 40, 39, 39, 40, 40, 40, 40, 39, 40, 40, 40, 40, 40, 39, 40, 40, 39, 40, 40, 40, 40, 40,
    40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 39, 38, 40, 40, 40, 40, 40, 40, 40, 39, 38, 39, 40, 38,
    39, 40, 39, 40, 39, 40, 40, 40, 40, 40, 40, 40, 40, 38, 40, 40, 40, 40, 40, 38, 40, 40, 39, 40,
    40, 40, 39, 40, 38, 40, 40, 40, 40, 40, 40, 40, 40, 38, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40,
    40, 40, 40, 40, 40, 40, 39, 38, 40, 40, 38, 40, 40, 38, 40, 40, 40, 40, 40, 40, 40, 40, 40, 39,
    40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 38, 40, 40, 38, 40, 40, 40, 40,
    40, 40, 40, 40, 40, 40, 40, 38, 38, 38, 40, 40, 40, 38, 40, 40, 40, 38, 38, 40, 40, 40, 40, 40,
    40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 38, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40,
    40, 40, 38, 40, 38, 39, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40,
    40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 39, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40,
    40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40,
    39, 40, 39, 40, 40, 40, 40, 38, 38, 40, 40, 40, 38, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40,
    40, 40, 40, 39, 40, 40, 39, 40, 40, 39, 39, 40, 40, 40, 40, 40, 40, 40, 40, 39, 39, 39, 40, 40,
    40, 40, 39, 40, 40, 40, 40, 40, 40, 40, 40, 39, 40, 40, 40, 40, 40, 39, 40, 40, 40, 40, 40, 40,
    40, 40, 40, 40, 40, 40, 40, 40, 38, 40, 40, 40, 40, 40, 40, 40, 39, 40, 40, 38, 40, 39, 40, 40,
    40, 40, 38, 40, 40, 40, 40, 40, 38, 40, 40, 40, 40, 40, 40, 40, 39, 40, 40, 40, 40, 40, 40, 40,
    40, 40, 39, 40, 40,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn class(set: ClassSet, label: u16) -> &'static str {
        set.names()[set.class_of(label).unwrap() as usize]
    }

    #[test]
    fn names_of_the_dataset_that_are_classes_themselves_map_to_them() {
        let known = [
            (3, "cabinet"),
            (4, "ceiling"),
            (5, "chair"),
            (7, "counter"),
            (11, "floor"),
            (15, "paper"),
            (19, "table"),
            (21, "wall"),
            (24, "sink"),
            (26, "box"),
            (28, "door"),
            (36, "desk"),
            (42, "shelves"),
            (45, "whiteboard"),
            (55, "bag"),
            (59, "window"),
            (64, "picture"),
            (80, "blinds"),
            (83, "sofa"),
            (85, "books"),
            (88, "bookshelf"),
            (89, "curtain"),
            (119, "pillow"),
            (122, "mirror"),
            (123, "shower curtain"),
            (124, "toilet"),
            (135, "towel"),
            (136, "bathtub"),
            (141, "clothes"),
            (143, "floor mat"),
            (144, "lamp"),
            (157, "bed"),
            (158, "night stand"),
            (169, "dresser"),
            (172, "television"),
            (331, "person"),
        ];
        for (label, name) in known {
            assert_eq!(class(ClassSet::Forty, label), name);
        }
        assert_eq!(class(ClassSet::Forty, 1), "other prop", "a single book");
        assert_eq!(class(ClassSet::Forty, 17), "refrigerator");
    }

    #[test]
    fn every_class_is_used_and_nothing_else() {
        for set in [ClassSet::Forty, ClassSet::Thirteen] {
            let mut used = vec![false; set.names().len()];
            for label in 1..=NAMES as u16 {
                used[set.class_of(label).unwrap() as usize] = true;
            }
            assert!(used.iter().all(|&used| used));
            assert_eq!(set.class_of(0), Some(UNLABELLED));
            assert_eq!(set.class_of(NAMES as u16 + 1), None);
        }
    }

    #[test]
    fn forty_classes_fold_into_thirteen_by_meaning() {
        let folded = |name: &str| {
            let forty = FORTY.iter().position(|&class| class == name).unwrap();
            THIRTEEN[usize::from(THIRTEEN_OF_FORTY[forty]) - 1]
        };
        for (forty, thirteen) in [
            ("bed", "bed"),
            ("books", "books"),
            ("ceiling", "ceiling"),
            ("chair", "chair"),
            ("floor", "floor"),
            ("floor mat", "floor"),
            ("cabinet", "furniture"),
            ("dresser", "furniture"),
            ("lamp", "objects"),
            ("picture", "picture"),
            ("sofa", "sofa"),
            ("desk", "table"),
            ("television", "tv"),
            ("wall", "wall"),
            ("door", "wall"),
            ("window", "window"),
            ("curtain", "window"),
            ("other furniture", "furniture"),
        ] {
            assert_eq!(folded(forty), thirteen, "{forty}");
        }
    }
}
