//! `multicond_model`: a model file in memory.

use std::{
    ffi::{CString, c_char, c_void},
    ptr,
};

use multicond::{
    Error, Generator, Options, Result, Threads,
    label::Label,
    limits::{MAX_MODEL_BYTES, MAX_SIDE},
    model::ModelFile,
};

use super::{
    boundary::{fill, give, guard, null, put, reference, release, retain, sized, string},
    c_string::c_string,
    status::multicond_status,
};

/// Kind of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_label_kind {
    /// One class id per pixel.
    Categorical = 0,
    /// Real numbers in a unit.
    Continuous = 1,
}

/// Describes a model. Strings are valid as long as the model.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_model_info {
    /// sizeof(multicond_model_info), set by the caller.
    pub struct_size: u32,
    /// Number of labels.
    pub label_count: u32,
    /// Name of the model.
    pub name: *const c_char,
    /// Name of the method that merges the labels, for example "tlam".
    pub system: *const c_char,
    /// Notice that must accompany the model, for example the licence of its training data; empty if there is none.
    pub notice: *const c_char,
    /// Width and height of a picture are padded to multiples of this; the output is cropped.
    pub size_multiple: u32,
    /// Largest width and height of a picture.
    pub max_side: u32,
    /// Width that the model was trained at; results are best at this size.
    pub trained_width: u32,
    /// Height that the model was trained at.
    pub trained_height: u32,
    /// Number of trained parameters.
    pub parameters: u64,
    /// Multiply-adds per pixel.
    pub multiply_adds_per_pixel: u64,
    /// 1 if labels may have a confidence, see `multicond_generator_set_confidence`; 0 if not.
    pub confidence: u32,
    /// Reserved, 0.
    pub reserved: u32,
}

sized!(multicond_model_info {
    struct_size,
    label_count,
    name,
    system,
    notice,
    size_multiple,
    max_side,
    trained_width,
    trained_height,
    parameters,
    multiply_adds_per_pixel,
    confidence,
    reserved
});

/// Describes a label. Strings are valid as long as the model.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_label_info {
    /// sizeof(multicond_label_info), set by the caller.
    pub struct_size: u32,
    /// A `multicond_label_kind`.
    pub kind: i32,
    /// Name of the label, for `multicond_generator_set_label`.
    pub name: *const c_char,
    /// Unit of a continuous label, for example "m"; empty if it is categorical.
    pub unit: *const c_char,
    /// Values per pixel.
    pub channels: u32,
    /// Number of classes of a categorical label; 0 if it is continuous.
    pub class_count: u32,
    /// Class id of missing pixels of a categorical label; any other id that no class has is missing too. 0 if the label
    /// is continuous: values that are not finite or of a magnitude of 1e30 or more are missing, and distances of zero or
    /// less, or of 1e8 or more.
    pub missing_class: i32,
    /// Reserved, 0.
    pub reserved: u32,
}

sized!(multicond_label_info {
    struct_size,
    kind,
    name,
    unit,
    channels,
    class_count,
    missing_class,
    reserved
});

/// A model file in memory. Any number of generators can be created from one; they do not need it afterwards.
/// Thread-safe, reference-counted.
pub struct multicond_model {
    pub(super) file: ModelFile,
    strings: Strings,
    labels: Vec<LabelStrings>,
}

struct Strings {
    name: CString,
    system: CString,
    notice: CString,
}

struct LabelStrings {
    name: CString,
    unit: CString,
    classes: Vec<CString>,
}

impl multicond_model {
    fn new(file: ModelFile) -> Self {
        let manifest = file.manifest();
        let strings = Strings {
            name: c_string(&manifest.name),
            system: c_string(&manifest.system),
            notice: c_string(manifest.notice.as_deref().unwrap_or_default()),
        };
        let labels = manifest.labels.iter().map(LabelStrings::new).collect();
        Self {
            file,
            strings,
            labels,
        }
    }

    fn label(&self, index: u32) -> Result<(&Label, &LabelStrings)> {
        let labels = &self.file.manifest().labels;
        let both = labels.iter().zip(&self.labels).nth(index as usize);
        both.ok_or_else(|| {
            let reason = format_args!("{index}, but the model has {} labels", labels.len());
            Error::argument("label", reason)
        })
    }
}

impl LabelStrings {
    fn new(label: &Label) -> Self {
        let classes = label.classes().unwrap_or_default().iter();
        Self {
            name: c_string(&label.name),
            unit: c_string(label.unit().unwrap_or_default()),
            classes: classes.map(|class| c_string(class)).collect(),
        }
    }
}

/// Loads a model file. The caller owns the model and releases it with `multicond_model_release`. On failure `*model` is
/// NULL.
///
/// Thread-safe. Blocks: it reads and checks the whole file. Do not call it per frame.
///
/// # Safety
/// `path` is a string; `model` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_model_load(
    path: *const c_char,
    model: *mut *mut multicond_model,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        unsafe { put(model, "model", ptr::null_mut())? };
        let file = ModelFile::open(unsafe { string(path, "path")? })?;
        unsafe { put(model, "model", give(multicond_model::new(file))) }
    })
}

/// Loads a model file from memory. `data` is copied. The caller owns the model and releases it with
/// `multicond_model_release`. On failure `*model` is NULL.
///
/// Thread-safe. Blocks: it checks the whole file. Do not call it per frame.
///
/// # Safety
/// `data` points to `size` readable bytes; `model` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_model_load_memory(
    data: *const c_void,
    size: u64,
    model: *mut *mut multicond_model,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        unsafe { put(model, "model", ptr::null_mut())? };
        if data.is_null() {
            return Err(null("data"));
        }
        let size = usize::try_from(size).ok();
        let size = size.filter(|&size| size <= MAX_MODEL_BYTES);
        let size = size.ok_or_else(|| {
            let reason = format_args!("expected at most {MAX_MODEL_BYTES} bytes");
            Error::argument("size", reason)
        })?;
        let bytes = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), size) };
        let file = ModelFile::from_bytes("model in memory", bytes.to_vec())?;
        unsafe { put(model, "model", give(multicond_model::new(file))) }
    })
}

