//! Where installed files live: the folder in which the SDK looks for them too.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result};

pub(crate) fn folder() -> Result<PathBuf> {
    let folder = choose(|name| env::var_os(name)).context(
        "no cache folder: none of MULTICOND_CACHE_DIR, XDG_CACHE_HOME (an absolute path) and HOME is set",
    )?;
    std::path::absolute(&folder)
        .with_context(|| format!("the cache folder {} is not a path", folder.display()))
}

/// An empty variable counts as unset, and so does a relative `XDG_CACHE_HOME`, as its specification asks.
fn choose(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    path("MULTICOND_CACHE_DIR")
        .or_else(|| {
            path("XDG_CACHE_HOME")
                .filter(|base| base.is_absolute())
                .map(|base| base.join("multicond"))
        })
        .or_else(|| path("HOME").map(|home| home.join(".cache/multicond")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(variables: &[(&str, &str)]) -> Option<PathBuf> {
        choose(|name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.into())
        })
    }

    #[test]
    fn the_most_specific_variable_wins() {
        let all = [
            ("MULTICOND_CACHE_DIR", "/m"),
            ("XDG_CACHE_HOME", "/x"),
            ("HOME", "/h"),
        ];
        assert_eq!(chosen(&all), Some("/m".into()));
        assert_eq!(chosen(&all[1..]), Some("/x/multicond".into()));
        assert_eq!(chosen(&all[2..]), Some("/h/.cache/multicond".into()));
        assert_eq!(chosen(&[]), None);
    }

    #[test]
    fn empty_and_relative_xdg_values_do_not_count() {
        assert_eq!(
            chosen(&[
                ("MULTICOND_CACHE_DIR", ""),
                ("XDG_CACHE_HOME", "x"),
                ("HOME", "/h")
            ]),
            Some("/h/.cache/multicond".into())
        );
    }
}
