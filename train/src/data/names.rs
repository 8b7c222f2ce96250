//! Names of labels, for messages.

use multicond::label::Label;

/// The names of labels, separated by commas.
pub fn label_names(labels: &[Label]) -> String {
    let names: Vec<&str> = labels.iter().map(|label| label.name.as_str()).collect();
    names.join(", ")
}
