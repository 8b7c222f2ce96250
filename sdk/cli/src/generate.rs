//! `multicond generate`: generates one picture from label files.

use std::path::PathBuf;

use multicond::{
    Error, Fit, Frame, Generator, Picture, Result, Size,
    files::write_png,
    model::{Manifest, ModelFile},
};
use serde::Serialize;

use crate::{
    engine_args::{EngineArgs, EngineUsed},
    frame_files::{self, LabelFile},
    log,
    spinner::with_spinner,
};

/// Generate a picture from label files, named one by one or all in a folder
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  multicond generate --model rooms.onnx --label semantics=ids.png --label depth=z.exr -o room.png
  multicond generate --model rooms.onnx --label normals=normals.npy -o room.png --engine tract
  multicond generate --model rooms.onnx --label depth=frame.exr:ViewLayer.Depth -o room.png
  multicond generate --model rooms.onnx --label edges=photo.png -o room.png --pad
  multicond generate --model rooms.onnx frames/a -o room.png
  multicond generate --model rooms.onnx --label depth=z.exr --confidence depth=sure.png -o room.png
  multicond generate --model rooms.onnx --size 256x256 -o guess.png

The folder of a frame holds one file per label, with the label's name: depth.exr, semantics.png and so on; for models
that take confidences also depth_confidence.png. Any label may be left out; those that were are named on stderr and, with
--json, as `without`. `multicond info MODEL` lists the labels and their encoding in PNG files.")]
pub(crate) struct Args {
    /// Model file (.onnx)
    #[arg(long, value_name = "FILE")]
    model: PathBuf,

    /// Folder of label files
    #[arg(value_name = "FRAME", conflicts_with_all = ["labels", "size"])]
    frame: Option<PathBuf>,

    /// Name of a label and its .png, .exr or .npy file, with `:LAYER` after .exr to choose a layer; repeat for more
    #[arg(long = "label", value_name = "NAME=FILE")]
    labels: Vec<LabelFile>,

    /// Name of a label and a .png (gray), .exr or .npy file of its confidence, with `:LAYER` after .exr to choose a layer:
    /// from 0 (as if the label were missing there) to 1 (as without), in PNG files from 0 to the largest number; repeat
    /// for more
    #[arg(long = "confidence", value_name = "NAME=FILE", requires = "labels")]
    confidences: Vec<LabelFile>,

    /// PNG file to write
    #[arg(long = "out", short, value_name = "FILE")]
    output: PathBuf,

    /// Size of the picture, needed only without label files
    #[arg(long, value_name = "WxH", required_unless_present_any = ["labels", "frame"])]
    size: Option<Size>,

    /// Allow any size: repeat the labels' last column and row as needed, and crop the picture
    #[arg(long)]
    pad: bool,

    /// Print the picture's path, time and engine as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    engine: EngineArgs,
}

#[derive(Serialize)]
struct Report {
    picture: PathBuf,
    width: usize,
    height: usize,
    /// Time for the picture, without loading the model.
    total_ms: f64,
    /// The labels of the model that were not given.
    without: Vec<String>,
    #[serde(flatten)]
    engine: EngineUsed,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let is_png = args
        .output
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("png"));
    if !is_png {
        return Err(Error::file(
            &args.output,
            "pictures are written as .png files",
        ));
    }
    let file = ModelFile::open(&args.model)?;
    let frame = read_frame(&args, file.manifest())?;
    let absent = frame_files::absent(&frame, file.manifest());
    let without: Vec<String> = absent.into_iter().map(str::to_owned).collect();
    let (picture, generator) = with_spinner("generating", || {
        let fit = if args.pad { Fit::Pad } else { Fit::Exact };
        let options = args.engine.options().with_fit(fit);
        let mut generator = Generator::new(file, &options)?;
        let mut picture = Picture::default();
        generator.generate(&frame, &mut picture)?;
        Ok::<_, Error>((picture, generator))
    })?;
    write_png(&args.output, &picture)?;
    // Without any label it is plain that there are none.
    if frame.names().next().is_some() {
        log::absent(&without);
    }
    log::engine(generator.engine());
    if args.json {
        let (width, height) = picture.size();
        let report = Report {
            picture: args.output,
            width,
            height,
            without,
            total_ms: generator.statistics().total.as_secs_f64() * 1e3,
            engine: generator.engine().into(),
        };
        crate::print(&crate::json(&report))?;
    }
    Ok(())
}

fn read_frame(args: &Args, manifest: &Manifest) -> Result<Frame<'static>> {
    let mut frame = match &args.frame {
        Some(folder) => frame_files::folder(folder, manifest)?,
        None => frame_files::given(&args.labels, args.size, manifest)?,
    };
    frame_files::add_confidences(&mut frame, &args.confidences, manifest)?;
    let (width, height) = frame.size();
    // Checked before the model is loaded, which takes longer.
    if !args.pad {
        manifest.check_size(width, height)?;
    }
    Ok(frame)
}
