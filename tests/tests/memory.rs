//! The estimate of memory is above what a generator takes, and a lack of memory is an error. Measured in processes of
//! their own.

#![allow(clippy::unwrap_used)]

use std::{env, fs, path::Path, process::Command};

use multicond::{
    Engine, EngineOptions, ErrorKind, Fit, Frame, Generator, Options, Picture, Threads,
    model::ModelFile,
};
use multicond_test_support::engines;
use multicond_tests::subject::Subject;
use multicond_train::net::{BackboneKind, MergeKind, Preset};

/// Set in the processes that measure: model, engine, threads, tile, width, height.
const TASK: &str = "MULTICOND_MEMORY_TASK";

/// A line of the output of a process that measured.
const RESULT: &str = "memory result:";

/// The estimate must be above what was measured, but below so many times that and so many bytes.
const MOST_TIMES: u64 = 4;
const MOST_MORE: u64 = 96 << 20;

#[derive(Clone, Copy)]
struct Task<'a> {
    model: &'a Path,
    engine: &'a str,
    threads: usize,
    tile: usize,
    size: (usize, usize),
}

impl Task<'_> {
    /// Runs the test `measure` in a process of its own, with a limit for its addresses in kilobytes.
    fn run(&self, limit: Option<u64>) -> String {
        let program = env::current_exe().unwrap();
        let mut command = Command::new("sh");
        let shell = match limit {
            Some(limit) => format!("ulimit -v {limit}; exec \"$0\" \"$@\""),
            None => "exec \"$0\" \"$@\"".into(),
        };
        let Self {
            model,
            engine,
            threads,
            tile,
            size: (width, height),
        } = self;
        let task = format!(
            "{} {engine} {threads} {tile} {width} {height}",
            model.display()
        );
        let output = command
            .args(["-c", &shell])
            .arg(program)
            .args(["measure", "--exact", "--nocapture", "--test-threads=1"])
            .env(TASK, task)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}{errors}");
        let line = text.lines().find_map(|line| line.split(RESULT).nth(1));
        line.unwrap_or_else(|| panic!("{text}{errors}"))
            .trim()
            .into()
    }
}

/// Does what the task says, in the process of its own; otherwise nothing.
#[test]
fn measure() {
    let Ok(task) = env::var(TASK) else { return };
    let words: Vec<&str> = task.split(' ').collect();
    let number = |index: usize| words[index].parse::<usize>().unwrap();
    let options = Options::default()
        .with_engine(EngineOptions::named(words[1]))
        .with_threads(Threads::from(number(2).try_into().ok()))
        .with_tile_pixels(number(3).try_into().ok())
        .with_fit(Fit::Pad);
    let frame = Frame::new(number(4), number(5));
    let (width, height) = frame.size();
    let engine = match Engine::new(&options.engine) {
        Ok(engine) => engine,
        Err(error) => return println!("{RESULT} {:?} {error}", error.kind()),
    };
    let file = ModelFile::open(words[0]).unwrap();
    let estimate = Generator::estimate_memory_with(&file, &options, width, height);
    let before = resident("VmRSS:");
    // Resets the peak.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let made = Generator::with_engine(file.clone(), &engine, &options).and_then(|mut generator| {
        let mut picture = Picture::default();
        generator.generate(&frame, &mut picture)?;
        generator.generate(&frame, &mut picture)
    });
    match made {
        Ok(()) => {
            let peak = resident("VmHWM:");
            println!("{RESULT} {estimate} {}", peak.saturating_sub(before));
        }
        Err(error) => println!("{RESULT} {:?} {error}", error.kind()),
    }
    drop(file);
}

fn resident(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .unwrap();
    1024 * line
        .split_whitespace()
        .next()
        .unwrap()
        .parse::<u64>()
        .unwrap()
}

fn subject(backbone: BackboneKind) -> Subject {
    let mut network = Preset::Small.network(64);
    network.merge = Preset::Small.merge(match backbone {
        BackboneKind::Asap => MergeKind::Tlam,
        _ => MergeKind::Naive,
    });
    network.backbone = Preset::Small.backbone(backbone, 64);
    Subject::with(network, 64).unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn estimates_are_above_what_is_taken() {
    for backbone in BackboneKind::ALL {
        let subject = subject(backbone);
        let model = subject.model();
        for engine in engines::available() {
            for (size, threads, tile) in [
                ((64, 64), 1, 128),
                ((64, 64), 2, 262_144),
                ((256, 192), 2, 128),
                ((384, 384), 1, 4096),
            ] {
                let task = Task {
                    model: &model,
                    engine,
                    threads,
                    tile,
                    size,
                };
                let result = task.run(None);
                let numbers: Vec<u64> = result
                    .split(' ')
                    .map(|word| word.parse().unwrap())
                    .collect();
                let [estimate, taken] = numbers[..] else {
                    panic!("{result}")
                };
                let megabytes = |bytes: u64| bytes as f64 / 1e6;
                println!(
                    "{backbone:?} {engine} {size:?} {threads} threads, tiles of {tile}: {:.1} MB, estimated {:.1} MB",
                    megabytes(taken),
                    megabytes(estimate)
                );
                if env::var_os("MULTICOND_PRINT_ONLY").is_none() {
                    assert!(estimate >= taken);
                    assert!(estimate <= taken * MOST_TIMES + MOST_MORE);
                }
            }
        }
    }
}

/// 16384x16384 pixels, with limits from almost nothing to more than a small picture needs, and without one.
#[cfg(target_os = "linux")]
#[test]
fn a_lack_of_memory_is_an_error() {
    let subject = subject(BackboneKind::Asap);
    let model = subject.model();
    for engine in engines::available() {
        for (size, limit) in [
            ((16_384, 16_384), None),
            ((16_384, 16_384), Some(4_000_000)),
            ((4096, 4096), Some(2_000_000)),
            ((2048, 2048), Some(1_500_000)),
            ((2048, 1024), Some(1_000_000)),
        ] {
            let task = Task {
                model: &model,
                engine,
                threads: 2,
                tile: 128,
                size,
            };
            let result = task.run(limit);
            println!("{engine} {size:?} {limit:?}: {result}");
            let expected = format!("{:?}", ErrorKind::Memory);
            assert!(
                result.starts_with(&expected),
                "{engine} {size:?} {limit:?}: {result}"
            );
        }
    }
}

/// Limits between nothing and enough: a picture, or an error, but never the end of the process.
#[cfg(target_os = "linux")]
#[test]
fn too_little_memory_never_ends_the_process() {
    let subject = subject(BackboneKind::Asap);
    let model = subject.model();
    let mut made = 0;
    for engine in engines::available() {
        for limit in [90, 120, 160, 200, 260, 340, 480, 560, 700, 3000] {
            let task = Task {
                model: &model,
                engine,
                threads: 2,
                tile: 128,
                size: (256, 256),
            };
            let result = task.run(Some(limit * 1000));
            let is_picture = result.starts_with(|c: char| c.is_ascii_digit());
            println!("{engine} {limit} MB: {result}");
            // Where ONNX Runtime's library does not fit, the engine is not available.
            assert!(
                is_picture || result.starts_with("Memory") || result.starts_with("Engine"),
                "{result}"
            );
            made += usize::from(is_picture);
        }
    }
    assert!(made >= engines::available().len());
}
