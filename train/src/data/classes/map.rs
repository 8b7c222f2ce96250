//! Turns the class ids of a dataset into those of another list of classes.

use multicond::label::Label;
use ndarray::Array2;

use super::{ClassList, PartClasses};

/// The id in another list of each class of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::data) struct ClassMap {
    /// By the dataset's id; `None` if it is none of the other classes.
    ids: Vec<Option<usize>>,
    /// The id of the other list for missing pixels.
    missing: i32,
    is_identity: bool,
}

impl ClassMap {
    /// From the classes of a dataset's label to those of another label; `None` if either has none.
    pub(in crate::data) fn new(own: &Label, table: &PartClasses, other: &Label) -> Option<Self> {
        let (from, to) = (own.classes()?, other.classes()?);
        let missing = other.missing_class()?;
        // Also right if a list has a name twice.
        if from == to && table.is_empty() {
            return Some(Self {
                ids: (0..from.len()).map(Some).collect(),
                missing,
                is_identity: own.missing_class() == Some(missing),
            });
        }
        let list = ClassList::new(to);
        let meanings = table.meanings(from).into_iter();
        Some(Self {
            ids: meanings.map(|name| list.find(name?)).collect(),
            missing,
            is_identity: false,
        })
    }

    /// The dataset's classes that are none of the others, by id.
    pub(in crate::data) fn unfit(&self) -> impl Iterator<Item = usize> {
        let ids = self.ids.iter().enumerate();
        ids.filter_map(|(id, other)| other.is_none().then_some(id))
    }

    /// Turns ids into those of the other list, and counts the pixels of each class that is none of them.
    pub(in crate::data) fn apply(&self, ids: &mut Array2<i32>) -> Vec<u64> {
        let mut lost = vec![0; self.ids.len()];
        if self.is_identity {
            return lost;
        }
        for id in ids {
            let own = usize::try_from(*id).ok().filter(|&id| id < self.ids.len());
            let other = own.and_then(|own| {
                lost[own] += u64::from(self.ids[own].is_none());
                self.ids[own]
            });
            *id = other.map_or(self.missing, |id| id as i32);
        }
        lost
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn classes_meet_by_name_and_the_rest_is_missing_and_counted() {
        let own = Label::semantics(["lamp", "Wall", "rug", "sofa"]);
        let model = Label::semantics(["wall", "seat", "lamp"]).with_missing_class(-1);
        let table = toml::from_str("sofa = 'seat'").unwrap();
        let map = ClassMap::new(&own, &table, &model).unwrap();
        let mut ids = array![[0, 1, 2], [3, 255, 2]];
        assert_eq!(map.apply(&mut ids), [0, 0, 2, 0]);
        assert_eq!(ids, array![[2, 0, -1], [1, -1, -1]]);
        assert_eq!(map.unfit().collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn the_same_list_stays_as_it_is() {
        let twice = Label::semantics(["void", "void"]);
        let map = ClassMap::new(&twice, &PartClasses::default(), &twice).unwrap();
        let mut ids = array![[0, 1, 255]];
        map.apply(&mut ids);
        assert_eq!(ids, array![[0, 1, 255]]);
    }
}
