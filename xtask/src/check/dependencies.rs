//! Checks that the SDK's libraries do not depend on crates that only the command or training needs.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use crate::process;
use crate::workspace::cargo;

const LIBRARIES: [&str; 3] = ["multicond-format", "multicond", "multicond-capi"];

/// Names of crates; also bans crates with these names as a prefix, such as burn-core.
const BANNED: [&str; 5] = [
    "burn",
    "clap",
    "indicatif",
    "multicond-cli",
    "multicond-train",
];

pub(crate) fn check() -> Result<()> {
    for library in LIBRARIES {
        let mut command = cargo(["tree", "--locked", "--edges=normal", "--target=all"])?;
        command
            .args(["--all-features", "--prefix=none", "--format={p}"])
            .args(["--package", library]);
        let found = banned(&process::read(&mut command)?);
        ensure!(
            found.is_empty(),
            "{library} depends on {}; `cargo tree --package {library} --edges normal` shows why",
            found.join(", ")
        );
    }
    Ok(())
}

/// The banned crates in the output of `cargo tree`, which has one package per line.
fn banned(tree: &str) -> Vec<String> {
    let names: BTreeSet<_> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| {
            BANNED.iter().any(|banned| {
                let rest = name.strip_prefix(banned);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
            })
        })
        .collect();
    names.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_banned_and_similar_names_are_not() {
        let tree = "multicond v0.1.0 (/m)\nburn-core v0.22.1\nclap v4.6.0 (*)\nburnish v1.0.0\n\nclap v4.6.0\n";
        assert_eq!(banned(tree), ["burn-core", "clap"]);
    }
}
