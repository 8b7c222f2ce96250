//! What must hold before tests are worth running: format, the C header, lints, documentation.

pub(crate) mod links;

use crate::header;
use crate::process;
use crate::stages::Stage;
use crate::workspace::cargo;

pub(crate) fn stages() -> Vec<Stage> {
    vec![
        Stage::new("format", || {
            process::run(&mut cargo(["fmt", "--all", "--check"])?)
        }),
        Stage::new("header", header::check),
        Stage::new("links", links::check),
        Stage::new("lints", || {
            let options = [
                "clippy",
                "--workspace",
                "--all-targets",
                "--locked",
                "--",
                "--deny",
                "warnings",
            ];
            process::run(&mut cargo(options)?)
        }),
        Stage::new("documentation", || {
            let options = ["doc", "--workspace", "--no-deps", "--locked"];
            process::run(cargo(options)?.env("RUSTDOCFLAGS", "--deny warnings"))
        }),
    ]
}
