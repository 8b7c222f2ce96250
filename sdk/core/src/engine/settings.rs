//! Settings of an engine: typed in the engine's file, `name=value` elsewhere.

use std::{collections::BTreeMap, fmt, path::PathBuf, str::FromStr};

use crate::error::{Error, Result};

/// Settings of an engine by name. Parsed and displayed as `tf32=true,memory_limit=1000000000`. Names and values are
/// checked when the engine is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<String, String>);

/// A setting that an engine accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What it does, with unit and default.
    pub help: &'static str,
}

impl Settings {
    /// Whether there are no settings.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets a value, replacing an earlier one.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    /// The names and values, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Adds the settings of `other`, which replace those of the same name.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl FromStr for Settings {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut settings = Self::default();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (name, value) = part
                .split_once('=')
                .ok_or_else(|| format!("`{part}`, expected NAME=VALUE"))?;
            settings.set(name.trim(), value.trim());
        }
        Ok(settings)
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.iter().map(|(n, v)| format!("{n}={v}")).collect();
        f.write_str(&parts.join(","))
    }
}

/// A type of setting.
pub(super) trait Value: Sized {
    const EXPECTED: &'static str;
    fn parse(text: &str) -> Option<Self>;
    fn write(&self) -> Option<String>;
}

impl Value for bool {
    const EXPECTED: &'static str = "true or false";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Value for Option<u64> {
    const EXPECTED: &'static str = "a whole number";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Some)
    }

    fn write(&self) -> Option<String> {
        self.map(|number| number.to_string())
    }
}

impl Value for Option<PathBuf> {
    const EXPECTED: &'static str = "a path";

    fn parse(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Some(text.into()))
    }

    fn write(&self) -> Option<String> {
        self.as_ref().map(|path| path.display().to_string())
    }
}

/// Parses a value.
pub(super) fn value<T: Value>(name: &str, text: &str) -> Result<T> {
    T::parse(text).ok_or_else(|| {
        let reason = format_args!("`{text}`, expected {}", T::EXPECTED);
        Error::option(name, reason)
    })
}

/// The error for a setting that an engine does not have.
pub(super) fn unknown(engine: &str, name: &str, known: &[Setting]) -> Error {
    let names: Vec<&str> = known.iter().map(|setting| setting.name).collect();
    let known = match names.is_empty() {
        true => "has no settings".into(),
        false => format!("has {}", names.join(", ")),
    };
    Error::option(name, format_args!("unknown, engine `{engine}` {known}"))
}

/// Rejects all settings, for engines that have none.
pub(super) fn check_none(engine: &str, settings: &Settings) -> Result<()> {
    match settings.iter().next() {
        Some((name, _)) => Err(unknown(engine, name, &[])),
        None => Ok(()),
    }
}

/// Defines the typed settings of an engine: a public struct with one field per setting, which converts into
/// [`EngineOptions`](super::EngineOptions). The one-line documentation of a field is the setting's help.
macro_rules! settings {
    (
        $(#[doc = $about:literal])+
        pub struct $type:ident for $engine:literal {
            $( #[doc = $help:literal] pub $name:ident: $kind:ty, )*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $type {
            $( #[doc = $help] pub $name: $kind, )*
        }

        impl $type {
            pub(super) const ENGINE: &'static str = $engine;

            pub(super) const SETTINGS: &'static [$crate::engine::Setting] = &[
                $( $crate::engine::Setting { name: stringify!($name), help: $help.trim_ascii() }, )*
            ];

            #[cfg_attr(not(feature = "ort"), allow(dead_code, reason = "an engine that is built in reads them"))]
            pub(super) fn parse(settings: &$crate::engine::Settings) -> $crate::error::Result<Self> {
                let mut parsed = Self::default();
                for (name, text) in settings.iter() {
                    match name {
                        $( stringify!($name) => parsed.$name = $crate::engine::settings::value(name, text)?, )*
                        _ => return Err($crate::engine::settings::unknown(Self::ENGINE, name, Self::SETTINGS)),
                    }
                }
                Ok(parsed)
            }
        }

        impl From<$type> for $crate::engine::EngineOptions {
            fn from(typed: $type) -> Self {
                let mut settings = $crate::engine::Settings::default();
                $(
                    if let Some(value) = $crate::engine::settings::Value::write(&typed.$name) {
                        settings.set(stringify!($name), value);
                    }
                )*
                Self::named($type::ENGINE).with_settings(settings)
            }
        }
    };
}
pub(super) use settings;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_written_as_they_are_read() {
        let settings: Settings = "tf32=true, memory_limit=5".parse().unwrap();
        assert_eq!(settings.to_string(), "memory_limit=5,tf32=true");
        assert!("".parse::<Settings>().unwrap().is_empty());
        let error = "tf32".parse::<Settings>().unwrap_err();
        assert_eq!(error, "`tf32`, expected NAME=VALUE");
    }

    #[test]
    fn values_say_what_was_expected() {
        assert!(value::<bool>("a", "1").unwrap());
        let error = value::<bool>("tf32", "yes").unwrap_err().to_string();
        assert_eq!(error, "option `tf32`: `yes`, expected true or false");
    }
}
