//! Finding a class by its name. Names that differ only in case, spaces, `_` and `-` mean the same class, unless a list
//! has both.

use std::collections::HashMap;

/// A list of classes in which names are found.
#[derive(Clone, Debug, Default)]
pub(in crate::data) struct ClassList {
    exact: HashMap<String, usize>,
    /// By the name without case and separators; `None` if several classes have it.
    alike: HashMap<String, Option<usize>>,
}

impl ClassList {
    pub(in crate::data) fn new(names: &[String]) -> Self {
        let mut list = Self::default();
        for (id, name) in names.iter().enumerate() {
            list.add(name, id);
        }
        list
    }

    fn add(&mut self, name: &str, id: usize) {
        self.exact.entry(name.to_owned()).or_insert(id);
        let alike = self.alike.entry(plain(name));
        alike
            .and_modify(|found| *found = found.filter(|&found| found == id))
            .or_insert(Some(id));
    }

    /// The id of the class with this name: the same name if there is one, else the only one that is alike.
    pub(in crate::data) fn find(&self, name: &str) -> Option<usize> {
        let alike = || self.alike.get(&plain(name)).copied().flatten();
        self.exact.get(name).copied().or_else(alike)
    }
}

/// A name without case and separators. One that consists of separators is left as it is.
fn plain(name: &str) -> String {
    let letters = name
        .chars()
        .filter(|c| !c.is_whitespace() && !"_-".contains(*c));
    let plain: String = letters.flat_map(char::to_lowercase).collect();
    if plain.is_empty() { name.into() } else { plain }
}

/// One list of several: the classes of the first, then those that each further one adds.
pub(in crate::data) fn join<'a>(lists: impl IntoIterator<Item = Vec<&'a str>>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for list in lists {
        let known = ClassList::new(&all);
        for name in list {
            // Classes of one dataset are different ones, even if their names are alike.
            if known.find(name).is_none() && !all.iter().any(|other| other == name) {
                all.push(name.into());
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_meet_without_case_and_separators() {
        let names = ["wall", "traffic light", "Bath-Tub", "_"].map(str::to_owned);
        let list = ClassList::new(&names);
        assert_eq!(list.find("Wall"), Some(0));
        assert_eq!(list.find("Traffic_Light"), Some(1));
        assert_eq!(list.find("bathtub"), Some(2));
        assert_eq!(list.find("_"), Some(3));
        assert_eq!(list.find("walls"), None);
        // Which of the two is meant cannot be told.
        let twins = ClassList::new(&["a b", "a_b"].map(str::to_owned));
        assert_eq!([twins.find("a_b"), twins.find("ab")], [Some(1), None]);
    }

    #[test]
    fn lists_are_joined_in_order() {
        let lists = [
            vec!["wall", "sofa"],
            vec!["Sofa", "sky", "a b", "a_b"],
            vec!["sky"],
        ];
        assert_eq!(join(lists), ["wall", "sofa", "sky", "a b", "a_b"]);
    }
}
