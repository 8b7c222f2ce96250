//! Reads frames from `nyu_depth_v2_labeled.mat`, a MATLAB 7.3 (HDF5) file, after checking its datasets.
//!
//! A read fetches only the chunks of a frame, with positional reads, so that threads can share a file.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use hdf5_reader::{Dataset, Datatype, H5Type, Hdf5File, OpenOptions, SliceInfo, SliceInfoElem};
use ndarray::{Array, Array2, Array3, Dimension};

use super::classes::NAMES;

pub(super) const FILE_NAME: &str = "nyu_depth_v2_labeled.mat";
const LONGEST_AXIS: u64 = 16_384;
/// Limits what a read may allocate for a damaged file; a frame of the original needs 1.2 MB.
const LARGEST_READ: usize = 128 << 20;
const LARGEST_CHUNK: usize = 64 << 20;
const LARGEST_HEADER: usize = 1 << 20;

/// Number of frames, width and height of all datasets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) frames: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

pub(super) struct LabelledFile {
    path: PathBuf,
    pub(super) extent: Extent,
    images: Dataset,
    depths: Dataset,
    raw_depths: Dataset,
    labels: Dataset,
    instances: Dataset,
}

/// An element type in the file.
pub(super) trait Element: H5Type {
    const NAME: &str;
    fn is(kind: &Datatype) -> bool;
}

impl Element for u8 {
    const NAME: &str = "8-bit unsigned integers";
    fn is(kind: &Datatype) -> bool {
        is_unsigned(kind, 1)
    }
}

impl Element for u16 {
    const NAME: &str = "16-bit unsigned integers";
    fn is(kind: &Datatype) -> bool {
        is_unsigned(kind, 2)
    }
}

impl Element for f32 {
    const NAME: &str = "32-bit floats";
    fn is(kind: &Datatype) -> bool {
        matches!(kind, Datatype::FloatingPoint { size: 4, .. })
    }
}

fn is_unsigned(kind: &Datatype, bytes: u8) -> bool {
    matches!(kind, Datatype::FixedPoint { size, signed: false, .. } if *size == bytes)
}

impl LabelledFile {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let path = if path.is_dir() {
            path.join(FILE_NAME)
        } else {
            path.to_owned()
        };
        Self::open_file(&path).with_context(|| format!("{}: NYU Depth v2", path.display()))
    }

    fn open_file(path: &Path) -> Result<Self> {
        let options = OpenOptions {
            // No cache: frames are read in random order, so cached chunks would not be reused.
            chunk_cache_bytes: 0,
            max_chunk_bytes: LARGEST_CHUNK,
            max_read_bytes: LARGEST_READ,
            max_object_header_bytes: LARGEST_HEADER,
            ..OpenOptions::default()
        };
        let file = Hdf5File::open_with_options(path, options)
            .with_context(|| format!("expected {FILE_NAME}, a MATLAB 7.3 (HDF5) file"))?;
        // Relative to the start of the file, including the MATLAB header.
        let (length, expected) = (fs::metadata(path)?.len(), file.superblock().eof_address);
        ensure!(
            length >= expected,
            "has {length} of {expected} bytes, its download did not finish"
        );
        let (images, extent) = open_dataset::<u8>(&file, "images", 4)?;
        let same_extent = |(dataset, found): (Dataset, Extent)| {
            ensure!(
                found == extent,
                "dataset `{}` has {}, `images` has {}",
                dataset.name(),
                found.describe(),
                extent.describe()
            );
            Ok(dataset)
        };
        let this = Self {
            path: path.to_owned(),
            extent,
            depths: same_extent(open_dataset::<f32>(&file, "depths", 3)?)?,
            raw_depths: same_extent(open_dataset::<f32>(&file, "rawDepths", 3)?)?,
            labels: same_extent(open_dataset::<u16>(&file, "labels", 3)?)?,
            instances: same_extent(open_dataset::<u8>(&file, "instances", 3)?)?,
            images,
        };
        let names = find(&file, "names")?;
        let count = names
            .shape()
            .iter()
            .try_fold(1u64, |product, &side| product.checked_mul(side));
        ensure!(
            count == Some(NAMES as u64),
            "dataset `names` has shape {:?}, expected {NAMES} names: the classes follow from their order",
            names.shape()
        );
        Ok(this)
    }

    /// `[3, height, width]`.
    pub(super) fn image(&self, index: usize) -> Result<Array3<u8>> {
        self.frame(&self.images, index)
    }

    /// `[height, width]`, metres.
    pub(super) fn depth(&self, index: usize) -> Result<Array2<f32>> {
        self.frame(&self.depths, index)
    }

    /// `[height, width]`, metres.
    pub(super) fn raw_depth(&self, index: usize) -> Result<Array2<f32>> {
        self.frame(&self.raw_depths, index)
    }

    /// `[height, width]`, 0 or the index of a name.
    pub(super) fn labels(&self, index: usize) -> Result<Array2<u16>> {
        self.frame(&self.labels, index)
    }

    /// `[height, width]`, numbered per label.
    pub(super) fn instances(&self, index: usize) -> Result<Array2<u8>> {
        self.frame(&self.instances, index)
    }

    /// Reads a frame and transposes it from `[.., width, height]` to `[.., height, width]`.
    fn frame<T: Element, D: Dimension>(
        &self,
        dataset: &Dataset,
        index: usize,
    ) -> Result<Array<T, D>> {
        let mut selection = SliceInfo::all(dataset.ndim());
        selection.selections[0] = SliceInfoElem::Index(index as u64);
        let read = || -> Result<_> {
            let mut frame = dataset
                .read_slice::<T>(&selection)?
                .into_dimensionality::<D>()?;
            let axes = frame.ndim();
            frame.swap_axes(axes - 2, axes - 1);
            Ok(frame.as_standard_layout().into_owned())
        };
        read().with_context(|| {
            format!(
                "{}: NYU Depth v2: frame {} of dataset `{}` cannot be read",
                self.path.display(),
                index + 1,
                dataset.name()
            )
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Extent {
    fn describe(self) -> String {
        let Self {
            frames,
            width,
            height,
        } = self;
        format!("{frames} frames of {width}x{height}")
    }
}

fn find(file: &Hdf5File, name: &str) -> Result<Dataset> {
    file.dataset(name)
        .with_context(|| format!("expected a dataset `{name}`"))
}

fn open_dataset<T: Element>(file: &Hdf5File, name: &str, rank: usize) -> Result<(Dataset, Extent)> {
    let dataset = find(file, name)?;
    ensure!(
        T::is(dataset.dtype()),
        "dataset `{name}` is of type {:?}, expected {}",
        dataset.dtype(),
        T::NAME
    );
    let shape = dataset.shape();
    let (frames, width, height) = match *shape {
        [frames, 3, width, height] if rank == 4 => (frames, width, height),
        [frames, width, height] if rank == 3 => (frames, width, height),
        _ => bail!(
            "dataset `{name}` has shape {shape:?}, expected [frames, {}width, height]",
            if rank == 4 { "3, " } else { "" }
        ),
    };
    ensure!(
        [frames, width, height]
            .iter()
            .all(|side| (1..=LONGEST_AXIS).contains(side)),
        "dataset `{name}` has shape {shape:?}, expected sides from 1 to {LONGEST_AXIS}"
    );
    let extent = Extent {
        frames: frames as usize,
        width: width as usize,
        height: height as usize,
    };
    Ok((dataset, extent))
}
