//! Failures of `multicond-train train`: killed processes, full disks, damaged files, losses that are not finite. It
//! reports the problem, keeps its checkpoints, and after `--resume` the result is bit-identical to that of an
//! uninterrupted run.

#![allow(clippy::unwrap_used)]

#[cfg(target_os = "linux")]
#[path = "common/disk.rs"]
mod disk;
#[path = "common/recipe.rs"]
mod recipe;
#[path = "common/tiny.rs"]
mod tiny;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use multicond_train::training::{Checkpoint, read_log};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use recipe::RECIPE;
use tempfile::TempDir;
use tiny::{assert_same_weights, data};

/// Steps of a complete run: epochs over four frames, half of them with a decaying rate.
const STEPS: u64 = 48;
/// An uninterrupted run.
static WHOLE: LazyLock<Work> = LazyLock::new(|| {
    let work = Work::new(RECIPE);
    succeeds(work.start().output().unwrap());
    assert_whole(&work);
    work
});

/// Data, a recipe, and a folder for a run.
struct Work {
    data: TempDir,
    folder: TempDir,
    run: PathBuf,
}

impl Work {
    fn new(recipe: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("recipe.toml"), recipe).unwrap();
        Self {
            data: data(),
            run: folder.path().join("run"),
            folder,
        }
    }

    fn train(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_multicond-train"));
        command.args(["train", "--data"]).arg(self.data.path());
        command.arg("--out").arg(&self.run);
        command
    }

    fn start(&self) -> Command {
        let mut command = self.train();
        let recipe = self.folder.path().join("recipe.toml");
        command.arg("--config").arg(recipe);
        command
    }

    /// A running process that has reached step 2.
    fn under_way(&self, stderr: Stdio) -> Child {
        let mut command = self.start();
        let child = command.stderr(stderr).stdout(Stdio::null()).spawn();
        let mut child = child.unwrap();
        while self.newest_step() < 2 {
            assert!(
                child.try_wait().unwrap().is_none(),
                "the process has finished"
            );
            thread::sleep(Duration::from_millis(1));
        }
        child
    }

    fn resume(&self) -> Command {
        let mut command = self.train();
        command.arg("--resume");
        command
    }

    /// A run that stopped after so many steps.
    fn stopped(recipe: &str, steps: u64) -> Self {
        let work = Self::new(recipe);
        let mut command = work.start();
        succeeds(
            command
                .args(["--steps", &steps.to_string()])
                .output()
                .unwrap(),
        );
        work
    }

    fn newest(&self) -> Option<Checkpoint> {
        Checkpoint::of_run(&self.run).unwrap().pop()
    }

    fn newest_step(&self) -> u64 {
        self.newest()
            .map_or(0, |checkpoint| checkpoint.progress().unwrap().step)
    }

    /// The newest checkpoint can be exported, and training can be resumed from it and gives the same result.
    fn goes_on(&self) {
        self.exports();
        succeeds(self.resume().output().unwrap());
        assert_whole(self);
        let newest = self.newest().unwrap();
        assert_same_weights(newest.folder(), WHOLE.newest().unwrap().folder());
    }

    fn exports(&self) {
        let mut export = Command::new(env!("CARGO_BIN_EXE_multicond-train"));
        export.arg("export").arg(&self.run).arg("-o");
        let model = self.folder.path().join("model.onnx");
        succeeds(export.arg(&model).output().unwrap());
        fs::remove_file(model).unwrap();
    }

    /// Changes a key of the newest checkpoint's configuration.
    fn configure(&self, key: &str, value: &str) {
        let path = self.newest().unwrap().folder().join("config.toml");
        let text = fs::read_to_string(&path).unwrap();
        let old = text.lines().find(|line| line.starts_with(key)).unwrap();
        fs::write(&path, text.replace(old, &format!("{key} = {value}"))).unwrap();
    }
}

fn succeeds(output: Output) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}

/// The only line that a failed command prints after the line of its backend.
fn fails(output: Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    let errors: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("backend flex: "))
        .collect();
    assert!(
        errors.len() == 1 && errors[0].starts_with("error: "),
        "{text}"
    );
    errors[0].to_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Files that were being written or removed when a process was killed.
fn leftovers(run: &Path) -> Vec<String> {
    let folders = [run.to_owned(), run.join("checkpoints"), run.join("samples")];
    let mut names: Vec<String> = folders.iter().flat_map(|folder| names(folder)).collect();
    names.retain(|name| name.starts_with('.'));
    names
}

