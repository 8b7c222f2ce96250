//! The official split of NYU Depth v2: 795 training frames and 654 test frames, with no scene in both.
//!
//! The numbers are those of `splits.mat` in `ankurhanda/nyuv2-meta-data`.

/// Number of frames in the labelled dataset.
pub(super) const FRAMES: usize = 1449;

/// A part of the official split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Split {
    /// The 795 training frames.
    Train,
    /// The 654 test frames.
    Test,
}

/// The split of a frame, counted from 0; `None` from [`FRAMES`] on.
pub(super) fn official_split(index: usize) -> Option<Split> {
    if index >= FRAMES {
        return None;
    }
    let stretch = STRETCHES.partition_point(|&first| usize::from(first) <= index + 1);
    Some(if stretch % 2 == 1 {
        Split::Test
    } else {
        Split::Train
    })
}

/// First frames, counted from 1, of alternating ranges of test and training frames.
const STRETCHES: [u16; 247] = [
    1, 3, 9, 10, 14, 19, 21, 22, 28, 44, 46, 48, 56, 58, 59, 64, 76, 80, 84, 92, 117, 120, 125,
    130, 131, 135, 137, 138, 153, 156, 167, 170, 171, 177, 180, 203, 207, 213, 220, 223, 250, 251,
    264, 265, 271, 274, 279, 286, 296, 303, 310, 313, 315, 318, 325, 336, 351, 353, 355, 365, 384,
    391, 395, 398, 411, 415, 430, 436, 441, 449, 462, 467, 469, 478, 508, 514, 515, 527, 531, 534,
    537, 540, 549, 552, 555, 572, 579, 584, 591, 595, 603, 608, 612, 614, 617, 622, 633, 639, 644,
    646, 650, 652, 656, 659, 663, 665, 668, 674, 676, 682, 686, 691, 693, 695, 697, 700, 706, 714,
    717, 719, 724, 729, 731, 735, 743, 745, 759, 788, 800, 805, 810, 815, 821, 824, 833, 847, 850,
    853, 857, 863, 869, 872, 906, 909, 917, 920, 926, 929, 932, 936, 945, 948, 959, 963, 965, 968,
    970, 978, 991, 996, 1001, 1005, 1010, 1013, 1021, 1024, 1032, 1035, 1038, 1040, 1048, 1050,
    1052, 1054, 1057, 1059, 1075, 1085, 1088, 1097, 1098, 1105, 1106, 1110, 1117, 1120, 1123, 1132,
    1135, 1137, 1144, 1159, 1162, 1168, 1170, 1172, 1174, 1177, 1179, 1185, 1192, 1197, 1201, 1213,
    1216, 1221, 1226, 1231, 1233, 1236, 1247, 1251, 1254, 1266, 1275, 1281, 1285, 1296, 1297, 1300,
    1302, 1309, 1314, 1316, 1329, 1333, 1335, 1341, 1347, 1350, 1353, 1357, 1364, 1366, 1368, 1370,
    1384, 1392, 1394, 1402, 1407, 1415, 1421, 1425, 1430, 1434, 1441,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(split: Split) -> Vec<usize> {
        (0..FRAMES)
            .filter(|&index| official_split(index) == Some(split))
            .map(|index| index + 1)
            .collect()
    }

    #[test]
    fn the_parts_have_their_sizes_and_known_members() {
        let (train, test) = (numbers(Split::Train), numbers(Split::Test));
        assert_eq!((train.len(), test.len()), (795, 654));
        assert_eq!(train[..10], TRAIN_HEAD);
        assert_eq!(test[..10], TEST_HEAD);
        assert_eq!(train.iter().sum::<usize>(), TRAIN_SUM);
        assert_eq!(train[785..], TRAIN_TAIL);
        assert_eq!(official_split(FRAMES), None);
    }

    const TRAIN_HEAD: [usize; 10] = [3, 4, 5, 6, 7, 8, 10, 11, 12, 13];
    const TRAIN_TAIL: [usize; 10] = [1427, 1428, 1429, 1434, 1435, 1436, 1437, 1438, 1439, 1440];
    const TEST_HEAD: [usize; 10] = [1, 2, 9, 14, 15, 16, 17, 18, 21, 28];
    const TRAIN_SUM: usize = 551687;
}
