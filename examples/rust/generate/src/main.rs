//! Frames from Rust: a label moves, pictures are made, and what did not change is not computed again.
//!
//! `cargo run --release -p multicond --example generate -- examples/rooms/model.onnx examples/rooms/frames/a OUT`

use std::{env, error::Error, fs, path::PathBuf};

use multicond::{Fit, Frame, Generator, Options, Picture, files, label::LabelMap};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(model), Some(frame), Some(out)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: generate MODEL.onnx FRAME_FOLDER OUT_FOLDER".into());
    };
    fs::create_dir_all(&out)?;

    let options = Options {
        fit: Fit::Pad,
        ..Options::default()
    };
    let mut generator = Generator::open(model, &options)?;
    println!("running on {}", generator.engine());

    // Every label of the model that the folder has a file for.
    let mut known = None;
    for label in generator.manifest().labels.clone() {
        let file = frame.join(format!("{}.png", label.name));
        if file.exists() {
            let map = files::read_label(file, &label)?;
            let (width, height) = map.size();
            known
                .get_or_insert_with(|| Frame::new(width, height))
                .set(label.name, map)?;
        }
    }
    let mut known = known.ok_or("no label of the model has a file in the frame's folder")?;
    let (width, height) = known.size();
    generator.prepare(width, height)?;

    // The room loses its depth, column by column.
    let mut picture = Picture::default();
    let depth = known.get("depth").cloned();
    for step in 0..=4 {
        if let Some(LabelMap::Values(values)) = &depth {
            let mut values = values.clone();
            let lost = width * step / 4;
            values.slice_mut(ndarray::s![.., .., ..lost]).fill(f32::NAN);
            known.set("depth", LabelMap::Values(values))?;
        }
        generator.generate(&known, &mut picture)?;
        let statistics = generator.statistics();
        println!(
            "step {step}: {} of {} pixels changed, {} merged, {:.1} ms",
            statistics.changed,
            statistics.pixels,
            statistics.merged,
            statistics.total.as_secs_f64() * 1e3
        );
        files::write_png(out.join(format!("{step}.png")), &picture)?;
    }
    Ok(())
}