/// A finished run has its last two checkpoints, its log and its sheets, but nothing else.
#[track_caller]
fn assert_whole(work: &Work) {
    let run = &work.run;
    assert_eq!(
        names(run),
        ["checkpoints", "events", "log.jsonl", "samples"]
    );
    let last = [STEPS - 1, STEPS].map(|step| format!("step_{step:08}"));
    assert_eq!(names(&run.join("checkpoints")), last);
    let steps: Vec<u64> = read_log(run)
        .unwrap()
        .iter()
        .map(|line| line.step)
        .collect();
    assert_eq!(steps, (1..=STEPS).collect::<Vec<_>>());
    let sheets = (1..=STEPS).map(|step| format!("step_{step:08}.png"));
    let sheets: Vec<String> = sheets.collect();
    assert_eq!(names(&run.join("samples")), sheets);
}

/// Waits for a condition or the end of a process, and kills the process a little later.
fn kill(mut child: Child, is_time: impl Fn() -> bool, later: Duration) {
    let start = Instant::now();
    while !is_time() && child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(60), "timed out");
        thread::sleep(Duration::from_micros(200));
    }
    thread::sleep(later);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_killed_process_is_resumed() {
    let work = Work::new(RECIPE);
    let checkpoints = work.run.join("checkpoints");
    let is_writing = || !leftovers(&work.run).is_empty();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (mut kills, mut at_work) = (0, 0);
    while work.newest_step() < STEPS && kills < 60 {
        let before = work.newest_step();
        let mut command = match before {
            0 => work.start(),
            _ => work.resume(),
        };
        let child = command.stderr(Stdio::null()).stdout(Stdio::null()).spawn();
        // In turn: while it starts, at a random time, and while files are written or removed.
        let later = Duration::from_micros(match kills % 3 {
            0 => random.random_range(0..100_000),
            1 => random.random_range(0..30_000),
            _ => random.random_range(0..1_500),
        });
        let is_time = || match kills % 3 {
            0 => true,
            1 => work.newest_step() > before,
            _ => work.newest_step() > before && is_writing(),
        };
        kill(child.unwrap(), is_time, later);
        kills += 1;
        at_work += usize::from(is_writing());

        let after = work.newest_step();
        assert!(after >= before, "{after} after {before}");
        for checkpoint in Checkpoint::of_run(&work.run).unwrap() {
            for name in ["config.toml", "progress.toml", "generator.safetensors"] {
                assert!(checkpoint.folder().join(name).is_file());
            }
            assert_eq!(names(&checkpoint.folder().join("resume")).len(), 5);
        }
        for name in names(&checkpoints) {
            let is_known = name.starts_with("step_") || name.starts_with(".multicond-");
            assert!(is_known, "{name}");
        }
    }
    eprintln!("{kills} kills, {at_work} of them while files were written");
    assert!(kills >= 9 && at_work >= 2, "{kills}, {at_work}");
    if work.newest_step() < STEPS {
        work.goes_on();
    } else {
        // The last kill may have come after the last step, during the cleanup.
        let error = fails(work.resume().output().unwrap());
        assert!(error.contains("nothing to do"), "{error}");
        assert_whole(&work);
        let (found, expected) = (work.newest().unwrap(), WHOLE.newest().unwrap());
        assert_same_weights(found.folder(), expected.folder());
    }
}

/// Leftovers of killed processes, in the worst possible places.
#[test]
fn leftovers_are_not_checkpoints_and_are_removed() {
    let work = Work::stopped(RECIPE, 5);
    let checkpoints = work.run.join("checkpoints");
    let newest = work.newest().unwrap().folder().to_owned();
    let copied = |to: PathBuf, names: &[&str]| {
        fs::create_dir(&to).unwrap();
        for name in names {
            fs::copy(newest.join(name), to.join(name)).unwrap();
        }
    };
    let nearly = ["config.toml", "progress.toml", "generator.safetensors"];
    copied(checkpoints.join(".multicond-a1B2c3"), &nearly);
    copied(checkpoints.join(".multicond-step_00000003"), &nearly[1..]);
    fs::write(work.run.join("samples/.multicond-x"), "PNG").unwrap();
    // Folders that never were checkpoints and a user's own files must not be removed.
    copied(checkpoints.join("step_00000099"), &nearly[1..]);
    copied(checkpoints.join("step_00000098 (copy)"), &nearly);
    fs::write(work.run.join(".notes"), "mine").unwrap();
    let log = work.run.join("log.jsonl");
    fs::write(&log, fs::read_to_string(&log).unwrap() + "{\"step\":6,\"ep").unwrap();

    assert_eq!(work.newest_step(), 5);
    let mut command = work.resume();
    succeeds(command.args(["--steps", "6"]).output().unwrap());
    assert_eq!(leftovers(&work.run), [".notes"]);
    assert_eq!(work.newest_step(), 6);
    for name in ["step_00000099", "step_00000098 (copy)"] {
        fs::remove_dir_all(checkpoints.join(name)).unwrap();
    }
    fs::remove_file(work.run.join(".notes")).unwrap();
    work.goes_on();
}

