//! What the C interface adds to the Rust one, tested by the programs of `tests/c`: compiled against the installed
//! library, and run plainly, with sanitizers and under valgrind. Needs `MULTICOND_INSTALL`, the library's prefix.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use multicond_test_support::{
    engines,
    require::{has_program, install_prefix, skip},
    small,
};
use tempfile::TempDir;

/// Programs that take the model and the engine. `cuda.c` is another one, which gets a fake driver.
const PROGRAMS: [&str; 9] = [
    "arguments.c",
    "confidence.c",
    "engines.c",
    "models.c",
    "lifetimes.c",
    "sizes.c",
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

/// What the static library needs; pkg-config says the same.
const SYSTEM: [&str; 6] = ["-ldl", "-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm"];

/// A program that takes longer hangs.
const SECONDS: &str = "300";

/// An installed library, and a folder with a model to build programs in.
struct Place {
    prefix: PathBuf,
    folder: TempDir,
    model: PathBuf,
    /// A model with confidences.
    with_confidence: PathBuf,
    engines: Vec<&'static str>,
}

#[derive(Clone, Copy, PartialEq)]
enum Build {
    Shared,
    Sanitized,
    /// With the static library, whose symbols valgrind can report.
    Static,
}

impl Place {
    fn new() -> Option<Self> {
        let prefix = install_prefix()?.canonicalize().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let model = small::write(folder.path(), &small::model());
        let other = folder.path().join("confidence");
        fs::create_dir(&other).unwrap();
        let with_confidence = small::write(&other, &small::model_with_confidence());
        Some(Self {
            prefix,
            folder,
            model,
            with_confidence,
            engines: engines::available(),
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

    /// The fake driver as `libcuda.so.1`, alone in a folder.
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

    /// Compiles all programs, runs each with these engines by `runner`, and reports all failures.
    fn run_all(&self, build: Build, engines: &[&str], runner: &[&str], few: bool) {
        let driver = self.fake_cuda();
        let mut failures = Vec::new();
        for source in PROGRAMS.into_iter().chain(["cuda.c"]) {
            let more = match source {
                "cuda.c" => vec![driver.to_str().unwrap()],
                _ => vec![],
            };
            let model = match source {
                "confidence.c" => &self.with_confidence,
                _ => &self.model,
            };
            let program = self.compile(source, build, &more);
            for engine in engines {
                let mut command = Command::new("timeout");
                command
                    .arg(SECONDS)
                    .args(runner)
                    .arg(&program)
                    .arg(model)
                    .arg(engine)
                    .args(few.then_some("few"));
                if !more.is_empty() {
                    command.env("LD_LIBRARY_PATH", driver.parent().unwrap());
                }
                let output = command.output().unwrap();
                for line in text(&output.stderr).lines() {
                    if line.starts_with("SKIPPED") {
                        eprintln!("{line} ({source} with {engine})");
                    }
                }
                if !output.status.success() {
                    failures.push(format!("{source} with {engine}: {}", report(&output)));
                }
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }
}

/// The folder of the C sources.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c")
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

fn report(output: &Output) -> String {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    format!("{}\n{out}{err}", output.status)
}

#[track_caller]
fn succeed(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", report(&output));
    text(&output.stdout).to_owned()
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
        place.run_all(Build::Shared, &place.engines, &[], false);
    }
}

#[test]
fn programs_pass_with_sanitizers() {
    if let Some(place) = Place::new() {
        place.run_all(Build::Sanitized, &place.engines, &[], true);
    }
}

fn valgrind_finds_nothing(engine: &str) {
    let Some(place) = Place::new() else {
        return;
    };
    if !has_program("valgrind") {
        skip("VALGRIND", "valgrind", "it cannot be started");
        return;
    }
    if !place.engines.contains(&engine) {
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
    place.run_all(Build::Static, &[engine], &runner, true);
}

#[test]
fn valgrind_finds_nothing_with_onnx_runtime() {
    valgrind_finds_nothing("onnxruntime");
}

#[test]
fn valgrind_finds_nothing_with_tract() {
    valgrind_finds_nothing("tract");
}

#[test]
fn headers_compile_in_every_language() {
    let Some(place) = Place::new() else {
        return;
    };
    let cpp = place.path("header.cpp");
    fs::write(&cpp, "#include <multicond.hpp>\n").unwrap();
    let abi = place.path("abi.c");
    fs::write(&abi, assertions()).unwrap();
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

const ABI: &str = include_str!("abi.txt");

/// A source in C and C++ that compiles if the header has the sizes, offsets and values of `abi.txt`.
fn assertions() -> String {
    let mut conditions = Vec::new();
    let mut heading = ["", "", ""];
    for line in ABI.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [kind, name] if !line.starts_with(' ') => heading = [kind, name, ""],
            [kind, name, size] if !line.starts_with(' ') => {
                heading = [kind, name, size];
                conditions.push(format!("sizeof(struct {name}) == {size}"));
            }
            _ => conditions.extend(words.chunks_exact(2).map(|pair| {
                let (member, number) = (pair[0], pair[1].trim_end_matches(','));
                match heading {
                    ["struct", name, _] => format!("offsetof(struct {name}, {member}) == {number}"),
                    [_, name, _] => format!("(int){name}_{member} == {number}"),
                }
            })),
        }
    }
    assert!(conditions.len() > 150, "{conditions:?}");
    let others = [
        "sizeof(void *) == 8",
        "sizeof(multicond_status) == 4",
        "MULTICOND_ABI_VERSION == 1",
    ];
    conditions.extend(others.map(String::from));
    let mut source = String::from("#include <stddef.h>\n#include <multicond.h>\n");
    for (number, condition) in conditions.iter().enumerate() {
        // Not `static_assert`, which C99 lacks.
        source += &format!("extern char holds_{number}[({condition}) ? 1 : -1];\n");
    }
    source
}

#[test]
fn programs_call_every_function_and_assert_every_layout() {
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include/multicond.h");
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
    for name in structs {
        assert!(
            ABI.contains(&format!("struct {name} ")),
            "abi.txt lacks {name}"
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
    // Newer systems do not load libraries with an executable stack.
    let stack = elf.lines().find(|line| line.contains("GNU_STACK")).unwrap();
    assert!(!stack.contains("RWE"), "{stack}");
}

/// A copy of a project that uses the library.
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
            // The prefix in the file may be another one.
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
    if !has_program("cmake") {
        skip("INSTALL", "CMake", "it cannot be started");
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

/// Messages of panics name source files, but not the folders of the machine that built the library.
#[test]
fn the_library_has_no_paths_of_the_machine_that_built_it() {
    let Some(prefix) = install_prefix() else {
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap();
    let home = std::env::home_dir().unwrap();
    let folders = [root, home].map(|folder| format!("{}/", folder.display()));
    let words = folders
        .iter()
        .map(String::as_str)
        .chain([".cargo/registry", ".rustup/"]);
    let words: Vec<&[u8]> = words
        .map(str::as_bytes)
        .filter(|word| word.len() > 1)
        .collect();
    let mut libraries = 0;
    for entry in std::fs::read_dir(prefix.join("lib")).unwrap() {
        let path = entry.unwrap().path();
        let is_library = path.extension().is_some_and(|end| end != "pc") && path.is_file();
        if !is_library {
            continue;
        }
        libraries += 1;
        let bytes = std::fs::read(&path).unwrap();
        for word in &words {
            let found = bytes.windows(word.len()).position(|window| window == *word);
            if let Some(at) = found {
                let around = &bytes[at.saturating_sub(40)..bytes.len().min(at + 120)];
                panic!("{}: {}", path.display(), String::from_utf8_lossy(around));
            }
        }
    }
    assert!(libraries > 0);
}
