//! Links between the repository's pages: the file is there, and the heading.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{process, workspace};

/// Exists on the site only.
const API: &str = "../api/";

/// A link to something in the repository.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) line: usize,
    /// From the page's folder; empty for the page itself.
    pub(crate) path: String,
    heading: Option<String>,
}

/// Checks every page that git knows, and that the site has every page of docs/.
pub(crate) fn check() -> Result<()> {
    let root = workspace::root()?;
    let mut git = std::process::Command::new("git");
    git.args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "*.md",
    ])
    .current_dir(&root);
    let mut wrong = Vec::new();
    for page in process::read(&mut git)?.lines().map(Path::new) {
        // Removed, and not committed yet.
        if root.join(page).exists() {
            wrong.extend(wrong_links(&root, page)?);
        }
    }
    wrong.extend(unlisted(&root)?);
    ensure!(wrong.is_empty(), "wrong links:\n  {}", wrong.join("\n  "));
    Ok(())
}

fn wrong_links(root: &Path, page: &Path) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for link in links(&read(&root.join(page))?) {
        let target = target(page, &link.path);
        let at = format!("{}:{}", page.display(), link.line);
        // The site shows no lists of folders.
        if !root.join(&target).is_file() {
            wrong.push(format!("{at}: there is no file {}", target.display()));
        } else if let Some(heading) = link.heading
            && target.extension().is_some_and(|name| name == "md")
            && !headings(&read(&root.join(&target))?).contains(&heading)
        {
            wrong.push(format!(
                "{at}: {} has no heading #{heading}",
                target.display()
            ));
        }
    }
    Ok(wrong)
}

fn unlisted(root: &Path) -> Result<Vec<String>> {
    let docs = root.join("docs");
    let listed: BTreeSet<_> = links(&read(&docs.join("SUMMARY.md"))?)
        .into_iter()
        .map(|link| PathBuf::from(link.path))
        .collect();
    let entries = fs::read_dir(&docs).context("cannot list docs")?;
    let names: Vec<_> = entries
        .map(|entry| entry.map(|entry| PathBuf::from(entry.file_name())))
        .collect::<Result<_, _>>()
        .context("cannot list docs")?;
    Ok(names
        .iter()
        .filter(|name| name.extension().is_some_and(|name| name == "md"))
        .filter(|name| name.as_path() != "SUMMARY.md" && !listed.contains(*name))
        .map(|name| format!("docs/SUMMARY.md: {} is missing", name.display()))
        .collect())
}

/// Where a link leads, from the root.
pub(crate) fn target(page: &Path, link: &str) -> PathBuf {
    if link.is_empty() {
        return page.to_owned();
    }
    let mut target = page.parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => {
                target.pop();
            }
            Component::CurDir => {}
            part => target.push(part),
        }
    }
    target
}

/// The links of a page that stay in the repository.
pub(crate) fn links(page: &str) -> Vec<Link> {
    let mut links = Vec::new();
    for (line, text) in prose(page) {
        for after in text.split("](").skip(1) {
            let Some((link, _)) = after.split_once(')') else {
                continue;
            };
            if link.contains("://") || link.starts_with("mailto:") || link.starts_with(API) {
                continue;
            }
            let (path, heading) = match link.split_once('#') {
                Some((path, heading)) => (path, Some(heading.to_owned())),
                None => (link, None),
            };
            links.push(Link {
                line,
                path: path.to_owned(),
                heading,
            });
        }
    }
    links
}

/// The names of a page's headings in links to them, as GitHub and mdBook make them.
fn headings(page: &str) -> BTreeSet<String> {
    prose(page)
        .filter(|(_, line)| line.starts_with('#'))
        .map(|(_, line)| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .chars()
                .filter_map(|letter| match letter {
                    ' ' => Some('-'),
                    '-' | '_' => Some(letter),
                    letter => letter.is_alphanumeric().then_some(letter),
                })
                .collect()
        })
        .collect()
}

/// The numbered lines outside blocks of code.
fn prose(page: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut code = false;
    page.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        (!code && !fence).then_some((index + 1, line))
    })
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_out_of_the_repository_and_in_code_are_left_alone() {
        let page =
            "[a](https://a.example/)\n```\n[b](b.md)\n```\n[c](c.md#d-e), ![d](../d.png) [e](#e)\n";
        let found: Vec<_> = links(page)
            .into_iter()
            .map(|link| (link.line, link.path, link.heading))
            .collect();
        assert_eq!(
            found,
            [
                (5, "c.md".into(), Some("d-e".into())),
                (5, "../d.png".into(), None),
                (5, String::new(), Some("e".into())),
            ]
        );
    }

    #[test]
    fn targets_are_told_from_the_root() {
        let page = Path::new("docs/a.md");
        assert_eq!(target(page, "b.md"), Path::new("docs/b.md"));
        assert_eq!(target(page, "../include/./c.h"), Path::new("include/c.h"));
        assert_eq!(target(page, ""), page);
    }

    #[test]
    fn headings_become_lower_case_words() {
        let page = "# Time and memory\n## Renderers' frames\n```sh\n# not one\n```\n### `a_b`: c\n";
        let expected = ["time-and-memory", "renderers-frames", "a_b-c"];
        assert_eq!(headings(page), expected.map(String::from).into());
    }
}
