//! Tests of small runs on synthetic data: their files, and that interrupting and resuming does not change the result.

#![allow(clippy::unwrap_used)] // Clippy exempts test functions only, not their helpers.

#[path = "common/tiny.rs"]
mod tiny;

use std::{
    fs,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use burn::tensor::{Device, Tensor, s};
use multicond::{Size, label::Label};
use multicond_train::{
    data::{ConfidenceNoise, Dataset},
    net::{
        BackboneConfig, BackboneKind, BackboneNetwork, GeneratorNetwork, MergeKind, MergeNetwork,
        Preset, merge::tlam::Tlam,
    },
    training::{
        self, Checkpoint, Config, GanState, Length, LogLine, LossChanges, LossWeights, Progress,
        Recipe, Schedule, Shape, StageConfig, TrainOptions, Transfer, read_log,
    },
};
use tiny::{SIDE, assert_same_weights, data, weights};

/// burn has one random number generator per process, so tests must not initialise networks at the same time.
static RANDOM: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    RANDOM.lock().unwrap_or_else(PoisonError::into_inner)
}

fn config(data: &Dataset, merge: MergeKind, backbone: BackboneKind) -> Config {
    let smallest = Preset::Small.backbone(backbone, 32).smallest_side();
    let side = smallest.max(32);
    let size = Size {
        width: side,
        height: side,
    };
    let mut recipe = Recipe::preset(Preset::Small, "test", Some(size));
    recipe.merge = Some(merge);
    recipe.backbone = Some(backbone);
    recipe.training.loss = LossWeights {
        perceptual: 0.0,
        pixel: 5.0,
        ..LossWeights::default()
    };
    recipe.training.warm_up_steps = 2;
    recipe.training.log_every = 1;
    recipe.training.samples_every = 4;
    recipe.training.checkpoint_every = 3;
    if merge == MergeKind::Tlam {
        recipe.confidence = Some(true);
        recipe.training.confidence = Some(ConfidenceNoise::default());
    }
    recipe.complete(data.labels()).unwrap()
}

/// How a run starts.
enum From {
    Start(MergeKind, BackboneKind),
    Newest,
}

fn go(data: &Path, run: &Path, steps: u64, from: From) -> Checkpoint {
    let data = Dataset::open(data).unwrap();
    let device = Device::flex();
    let (config, resume) = match from {
        From::Newest => {
            let checkpoint = Checkpoint::find(run).unwrap();
            let config = checkpoint.config().unwrap();
            let resume = checkpoint.resume(&config, &device.clone().autodiff());
            (config, Some(resume.unwrap()))
        }
        From::Start(merge, backbone) => (config(&data, merge, backbone), None),
    };
    let options = TrainOptions {
        data,
        validation: None,
        run,
        devices: vec![device],
        vgg: None,
        steps: Some(steps),
    };
    training::run(&config, options, resume).unwrap()
}

#[test]
fn a_resumed_run_ends_like_an_uninterrupted_one() {
    let _alone = alone();
    for merge in MergeKind::ALL {
        resumes(merge, BackboneKind::Asap);
    }
    for backbone in BackboneKind::ALL {
        resumes(MergeKind::Naive, backbone);
    }
}

