//! The examples compile without warnings, run with the shipped model, and show what they describe. Those in C and C++
//! need `MULTICOND_INSTALL`, the prefix of an installed library.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use multicond::{Picture, files};
use multicond_test_support::{engines, require::install_prefix};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn rooms(file: &str) -> PathBuf {
    root().join("examples/rooms").join(file)
}

fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let [out, err] = [output.stdout, output.stderr].map(|b| String::from_utf8(b).unwrap());
    assert!(output.status.success(), "{command:?}: {out}{err}");
    out
}

/// Compiles an example as the comment at its top says, and returns a command that runs it.
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

fn fails_with_a_message(command: &mut Command) {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!output.stderr.is_empty());
}

#[test]
fn frame_loop() {
    let Some(prefix) = install_prefix() else {
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
    fails_with_a_message(program.arg("nowhere.onnx"));
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
    let Some(prefix) = install_prefix() else {
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
    // The picture that the command generated from the same files.
    if engines::has_onnxruntime() {
        let shipped = files::read_picture(rooms("frames/a/generated.png")).unwrap();
        let worst = differences(&before, &shipped)
            .into_iter()
            .fold(0.0, f32::max);
        assert!(worst <= 2.5 / 255.0, "{worst}");
    }
}

#[test]
fn engine() {
    let Some(prefix) = install_prefix() else {
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
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let said = run(Command::new(cargo)
        .args(["run", "--quiet", "--locked", "--package"])
        .args(["multicond-example-generate", "--"])
        .current_dir(root())
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
