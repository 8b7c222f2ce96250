//! Lints the SDK's crates with each feature alone and with none, because the lints of the workspace enable all of them.

use anyhow::Result;

use crate::process;
use crate::workspace::{self, Member, cargo};

/// No optimisation of dependencies, because only macros and build scripts run. Halves the time of a clean build.
const QUICK: &str = "profile.dev.package.'*'.opt-level=0";

pub(crate) fn check() -> Result<()> {
    let sdk = workspace::root()?.join("sdk");
    for member in workspace::members()? {
        if member.folder.starts_with(&sdk) {
            for features in choices(&member) {
                alone(&member.name, features)?;
            }
        }
    }
    Ok(())
}

/// No feature, then each feature.
fn choices(member: &Member) -> impl Iterator<Item = &str> {
    std::iter::once("").chain(member.features.iter().map(String::as_str))
}

/// Uses clippy instead of `cargo check`, so that denying warnings does not rebuild dependencies.
fn alone(package: &str, features: &str) -> Result<()> {
    let mut command = cargo(["clippy", "--quiet", "--locked", "--no-deps"])?;
    command
        .args(["--package", package])
        .args(["--no-default-features", "--features", features])
        .args(["--config", QUICK])
        .args(["--", "--deny", "warnings"]);
    process::run(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_feature_is_a_choice_too() {
        let member = Member {
            name: "multicond".into(),
            folder: "sdk/core".into(),
            features: vec!["default".into(), "ort".into()],
        };
        assert_eq!(choices(&member).collect::<Vec<_>>(), ["", "default", "ort"]);
    }
}
