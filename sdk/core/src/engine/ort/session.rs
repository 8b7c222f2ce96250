//! One graph in ONNX Runtime, run on the caller's memory without copies.
//!
//! It calls the C functions, because `ort`'s safe values cannot write to the caller's output and allocate in every run.

use std::{
    ffi::{CString, c_char, c_void},
    path::PathBuf,
    ptr::{self, NonNull},
    sync::Arc,
};

use ::ort::{
    AsPointer,
    environment::Environment,
    logging::LogLevel,
    memory::{AllocationDevice, AllocatorType, MemoryInfo, MemoryType},
    session::{RunOptions, Session as Loaded, builder::GraphOptimizationLevel},
    sys::{ONNXTensorElementDataType as Type, OrtStatusPtr, OrtValue},
};

use super::{provider::Provider, runtime::NAME};
use crate::{
    cuda::{Buffer, Gpu},
    engine::{Data, Session, Shape, Stop, Tensor, failure::failure},
    error::{Error, Result},
    threads::SessionThreads,
};

pub(super) struct OrtSession {
    session: Loaded,
    inputs: Vec<Slot>,
    output: Slot,
    memory: MemoryInfo<'static>,
    /// The GPU on which the tensors stay, if the provider needs that.
    resident: Option<Gpu>,
    run: Arc<Run>,
    // Arguments of a run, kept to avoid allocations.
    names: Vec<*const c_char>,
    values: Vec<*const OrtValue>,
}

// SAFETY: the pointers in the lists are to data owned by `inputs`, and each run replaces them before it uses them.
unsafe impl Send for OrtSession {}

/// An input or output, with its value in the last run.
struct Slot {
    name: CString,
    value: Option<Value>,
    /// The tensor on the GPU, if it must stay at a fixed address.
    copy: Option<Buffer>,
}

impl OrtSession {
    pub(super) fn new(loader: &Loader<'_>, model: &[u8]) -> Result<Self> {
        let title = loader.provider.title();
        let failed = |error: ::ort::Error| failure(title, error);
        let session = loader.load(model).map_err(failed)?;
        let inputs = session.inputs().iter();
        let inputs: Vec<Slot> = inputs
            .map(|input| Slot::new(input.name()))
            .collect::<Result<_>>()?;
        let resident = loader.provider.resident();
        let output = session.outputs().first();
        let output = output.ok_or_else(|| Error::engine(NAME, "the model has no output"))?;
        Ok(Self {
            names: Vec::with_capacity(inputs.len()),
            values: Vec::with_capacity(inputs.len()),
            inputs,
            output: Slot::new(output.name())?,
            session,
            memory: match resident {
                None => MemoryInfo::default(),
                Some(gpu) => gpu_memory(gpu).map_err(failed)?,
            },
            resident,
            run: Arc::new(Run(RunOptions::new().map_err(failed)?)),
        })
    }
}

fn gpu_memory(gpu: Gpu) -> ::ort::Result<MemoryInfo<'static>> {
    MemoryInfo::new(
        AllocationDevice::CUDA,
        gpu.number as i32,
        AllocatorType::Device,
        MemoryType::Default,
    )
}

/// How sessions are loaded.
pub(super) struct Loader<'a> {
    pub(super) environment: &'a Environment,
    pub(super) provider: &'a dyn Provider,
    pub(super) model_cache: Option<&'a PathBuf>,
    pub(super) threads: SessionThreads,
}

impl Loader<'_> {
    pub(super) fn load(&self, model: &[u8]) -> ::ort::Result<Loaded> {
        let builder = Loaded::builder(self.environment)?
            .with_optimization_level(GraphOptimizationLevel::All)?
            .with_intra_threads(self.threads.count)?
            .with_inter_threads(1)?
            .with_intra_op_spinning(self.threads.spin)?
            .with_log_level(LogLevel::Warning)?;
        let mut builder = self.provider.register(builder, self.model_cache)?;
        builder.commit_from_memory(model)
    }
}

