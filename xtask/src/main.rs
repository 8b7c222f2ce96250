//! Tasks of the repository: `cargo xtask assets | check | dist | docs | fuzz | header | runtimes | test`.

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
mod runtimes;
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

use crate::fuzz::{Length, Targets};
use crate::test::Extent;

/// Tasks of the multicond repository.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
enum Task {
    /// Install external files for tests and training, pinned by version and checksum.
    Assets {
        /// Files to install.
        #[arg(value_enum, default_value_t)]
        which: assets::Which,
    },
    /// Check format, header, spelling, links, dependencies, licences, lints, features and documentation.
    Check {
        /// Run only this check, named as in the table at the end.
        name: Option<String>,
    },
    /// Build a tarball of the C library for machines without Rust, and its software bill of materials.
    Dist,
    /// Build the documentation site.
    Docs,
    /// Build the fuzz targets with AddressSanitizer and run them; needs a C++ compiler.
    Fuzz {
        /// Run only this target.
        target: Option<String>,
        /// Seconds per target.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
        /// Executions per target, instead of a time.
        #[arg(long, conflicts_with = "seconds")]
        runs: Option<u64>,
    },
    /// Generate include/multicond.h from the Rust source.
    Header {
        /// Only check whether the committed header is up to date.
        #[arg(long)]
        check: bool,
    },
    /// Run the shipped model and others in all runtimes that PyPI and npm have, and print how far off they are.
    Runtimes,
    /// Install the assets, run the checks, then all tests; skips nothing except Blender without Python 3.11.
    Test {
        /// Skip the checks.
        #[arg(long, conflicts_with_all = ["portable", "all"])]
        quick: bool,
        /// Run only tests that need nothing but Rust, for systems other than Linux.
        #[arg(long, conflicts_with = "all")]
        portable: bool,
        /// Also run what takes too long for CI (an hour or more): the features wgpu, vulkan and cuda of multicond-train
        /// (libtorch if LIBTORCH is set), 100,000 damaged models, the documentation site, the benchmark `overfit` on
        /// frames rendered by Blender, and half a minute of each fuzz target.
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
        Task::Fuzz {
            target,
            seconds,
            runs,
        } => {
            let targets = target.as_deref().map_or(Targets::All, Targets::One);
            fuzz::run(
                targets,
                runs.map_or(Length::Seconds(seconds), Length::Executions),
            )
        }
        Task::Header { check: true } => header::check(),
        Task::Header { check: false } => header::write(),
        Task::Runtimes => stages::run(runtimes::stages()?),
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
