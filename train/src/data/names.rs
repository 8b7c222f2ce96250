//! Labels by their names.

use multicond::label::Label;

/// The labels' names, with commas between them.
pub fn label_names(labels: &[Label]) -> String {
    let names: Vec<&str> = labels.iter().map(|label| label.name.as_str()).collect();
    names.join(", ")
}
