//! How a label that is not there can be derived from those that are.

use std::fmt;

use multicond::label::Label;
use serde::Serialize;

use super::{Derivation, NAMES};

/// Derivations that make a label together, each after those that it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Way(Vec<String>);

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options: Vec<String> = self
            .0
            .iter()
            .map(|text| format!("--derive {text}"))
            .collect();
        f.write_str(&options.join(" "))
    }
}

/// The ways to derive a label from these labels, without networks.
pub(in crate::data) fn ways(wanted: &str, have: &[Label]) -> Vec<Way> {
    let makes =
        |derivation: &Derivation| derivation.label().is_some_and(|made| made.name == wanted);
    let fitting = NAMES.iter().filter(|(_, derivation)| makes(derivation));
    let way = |(text, derivation): &(&str, Derivation)| {
        let mut steps = Vec::new();
        for needed in derivation.needs() {
            if !have.iter().any(|label| label.name == *needed) {
                // No derivation needs what it makes, so this ends.
                steps.extend(ways(needed, have).into_iter().next()?.0);
            }
        }
        steps.push((*text).to_owned());
        Some(Way(steps))
    };
    fitting.filter_map(way).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(wanted: &str, have: &[Label]) -> Vec<String> {
        ways(wanted, have).iter().map(Way::to_string).collect()
    }

    #[test]
    fn a_way_has_all_steps() {
        let depth = [Label::depth()];
        let both = ["--derive normals=depth --derive curvature=depth"];
        assert_eq!(texts("curvature", &depth), both);
        let have = [Label::depth(), Label::normals()];
        assert_eq!(texts("curvature", &have), ["--derive curvature=depth"]);
        assert_eq!(texts("edges", &[]).len(), 3);
        assert!(texts("curvature", &[]).is_empty() && texts("albedo", &depth).is_empty());
    }
}
