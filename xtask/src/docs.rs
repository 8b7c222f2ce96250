//! Builds the documentation site: docs/ as a book, the pages and files that it links to, at the same paths as in the
//! repository, and the documentation of the crates under `api/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::check::links;
use crate::files::{self, copy};
use crate::staging::rename;
use crate::tools::MDBOOK;
use crate::{process, workspace};

/// Crates whose documentation is on the site.
const CRATES: [&str; 3] = ["multicond-format", "multicond", "multicond-train"];

/// Builds the site and returns the path of its first page.
pub(crate) fn build() -> Result<PathBuf> {
    let target = workspace::target_folder()?;
    let (book, site) = (target.join("book"), target.join("site"));
    files::clear(&book)?;
    files::clear(&site)?;
    let root = workspace::root()?;
    let source = book.join("src");
    let pages = stage(&root, &source)?;
    fs::write(source.join("SUMMARY.md"), summary(&root, &pages)?)
        .context("cannot write the summary")?;
    copy(&root.join("docs/book.toml"), &book.join("book.toml"))?;
    process::run(
        Command::new(MDBOOK.install()?)
            .arg("build")
            .arg(&book)
            .arg("--dest-dir")
            .arg(&site)
            .env("MDBOOK_BOOK__SRC", "src"),
    )?;
    api(&target, &site.join("api"))?;
    Ok(site.join("index.html"))
}

/// Builds the documentation of the published crates.
fn api(target: &Path, to: &Path) -> Result<()> {
    // A separate folder, because the default one also has the crates of tests and tasks. Build files are shared.
    let own = target.join("api");
    files::clear(&own)?;
    let mut command = workspace::cargo(["doc", "--lib", "--no-deps", "--locked"])?;
    command
        .args(CRATES.map(|name| format!("--package={name}")))
        .arg("--target-dir")
        .arg(&own)
        .env("CARGO_BUILD_BUILD_DIR", target);
    process::run(&mut command)?;
    rename(&own.join("doc"), to)
}

/// Copies the pages of docs/ and everything reachable from them, and returns the pages.
fn stage(root: &Path, source: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut pages = BTreeSet::new();
    let mut open = vec![PathBuf::from("docs/SUMMARY.md")];
    let mut seen = BTreeSet::new();
    while let Some(path) = open.pop() {
        let from = root.join(&path);
        if !seen.insert(path.clone()) {
            continue;
        }
        if path.extension().is_some_and(|name| name == "md") {
            open.extend(
                links::links(&read(&from)?)
                    .iter()
                    .map(|link| links::target(&path, &link.path)),
            );
            pages.insert(path.clone());
        }
        copy(&from, &source.join(&path))?;
    }
    pages.remove(Path::new("docs/SUMMARY.md"));
    Ok(pages)
}

/// The repository's README, then the pages in the summary of docs/, then all other pages.
fn summary(root: &Path, pages: &BTreeSet<PathBuf>) -> Result<String> {
    let list = read(&root.join("docs/SUMMARY.md"))?.replace("](", "](docs/");
    let list = list.replacen("# Summary\n", "", 1);
    let mut summary = format!("# Summary\n\n[multicond](README.md)\n{list}\n# The repository\n\n");
    let elsewhere = pages.iter().filter(|page| !page.starts_with("docs"));
    for page in elsewhere.filter(|page| page.as_path() != "README.md") {
        let text = read(&root.join(page))?;
        let title = text.lines().find_map(|line| line.strip_prefix("# "));
        let title = title.with_context(|| format!("{} has no title", page.display()))?;
        summary.push_str(&format!("- [{title}]({})\n", page.display()));
    }
    Ok(summary)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_relative_to_the_root() -> Result<()> {
        let root = tempfile::tempdir()?;
        fs::create_dir(root.path().join("docs"))?;
        let list = "# Summary\n\n[Guide](README.md)\n";
        fs::write(root.path().join("docs/SUMMARY.md"), list)?;
        fs::write(root.path().join("CHANGES.md"), "# Changes\n")?;
        let pages = ["CHANGES.md", "README.md", "docs/README.md"].map(PathBuf::from);
        assert_eq!(
            summary(root.path(), &pages.into())?,
            "# Summary\n\n[multicond](README.md)\n\n[Guide](docs/README.md)\n\n# The repository\n\n\
             - [Changes](CHANGES.md)\n"
        );
        Ok(())
    }
}