/// Increments the reference count. NULL is allowed. Thread-safe. Does not block.
///
/// # Safety
/// `model` is NULL or has not been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_model_retain(model: *mut multicond_model) {
    // SAFETY: by this function's contract.
    unsafe { retain(model) }
}

/// Decrements the reference count and destroys the object when it reaches 0. Generators do not need their model. NULL
/// is allowed. Thread-safe. Does not block.
///
/// # Safety
/// As for `multicond_model_retain`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_model_release(model: *mut multicond_model) {
    // SAFETY: by this function's contract.
    unsafe { release(model) }
}

/// Gets the description of a model. Thread-safe. Does not block.
///
/// # Safety
/// `model` has not been released; `info` points to a struct whose size is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_model_get_info(
    model: *const multicond_model,
    info: *mut multicond_model_info,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let model = unsafe { reference(model, "model")? };
        let manifest = model.file.manifest();
        let cost = manifest.multiply_adds;
        // Sizes are far below u32's range.
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let value = multicond_model_info {
            struct_size: 0,
            label_count: small(manifest.labels.len()),
            name: model.strings.name.as_ptr(),
            system: model.strings.system.as_ptr(),
            notice: model.strings.notice.as_ptr(),
            size_multiple: small(manifest.size_multiple),
            max_side: small(MAX_SIDE),
            trained_width: small(manifest.trained_size.width),
            trained_height: small(manifest.trained_size.height),
            parameters: manifest.parameters,
            multiply_adds_per_pixel: cost.merge_per_pixel.saturating_add(cost.render_per_pixel),
            confidence: manifest.confidence.into(),
            reserved: 0,
        };
        unsafe { fill(info, "info", value) }
    })
}

/// Gets the description of a label by index. Thread-safe. Does not block.
///
/// # Safety
/// `model` has not been released; `info` points to a struct whose size is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_model_get_label(
    model: *const multicond_model,
    label: u32,
    info: *mut multicond_label_info,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let model = unsafe { reference(model, "model")? };
        let (label, strings) = model.label(label)?;
        let (kind, missing_class) = match label.missing_class() {
            Some(missing) => (multicond_label_kind::Categorical, missing),
            None => (multicond_label_kind::Continuous, 0),
        };
        let value = multicond_label_info {
            struct_size: 0,
            kind: kind as i32,
            name: strings.name.as_ptr(),
            unit: strings.unit.as_ptr(),
            // The schema allows 16 channels and 65,535 classes.
            channels: label.channels() as u32,
            class_count: strings.classes.len() as u32,
            missing_class,
            reserved: 0,
        };
        unsafe { fill(info, "info", value) }
    })
}

/// Gets the index of a label by name. Returns LABEL if the model does not have it. Thread-safe. Does not block.
///
/// # Safety
/// `model` has not been released; `name` is a string; `label` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_model_find_label(
    model: *const multicond_model,
    name: *const c_char,
    label: *mut u32,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let model = unsafe { reference(model, "model")? };
        let name = unsafe { string(name, "name")? };
        let manifest = model.file.manifest();
        let found = manifest.label(name)?;
        let index = manifest.labels.iter().position(|l| std::ptr::eq(l, found));
        unsafe { put(label, "label", index.unwrap_or_default() as u32) }
    })
}

/// Gets the id of a class by name. Returns LABEL if the label does not have it. Thread-safe. Does not block.
///
/// # Safety
/// `model` has not been released; `name` is a string; `class_id` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_model_find_class(
    model: *const multicond_model,
    label: u32,
    name: *const c_char,
    class_id: *mut u32,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let model = unsafe { reference(model, "model")? };
        let name = unsafe { string(name, "name")? };
        let label = model.label(label)?.0;
        let classes = label.classes().unwrap_or_default();
        let index = classes.iter().position(|class| class == name);
        let index = index.ok_or_else(|| {
            Error::label(
                &label.name,
                format_args!("no class `{name}`, it has {}", classes.join(", ")),
            )
        })?;
        unsafe { put(class_id, "class_id", index as u32) }
    })
}

/// Gets the name of a class by id. The string belongs to the model and is valid as long as it. Thread-safe. Does not
/// block.
///
/// # Safety
/// `model` has not been released; `name` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_model_get_class_name(
    model: *const multicond_model,
    label: u32,
    class_id: u32,
    name: *mut *const c_char,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let model = unsafe { reference(model, "model")? };
        let classes = &model.label(label)?.1.classes;
        let class = classes.get(class_id as usize).ok_or_else(|| {
            let count = classes.len();
            let reason = format_args!("{class_id}, but the label has {count} classes");
            Error::argument("class_id", reason)
        })?;
        unsafe { put(name, "name", class.as_ptr()) }
    })
}

/// Estimates the memory of a generator with default options for pictures of a size, in bytes; UINT64_MAX if the model
/// cannot make such pictures. Thread-safe. Does not block.
///
/// # Safety
/// `model` has not been released; `bytes` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_model_estimate_memory(
    model: *const multicond_model,
    width: u32,
    height: u32,
    bytes: *mut u64,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let model = unsafe { reference(model, "model")? };
        let options = Options::default().with_threads(Threads::Half);
        let (width, height) = (width as usize, height as usize);
        let estimate = Generator::estimate_memory_with(&model.file, &options, width, height);
        unsafe { put(bytes, "bytes", estimate) }
    })
}
