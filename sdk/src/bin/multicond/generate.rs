//! `multicond generate`: one picture from files.

use std::path::PathBuf;

use multicond::{
    Error, Fit, Frame, Generator, Options, Picture, Result,
    files::write_png,
    model::{Manifest, ModelFile},
};

use crate::{
    engine_args::EngineArgs,
    frame_files::{self, LabelFile},
    size::Size,
    spinner::with_spinner,
};

/// Make a picture from label files.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  multicond generate --model rooms.onnx --label semantics=classes.png --label depth=depth.exr -o room.png
  multicond generate --model rooms.onnx --label normals=normals.npy -o room.png --device tract
  multicond generate --model rooms.onnx --label edges=photo.png -o room.png --pad
  multicond generate --model rooms.onnx --size 256x256 -o guess.png

Any label may be left out. `multicond info MODEL` lists the labels and how PNG files code them.")]
pub(crate) struct Args {
    /// The model.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,

    /// A label and its .png, .exr or .npy file; may be given once for each label.
    #[arg(long = "label", value_name = "NAME=FILE")]
    labels: Vec<LabelFile>,

    /// The picture, a .png file.
    #[arg(long = "out", short, value_name = "FILE")]
    output: PathBuf,

    /// Size of the picture; needed only when no label is given.
    #[arg(long, value_name = "WxH", required_unless_present = "labels")]
    size: Option<Size>,

    /// Make a picture whose sides are no multiples of the model's tile by repeating the labels' last column
    /// and row, and cutting off what comes of them.
    #[arg(long)]
    pad: bool,

    #[command(flatten)]
    engine: EngineArgs,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let is_png = args
        .output
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("png"));
    if !is_png {
        return Err(Error::File {
            path: args.output,
            reason: "pictures are written as .png files".into(),
        });
    }
    let file = ModelFile::open(&args.model)?;
    let frame = read_frame(&args, file.manifest())?;
    let picture = with_spinner("generating", || {
        let options = Options {
            fit: if args.pad { Fit::Pad } else { Fit::Exact },
            ..args.engine.options()
        };
        let mut generator = Generator::new(file, &options)?;
        let mut picture = Picture::default();
        generator.generate(&frame, &mut picture)?;
        Ok::<_, Error>(picture)
    })?;
    write_png(&args.output, &picture)
}

fn read_frame(args: &Args, manifest: &Manifest) -> Result<Frame<'static>> {
    let frame = frame_files::given(&args.labels, args.size, manifest)?;
    let (width, height) = frame.size();
    // Before the model is loaded, which takes longer.
    if !args.pad {
        manifest.check_size(width, height)?;
    }
    Ok(frame)
}
