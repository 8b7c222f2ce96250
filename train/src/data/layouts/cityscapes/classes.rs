//! The classes of Cityscapes (mcordts/cityscapesScripts, `helpers/labels.py`), in two class sets.

use anyhow::{Result, bail};
use multicond::label::Label;

use crate::data::layouts::plain_ids;

/// The class set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Classes {
    /// The 19 classes of the benchmark, by training id.
    Nineteen,
    /// All ids from 0 to 33, and the licence plate, which never occurs in files.
    ThirtyFive,
}

/// Names by id, with the training id of classes in the benchmark.
const IDS: [(&str, Option<u8>); 35] = [
    ("unlabeled", None),
    ("ego vehicle", None),
    ("rectification border", None),
    ("out of roi", None),
    ("static", None),
    ("dynamic", None),
    ("ground", None),
    ("road", Some(0)),
    ("sidewalk", Some(1)),
    ("parking", None),
    ("rail track", None),
    ("building", Some(2)),
    ("wall", Some(3)),
    ("fence", Some(4)),
    ("guard rail", None),
    ("bridge", None),
    ("tunnel", None),
    ("pole", Some(5)),
    ("polegroup", None),
    ("traffic light", Some(6)),
    ("traffic sign", Some(7)),
    ("vegetation", Some(8)),
    ("terrain", Some(9)),
    ("sky", Some(10)),
    ("person", Some(11)),
    ("rider", Some(12)),
    ("car", Some(13)),
    ("truck", Some(14)),
    ("bus", Some(15)),
    ("caravan", None),
    ("trailer", None),
    ("train", Some(16)),
    ("motorcycle", Some(17)),
    ("bicycle", Some(18)),
    ("license plate", None),
];
/// Lower ids mean unknown or the camera's own car.
const FIRST_KNOWN: usize = 4;
const MISSING: i32 = 255;

impl Classes {
    pub(super) fn of(count: Option<usize>) -> Result<Self> {
        match count {
            None | Some(19) => Ok(Self::Nineteen),
            Some(35) => Ok(Self::ThirtyFive),
            Some(count) => bail!("Cityscapes has 19 or 35 classes, not {count}"),
        }
    }

    /// The label of this class set. Its PNG files hold training ids or ids.
    pub(super) fn label(self) -> Label {
        let label = match self {
            Self::Nineteen => {
                let mut names = [""; 19];
                for (name, id) in IDS {
                    if let Some(id) = id {
                        names[usize::from(id)] = name;
                    }
                }
                Label::semantics(names)
            }
            Self::ThirtyFive => Label::semantics(IDS.map(|(name, _)| name)),
        };
        label.with_png(plain_ids(Some(MISSING as u16)))
    }

    /// The class of an id in this class set; 255 if it has none.
    pub(super) fn class(self, id: i32) -> i32 {
        let known = usize::try_from(id).ok().filter(|&id| id >= FIRST_KNOWN);
        match (self, known) {
            (_, None) => MISSING,
            (Self::ThirtyFive, Some(_)) => id,
            (Self::Nineteen, Some(id)) => IDS
                .get(id)
                .and_then(|(_, training)| *training)
                .map_or(MISSING, i32::from),
        }
    }
}

/// The label in `gtFine_labelIds.png` files.
pub(crate) fn id_label() -> Label {
    Label::semantics(IDS.map(|(name, _)| name))
        .with_png(plain_ids(None))
        .with_missing_class(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_count() {
        assert_eq!(Classes::Nineteen.class(7), 0);
        assert_eq!(Classes::Nineteen.class(33), 18);
        assert_eq!(Classes::Nineteen.class(9), 255);
        assert_eq!(Classes::ThirtyFive.class(9), 9);
        for id in 0..4 {
            assert_eq!(Classes::Nineteen.class(id), 255);
            assert_eq!(Classes::ThirtyFive.class(id), 255);
        }
        let label = Classes::Nineteen.label();
        let names = label.classes().unwrap();
        assert_eq!((names[0].as_str(), names[18].as_str()), ("road", "bicycle"));
        assert!(label.validate().is_ok() && id_label().validate().is_ok());
    }
}
