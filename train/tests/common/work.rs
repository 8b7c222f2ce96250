//! A dataset to prepare with the command, and helpers to inspect the result.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use image::{ImageBuffer, Luma, Rgb, RgbImage};
use multicond_train::data::DatasetManifest;
use tempfile::TempDir;

/// A dataset to prepare, and a folder for the results.
pub(crate) struct Work {
    pub(crate) folder: TempDir,
    pub(crate) frames: u32,
    size: (u32, u32),
    /// Arguments besides the source, the destination and the size.
    arguments: Vec<&'static str>,
}

/// Large frames that take some time, so that a process can be killed while it works.
pub(crate) fn slow() -> Work {
    let derive = ["curvature=depth", "edges=canny", "occlusion_edges=depth"];
    let mut arguments = vec!["--threads", "1", "--derive", "normals=depth"];
    arguments.extend(
        derive
            .iter()
            .flat_map(|derivation| ["--derive", *derivation]),
    );
    Work::new(36, (256, 192), arguments)
}

pub(crate) fn quick() -> Work {
    Work::new(12, (48, 32), vec!["--threads", "2"])
}

impl Work {
    fn new(frames: u32, size: (u32, u32), arguments: Vec<&'static str>) -> Self {
        let work = Self {
            folder: tempfile::tempdir().unwrap(),
            frames,
            size,
            arguments,
        };
        fs::create_dir(work.source()).unwrap();
        let classes = r#"["wall", "floor", "chair"]"#;
        fs::write(work.source().join("classes.json"), classes).unwrap();
        for domain in [
            "rgb",
            "depth_zbuffer",
            "segment_semantic",
            "segment_instance",
            "normal",
            "albedo",
            "point_info",
        ] {
            fs::create_dir(work.source().join(domain)).unwrap();
        }
        (0..frames).for_each(|frame| work.write(frame));
        work
    }

    fn write(&self, frame: u32) {
        let (width, height) = self.size;
        let path = |domain| self.file(frame, domain);
        let shade = |x: u32, y: u32| (x * x + 3 * x * y + 7 * y + 31 * frame) as u8;
        let gray = |x, y, value: u16| if (x + y) % 11 == 0 { u16::MAX } else { value };
        RgbImage::from_fn(width, height, |x, y| {
            Rgb([shade(x, y), shade(y, x), shade(x + y, 1)])
        })
        .save(path("rgb"))
        .unwrap();
        RgbImage::from_fn(width, height, |x, y| Rgb([shade(x, 0), shade(0, y), 99]))
            .save(path("albedo"))
            .unwrap();
        RgbImage::from_fn(width, height, |x, y| match (x + y) % 13 {
            0 => Rgb([128, 128, 128]),
            _ => Rgb([100 + (x % 50) as u8, 90 + (y % 70) as u8, 230]),
        })
        .save(path("normal"))
        .unwrap();
        ImageBuffer::from_fn(width, height, |x, y| {
            Luma([gray(x, y, (700 + 16 * x + 40 * y + 9 * frame) as u16)])
        })
        .save(path("depth_zbuffer"))
        .unwrap();
        ImageBuffer::from_fn(width, height, |x, y| Luma([((x / 5 + y / 7) % 4) as u8]))
            .save(path("segment_semantic"))
            .unwrap();
        ImageBuffer::from_fn(width, height, |x, y| Luma([(x / 9 + 300 * (y / 9)) as u16]))
            .save(path("segment_instance"))
            .unwrap();
        let camera = r#"{"field_of_view_rads": 1.2}"#;
        fs::write(path("point_info").with_extension("json"), camera).unwrap();
    }

    pub(crate) fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    /// Frames are read in the order of their numbers.
    pub(crate) fn file(&self, frame: u32, domain: &str) -> PathBuf {
        let name = format!("point_0_view_{frame}_domain_{domain}.png");
        self.source().join(domain).join(name)
    }

    pub(crate) fn destination(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, destination: &Path) -> Command {
        self.command_of_size(destination, self.size)
    }

    pub(crate) fn command_of_size(
        &self,
        destination: &Path,
        (width, height): (u32, u32),
    ) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_multicond-train"));
        command.args(["data", "prepare"]).stdout(Stdio::null());
        command.arg(self.source()).arg("--out").arg(destination);
        command.args(["--size", &format!("{width}x{height}")]);
        command.args(&self.arguments);
        command
    }

    pub(crate) fn prepare(&self, destination: &Path) -> Output {
        self.command(destination).output().unwrap()
    }

    /// A dataset that was prepared without interruption.
    pub(crate) fn whole(&self) -> PathBuf {
        let destination = self.destination("whole");
        succeeds(self.prepare(&destination));
        assert!(!unfinished(&destination).exists());
        destination
    }

    /// An attempt that stopped after so many frames because of a damaged file, which is restored afterwards.
    pub(crate) fn stopped(&self, destination: &Path, done: u32) {
        let file = self.file(done, "depth_zbuffer");
        let good = fs::read(&file).unwrap();
        fs::write(&file, &good[..good.len() / 2]).unwrap();
        let error = fails(self.prepare(destination));
        assert!(error.contains(&file.display().to_string()), "{error}");
        assert!(!destination.exists());
        fs::write(&file, &good).unwrap();
    }
}

pub(crate) fn unfinished(destination: &Path) -> PathBuf {
    let name = destination.file_name().unwrap().to_string_lossy();
    destination.with_file_name(format!("{name}.unfinished"))
}

pub(crate) fn succeeds(output: Output) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}

/// The only line that a failed command prints.
pub(crate) fn fails(output: Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.starts_with("error: "), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[track_caller]
pub(crate) fn assert_same(made: &Path, whole: &Path) {
    assert_eq!(names(made), ["dataset.json", "samples.bin"]);
    for name in ["dataset.json", "samples.bin"] {
        let (made, whole) = (fs::read(made.join(name)), fs::read(whole.join(name)));
        assert!(made.unwrap() == whole.unwrap(), "{name} differs");
    }
    assert!(!unfinished(made).exists());
}

pub(crate) fn manifest(dataset: &Path) -> DatasetManifest {
    let text = fs::read(dataset.join("dataset.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

pub(crate) fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for name in names(from) {
        fs::copy(from.join(&name), to.join(&name)).unwrap();
    }
}
