//! Software bills of materials in the CycloneDX 1.5 format.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{process, workspace};

/// The bill of materials of a package on this platform: its normal dependencies with the enabled features.
pub(crate) fn of(package: &str) -> Result<String> {
    let options = ["tree", "--locked", "--edges=normal", "--prefix=depth"];
    let mut tree = workspace::cargo(options)?;
    tree.args(["--format= {p}", "--package", package]);
    let tree = Tree::parse(&process::read(&mut tree)?)?;
    let metadata = workspace::metadata(&[])?;
    let lock_path = workspace::root()?.join("Cargo.lock");
    let lock = std::fs::read_to_string(&lock_path).context("cannot read Cargo.lock")?;
    let bill = bill(&tree, &metadata, &checksums(&lock)?)?;
    Ok(serde_json::to_string_pretty(&bill).context("cannot write JSON")? + "\n")
}

/// Name and version.
type Id = (String, String);

#[derive(Debug, PartialEq, Eq)]
struct Tree {
    root: Id,
    /// The direct dependencies of each package.
    packages: BTreeMap<Id, BTreeSet<Id>>,
}

impl Tree {
    /// Reads lines like `2 half v2.7.1 (*)`; the number is the depth.
    fn parse(printed: &str) -> Result<Self> {
        let mut packages: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
        let mut path: Vec<Id> = Vec::new();
        for line in printed.lines().filter(|line| !line.is_empty()) {
            let mut words = line.split_whitespace();
            let id = (|| {
                let depth: usize = words.next()?.parse().ok()?;
                let name = words.next()?.to_owned();
                let version = words.next()?.strip_prefix('v')?.to_owned();
                Some((depth, (name, version)))
            })();
            let (depth, id) = id.with_context(|| format!("cargo tree printed `{line}`"))?;
            path.truncate(depth);
            if let Some(parent) = path.last() {
                packages
                    .entry(parent.clone())
                    .or_default()
                    .insert(id.clone());
            }
            packages.entry(id.clone()).or_default();
            path.push(id);
        }
        let root = path.into_iter().next();
        Ok(Self {
            root: root.context("cargo tree printed nothing")?,
            packages,
        })
    }
}

fn bill(tree: &Tree, metadata: &Value, checksums: &BTreeMap<Id, String>) -> Result<Value> {
    let packages = metadata["packages"].as_array();
    let packages = packages.context("cargo metadata lists no packages")?;
    let mut root = Value::Null;
    let mut components = Vec::new();
    for id in tree.packages.keys() {
        let (name, version) = id;
        let package = packages
            .iter()
            .find(|package| package["name"] == **name && package["version"] == **version)
            .with_context(|| format!("cargo metadata does not know {name} {version}"))?;
        let component = component(id, package, checksums.get(id));
        if *id == tree.root {
            root = component;
        } else {
            components.push(component);
        }
    }
    let dependencies: Vec<_> = tree
        .packages
        .iter()
        .map(|(id, needs)| {
            let needs: Vec<_> = needs.iter().map(purl).collect();
            json!({ "ref": purl(id), "dependsOn": needs })
        })
        .collect();
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": root },
        "components": components,
        "dependencies": dependencies,
    }))
}

fn component(id: &Id, package: &Value, checksum: Option<&String>) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": purl(id),
        "name": id.0,
        "version": id.1,
        "purl": purl(id),
    });
    if let Some(text) = package["description"].as_str() {
        component["description"] = text.trim().into();
    }
    if let Some(licence) = package["license"].as_str() {
        // Old packages separate alternatives by a slash.
        let words: Vec<_> = licence.split('/').map(str::trim).collect();
        let expression = words.join(" OR ");
        component["licenses"] = json!([{ "expression": expression }]);
    }
    if let Some(checksum) = checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    if let Some(url) = package["repository"].as_str() {
        component["externalReferences"] = json!([{ "type": "vcs", "url": url }]);
    }
    component
}

/// The package URL, as used by vulnerability scanners.
fn purl((name, version): &Id) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

/// The checksums of downloaded packages in Cargo.lock.
fn checksums(lock: &str) -> Result<BTreeMap<Id, String>> {
    let lock: toml::Table = lock.parse().context("Cargo.lock is not TOML")?;
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let packages = packages.context("Cargo.lock lists no packages")?;
    let text = |package: &toml::Value, key| Some(package.get(key)?.as_str()?.to_owned());
    Ok(packages
        .iter()
        .filter_map(|package| {
            let id = (text(package, "name")?, text(package, "version")?);
            Some((id, text(package, "checksum")?))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str, version: &str) -> Id {
        (name.into(), version.into())
    }

    const TREE: &str = "0 m v0.1.0 (/m)\n1 a v1.0.0\n2 b v2.0.0+c.1\n1 b v2.0.0+c.1 (*)\n";

    #[test]
    fn a_tree_has_direct_dependencies() -> Result<()> {
        let tree = Tree::parse(TREE)?;
        let [m, a, b] = [id("m", "0.1.0"), id("a", "1.0.0"), id("b", "2.0.0+c.1")];
        assert_eq!(tree.root, m);
        assert_eq!(tree.packages[&m], [a.clone(), b.clone()].into());
        assert_eq!(tree.packages[&a], [b.clone()].into());
        assert!(tree.packages[&b].is_empty());
        Ok(())
    }

    #[test]
    fn a_component_has_its_licence_checksum_and_url() -> Result<()> {
        let lock = "[[package]]\nname = \"b\"\nversion = \"2.0.0+c.1\"\nchecksum = \"00ff\"\n";
        let metadata = json!({ "packages": [
            { "name": "m", "version": "0.1.0", "license": "MIT" },
            { "name": "a", "version": "1.0.0", "license": "MIT / Apache-2.0" },
            { "name": "b", "version": "2.0.0+c.1", "license": "MIT" },
        ]});
        let bill = bill(&Tree::parse(TREE)?, &metadata, &checksums(lock)?)?;
        let [a, b] = [&bill["components"][0], &bill["components"][1]];
        assert_eq!(a["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(a["hashes"], Value::Null);
        assert_eq!(b["purl"], "pkg:cargo/b@2.0.0%2Bc.1");
        assert_eq!(b["hashes"][0]["content"], "00ff");
        assert_eq!(bill["metadata"]["component"]["name"], "m");
        Ok(())
    }
}
