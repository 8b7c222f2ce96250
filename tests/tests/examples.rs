//! The examples build without warnings, run with the shipped model, and print what they promise.
//!
//! Those in C and C++ need `MULTICOND_INSTALL`, the prefix of an installed library, which `cargo xtask test` sets.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

mod support;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use multicond::{Picture, files};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn rooms(file: &str) -> PathBuf {
    root().join("examples/rooms").join(file)
}

/// The prefix of the installed library. Without one, reports that the test is skipped, or fails if it is required.
fn prefix() -> Option<PathBuf> {
    if let Some(prefix) = env::var_os("MULTICOND_INSTALL") {
        return Some(prefix.into());
    }
    let required = env::var_os("MULTICOND_REQUIRE_INSTALL").is_some_and(|value| value == "1");
    assert!(
        !required,
        "MULTICOND_REQUIRE_INSTALL=1, but MULTICOND_INSTALL is not set"
    );
    eprintln!("SKIPPED: needs MULTICOND_INSTALL, the prefix of an installed library");
    None
}

fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let [out, err] = [output.stdout, output.stderr].map(|b| String::from_utf8(b).unwrap());
    assert!(output.status.success(), "{command:?}: {out}{err}");
    out
}

/// Compiles an example as described in its first lines, and returns a command that runs it.
fn build(prefix: &Path, folder: &Path, source: &str, packages: &[&str]) -> Command {
    let (compiler, standard) = match source.ends_with(".cpp") {
        true => ("c++", "-std=c++17"),
        false => ("cc", "-std=c99"),
    };
    let flags = run(Command::new("pkg-config")
        .args(["--define-prefix", "--cflags", "--libs", "multicond"])
        .args(packages)
        .env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")));
    let program = folder.join("program");
    run(Command::new(compiler)
        .args([standard, "-O1", "-pthread"])
        .args(["-Wall", "-Wextra", "-pedantic", "-Werror"])
        .arg(root().join("examples").join(source))
        .arg("-o")
        .arg(&program)
        .args(flags.split_whitespace())
        .arg("-lm"));
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", prefix.join("lib"));
    command
}

fn assert_is_a_mistake(command: &mut Command) {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!output.stderr.is_empty());
}

#[test]
fn frame_loop() {
    let Some(prefix) = prefix() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut program = build(&prefix, folder.path(), "c/frame_loop.c", &[]);
    let picture = folder.path().join("last.ppm");
    let said = run(program.arg(rooms("model.onnx")).arg("12").arg(&picture));
    assert!(said.contains("median"), "{said}");
    let bytes = std::fs::read(picture).unwrap();
    assert!(bytes.starts_with(b"P6"));
    let pixels = &bytes[bytes.len() - 128 * 128 * 3..];
    let (low, high) = (pixels.iter().min().unwrap(), pixels.iter().max().unwrap());
    assert!(high - low > 64, "a picture with something in it");
    let mut program = Command::new(folder.path().join("program"));
    program.env("LD_LIBRARY_PATH", prefix.join("lib"));
    assert_is_a_mistake(program.arg("nowhere.onnx"));
}

/// The largest difference at each pixel.
fn differences(a: &Picture, b: &Picture) -> Vec<f32> {
    let (width, height) = a.size();
    assert_eq!(b.size(), (width, height));
    let difference = |pixel: usize| {
        let at = |c| [c, pixel / width, pixel % width];
        (0..3)
            .map(|c| (a.values()[at(c)] - b.values()[at(c)]).abs())
            .fold(0.0, f32::max)
    };
    (0..width * height).map(difference).collect()
}

#[test]
fn ar_object() {
    let Some(prefix) = prefix() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let packages = ["egl", "gl", "libpng"];
    let mut program = build(&prefix, folder.path(), "c/ar_object.c", &packages);
    run(program
        .arg(rooms("model.onnx"))
        .arg(rooms("frames/a"))
        .arg(folder.path()));
    let picture = |file| files::read_picture(folder.path().join(file)).unwrap();
    let (before, after) = (picture("before.png"), picture("after.png"));
    let changed = differences(&before, &after);
    let share = changed.iter().filter(|d| **d > 0.1).count() as f32 / changed.len() as f32;
    assert!((0.02..0.5).contains(&share), "the object covers {share}");
    // The shipped picture was generated from the same labels by the command.
    if support::has_ort() {
        let shipped = files::read_picture(rooms("frames/a/generated.png")).unwrap();
        let worst = differences(&before, &shipped)
            .into_iter()
            .fold(0.0, f32::max);
        assert!(worst <= 2.5 / 255.0, "{worst}");
    }
}

#[test]
fn engine() {
    let Some(prefix) = prefix() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut program = build(&prefix, folder.path(), "cpp/engine.cpp", &[]);
    let said = run(program.arg(rooms("model.onnx")).arg("4"));
    assert!(said.contains("cancel"), "{said}");
}

#[test]
fn rust() {
    let folder = tempfile::tempdir().unwrap();
    let program = env::current_exe().unwrap();
    let program = program
        .ancestors()
        .nth(2)
        .unwrap()
        .join("examples/generate");
    let said = run(Command::new(&program)
        .arg(rooms("model.onnx"))
        .arg(rooms("frames/a"))
        .arg(folder.path()));
    assert!(said.contains("step 4: "), "{said}");
    let picture = |step| files::read_picture(folder.path().join(step)).unwrap();
    let changed = differences(&picture("0.png"), &picture("4.png"));
    assert!(
        changed.iter().any(|d| *d > 0.05),
        "depth made no difference"
    );
}
