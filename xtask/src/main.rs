//! The repository's own tasks: `cargo xtask assets | check | dist | docs | fuzz | header | test`.

mod assets;
mod check;
mod digest;
mod dist;
mod docs;
mod files;
mod fuzz;
mod header;
mod library;
mod long;
mod process;
mod python;
mod sbom;
mod stages;
mod staging;
mod storage;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::test::Extent;

/// Tasks of the multicond repository.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
enum Task {
    /// Install the outside files that tests and training use, pinned by version and checksum.
    Assets {
        /// Which of them.
        #[arg(value_enum, default_value_t)]
        which: assets::Which,
    },
    /// Check format, header, spelling, links, dependencies, licences, lints, each feature alone, and documentation.
    Check {
        /// Only this one, as the table at the end calls it.
        name: Option<String>,
    },
    /// Build the C library; make a tarball of it for machines without Rust, and a list of what is in it.
    Dist,
    /// Build the documentation site.
    Docs,
    /// Run the fuzz targets (with Rust's nightly toolchain).
    Fuzz {
        /// Only this one.
        target: Option<String>,
        /// For how long, each.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Make include/multicond.h of the Rust source.
    Header {
        /// Only tell whether the committed one is up to date.
        #[arg(long)]
        check: bool,
    },
    /// Install the assets, check, and run every test; nothing is skipped, except Blender without Python 3.11.
    Test {
        /// Leave the checks out.
        #[arg(long, conflicts_with_all = ["portable", "all"])]
        quick: bool,
        /// Only the tests, skipping those that need more than Rust: for systems other than Linux.
        #[arg(long, conflicts_with = "all")]
        portable: bool,
        /// What is too long for CI too: the features wgpu, vulkan and cuda (libtorch, where LIBTORCH is set) of
        /// multicond-train, the documentation site, the benchmark `overfit` on frames that Blender renders, and
        /// half a minute of each fuzz target, where there is a nightly toolchain. An hour or more.
        #[arg(long)]
        all: bool,
    },
}

fn main() -> ExitCode {
    match perform(Task::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
            eprintln!("error: {}", causes.join("\n  because: "));
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<()> {
    match task {
        Task::Assets { which } => {
            for path in assets::install(which, &storage::cache_folder()?)? {
                println!("{}", path.display());
            }
            Ok(())
        }
        Task::Check { name: None } => stages::run(check::stages()),
        Task::Check { name: Some(name) } => stages::run(stages::only(check::stages(), &name)?),
        Task::Dist => {
            for path in dist::make()? {
                println!("{}", path.display());
            }
            Ok(())
        }
        Task::Docs => {
            println!("{}", docs::build()?.display());
            Ok(())
        }
        Task::Fuzz { target, seconds } => fuzz::run(target.as_deref(), seconds),
        Task::Header { check: true } => header::check(),
        Task::Header { check: false } => header::write(),
        Task::Test {
            quick,
            portable,
            all,
        } => stages::run(test::stages(match (portable, quick, all) {
            (true, ..) => Extent::Portable,
            (_, true, _) => Extent::Tests,
            (.., true) => Extent::All,
            _ => Extent::Checked,
        })?),
    }
}
