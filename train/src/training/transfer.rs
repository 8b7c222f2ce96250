//! Starts a run with the weights of another one's checkpoint. Tensors meet by name and shape; the weights of labels meet
//! by the labels' names, and those of classes by the classes' names. What does not fit stays as initialised.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, ensure};
use burn::{module::Module, tensor::Device};
use burn_store::{ModuleSnapshot, SafetensorsStore};
use multicond::label::Label;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use super::{Checkpoint, Config, GanState};
use crate::net::{Condition, MergeKind, discriminator::Discriminator};

/// Names of the lists of layers in a merge that have one item for each label.
const BY_LABEL: [&str; 2] = ["tlam.projections.", "clam.branches."];
/// The tensor that has one row for each label.
const ENCODINGS: &str = "tlam.label_encodings";

/// What a run took from a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transfer {
    /// Number of tensors that were taken, whole or in part.
    pub taken: usize,
    /// What stays as initialised, and why.
    pub fresh: Vec<String>,
}

/// Values by name.
type Weights = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

impl Transfer {
    /// A new state for `config` with the weights of a checkpoint's generator, and of its discriminator if it has one.
    /// Optimisers start anew.
    ///
    /// # Errors
    /// When the checkpoint is damaged, nothing of its generator fits, or labels differ under a merge that hands them on
    /// by their places.
    pub fn start(
        checkpoint: &Checkpoint,
        config: &Config,
        device: &Device,
    ) -> Result<(GanState, Self)> {
        let place = || checkpoint.folder().display().to_string();
        let theirs = checkpoint.config().with_context(place)?;
        let kind = config.network.merge.kind();
        let is_by_place = matches!(kind, MergeKind::Naive | MergeKind::Semantics);
        ensure!(
            !is_by_place || config.labels == theirs.labels,
            "{}: the merge {} hands labels on by their places, and this checkpoint has other labels",
            place(),
            kind.name()
        );
        let mut transfer = Self::default();
        let mut state = GanState::new(config, device);
        let generator = checkpoint.generator(&theirs, &Device::flex())?;
        let found = values(&generator)?;
        state.generator = transfer.fill(state.generator, &found, &config.labels, &theirs.labels)?;
        ensure!(
            transfer.taken > 0,
            "{}: nothing of its generator, {}, fits {}",
            place(),
            theirs.network.system(),
            config.network.system()
        );
        state.average = state.generator.valid();
        if let Some(found) = transfer.discriminator(checkpoint, config, &theirs)? {
            state.discriminator =
                transfer.fill(state.discriminator, &found, &config.labels, &theirs.labels)?;
        }
        Ok((state, transfer))
    }

    /// The weights of the checkpoint's discriminator, if they mean the same here.
    fn discriminator(
        &mut self,
        checkpoint: &Checkpoint,
        config: &Config,
        theirs: &Config,
    ) -> Result<Option<Weights>> {
        let condition = config.network.discriminator.condition;
        let why = if !checkpoint.has_discriminator() {
            "the checkpoint has none"
        } else if condition != theirs.network.discriminator.condition {
            "it sees something else there"
        } else if condition == Condition::Labels && config.labels != theirs.labels {
            "it sees the labels, which differ"
        } else {
            let device = Device::flex().autodiff();
            let channels = theirs.network.condition_channels(&theirs.labels) + 3;
            let empty = Discriminator::new(&theirs.network.discriminator, channels, &device);
            return values(&checkpoint.discriminator(empty)?).map(Some);
        };
        self.fresh.push(format!("the discriminator: {why}"));
        Ok(None)
    }

    /// Replaces what fits.
    fn fill<M: Module + ModuleSnapshot>(
        &mut self,
        mut module: M,
        found: &Weights,
        labels: &[Label],
        theirs: &[Label],
    ) -> Result<M> {
        let mut filled = values(&module)?;
        for (name, (shape, values)) in &mut filled {
            match take(name, (shape, values), found, labels, theirs) {
                Ok(()) => self.taken += 1,
                Err(reason) => self.fresh.push(format!("{name}: {reason}")),
            }
        }
        let bytes: BTreeMap<&String, Vec<u8>> = filled
            .iter()
            .map(|(name, (_, values))| {
                let bytes = values.iter().flat_map(|value| value.to_le_bytes());
                (name, bytes.collect())
            })
            .collect();
        let views = filled
            .iter()
            .map(|(name, (shape, _))| {
                let view = TensorView::new(Dtype::F32, shape.clone(), &bytes[name])?;
                Ok((name, view))
            })
            .collect::<Result<Vec<_>>>()?;
        let file = safetensors::serialize(views, None)?;
        module
            .load_from(&mut SafetensorsStore::from_bytes(Some(file)))
            .map_err(|error| anyhow!("weights cannot be taken over: {error}"))?;
        Ok(module)
    }
}

