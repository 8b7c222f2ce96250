//! `multicond concept`: shows the concept tensor, the merged labels, as colours.

use std::{fs, path::PathBuf};

use multicond::{Error, Fit, Frame, Generator, Result, files::write_png, model::ModelFile};
use ndarray::s;
use serde::Serialize;

use crate::{
    components::Sums,
    engine_args::{EngineArgs, EngineUsed},
    frame_files::{self, LabelFile},
    log,
    spinner::with_spinner,
};

/// Show what the model merges the labels into, as colours
///
/// A model first merges all labels of a pixel into one vector, the concept. The first three principal components of the
/// concepts of all pixels become red, green and blue (paper, section 4.6 and figure 7). Frames that are given together
/// share the components, so that equal colours mean the same in each. The mean is middle gray; 2.5 standard deviations
/// reach the ends of the range.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  multicond concept --model rooms.onnx --label depth=depth.exr --label edges=edges.png -o concept.png
  multicond concept --model rooms.onnx frames/a frames/b frames/c -o concepts

The folder of a frame holds one file per label, with the label's name: depth.exr, semantics.png and so on.
The second example writes concepts/a.png for frames/a.")]
pub(crate) struct Args {
    /// Model file (.onnx)
    #[arg(long, value_name = "FILE")]
    model: PathBuf,

    /// Folders of label files, one folder per frame
    #[arg(value_name = "FRAME", conflicts_with = "labels")]
    frames: Vec<PathBuf>,

    /// Name of a label and its .png, .exr (or .exr:LAYER) or .npy file, for a single frame; repeat for more labels
    #[arg(
        long = "label",
        value_name = "NAME=FILE",
        required_unless_present = "frames"
    )]
    labels: Vec<LabelFile>,

    /// PNG file to write with --label, or folder to write to with FRAME
    #[arg(long = "out", short, value_name = "PATH")]
    output: PathBuf,

    /// Print the pictures' paths, the variance that the colours show, and the engine as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    engine: EngineArgs,
}

#[derive(Serialize)]
struct Report {
    pictures: Vec<PathBuf>,
    /// Shares of the variance in red, green and blue.
    shares: [f64; 3],
    #[serde(flatten)]
    engine: EngineUsed,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let targets = targets(&args)?;
    let report = with_spinner("merging", || make(&args, targets))?;
    if args.json {
        crate::print(&crate::json(&report))?;
    } else {
        let percent: f64 = report.shares.iter().sum::<f64>() * 100.0;
        let mut text: String = report
            .pictures
            .iter()
            .map(|path| format!("{}\n", path.display()))
            .collect();
        text += &format!("the colours show {percent:.0} % of the variance\n");
        crate::print(&text)?;
    }
    Ok(())
}

/// The picture file for each frame.
fn targets(args: &Args) -> Result<Vec<PathBuf>> {
    let is_png = args
        .output
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("png"));
    if args.frames.is_empty() {
        return match is_png {
            true => Ok(vec![args.output.clone()]),
            false => Err(Error::file(
                &args.output,
                "pictures are written as .png files",
            )),
        };
    }
    if is_png {
        let reason = "pictures of frames in folders go to a folder, not to a .png file";
        return Err(Error::file(&args.output, reason));
    }
    let mut targets: Vec<PathBuf> = Vec::with_capacity(args.frames.len());
    for frame in &args.frames {
        let whole = frame.canonicalize().unwrap_or_else(|_| frame.clone());
        let name = whole.file_name().unwrap_or_default().to_string_lossy();
        let target = args.output.join(format!("{name}.png"));
        if targets.contains(&target) {
            let reason = format!("two frames' folders are called `{name}`");
            return Err(Error::file(frame, reason));
        }
        targets.push(target);
    }
    Ok(targets)
}

fn make(args: &Args, targets: Vec<PathBuf>) -> Result<Report> {
    let file = ModelFile::open(&args.model)?;
    let manifest = file.manifest().clone();
    let options = args.engine.options().with_fit(Fit::Pad);
    let mut generator = Generator::new(file, &options)?;
    log::engine(generator.engine());
    let read = |index: usize| match args.frames.get(index) {
        Some(folder) => frame_files::folder(folder, &manifest),
        None => frame_files::given(&args.labels, None, &manifest),
    };
    // Merging twice needs less memory than keeping the tensors of all frames.
    let mut sums = Sums::new(manifest.concept_channels);
    for index in 0..targets.len() {
        merge(&mut generator, &read(index)?, |concept| sums.add(concept))?;
    }
    let components = sums.components();
    let components = components.ok_or_else(|| {
        Error::file(
            &args.model,
            "every pixel of these frames has the same concept",
        )
    })?;
    if !args.frames.is_empty() {
        fs::create_dir_all(&args.output).map_err(|error| Error::io(&args.output, error))?;
    }
    for (index, target) in targets.iter().enumerate() {
        let picture = merge(&mut generator, &read(index)?, |concept| {
            components.picture(concept)
        })?;
        write_png(target, &picture)?;
    }
    Ok(Report {
        pictures: targets,
        shares: components.shares(),
        engine: generator.engine().into(),
    })
}

/// Calls `take` with the concept tensor without its padding.
fn merge<T>(
    generator: &mut Generator,
    frame: &Frame<'_>,
    take: impl FnOnce(ndarray::ArrayView3<'_, f32>) -> T,
) -> Result<T> {
    let (width, height) = frame.size();
    let concept = generator.concept(frame)?;
    Ok(take(concept.slice(s![.., ..height, ..width])))
}
