//! The C interface as programs in C see it: compiles and runs `tests/c` against the installed library, plainly, with
//! sanitizers and under valgrind.
//!
//! `MULTICOND_INSTALL` names the prefix that the library is installed in, as `cargo xtask test` has it. Without it
//! these tests are skipped; with `MULTICOND_REQUIRE_INSTALL=1` that is a failure, as is a missing CMake, and with
//! `MULTICOND_REQUIRE_VALGRIND=1` a missing valgrind.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

mod support;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use multicond::Device;
use tempfile::TempDir;

/// Programs that take the model and the device. `cuda` is one more, with a driver of its own.
const PROGRAMS: [&str; 11] = [
    "arguments.c",
    "devices.c",
    "models.c",
    "lifetimes.c",
    "images.c",
    "sizes.c",
    "conventions.c",
    "frames.c",
    "background.c",
    "no_cuda.c",
    "hpp.cpp",
];

const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-pedantic", "-Werror"];
const SANITIZE: [&str; 3] = [
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
];

/// What the static library needs besides itself; pkg-config says the same.
const SYSTEM: [&str; 6] = ["-ldl", "-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm"];

/// Nothing takes as long unless it hangs.
const SECONDS: &str = "300";

/// An installed library, and a folder with a model to build programs in.
struct Place {
    prefix: PathBuf,
    folder: TempDir,
    model: PathBuf,
    /// Numbers of the device kinds that are there.
    devices: Vec<(Device, &'static str)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Build {
    Shared,
    Sanitized,
    /// With the static library, which has names for valgrind to tell.
    Static,
}

impl Place {
    fn new() -> Option<Self> {
        let Some(prefix) = env::var_os("MULTICOND_INSTALL") else {
            skip(
                "INSTALL",
                "needs MULTICOND_INSTALL, the prefix of an installed library",
            );
            return None;
        };
        let prefix = PathBuf::from(prefix).canonicalize().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let model = support::write(folder.path(), &support::model());
        let number = |device| match device {
            Device::Cpu => "3",
            Device::Tract => "4",
            device => panic!("{device} is not tested here"),
        };
        let devices = support::devices().into_iter();
        Some(Self {
            prefix,
            folder,
            model,
            devices: devices.map(|device| (device, number(device))).collect(),
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn library(&self) -> PathBuf {
        self.prefix.join("lib")
    }

    /// Compiles a program of `tests/c`; `more` comes last.
    fn compile(&self, source: &str, build: Build, more: &[&str]) -> PathBuf {
        let program = self.path(source).with_extension("program");
        let mut command = compiler(source);
        command
            .args(WARNINGS)
            .args(["-g", "-O1"])
            .arg("-I")
            .arg(self.prefix.join("include"))
            .arg("-o")
            .arg(&program)
            .arg(sources().join(source));
        match build {
            Build::Static => {
                // Objects of tract in assembly do not say that they need no executable stack.
                command
                    .arg(self.library().join("libmulticond.a"))
                    .args(SYSTEM)
                    .arg("-Wl,-z,noexecstack");
            }
            Build::Shared | Build::Sanitized => {
                command
                    .arg("-L")
                    .arg(self.library())
                    .arg(format!("-Wl,-rpath,{}", self.library().display()))
                    .args(["-lmulticond", "-lm", "-lpthread", "-ldl"]);
            }
        }
        if build == Build::Sanitized {
            command.args(SANITIZE);
        }
        succeed(command.args(more));
        program
    }

    /// The pretended driver as `libcuda.so.1`, alone in a folder.
    fn fake_cuda(&self) -> PathBuf {
        let folder = self.path("cuda");
        fs::create_dir_all(&folder).unwrap();
        let library = folder.join("libcuda.so.1");
        let mut command = compiler("fake_cuda.c");
        command
            .args(WARNINGS)
            .args(["-g", "-O1", "-shared", "-fPIC"])
            .arg(sources().join("fake_cuda.c"))
            .args(["-Wl,-soname,libcuda.so.1", "-lpthread", "-o"])
            .arg(&library);
        succeed(&mut command);
        library
    }

    /// Compiles all programs and runs each on every one of the devices, `runner` in front, and tells of all that fail.
    fn run_all(&self, build: Build, only: Option<Device>, runner: &[&str], few: bool) {
        let driver = self.fake_cuda();
        let mut failures = Vec::new();
        for source in PROGRAMS.into_iter().chain(["cuda.c"]) {
            let more = match source {
                "cuda.c" => vec![driver.to_str().unwrap()],
                _ => vec![],
            };
            let program = self.compile(source, build, &more);
            for (device, number) in &self.devices {
                if only.is_some_and(|only| only != *device) {
                    continue;
                }
                let mut command = Command::new("timeout");
                command
                    .arg(SECONDS)
                    .args(runner)
                    .arg(&program)
                    .arg(&self.model)
                    .arg(number)
                    .args(few.then_some("few"));
                if !more.is_empty() {
                    command.env("LD_LIBRARY_PATH", driver.parent().unwrap());
                }
                let output = command.output().unwrap();
                for line in text(&output.stderr).lines() {
                    if line.starts_with("SKIPPED") {
                        eprintln!("{line} ({source} on {device})");
                    }
                }
                if !output.status.success() {
                    failures.push(format!("{source} on {device}: {}", told(&output)));
                }
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }
}

/// The folder of the C sources.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/c")
}

fn compiler(source: &str) -> Command {
    let (program, standard) = match source.ends_with(".cpp") {
        true => ("c++", "-std=c++17"),
        false => ("cc", "-std=c99"),
    };
    let mut command = Command::new(program);
    command.args([standard, "-D_GNU_SOURCE"]);
    command
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn told(output: &Output) -> String {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    format!("{}\n{out}{err}", output.status)
}

#[track_caller]
fn succeed(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", told(&output));
    text(&output.stdout).to_owned()
}

/// Says loudly that a test is skipped, or fails if it must not be.
fn skip(what: &str, reason: &str) {
    let variable = format!("MULTICOND_REQUIRE_{what}");
    let required = env::var_os(&variable).is_some_and(|value| value == "1");
    assert!(!required, "{variable}=1, but: {reason}");
    eprintln!("SKIPPED: {reason}");
}

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

/// The functions that a header declares.
fn functions(header: &str) -> Vec<&str> {
    let mut names: Vec<&str> = header
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .filter_map(|line| line.split_once('('))
        .filter_map(|(before, _)| {
            before
                .rsplit(|c: char| !(c.is_alphanumeric() || c == '_'))
                .next()
        })
        .filter(|name| name.starts_with("multicond_"))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn programs_pass() {
    if let Some(place) = Place::new() {
        place.run_all(Build::Shared, None, &[], false);
    }
}

#[test]
fn programs_pass_with_sanitizers() {
    if let Some(place) = Place::new() {
        place.run_all(Build::Sanitized, None, &[], true);
    }
}

fn valgrind_finds_nothing(device: Device) {
    let Some(place) = Place::new() else {
        return;
    };
    if !is_installed("valgrind") {
        skip("VALGRIND", "needs valgrind");
        return;
    }
    let suppressions = format!(
        "--suppressions={}",
        sources().join("valgrind.supp").display()
    );
    let runner = [
        "valgrind",
        "--quiet",
        "--error-exitcode=99",
        "--leak-check=full",
        "--show-leak-kinds=definite",
        "--errors-for-leak-kinds=definite",
        &suppressions,
    ];
    place.run_all(Build::Static, Some(device), &runner, true);
}

#[test]
fn valgrind_finds_nothing_with_onnx_runtime() {
    valgrind_finds_nothing(Device::Cpu);
}

#[test]
fn valgrind_finds_nothing_with_tract() {
    valgrind_finds_nothing(Device::Tract);
}

/// Sizes, offsets and numbers too: `abi.c` is nothing but assertions.
#[test]
fn headers_compile_in_every_language() {
    let Some(place) = Place::new() else {
        return;
    };
    let cpp = place.path("header.cpp");
    fs::write(&cpp, "#include <multicond.hpp>\n").unwrap();
    let abi = sources().join("abi.c");
    let cases = [
        ("cc", "c", "c99", &abi),
        ("cc", "c", "c11", &abi),
        ("cc", "c", "c2x", &abi),
        ("c++", "c++", "c++11", &abi),
        ("c++", "c++", "c++17", &abi),
        ("c++", "c++", "c++20", &abi),
        ("c++", "c++", "c++17", &cpp),
        ("c++", "c++", "c++20", &cpp),
    ];
    for (compiler, language, standard, file) in cases {
        let mut command = Command::new(compiler);
        command
            .args(WARNINGS)
            .args(["-fsyntax-only", "-x", language])
            .arg(format!("-std={standard}"))
            .arg("-I")
            .arg(place.prefix.join("include"))
            .arg(file);
        succeed(&mut command);
    }
}

#[test]
fn every_function_is_called_and_every_struct_measured() {
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("../include/multicond.h");
    let header = fs::read_to_string(header).unwrap();
    let files = fs::read_dir(sources())
        .unwrap()
        .map(|file| file.unwrap().path());
    let programs: String = files
        .filter(|path| path.extension().is_some_and(|end| end == "c" || end == "h"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let names = functions(&header);
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        assert!(
            programs.contains(&format!("{name}(")),
            "no program calls {name}"
        );
    }
    let structs = header
        .lines()
        .filter_map(|line| line.strip_prefix("typedef struct ")?.strip_suffix(" {"));
    let abi = fs::read_to_string(sources().join("abi.c")).unwrap();
    for name in structs {
        assert!(
            abi.contains(&format!("SIZE({name}, ")),
            "abi.c lacks {name}"
        );
    }
}

#[test]
fn the_library_exports_the_header_and_nothing_else() {
    let Some(place) = Place::new() else {
        return;
    };
    let library = place.library().join("libmulticond.so");
    let listed = succeed(
        Command::new("nm")
            .args(["--dynamic", "--defined-only", "--format=posix"])
            .arg(&library),
    );
    let mut exported: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    exported.sort_unstable();
    let header = fs::read_to_string(place.prefix.join("include/multicond.h")).unwrap();
    assert_eq!(exported, functions(&header));
    let elf = succeed(
        Command::new("readelf")
            .args(["--wide", "--dynamic", "--segments"])
            .arg(&library),
    );
    assert!(elf.contains("soname: [libmulticond.so.0.1]"), "{elf}");
    // Newer systems do not load what wants an executable stack.
    let stack = elf.lines().find(|line| line.contains("GNU_STACK")).unwrap();
    assert!(!stack.contains("RWE"), "{stack}");
}

/// A copy of somebody else's project.
fn consumer(place: &Place) -> PathBuf {
    let folder = place.path("consumer");
    fs::create_dir_all(&folder).unwrap();
    for file in ["main.c", "main.cpp", "Makefile", "CMakeLists.txt"] {
        fs::copy(sources().join("consumer").join(file), folder.join(file)).unwrap();
    }
    folder
}

fn consumers_run(place: &Place, folder: &Path) {
    for program in ["consumer_c", "consumer_cpp"] {
        let mut command = Command::new(folder.join(program));
        succeed(
            command
                .arg(&place.model)
                .env("LD_LIBRARY_PATH", place.library()),
        );
    }
}

#[test]
fn a_project_finds_the_library_by_pkg_config() {
    let Some(place) = Place::new() else {
        return;
    };
    let folder = consumer(&place);
    for linked_statically in ["0", "1"] {
        let out = folder.join(linked_statically);
        fs::create_dir(&out).unwrap();
        let mut make = Command::new("make");
        make.current_dir(&folder)
            // Wherever it was installed: the file may say that it is in /usr.
            .arg("PKG_CONFIG=pkg-config --define-prefix")
            .arg(format!("STATIC={linked_statically}"))
            .arg(format!("OUT={}", out.display()))
            .env("PKG_CONFIG_PATH", place.library().join("pkgconfig"));
        succeed(&mut make);
        consumers_run(&place, &out);
        let needed = succeed(
            Command::new("readelf")
                .arg("--dynamic")
                .arg(out.join("consumer_c")),
        );
        assert_eq!(
            needed.contains("libmulticond"),
            linked_statically == "0",
            "{needed}"
        );
    }
}

#[test]
fn a_project_finds_the_library_by_cmake() {
    let Some(place) = Place::new() else {
        return;
    };
    if !is_installed("cmake") {
        skip("INSTALL", "needs cmake");
        return;
    }
    let folder = consumer(&place);
    for linked_statically in ["OFF", "ON"] {
        let out = folder.join(linked_statically);
        let mut configure = Command::new("cmake");
        configure
            .arg(format!("-DCMAKE_PREFIX_PATH={}", place.prefix.display()))
            .arg(format!("-Dmulticond_USE_STATIC={linked_statically}"))
            .arg("-S")
            .arg(&folder)
            .arg("-B")
            .arg(&out);
        succeed(&mut configure);
        succeed(Command::new("cmake").arg("--build").arg(&out));
        consumers_run(&place, &out);
        let needed = succeed(
            Command::new("readelf")
                .arg("--dynamic")
                .arg(out.join("consumer_c")),
        );
        assert_eq!(
            needed.contains("libmulticond"),
            linked_statically == "OFF",
            "{needed}"
        );
    }
}