/// Replaces the values of one tensor, as far as the other model has them. An error says why it has not.
fn take(
    name: &str,
    (shape, values): (&[usize], &mut [f32]),
    found: &Weights,
    labels: &[Label],
    theirs: &[Label],
) -> Result<(), String> {
    if name == ENCODINGS {
        let (_, from) = found.get(name).ok_or("not in the checkpoint")?;
        let width = shape[1];
        if from.len() != theirs.len() * width {
            return Err("it has another shape there".into());
        }
        let mut rows = labels.iter().zip(values.chunks_exact_mut(width));
        let missing: Vec<&str> = rows
            .by_ref()
            .filter_map(|(label, row)| match place(label, theirs) {
                Some(other) => {
                    row.copy_from_slice(&from[other * width..][..width]);
                    None
                }
                None => Some(label.name.as_str()),
            })
            .collect();
        return match missing.len() < labels.len() {
            true => Ok(()),
            false => Err("none of the labels is in the checkpoint".into()),
        };
    }
    let by_label = BY_LABEL.iter().find_map(|list| {
        let (number, rest) = name.strip_prefix(list)?.split_once('.')?;
        Some((list, number.parse::<usize>().ok()?, rest))
    });
    let Some((list, number, rest)) = by_label else {
        return whole(name, shape, values, found);
    };
    let label = labels.get(number).ok_or("it belongs to no label")?;
    let other = place(label, theirs)
        .ok_or_else(|| format!("label `{}` is not in the checkpoint", label.name))?;
    let other_name = format!("{list}{other}.{rest}");
    let is_projection = shape.len() == 2 && shape[0] == label.network_channels();
    if !is_projection || rest.starts_with("layers.") {
        return whole(&other_name, shape, values, found);
    }
    let (from_shape, from) = found.get(&other_name).ok_or("not in the checkpoint")?;
    let width = shape[1];
    if from_shape[..] != [theirs[other].network_channels(), width] {
        return Err(format!("{from_shape:?} there, {shape:?} here"));
    }
    let rows = rows(label, &theirs[other])?;
    for (row, other) in values.chunks_exact_mut(width).zip(rows) {
        if let Some(other) = other {
            row.copy_from_slice(&from[other * width..][..width]);
        }
    }
    Ok(())
}

fn whole(name: &str, shape: &[usize], values: &mut [f32], found: &Weights) -> Result<(), String> {
    let (from_shape, from) = found.get(name).ok_or("not in the checkpoint")?;
    if from_shape != shape {
        return Err(format!("{from_shape:?} there, {shape:?} here"));
    }
    values.copy_from_slice(from);
    Ok(())
}

/// The place of a label of this name.
fn place(label: &Label, others: &[Label]) -> Option<usize> {
    others.iter().position(|other| other.name == label.name)
}

/// For each channel that a label has in the network, the channel of the same meaning that another label has.
fn rows(label: &Label, other: &Label) -> Result<Vec<Option<usize>>, String> {
    let of_values = |label: &Label| label.network_channels() - usize::from(label.presence);
    let mut rows: Vec<Option<usize>> = match (label.classes(), other.classes()) {
        (Some(classes), Some(others)) => classes
            .iter()
            .map(|class| others.iter().position(|other| other == class))
            .collect(),
        (None, None)
            if label.encoding() == other.encoding() && of_values(label) == of_values(other) =>
        {
            (0..of_values(label)).map(Some).collect()
        }
        _ => return Err(format!("label `{}` is of another kind there", label.name)),
    };
    if label.classes().is_some() && rows.iter().all(Option::is_none) {
        return Err(format!("label `{}` has no class in common", label.name));
    }
    if label.presence {
        rows.push(other.presence.then(|| of_values(other)));
    }
    Ok(rows)
}

/// All values of a module under their names in checkpoints.
fn values<M: ModuleSnapshot>(module: &M) -> Result<Weights> {
    let mut store = SafetensorsStore::from_bytes(None);
    module
        .save_into(&mut store)
        .map_err(|error| anyhow!("weights cannot be read: {error}"))?;
    let bytes = store
        .get_bytes()
        .map_err(|error| anyhow!("weights cannot be read: {error}"))?;
    let file = SafeTensors::deserialize(&bytes)?;
    file.iter()
        .map(|(name, view)| {
            ensure!(view.dtype() == Dtype::F32, "tensor `{name}` is not f32");
            let values = view.data().chunks_exact(4);
            let values = values.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
            Ok((name.to_owned(), (view.shape().to_vec(), values.collect())))
        })
        .collect()
}
