//! Finds the files of the dataset, which is distributed in three arrangements: all files of a domain in one folder, a
//! folder per building in each domain, or a folder per domain in each building.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use super::domains::PICTURE;

/// A frame: `point_P_view_V` of a building.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    nesting: Nesting,
    /// `point_P_view_V`.
    stem: String,
}

/// The nesting of folders.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Nesting {
    /// `DOMAIN/`
    Flat,
    /// `DOMAIN/BUILDING/`, or `DOMAIN/taskonomy/BUILDING/`
    DomainFirst(PathBuf),
    /// `BUILDING/DOMAIN/`
    BuildingFirst(String),
}

impl Frame {
    /// The frame's name, with its building if it has one.
    pub(super) fn name(&self) -> String {
        match self.building_folder() {
            Some(building) => format!("{building}/{}", self.stem),
            None => self.stem.clone(),
        }
    }

    /// The key for its split: the building, or the point if the building is unknown.
    pub(super) fn building(&self) -> &str {
        self.building_folder().unwrap_or_else(|| {
            let view = self.stem.find("_view_").unwrap_or(self.stem.len());
            &self.stem[..view]
        })
    }

    /// The frame's file of a domain, without extension.
    pub(super) fn path(&self, root: &Path, domain: &str) -> PathBuf {
        self.folder(root, domain)
            .join(format!("{}_domain_{domain}", self.stem))
    }

    /// The folder with a domain of the frame.
    pub(super) fn folder(&self, root: &Path, domain: &str) -> PathBuf {
        match &self.nesting {
            Nesting::Flat => root.join(domain),
            Nesting::DomainFirst(inner) => root.join(domain).join(inner),
            Nesting::BuildingFirst(building) => root.join(building).join(domain),
        }
    }

    pub(super) fn stem(&self) -> &str {
        &self.stem
    }

    fn building_folder(&self) -> Option<&str> {
        match &self.nesting {
            Nesting::Flat => None,
            Nesting::DomainFirst(inner) => inner.file_name().and_then(|name| name.to_str()),
            Nesting::BuildingFirst(building) => Some(building),
        }
    }
}

/// All frames, sorted by building, point and view.
pub(super) fn frames(root: &Path) -> Result<Vec<Frame>> {
    let pictures = root.join(PICTURE);
    let mut frames = BTreeMap::new();
    let mut add = |nesting: Nesting, folder: &Path| -> Result<()> {
        for stem in stems(folder)? {
            let key = (nesting.clone(), natural_order(&stem));
            frames.insert(
                key,
                Frame {
                    nesting: nesting.clone(),
                    stem,
                },
            );
        }
        Ok(())
    };
    if pictures.is_dir() {
        add(Nesting::Flat, &pictures)?;
        for folder in subfolders(&pictures)? {
            let inner = subfolders(&folder)?;
            for building in if inner.is_empty() {
                vec![folder]
            } else {
                inner
            } {
                let relative = building.strip_prefix(&pictures).unwrap_or(&building);
                add(Nesting::DomainFirst(relative.to_owned()), &building)?;
            }
        }
    } else {
        let buildings =
            subfolders(root).with_context(|| format!("{}: no Taskonomy folder", root.display()))?;
        for building in buildings {
            let pictures = building.join(PICTURE);
            if let (true, Some(name)) = (pictures.is_dir(), building.file_name()) {
                let name = name.to_string_lossy().into_owned();
                add(Nesting::BuildingFirst(name), &pictures)?;
            }
        }
    }
    ensure!(
        !frames.is_empty(),
        "{}: no Taskonomy folder, there is no {PICTURE}/point_P_view_V_domain_{PICTURE}.png in it",
        root.display()
    );
    Ok(frames.into_values().collect())
}

/// The `point_P_view_V` of every picture in a folder.
fn stems(folder: &Path) -> Result<Vec<String>> {
    let suffix = format!("_domain_{PICTURE}.png");
    let listing = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut stems = Vec::new();
    for entry in listing {
        let name = entry?.file_name();
        if let Some(stem) = name.to_string_lossy().strip_suffix(&suffix) {
            stems.push(stem.to_owned());
        }
    }
    Ok(stems)
}

fn subfolders(folder: &Path) -> Result<Vec<PathBuf>> {
    let listing = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut folders = Vec::new();
    for entry in listing {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// Sorts the numbers in a name by value: view 10 comes after view 9.
fn natural_order(name: &str) -> Vec<(u64, String)> {
    name.split('_')
        .map(|part| (part.parse().unwrap_or(0), part.to_owned()))
        .collect()
}
