//! Short names for files and folders, which tell them apart.

use std::collections::HashSet;

/// Names for paths, given by their components: the last `least` of them, and as many more as are needed to make the
/// names different from each other and from those `taken`. Equal paths get equal names.
pub(crate) fn shortest(paths: &[Vec<String>], taken: &[&str], least: usize) -> Vec<String> {
    let name =
        |parts: &Vec<String>, count: usize| parts[parts.len().saturating_sub(count)..].join("/");
    let mut counts = vec![least; paths.len()];
    loop {
        let names: Vec<String> = paths
            .iter()
            .zip(&counts)
            .map(|(parts, count)| name(parts, *count))
            .collect();
        let mut seen: HashSet<String> = taken.iter().map(|&name| name.to_owned()).collect();
        let mut clashing: HashSet<&String> = HashSet::new();
        for name in &names {
            if !seen.insert(name.clone()) {
                clashing.insert(name);
            }
        }
        let longer: Vec<usize> = (0..names.len())
            .filter(|&index| clashing.contains(&names[index]) && counts[index] < paths[index].len())
            .collect();
        if longer.is_empty() {
            return names;
        }
        longer.into_iter().for_each(|index| counts[index] += 1);
    }
}
