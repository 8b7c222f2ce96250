//! `multicond bench`: measures how long a picture takes, by stage, and how much memory.

use std::{
    num::NonZeroUsize,
    path::PathBuf,
    time::{Duration, Instant},
};

use multicond::{EngineOptions, Execution, Frame, Generator, Picture, Result, Size, Statistics};
use serde::Serialize;

use crate::{
    engine_args::{EngineArgs, EngineUsed},
    log,
    spinner::with_spinner,
    synthetic,
};

/// Measure how long a picture takes, and how much memory
///
/// Times are medians over the runs, after two warm-up runs. The frame is synthetic and has every label; no results are
/// reused from run to run.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  multicond bench --model rooms.onnx --size 256x256
  multicond bench --model rooms.onnx --size 256x256 --changed 10
  multicond bench --model rooms.onnx --size 512x512 --runs 20 --compare-whole --json")]
pub(crate) struct Args {
    /// Model file (.onnx)
    #[arg(long, value_name = "FILE")]
    model: PathBuf,

    /// Size of the picture [default: the size the model was trained on]
    #[arg(long, value_name = "WxH")]
    size: Option<Size>,

    /// Number of measured runs
    #[arg(long, value_name = "N", default_value = "10")]
    runs: NonZeroUsize,

    /// Also measure frames in which this percentage of the pixels changed, and unchanged frames
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=100))]
    changed: Option<u8>,

    /// Also measure the same model in plain ONNX Runtime, without tiles
    #[arg(long)]
    compare_whole: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    engine: EngineArgs,
}

/// Times in milliseconds.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    engine: EngineUsed,
    #[serde(skip)]
    engine_text: String,
    width: usize,
    height: usize,
    runs: usize,
    load_ms: f64,
    merge_ms: f64,
    render_ms: f64,
    total_ms: f64,
    /// Of the process, before the whole model is loaded; `None` if the system does not report it.
    resident_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reuse: Option<Reuse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    whole: Option<Whole>,
}

/// Frames that changed little or not at all since the last one.
#[derive(Serialize)]
struct Reuse {
    changed_percent: u8,
    /// Most pixels merged for a changed frame.
    merged: usize,
    changed_ms: f64,
    /// How many times as fast as a new frame.
    changed_ratio: f64,
    unchanged_ms: f64,
    unchanged_ratio: f64,
}

#[derive(Serialize)]
struct Whole {
    total_ms: f64,
    /// How many times as fast the tiled model is.
    ratio: f64,
}

const WARM_UP: usize = 2;

pub(crate) fn run(args: Args) -> Result<()> {
    let report = with_spinner("measuring", || measure(&args))?;
    if args.json {
        crate::print(&crate::json(&report))
    } else {
        crate::print(&report.text())
    }
}

fn measure(args: &Args) -> Result<Report> {
    let start = Instant::now();
    let options = args.engine.options().with_reuse(false);
    let mut generator = Generator::open(&args.model, &options)?;
    let load = start.elapsed();
    log::engine(generator.engine());
    let best = generator.manifest().best_size();
    let (width, height) = match args.size {
        Some(size) => (size.width, size.height),
        None => (best.width, best.height),
    };
    generator.manifest().check_size(width, height)?;
    let frame = synthetic::frame(generator.manifest(), width, height)?;
    let mut picture = Picture::default();
    let mut make = |generator: &mut Generator, frame: &Frame<'_>| -> Result<Statistics> {
        generator.generate(frame, &mut picture)?;
        Ok(generator.statistics())
    };
    let mut step = |generator: &mut Generator| make(generator, &frame);
    for _ in 0..WARM_UP {
        step(&mut generator)?;
    }
    let resident_bytes = resident_bytes();
    let mut uncut = None;
    if args.compare_whole {
        let options = args
            .engine
            .options()
            .with_engine(EngineOptions::named("onnxruntime"))
            .with_execution(Execution::Whole)
            .with_reuse(false);
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
    let reuse = match args.changed {
        Some(percent) => Some(measure_reuse(args, &mut generator, &frame, percent)?),
        None => None,
    };
    Ok(Report {
        engine: generator.engine().into(),
        engine_text: generator.engine().to_string(),
        width,
        height,
        runs,
        load_ms: load.as_secs_f64() * 1e3,
        merge_ms: median(&ours, |t| t.merge),
        render_ms: median(&ours, |t| t.render),
        total_ms,
        resident_bytes,
        reuse,
        whole: uncut.is_some().then(|| {
            let whole_ms = median(&theirs, |t| t.total);
            Whole {
                total_ms: whole_ms,
                ratio: whole_ms / total_ms,
            }
        }),
    })
}

/// Measures new, partly changed and unchanged frames in turn.
fn measure_reuse(
    args: &Args,
    fresh: &mut Generator,
    frame: &Frame<'_>,
    percent: u8,
) -> Result<Reuse> {
    let mut generator = Generator::open(&args.model, &args.engine.options())?;
    let (width, height) = frame.size();
    let other = synthetic::changed(generator.manifest(), width, height, percent)?;
    let mut picture = Picture::default();
    let mut make = |generator: &mut Generator, frame: &Frame<'_>| -> Result<Statistics> {
        generator.generate(frame, &mut picture)?;
        Ok(generator.statistics())
    };
    for frame in [frame, &other] {
        make(&mut generator, frame)?;
    }
    let (mut whole, mut changed, mut same) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..args.runs.get() {
        let next = if run % 2 == 0 { frame } else { &other };
        whole.push(make(fresh, next)?);
        changed.push(make(&mut generator, next)?);
        same.push(make(&mut generator, next)?);
    }
    let [whole_ms, changed_ms, unchanged_ms] =
        [&whole, &changed, &same].map(|runs| median(runs, |t| t.total));
    Ok(Reuse {
        changed_percent: percent,
        merged: changed.iter().map(|t| t.merged).max().unwrap_or_default(),
        changed_ms,
        changed_ratio: whole_ms / changed_ms,
        unchanged_ms,
        unchanged_ratio: whole_ms / unchanged_ms,
    })
}

impl Report {
    fn text(&self) -> String {
        let mut text = format!(
            "{}, {}x{} pixels, median of {} runs\n\
             merge  {:9.2} ms\nrender {:9.2} ms\ntotal  {:9.2} ms\nload   {:9.2} ms\n",
            self.engine_text,
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
        if let Some(reuse) = &self.reuse {
            text += &format!(
                "{:3} %  {:9.2} ms, pixels changed, {} merged: {:.2} times as fast as a new frame\n\
                 same   {:9.2} ms, nothing changed: {:.1} times as fast\n",
                reuse.changed_percent,
                reuse.changed_ms,
                reuse.merged,
                reuse.changed_ratio,
                reuse.unchanged_ms,
                reuse.unchanged_ratio
            );
        }
        if let Some(whole) = &self.whole {
            text += &format!(
                "whole  {:9.2} ms, plain ONNX Runtime: tiled is {:.2} times as fast\n",
                whole.total_ms, whole.ratio
            );
        }
        text
    }
}

/// The median in milliseconds.
fn median(runs: &[Statistics], stage: impl Fn(&Statistics) -> Duration) -> f64 {
    let mut times: Vec<Duration> = runs.iter().map(stage).collect();
    times.sort_unstable();
    let middle = times.len() / 2;
    let median = match times.len() % 2 {
        0 => (times[middle - 1] + times[middle]) / 2,
        _ => times[middle],
    };
    median.as_secs_f64() * 1e3
}

/// Physical memory of this process in bytes.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
