//! Generates a sequence of pictures while one label changes. Only the pixels that changed are merged again.
//!
//! `cargo run --release -p multicond-example-generate -- examples/rooms/model.onnx examples/rooms/frames/a OUT`

use std::{env, error::Error, fs, path::PathBuf};

use multicond::{Fit, Frame, Generator, Options, Picture, files, label::LabelMap};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(model), Some(folder), Some(out)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: generate MODEL.onnx FRAME_FOLDER OUT_FOLDER".into());
    };
    fs::create_dir_all(&out)?;

    let options = Options::default().with_fit(Fit::Pad);
    let mut generator = Generator::open(model, &options)?;
    println!("running on {}", generator.engine());

    // Read every label of the model that has a file in the folder.
    let mut frame = None;
    for label in generator.manifest().labels.clone() {
        let file = folder.join(format!("{}.png", label.name));
        if file.exists() {
            let map = files::read_label(file, &label)?;
            let (width, height) = map.size();
            frame
                .get_or_insert_with(|| Frame::new(width, height))
                .set(label.name, map)?;
        }
    }
    let mut frame = frame.ok_or("no label of the model has a file in the frame's folder")?;
    let (width, height) = frame.size();
    generator.prepare(width, height)?;

    // Remove the depth from left to right.
    let mut picture = Picture::default();
    let depth = frame.get("depth").cloned();
    for step in 0..=4 {
        if let Some(LabelMap::Values(values)) = &depth {
            let mut values = values.clone();
            let lost = width * step / 4;
            values.slice_mut(ndarray::s![.., .., ..lost]).fill(f32::NAN);
            frame.set("depth", LabelMap::Values(values))?;
        }
        generator.generate(&frame, &mut picture)?;
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
