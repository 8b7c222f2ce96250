//! A recipe for short runs: 48 steps over four frames, half of them with a decaying rate.

pub(crate) const RECIPE: &str = r#"
name = "tiny"
size = { width = 32, height = 32 }

[network.merge]
kind = "tlam"
dimension = 8
layers = 1
heads = 2
mlp_ratio = 2

[network.backbone]
kind = "asap"
tile = 8
learned_downsampling = 8
width = 8
max_width = 8
depth = 1
pixel_width = 8
initial_gain = 1.0
head_gain = 1.0
shared_start = true

[network.discriminator]
width = 4
condition = "concept"

[training]
schedule = { constant_epochs = 6, decay_epochs = 6 }
warm_up_steps = 2
average_decay = 0.9
checkpoint_every = 1
samples_every = 1
log_every = 1

[training.loss]
perceptual = 0.0
pixel = 5.0
"#;