#[test]
fn damaged_checkpoints_are_named() {
    let work = Work::stopped(RECIPE, 5);
    let newest = work.newest().unwrap().folder().to_owned();
    let mut files = vec!["config.toml".into(), "progress.toml".into()];
    let parts = names(&newest.join("resume"));
    files.extend(parts.iter().map(|name| format!("resume/{name}")));
    for name in files {
        let path = newest.join(&name);
        let good = fs::read(&path).unwrap();
        let mut flipped = good.clone();
        flipped[good.len() / 2] ^= 0x80;
        for bytes in [Some(&good[..good.len() / 2]), Some(&flipped), None] {
            match bytes {
                Some(bytes) => fs::write(&path, bytes).unwrap(),
                None if name == "config.toml" => continue,
                None => fs::remove_file(&path).unwrap(),
            }
            let error = fails(work.resume().output().unwrap());
            assert!(error.contains(&path.display().to_string()), "{error}");
        }
        fs::write(&path, &good).unwrap();
    }
    let path = newest.join("generator.safetensors");
    let good = fs::read(&path).unwrap();
    fs::write(&path, &good[..good.len() - 1]).unwrap();
    let mut export = Command::new(env!("CARGO_BIN_EXE_multicond-train"));
    let model = work.folder.path().join("model.onnx");
    let output = export.arg("export").arg(&work.run).arg("-o").arg(&model);
    let error = fails(output.output().unwrap());
    assert!(error.contains(&path.display().to_string()), "{error}");
    assert!(!model.exists());

    // Without it, the run is resumed from the checkpoint before.
    fs::remove_dir_all(&newest).unwrap();
    assert_eq!(work.newest_step(), 4);
    work.goes_on();
}

#[cfg(unix)]
#[test]
fn two_at_once() {
    let work = Work::new(RECIPE);
    let mut first = work.under_way(Stdio::null());
    // Stopped, so that it is still running when the second one starts.
    let signal = |name: &str| {
        let pid = first.id().to_string();
        let status = Command::new("kill").args([name, &pid]).status();
        assert!(status.unwrap().success());
    };
    signal("-STOP");
    let error = fails(work.resume().output().unwrap());
    signal("-CONT");
    assert!(
        error.contains("another process trains in this folder"),
        "{error}"
    );
    assert!(error.contains("log.jsonl"), "{error}");
    assert!(first.wait().unwrap().success());
    assert_whole(&work);
}

/// The disk becomes full at different points of writing a third checkpoint.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let mut work = Work::new(RECIPE);
    let size = size(WHOLE.newest().unwrap().folder());
    let Some(disk) = disk::Disk::mount(size) else {
        eprintln!("SKIPPED: a_full_disk mounts a tmpfs, which only root can do");
        return;
    };
    work.run = disk.folder().join("run");
    let error = fails(work.start().output().unwrap());
    assert!(error.contains("No space left"), "{error}");
    for tenths in [22, 25, 27, 29] {
        disk.grow(size * tenths / 10);
        let before = work.newest_step();
        let command = match work.newest() {
            Some(_) => work.resume(),
            None => work.start(),
        };
        let error = fails({ command }.output().unwrap());
        assert!(error.contains("No space left"), "{error}");
        let folder = work.run.join("checkpoints").display().to_string();
        assert!(error.contains(&folder), "{error}");
        assert!(leftovers(&work.run).is_empty());
        let kept = work.newest_step();
        let lost = format!("checkpoint of step {}: ", kept + 1);
        assert!(kept >= before.max(2) && error.contains(&lost), "{error}");
        work.exports();
    }
    disk.grow(size * 100);
    work.goes_on();
}