fn resumes(merge: MergeKind, backbone: BackboneKind) {
    let data = data();
    let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let unbroken = go(data.path(), whole.path(), 5, From::Start(merge, backbone));
    go(data.path(), broken.path(), 3, From::Start(merge, backbone));
    let resumed = go(data.path(), broken.path(), 5, From::Newest);
    assert_eq!(resumed.config().unwrap().network.merge.kind(), merge);
    assert_same_weights(resumed.folder(), unbroken.folder());
    let weights = weights(resumed.folder());
    let prefix = format!("{}.", merge.name());
    let of_merge = weights.keys().filter(|name| name.starts_with(&prefix));
    // As listed in docs/checkpoint.md, for two labels and the single block or layer of the small preset.
    let expected = match merge {
        MergeKind::Tlam => 2 * 2 + 1 + 12,
        MergeKind::Clam => 2 * (2 + 2),
        MergeKind::Naive | MergeKind::Semantics => 0,
    };
    assert_eq!(of_merge.count(), expected, "{merge:?}");
    let log = fs::read_to_string(broken.path().join("log.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 5);
    let sheet = broken.path().join("samples/step_00000005.png");
    assert!(image::image_dimensions(sheet).unwrap().0 > 4 * SIDE);
    assert_eq!(Checkpoint::of_run(broken.path()).unwrap().len(), 2);
}

/// Two stages: four steps of two pictures of 32x32 without adversarial losses, then three of one of 64x64 with them.
fn staged(data: &Dataset) -> Config {
    let mut config = config(data, MergeKind::Tlam, BackboneKind::Unet);
    let size = |side| {
        Some(Size {
            width: side,
            height: side,
        })
    };
    config.size = size(64).unwrap();
    config.training.warm_up_steps = 0;
    config.training.load_size = size(80);
    config.training.checkpoint_every = 2;
    config.training.samples_every = 0;
    config.training.stages = vec![
        StageConfig {
            size: size(32),
            batch_size: Some(2),
            schedule: Some(Schedule {
                rise: Length::Steps(2),
                decay: Length::Epochs(1),
                ..Schedule::default()
            }),
            loss: LossChanges {
                adversarial: Some(0.0),
                feature_matching: Some(0.0),
                multi_scale: Some(1.0),
                gradient: Some(1.0),
                ..LossChanges::default()
            },
            ..StageConfig::default()
        },
        StageConfig {
            schedule: Some(Schedule {
                decay: Length::Pictures(3),
                shape: Shape::Cosine,
                ..Schedule::default()
            }),
            average_decay: Some(0.9),
            ..StageConfig::default()
        },
    ];
    config.validate().unwrap();
    config
}

/// Trains the staged run to a step, from its newest checkpoint if it has one.
fn go_staged(data: &Path, run: &Path, steps: Option<u64>) -> Checkpoint {
    let data = Dataset::open(data).unwrap();
    let device = Device::flex();
    let newest = Checkpoint::of_run(run).unwrap().pop();
    let (config, resume) = match newest {
        Some(checkpoint) => {
            let config = checkpoint.config().unwrap();
            let resume = checkpoint.resume(&config, &device.clone().autodiff());
            (config, Some(resume.unwrap()))
        }
        None => (staged(&data), None),
    };
    let options = TrainOptions {
        data,
        validation: None,
        run,
        devices: vec![device],
        vgg: None,
        steps,
    };
    training::run(&config, options, resume).unwrap()
}

/// Stopped within the first stage, exactly at its end, and within the second.
#[test]
fn a_run_resumes_at_every_step_of_its_stages() {
    let _alone = alone();
    let data = data();
    let whole = tempfile::tempdir().unwrap();
    let expected = go_staged(data.path(), whole.path(), None);
    let progress = expected.progress().unwrap();
    assert_eq!((progress.step, progress.scheduled_steps), (7, 7));
    assert_eq!(progress.pictures, 4 * 2 + 3);
    assert_eq!(progress.batch_size(), 2);

    let broken = tempfile::tempdir().unwrap();
    for step in [3, 4, 6] {
        go_staged(data.path(), broken.path(), Some(step));
    }
    let resumed = go_staged(data.path(), broken.path(), None);
    assert_same_weights(resumed.folder(), expected.folder());

    let [log, other] = [&whole, &broken].map(|run| read_log(run.path()).unwrap());
    let stages: Vec<usize> = log.iter().map(|line| line.stage).collect();
    assert_eq!(stages, [1, 1, 1, 1, 2, 2, 2]);
    let rates: Vec<f64> = log.iter().map(|line| line.rate).collect();
    let expected = [0.5, 1.0, 1.0, 1.0, 1.0, 0.75, 0.25];
    assert!(
        rates
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() < 1e-12),
        "{rates:?}"
    );
    let losses = |lines: &[LogLine]| -> Vec<_> {
        let losses = lines.iter();
        losses
            .map(|line| (line.generator, line.discriminator))
            .collect()
    };
    assert_eq!(losses(&log), losses(&other));
    for line in &log {
        let is_adversarial = line.stage == 2;
        assert_eq!(line.generator.feature_matching > 0.0, is_adversarial);
        assert_eq!(line.discriminator.fake > 0.0, is_adversarial);
        assert_eq!(line.generator.gradient > 0.0, !is_adversarial);
        // The parts of a step add up to its time; the line itself is written in between.
        let seconds = line.seconds.unwrap();
        assert!(
            (seconds.total() / line.seconds_per_step - 1.0).abs() < 0.3,
            "{line:?}"
        );
        assert!(seconds.merge > 0.0 && seconds.backbone > 0.0 && seconds.optimiser > 0.0);
        assert_eq!(seconds.discriminator > 0.001, is_adversarial, "{seconds:?}");
    }
}

#[test]
fn stages_that_are_too_large_for_the_data_are_named() {
    let folder = data();
    let data = Dataset::open(folder.path()).unwrap();
    let mut config = staged(&data);
    config.training.stages[1].batch_size = Some(5);
    let run = tempfile::tempdir().unwrap();
    let options = TrainOptions {
        data,
        validation: None,
        run: run.path(),
        devices: vec![Device::flex()],
        vgg: None,
        steps: Some(1),
    };
    let error = format!("{:#}", training::run(&config, options, None).unwrap_err());
    assert!(
        error.contains("stage 2") && error.contains("fewer than a batch of 5"),
        "{error}"
    );
    assert_eq!(fs::read_dir(run.path()).unwrap().count(), 0);
}

/// The same model takes all; one with other labels takes what meets by name.
#[test]
fn a_run_starts_from_the_weights_of_another() {
    let _alone = alone();
    let folder = data();
    let run = tempfile::tempdir().unwrap();
    let checkpoint = go(
        folder.path(),
        run.path(),
        3,
        From::Start(MergeKind::Tlam, BackboneKind::Asap),
    );
    let data = Dataset::open(folder.path()).unwrap();
    let device = Device::flex().autodiff();
    let config = checkpoint.config().unwrap();
    let (state, transfer) = Transfer::start(&checkpoint, &config, &device).unwrap();
    assert_eq!(transfer.fresh, [""; 0]);
    let old = checkpoint.resume(&config, &device).unwrap().state;
    let bits = |weight: Tensor<4>| -> Vec<u32> {
        weight.into_data().iter::<f32>().map(f32::to_bits).collect()
    };
    let first = |state: &GanState| bits(state.discriminator.scales[0].first.weight.val());
    assert_eq!(first(&state), first(&old));
    let again = tempfile::tempdir().unwrap();
    let written = Checkpoint::write(again.path(), &config, &Progress::default(), &state).unwrap();
    assert_same_weights(written.folder(), checkpoint.folder());

    let mut other = config.clone();
    other.labels = vec![
        Label::albedo(),
        config.labels[1].clone(),
        config.labels[0].clone().with_classes(["new", "right"]),
    ];
    let place = |name: &str| {
        config
            .labels
            .iter()
            .position(|label| label.name == name)
            .unwrap()
    };
    let (depth, semantics) = (place("depth"), place("semantics"));
    assert_eq!((semantics, depth), (0, 1));
    other.validate().unwrap();
    let (state, transfer) = Transfer::start(&checkpoint, &other, &device).unwrap();
    let tlam = |generator: &GeneratorNetwork| match &generator.merge {
        MergeNetwork::Tlam(tlam) => tlam.clone(),
        _ => panic!("the merge is TLAM"),
    };
    let generator = checkpoint.generator(&config, &Device::flex()).unwrap();
    let (ours, theirs) = (tlam(&state.average), tlam(&generator));
    let row = |tlam: &Tlam, label: usize, row: usize| -> Vec<f32> {
        let weight = tlam.projections[label].weight.val();
        weight
            .slice(s![row..=row, ..])
            .into_data()
            .iter::<f32>()
            .collect()
    };
    // Of semantics, the class that both have, and presence.
    assert_eq!(row(&ours, 2, 1), row(&theirs, 0, 1));
    assert_eq!(row(&ours, 2, 2), row(&theirs, 0, 2));
    assert_ne!(row(&ours, 2, 0), row(&theirs, 0, 0));
    assert_eq!(row(&ours, 1, 0), row(&theirs, 1, 0));
    let encodings = |tlam: &Tlam, label: usize| -> Vec<f32> {
        let rows = tlam.label_encodings.val();
        rows.slice(s![label..=label, ..])
            .into_data()
            .iter::<f32>()
            .collect()
    };
    assert_eq!(encodings(&ours, 2), encodings(&theirs, 0));
    let fresh = "tlam.projections.0.weight: label `albedo` is not in the checkpoint";
    assert!(
        transfer.fresh.iter().any(|line| line == fresh),
        "{:?}",
        transfer.fresh
    );
    assert_eq!(transfer.fresh.len(), 2, "{:?}", transfer.fresh);

    for (merge, backbone, expected) in [
        (
            MergeKind::Clam,
            BackboneKind::Unet,
            "nothing of its generator",
        ),
        (MergeKind::Naive, BackboneKind::Asap, "by their places"),
    ] {
        let mut other = self::config(&data, merge, backbone);
        if merge == MergeKind::Naive {
            other.labels.reverse();
        }
        let error = Transfer::start(&checkpoint, &other, &device).err().unwrap();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

/// Crops, with batches of four on two devices with two micro-batches each.
#[test]
fn a_split_step_has_the_losses_of_a_whole_one() {
    let _alone = alone();
    let folder = data();
    let first_losses = |accumulate: usize, devices: usize| {
        let data = Dataset::open(folder.path()).unwrap();
        let mut config = config(&data, MergeKind::Tlam, BackboneKind::Asap);
        config.training.batch_size = 4;
        config.training.accumulate = accumulate;
        config.training.warm_up_steps = 0;
        config.training.load_size = Some(Size {
            width: 40,
            height: 36,
        });
        config.validate().unwrap();
        let run = tempfile::tempdir().unwrap();
        let options = TrainOptions {
            data,
            validation: None,
            run: run.path(),
            devices: vec![Device::flex(); devices],
            vgg: None,
            steps: Some(1),
        };
        training::run(&config, options, None).unwrap();
        read_log(run.path()).unwrap()[0]
    };
    let (whole, divided) = (first_losses(1, 1), first_losses(2, 2));
    let near = |a: f32, b: f32| assert!((a - b).abs() < 1e-4, "{a} and {b}");
    near(whole.generator.adversarial, divided.generator.adversarial);
    near(
        whole.generator.feature_matching,
        divided.generator.feature_matching,
    );
    near(whole.generator.pixel, divided.generator.pixel);
    near(whole.discriminator.real, divided.discriminator.real);
}

#[test]
fn batches_that_cannot_be_split_are_rejected() {
    let folder = data();
    let data = Dataset::open(folder.path()).unwrap();
    let mut config = config(&data, MergeKind::Tlam, BackboneKind::Asap);
    config.training.batch_size = 3;
    config.training.accumulate = 2;
    let error = config.validate().unwrap_err().to_string();
    assert!(error.contains("training.accumulate"), "{error}");
    config.training.accumulate = 1;
    let run = tempfile::tempdir().unwrap();
    let options = TrainOptions {
        data,
        validation: None,
        run: run.path(),
        devices: vec![Device::flex(); 2],
        vgg: None,
        steps: Some(1),
    };
    let error = training::run(&config, options, None)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("3 pictures") && error.contains("2 devices"),
        "{error}"
    );
    assert_eq!(fs::read_dir(run.path()).unwrap().count(), 0);
}

#[test]
fn a_checkpoint_gives_back_its_generator() {
    let _alone = alone();
    let data = data();
    let run = tempfile::tempdir().unwrap();
    let checkpoint = go(
        data.path(),
        run.path(),
        1,
        From::Start(MergeKind::Tlam, BackboneKind::Asap),
    );
    let config = checkpoint.config().unwrap();
    let generator = checkpoint.generator(&config, &Device::flex()).unwrap();
    let BackboneNetwork::Asap(asap) = &generator.backbone else {
        panic!("ASAP-Net is the default")
    };
    let weight = asap.low_resolution.head.weight.val();
    assert!(weight.abs().max().into_scalar::<f32>() > 0.0);
    assert_eq!(checkpoint.progress().unwrap().step, 1);

    let mut wider = config.clone();
    let BackboneConfig::Asap(asap) = &mut wider.network.backbone else {
        panic!("ASAP-Net is the default")
    };
    asap.width += 1;
    let error = checkpoint
        .generator(&wider, &Device::flex())
        .unwrap_err()
        .to_string();
    assert!(error.contains("generator.safetensors"), "{error}");
    assert!(!error.contains('\n'), "{error}");
}

#[test]
fn weights_that_are_no_numbers_are_not_kept() {
    let _alone = alone();
    let data = data();
    let config = config(
        &Dataset::open(data.path()).unwrap(),
        MergeKind::Tlam,
        BackboneKind::Asap,
    );
    let mut state = GanState::new(&config, &Device::flex().autodiff());
    let BackboneNetwork::Asap(asap) = &mut state.generator.backbone else {
        panic!("ASAP-Net is the default")
    };
    let head = &mut asap.low_resolution.head;
    head.bias = head.bias.take().map(|bias| bias.map(|b| b * f32::NAN));
    let run = tempfile::tempdir().unwrap();
    let progress = Progress {
        step: 7,
        ..Progress::default()
    };
    let error = Checkpoint::write(run.path(), &config, &progress, &state).unwrap_err();
    assert!(error.to_string().contains("step 7"), "{error}");
    assert_eq!(fs::read_dir(run.path()).unwrap().count(), 0);
}

#[test]
fn a_damaged_frame_is_named() {
    let folder = data();
    let broken = folder
        .path()
        .join("depth_zbuffer/point_0_view_2_domain_depth_zbuffer.png");
    let bytes = fs::read(&broken).unwrap();
    fs::write(&broken, &bytes[..bytes.len() / 2]).unwrap();
    let data = Dataset::open(folder.path()).unwrap();
    let labels = data.labels().to_vec();
    let error = format!(
        "{:#}",
        data.read(
            2,
            &labels,
            Size {
                width: 32,
                height: 32
            }
        )
        .unwrap_err()
    );
    assert!(
        error.contains("view_2") && error.contains("truncated"),
        "{error}"
    );
}