impl Session for OrtSession {
    fn run(&mut self, inputs: &[Tensor], output: &mut Tensor) -> Result<()> {
        self.names.clear();
        self.values.clear();
        for slot in &mut self.inputs {
            let is_it = |input: &&Tensor| input.name().as_bytes() == slot.name.as_bytes();
            let input = inputs.iter().find(is_it).ok_or_else(|| {
                let name = slot.name.to_string_lossy();
                Error::engine(NAME, format_args!("input `{name}` is missing"))
            })?;
            // ONNX Runtime makes values of inputs and outputs by the same function, but does not write to inputs.
            let (data, bytes, kind) = match input.data() {
                Data::Float(data) => (data.as_ptr().cast(), size_of_val(&data[..]), FLOAT),
                Data::Int(data) => (data.as_ptr().cast(), size_of_val(&data[..]), INT),
            };
            let mut memory = Memory {
                data,
                bytes,
                kind,
                shape: input.shape(),
            };
            if let Some(gpu) = self.resident {
                // SAFETY: the bytes of the input's numbers.
                let numbers = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), bytes) };
                let copy = slot.copy(gpu, bytes)?;
                copy.fill(numbers)?;
                memory.data = copy.address() as *const c_void;
            }
            self.names.push(slot.name.as_ptr());
            self.values.push(slot.value(&self.memory, memory)?);
        }
        let shape = output.shape();
        let data = output.as_floats_mut();
        let bytes = size_of_val(data);
        let mut memory = Memory {
            data: data.as_ptr().cast(),
            bytes,
            kind: FLOAT,
            shape,
        };
        if let Some(gpu) = self.resident {
            memory.data = self.output.copy(gpu, bytes)?.address() as *const c_void;
        }
        let mut out = self.output.value(&self.memory, memory)?;
        // SAFETY: names and values are alive, as many as given, and belong to this session. As the output's value is
        // given, ONNX Runtime checks its shape and writes to its memory. `&mut self` and the borrows of the tensors
        // exclude other uses.
        check(unsafe {
            (::ort::api().Run)(
                self.session.ptr().cast_mut(),
                self.run.0.ptr(),
                self.names.as_ptr(),
                self.values.as_ptr(),
                self.values.len(),
                &self.output.name.as_ptr(),
                1,
                &mut out,
            )
        })?;
        if let Some(copy) = &self.output.copy {
            // SAFETY: the bytes of the output's numbers; any bytes are valid floats.
            let numbers =
                unsafe { std::slice::from_raw_parts_mut(data.as_mut_ptr().cast::<u8>(), bytes) };
            copy.copy_to(numbers)?;
        }
        Ok(())
    }

    fn stop(&self) -> Option<Arc<dyn Stop>> {
        Some(self.run.clone())
    }
}

const FLOAT: Type = Type::ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
const INT: Type = Type::ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;

/// The options of a session's runs, which can stop them.
struct Run(RunOptions);

impl Stop for Run {
    fn stop(&self) {
        // Fails only for a null pointer.
        let _ = self.0.terminate();
    }

    fn allow(&self) {
        let _ = self.0.unterminate();
    }
}

impl Slot {
    fn new(name: &str) -> Result<Self> {
        let name = CString::new(name);
        Ok(Self {
            name: name.map_err(|_| Error::engine(NAME, "a name in the model has a zero byte"))?,
            value: None,
            copy: None,
        })
    }

    /// The tensor on the GPU, reused from the last run if the size is the same.
    fn copy(&mut self, gpu: Gpu, bytes: usize) -> Result<&mut Buffer> {
        let copy = match self.copy.take() {
            Some(copy) if copy.bytes() == bytes => copy,
            _ => Buffer::new(gpu, bytes)?,
        };
        Ok(self.copy.insert(copy))
    }

    /// ONNX Runtime's value for this memory, reused from the last run if the memory is the same.
    fn value(&mut self, info: &MemoryInfo<'_>, memory: Memory) -> Result<*mut OrtValue> {
        let value = match self.value.take() {
            Some(value) if value.memory == memory => value,
            _ => Value::new(info, memory)?,
        };
        Ok(self.value.insert(value).pointer.as_ptr())
    }
}

/// The memory of a tensor. A value depends on nothing else, so it can be reused for equal memory.
#[derive(Clone, Copy, PartialEq)]
struct Memory {
    data: *const c_void,
    bytes: usize,
    kind: Type,
    shape: Shape,
}

/// An ONNX Runtime value for memory that it does not own.
struct Value {
    pointer: NonNull<OrtValue>,
    memory: Memory,
}

impl Value {
    fn new(info: &MemoryInfo<'_>, memory: Memory) -> Result<Self> {
        let shape = memory.shape.map(|side| side as i64);
        let mut value = ptr::null_mut();
        // SAFETY: stores the pointer without using it; `Slot::value` returns the value only for runs on that memory.
        check(unsafe {
            (::ort::api().CreateTensorWithDataAsOrtValue)(
                info.ptr(),
                memory.data.cast_mut(),
                memory.bytes,
                shape.as_ptr(),
                shape.len(),
                memory.kind,
                &mut value,
            )
        })?;
        let pointer = NonNull::new(value).ok_or_else(|| Error::engine(NAME, "null value"))?;
        Ok(Self { pointer, memory })
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        // SAFETY: created by `new`, released once.
        unsafe { (::ort::api().ReleaseValue)(self.pointer.as_ptr()) }
    }
}

fn check(status: OrtStatusPtr) -> Result<()> {
    // SAFETY: ONNX Runtime has just returned the status, and it is not used again.
    unsafe { ::ort::Error::result_from_status(status) }.map_err(|error| failure(NAME, error))
}