/// Size on a disk with pages of 4096 bytes.
#[cfg(target_os = "linux")]
fn size(path: &Path) -> u64 {
    let found = fs::metadata(path).unwrap();
    let inside = names(path).iter().map(|name| size(&path.join(name))).sum();
    if found.is_dir() {
        inside
    } else {
        found.len().next_multiple_of(4096)
    }
}

/// Runs a command with a limit on the file size, so that writing fails as on a full disk.
#[cfg(unix)]
fn limited(command: &Command, blocks: u64) -> Output {
    let mut limited = Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    limited.args(["-c", &script, "sh"]);
    limited.arg(command.get_program()).args(command.get_args());
    limited.output().unwrap()
}

#[cfg(unix)]
#[test]
fn a_file_size_limit() {
    // The log becomes full before any checkpoint or sheet is written.
    let rare = RECIPE
        .replace("checkpoint_every = 1", "checkpoint_every = 100")
        .replace("samples_every = 1", "samples_every = 0");
    let work = Work::stopped(&rare, 3);
    let error = fails(limited(&work.resume(), 4));
    assert!(
        error.contains("log.jsonl") && error.contains("too large"),
        "{error}"
    );
    let log = fs::read_to_string(work.run.join("log.jsonl")).unwrap();
    assert!(!log.ends_with('\n'), "{log}");
    assert_eq!(work.newest_step(), 3);

    work.configure("checkpoint_every", "1");
    let error = fails(limited(&work.resume(), 16));
    assert!(error.contains("checkpoint of step 4: "), "{error}");
    assert!(error.contains("too large"), "{error}");
    assert!(leftovers(&work.run).is_empty());
    assert_eq!(work.newest_step(), 3);
    work.configure("samples_every", "1");
    // The samples of the first attempts were disabled.
    fs::create_dir_all(work.run.join("samples")).unwrap();
    for step in 1..=3 {
        let sheet = format!("samples/step_{step:08}.png");
        fs::copy(WHOLE.run.join(&sheet), work.run.join(&sheet)).unwrap();
    }
    work.goes_on();
}

#[test]
fn losses_that_are_not_finite() {
    let absurd = RECIPE.replace("[training]", "[training]\ngenerator_rate = 1e30");
    let work = Work::new(&absurd);
    let error = fails(work.start().output().unwrap());
    assert!(
        error.contains("error: step 2: the ") && error.contains(" loss is "),
        "{error}"
    );
    assert!(error.contains("no checkpoint yet"), "{error}");
    assert!(names(&work.run.join("checkpoints")).is_empty());

    let work = Work::stopped(RECIPE, 5);
    let checkpoint = work.newest().unwrap().folder().display().to_string();
    // A broken generator affects the discriminator's loss in the same step, a broken discriminator both losses in the
    // next step. No checkpoint is written in between.
    for (network, step) in [("generator", 6), ("discriminator", 7)] {
        for every in ["1", "100"] {
            work.configure(&format!("{network}_rate"), "1e30");
            work.configure("checkpoint_every", every);
            let error = fails(work.resume().output().unwrap());
            let start = format!("error: step {step}: the ");
            assert!(
                error.contains(&start) && error.contains(" loss is "),
                "{error}"
            );
            assert!(error.contains(&format!("{checkpoint} is good")), "{error}");
            assert_eq!(work.newest_step(), 5);
        }
        work.configure(&format!("{network}_rate"), "1e-4");
    }
    work.configure("discriminator_rate", "4e-4");
    work.configure("checkpoint_every", "1");
    work.goes_on();
}

#[test]
fn a_bad_sample() {
    let work = Work::new(RECIPE);
    let child = work.under_way(Stdio::piped());
    let name = "depth_zbuffer/point_0_view_3_domain_depth_zbuffer.png";
    let file = work.data.path().join(name);
    let good = fs::read(&file).unwrap();
    fs::write(&file, &good[..good.len() / 2]).unwrap();
    let error = fails(child.wait_with_output().unwrap());
    assert!(error.contains(&file.display().to_string()), "{error}");
    let reached = work.newest_step();
    assert!((2..STEPS).contains(&reached), "{reached}");
    // Without a repair, it fails at that sample again.
    let error = fails(work.resume().output().unwrap());
    assert!(error.contains(&file.display().to_string()), "{error}");
    fs::write(&file, good).unwrap();
    work.goes_on();
}
