//! `multicond_model`: an opened model file.

use std::{
    ffi::{CString, c_char, c_void},
    ptr,
};

use multicond::{
    Error, Generator, Result,
    label::Label,
    limits::{MAX_MODEL_BYTES, MAX_SIDE},
    model::ModelFile,
};

use super::{
    boundary::{Sized32, fill, give, guard, null, put, reference, release, retain, string},
    c_string::c_string,
    status::multicond_status,
};

/// What a label's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_label_kind {
    /// Class ids, one a pixel.
    Categorical = 0,
    /// Real numbers in a physical unit.
    Continuous = 1,
}

/// What a model is. Strings are valid as long as the model.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_model_info {
    /// sizeof(multicond_model_info), set by the caller.
    pub struct_size: u32,
    /// Labels that it takes.
    pub label_count: u32,
    /// Its name.
    pub name: *const c_char,
    /// The system that merges the labels, for example "tlam".
    pub system: *const c_char,
    /// Notice that must go with the model, for example of the training data's licence; empty if there is none.
    pub notice: *const c_char,
    /// Width and height of a picture are padded to multiples of this, and what is made of the padding is cut off.
    pub size_multiple: u32,
    /// Longest side of a picture.
    pub max_side: u32,
    /// Width of the pictures that it was trained on, where it does best.
    pub trained_width: u32,
    /// Height of the pictures that it was trained on.
    pub trained_height: u32,
    /// Trained numbers.
    pub parameters: u64,
    /// Multiply-adds for each pixel, from the labels to the picture.
    pub multiply_adds_per_pixel: u64,
}

// SAFETY: the size, then integers and pointers.
unsafe impl Sized32 for multicond_model_info {}

/// What a label is. Strings are valid as long as the model.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_label_info {
    /// sizeof(multicond_label_info), set by the caller.
    pub struct_size: u32,
    /// A `multicond_label_kind`.
    pub kind: i32,
    /// Its name, for `multicond_generator_set_label`.
    pub name: *const c_char,
    /// Unit of a continuous label, for example "m"; empty for a categorical one.
    pub unit: *const c_char,
    /// Numbers a pixel.
    pub channels: u32,
    /// Classes of a categorical label; 0 for a continuous one.
    pub class_count: u32,
    /// The id that stands for "not known" in a categorical label, as any that no class has; 0 for a continuous
    /// one, where a number that is not finite stands for it.
    pub missing_class: i32,
    /// Reserved, 0.
    pub reserved: u32,
}

// SAFETY: as above.
unsafe impl Sized32 for multicond_label_info {}

/// An opened model file. Shared by any number of generators, on any threads. Once they are created it is not
/// needed any more; releasing it gives the file's memory back.
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

/// Opens a model file; release it with `multicond_model_release`. On failure `*model` is NULL. Reads the whole
/// file. Any thread.
///
/// # Safety
/// `path` is a text in UTF-8, `model` may be written.
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

/// Opens a model that is in memory, which is copied; release it with `multicond_model_release`. On failure
/// `*model` is NULL. Any thread.
///
/// # Safety
/// `data` points to `size` bytes, `model` may be written.
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

/// Holds a model once more. NULL is allowed. Does not block; any thread.
///
/// # Safety
/// `model` is NULL or has not been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_model_retain(model: *mut multicond_model) {
    // SAFETY: by this function's contract.
    unsafe { retain(model) }
}

/// Lets a model go; generators made of it do not need it. NULL is allowed. Any thread.
///
/// # Safety
/// As for `multicond_model_retain`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_model_release(model: *mut multicond_model) {
    // SAFETY: by this function's contract.
    unsafe { release(model) }
}

/// Tells what a model is. Does not block; any thread.
///
/// # Safety
/// `model` has not been released; `info` is as said there.
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
        // Sides and tiles are far below u32's range, or else are not made.
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
        };
        unsafe { fill(info, "info", value) }
    })
}

/// Tells what the model's label number `label` is. Does not block; any thread.
///
/// # Safety
/// `model` has not been released; `info` is as said there.
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

/// Finds the number of the label called `name`; LABEL if the model has none. Does not block; any thread.
///
/// # Safety
/// `model` has not been released, `name` is a text, `label` may be written.
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

/// Finds the id of the class called `name` of a categorical label; LABEL if it has none. Does not block; any thread.
///
/// # Safety
/// `model` has not been released, `name` is a text, `class_id` may be written.
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

/// Tells the name of a class of a categorical label: `*name` is valid as long as the model. Does not block; any
/// thread.
///
/// # Safety
/// `model` has not been released, `name` may be written.
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

/// Tells about how many bytes a generator takes for pictures of this size, before it is created. Does not block;
/// any thread.
///
/// # Safety
/// `model` has not been released, `bytes` may be written.
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
        let estimate = Generator::estimate_memory(&model.file, width as usize, height as usize);
        unsafe { put(bytes, "bytes", estimate) }
    })
}
