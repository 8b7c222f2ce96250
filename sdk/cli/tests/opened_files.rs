//! A model file makes the command open nothing but itself, libraries, and the system's own files.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]
#![cfg(target_os = "linux")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use multicond_test_support::{
    engines,
    hostile::{attribute, elsewhere, field, node, with_graph_fields},
    label_files,
    require::skip,
    small,
};
use prost::Message;

const TRACED: &str = "trace=open,openat,openat2,creat,execve,connect";

/// What may be opened besides the files that the command line names: libraries, and what libraries ask the system.
const SYSTEM: [&str; 5] = ["/proc/", "/sys/", "/dev/", "/etc/ld.so.", "/usr/lib/locale"];

fn traced(folder: &Path, arguments: &str) -> (Output, Vec<String>) {
    let log = folder.join("trace");
    let output = Command::new("strace")
        .args(["-f", "-qq", "-e", TRACED, "-o"])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_multicond"))
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .env_remove("RUST_LOG")
        .output()
        .unwrap();
    let lines = fs::read_to_string(log).unwrap();
    let calls = lines.lines().filter(|line| !line.contains(" = -1 "));
    let mut opened: Vec<String> = calls.filter_map(unexpected).collect();
    opened.sort();
    opened.dedup();
    (output, opened)
}

/// What a call opens, if it is something else than a library, a folder or a file of the system.
fn unexpected(call: &str) -> Option<String> {
    let path = call.split('"').nth(1)?;
    let is_library = path.contains(".so") || path.ends_with("/multicond");
    let is_system = SYSTEM.iter().any(|start| path.starts_with(start));
    let is_ours = ["model.onnx", "depth.npy"].contains(&path);
    let is_output = path.contains(".multicond-") && call.contains("O_CREAT");
    let is_folder = call.contains("O_DIRECTORY");
    let is_fine = is_library || is_system || is_ours || is_output || is_folder;
    (!is_fine).then(|| path.to_owned())
}

/// Models whose weights are in another file, as an initializer and in an attribute.
fn hostile(file: &Path) -> [Vec<u8>; 2] {
    let data = elsewhere(file.to_str().unwrap());
    let weight = field(5, &[field(8, b"w"), data.clone()].concat());
    let constant = node("Constant", &[], &attribute("value", 4, &field(5, &data)));
    [weight, constant].map(|fields| with_graph_fields(&small::model(), &fields))
}

#[test]
fn nothing_else_is_opened() {
    let works = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .status();
    if !works.is_ok_and(|status| status.success()) {
        return skip("STRACE", "strace", "it is not installed, or may not trace");
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let secret = folder.join("secret.bin");
    fs::write(&secret, [1; 4096]).unwrap();
    let depth = label_files::floats((0..32).map(|i| 1.0 + i as f32));
    label_files::npy(&folder.join("depth.npy"), "<f4", "(4, 8)", &depth);
    // ONNX Runtime opens some files of its own when it is loaded.
    let (_, by_libraries) = traced(folder, "engines");
    let check = |opened: Vec<String>| {
        let more = opened.iter().filter(|path| !by_libraries.contains(path));
        assert_eq!(more.collect::<Vec<_>>(), [""; 0]);
    };
    for engine in engines::available() {
        let arguments = format!(
            "generate --model model.onnx --label depth=depth.npy -o out.png --engine {engine}"
        );
        fs::write(folder.join("model.onnx"), small::model().encode_to_vec()).unwrap();
        let (output, opened) = traced(folder, &arguments);
        assert!(output.status.success(), "{output:?}");
        check(opened);
        for model in hostile(&secret) {
            fs::write(folder.join("model.onnx"), model).unwrap();
            let (output, opened) = traced(folder, &arguments);
            assert_eq!(output.status.code(), Some(2), "{output:?}");
            check(opened);
        }
    }
}
