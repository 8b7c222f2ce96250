//! `multicond bench`: how long a picture takes, by stage, and how much memory.

use std::{
    num::NonZeroUsize,
    path::PathBuf,
    time::{Duration, Instant},
};

use multicond::{Device, Generator, Merge, Options, Picture, Result, Timings};
use serde::Serialize;

use crate::{engine_args::EngineArgs, size::Size, spinner::with_spinner, synthetic};

/// Measure how long a picture takes.
///
/// Medians over the runs, after two that do not count. The frame is made up, with every label present.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  multicond bench --model rooms.onnx --size 256x256
  multicond bench --model rooms.onnx --size 512x512 --runs 20 --compare-whole --json")]
pub(crate) struct Args {
    /// The model.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,

    /// Size of the picture; the model's trained size if not given.
    #[arg(long, value_name = "WxH")]
    size: Option<Size>,

    /// Runs that count.
    #[arg(long, value_name = "N", default_value = "10")]
    runs: NonZeroUsize,

    /// Also run the whole model uncut in ONNX Runtime with all threads, in turns with ours.
    #[arg(long)]
    compare_whole: bool,

    /// As JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    engine: EngineArgs,
}

/// Times in milliseconds.
#[derive(Serialize)]
struct Report {
    engine: &'static str,
    width: usize,
    height: usize,
    runs: usize,
    load_ms: f64,
    merge_ms: f64,
    render_ms: f64,
    total_ms: f64,
    /// Of the process with our generator alone; absent where the system does not tell.
    resident_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    whole: Option<Whole>,
}

#[derive(Serialize)]
struct Whole {
    total_ms: f64,
    /// How many times faster ours is.
    ratio: f64,
}

const WARM_UP: usize = 2;

pub(crate) fn run(args: Args) -> Result<()> {
    let report = with_spinner("measuring", || measure(&args))?;
    if args.json {
        crate::print(&crate::json(&report));
    } else {
        crate::print(&report.text());
    }
    Ok(())
}

fn measure(args: &Args) -> Result<Report> {
    let start = Instant::now();
    let mut generator = Generator::open(&args.model, &args.engine.options())?;
    let load = start.elapsed();
    let trained = generator.manifest().trained_size;
    let (width, height) = match args.size {
        Some(size) => (size.width, size.height),
        None => (trained.width, trained.height),
    };
    generator.manifest().check_size(width, height)?;
    let frame = synthetic::frame(generator.manifest(), width, height)?;
    let mut picture = Picture::default();
    let mut step = |generator: &mut Generator| -> Result<Timings> {
        generator.generate(&frame, &mut picture)?;
        Ok(generator.timings())
    };
    for _ in 0..WARM_UP {
        step(&mut generator)?;
    }
    let resident_bytes = resident_bytes();
    let mut uncut = None;
    if args.compare_whole {
        let options = Options {
            device: Device::Ort,
            merge: Merge::Uncut,
            ..args.engine.options()
        };
        let uncut = uncut.insert(Generator::open(&args.model, &options)?);
        for _ in 0..WARM_UP {
            step(uncut)?;
        }
    }
    let runs = args.runs.get();
    let (mut ours, mut theirs) = (Vec::with_capacity(runs), Vec::with_capacity(runs));
    for _ in 0..runs {
        ours.push(step(&mut generator)?);
        if let Some(uncut) = &mut uncut {
            theirs.push(step(uncut)?);
        }
    }
    let total_ms = median(&ours, |t| t.total);
    Ok(Report {
        engine: generator.engine(),
        width,
        height,
        runs,
        load_ms: load.as_secs_f64() * 1e3,
        merge_ms: median(&ours, |t| t.merge),
        render_ms: median(&ours, |t| t.render),
        total_ms,
        resident_bytes,
        whole: uncut.is_some().then(|| {
            let whole_ms = median(&theirs, |t| t.total);
            Whole {
                total_ms: whole_ms,
                ratio: whole_ms / total_ms,
            }
        }),
    })
}

impl Report {
    fn text(&self) -> String {
        let mut text = format!(
            "{}, {}x{} pixels, median of {} runs\n\
             merge  {:9.2} ms\nrender {:9.2} ms\ntotal  {:9.2} ms\nload   {:9.2} ms\n",
            self.engine,
            self.width,
            self.height,
            self.runs,
            self.merge_ms,
            self.render_ms,
            self.total_ms,
            self.load_ms
        );
        if let Some(bytes) = self.resident_bytes {
            text += &format!("memory {:9.1} MB resident\n", bytes as f64 / 1e6);
        }
        if let Some(whole) = &self.whole {
            text += &format!(
                "whole  {:9.2} ms, the uncut file in ONNX Runtime: ours is {:.2} times as fast\n",
                whole.total_ms, whole.ratio
            );
        }
        text
    }
}

/// The median in milliseconds.
fn median(timings: &[Timings], stage: impl Fn(&Timings) -> Duration) -> f64 {
    let mut times: Vec<Duration> = timings.iter().map(stage).collect();
    times.sort_unstable();
    let middle = times.len() / 2;
    let median = match times.len() % 2 {
        0 => (times[middle - 1] + times[middle]) / 2,
        _ => times[middle],
    };
    median.as_secs_f64() * 1e3
}

/// Physical memory that this process holds.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
