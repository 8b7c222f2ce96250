//! `multicond generate`: one picture from files.

use std::{collections::HashSet, path::PathBuf};

use multicond::{
    Error, Fit, Frame, Generator, Options, Picture, Result,
    files::{read_label, write_png},
    label::LabelError,
    model::{Manifest, ModelFile},
};

use crate::{engine_args::EngineArgs, size::Size, spinner::with_spinner};

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
    #[arg(long = "label", value_name = "NAME=FILE", value_parser = label)]
    labels: Vec<(String, PathBuf)>,

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

fn label(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.into(), file.into()))
        }
        _ => Err("expected NAME=FILE, for example depth=depth.exr".into()),
    }
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
    let mut frame = args.size.map(|size| Frame::new(size.width, size.height));
    let mut seen = HashSet::new();
    for (name, path) in &args.labels {
        if !seen.insert(name) {
            let (name, reason) = (name.clone(), "given twice".into());
            return Err(LabelError { name, reason }.into());
        }
        let map = read_label(path, manifest.label(name)?)?;
        let (width, height) = map.size();
        frame
            .get_or_insert_with(|| Frame::new(width, height))
            .set(name, map)?;
    }
    let frame = frame.expect("clap asks for a label or a size");
    let (width, height) = frame.size();
    // Before the model is loaded, which takes longer.
    if !args.pad {
        manifest.check_size(width, height)?;
    }
    Ok(frame)
}
