//! One graph in ONNX Runtime, run on the caller's memory without copies.
//!
//! This goes past `ort`'s safe values to the C functions: those neither write into a caller's output
//! nor run without allocating.

use std::{
    ffi::{CString, c_void},
    marker::PhantomData,
    ptr::{self, NonNull},
};

use ::ort::{
    AsPointer,
    environment::Environment,
    logging::LogLevel,
    memory::MemoryInfo,
    session::{Session as Loaded, builder::GraphOptimizationLevel},
    sys::{ONNXTensorElementDataType as Type, OrtStatusPtr, OrtValue},
};

use super::NAME;
use crate::{
    engine::{Data, Input, Session, Shape},
    error::{Error, Result},
};

pub(super) struct OrtSession {
    session: Loaded,
    inputs: Vec<(String, CString)>,
    output: CString,
    memory: MemoryInfo<'static>,
}

impl OrtSession {
    pub(super) fn new(environment: &Environment, model: &[u8], threads: usize) -> Result<Self> {
        let session = load(environment, model, threads).map_err(|e| Error::engine(NAME, e))?;
        let c_name = |name: &str| {
            CString::new(name)
                .map_err(|_| Error::engine(NAME, "a name in the model has a zero byte"))
        };
        let inputs = session.inputs().iter();
        let inputs = inputs.map(|input| Ok((input.name().to_owned(), c_name(input.name())?)));
        let output = session.outputs().first();
        let output = output.ok_or_else(|| Error::engine(NAME, "the model has no output"))?;
        Ok(Self {
            inputs: inputs.collect::<Result<_>>()?,
            output: c_name(output.name())?,
            session,
            memory: MemoryInfo::default(),
        })
    }
}

fn load(environment: &Environment, model: &[u8], threads: usize) -> ::ort::Result<Loaded> {
    Loaded::builder(environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_threads(threads)?
        .with_inter_threads(1)?
        // Spinning threads take the cores from whoever else needs them, the other sessions first.
        .with_intra_op_spinning(false)?
        .with_log_level(LogLevel::Warning)?
        .commit_from_memory(model)
}

impl Session for OrtSession {
    fn run(&mut self, inputs: &[Input<'_>], output: &mut [f32], shape: Shape) -> Result<()> {
        assert_eq!(output.len(), shape.iter().product::<usize>(), "output");
        let mut names = Vec::with_capacity(self.inputs.len());
        let mut tensors = Vec::with_capacity(self.inputs.len());
        for (name, c_name) in &self.inputs {
            let input = inputs.iter().find(|input| input.name == name);
            let input = input
                .ok_or_else(|| Error::engine(NAME, format_args!("input `{name}` is not given")))?;
            input.assert_whole();
            names.push(c_name.as_ptr());
            tensors.push(Tensor::input(&self.memory, input)?);
        }
        let output = Tensor::output(&self.memory, output, shape)?;
        let values: Vec<*const OrtValue> = tensors
            .iter()
            .map(|t| t.value.as_ptr().cast_const())
            .collect();
        let mut out = output.value.as_ptr();
        // SAFETY: names and values are alive, as many as said, and of this session; the output's value
        // is given, so ONNX Runtime checks its shape and writes into its memory. `&mut self` keeps others out.
        check(unsafe {
            (::ort::api().Run)(
                self.session.ptr().cast_mut(),
                ptr::null(),
                names.as_ptr(),
                values.as_ptr(),
                values.len(),
                &self.output.as_ptr(),
                1,
                &mut out,
            )
        })
    }
}

/// An ONNX Runtime value over borrowed memory.
struct Tensor<'a> {
    value: NonNull<OrtValue>,
    memory: PhantomData<&'a mut [f32]>,
}

impl<'a> Tensor<'a> {
    fn input(memory: &MemoryInfo<'_>, input: &Input<'a>) -> Result<Self> {
        // ONNX Runtime takes inputs by the same function as outputs, and does not write to them.
        match input.data {
            Data::Float(data) => Self::new(
                memory,
                data.as_ptr().cast_mut().cast(),
                size_of_val(data),
                input.shape,
                Type::ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
            ),
            Data::Int(data) => Self::new(
                memory,
                data.as_ptr().cast_mut().cast(),
                size_of_val(data),
                input.shape,
                Type::ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32,
            ),
        }
    }

    fn output(memory: &MemoryInfo<'_>, data: &'a mut [f32], shape: Shape) -> Result<Self> {
        let float = Type::ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
        Self::new(
            memory,
            data.as_mut_ptr().cast(),
            size_of_val(data),
            shape,
            float,
        )
    }

    fn new(
        memory: &MemoryInfo<'_>,
        data: *mut c_void,
        bytes: usize,
        shape: Shape,
        kind: Type,
    ) -> Result<Self> {
        let shape = shape.map(|side| side as i64);
        let mut value = ptr::null_mut();
        // SAFETY: the memory is as large as said and outlives the value by `'a`.
        check(unsafe {
            (::ort::api().CreateTensorWithDataAsOrtValue)(
                memory.ptr(),
                data,
                bytes,
                shape.as_ptr(),
                shape.len(),
                kind,
                &mut value,
            )
        })?;
        let value = NonNull::new(value).ok_or_else(|| Error::engine(NAME, "made no value"))?;
        Ok(Self {
            value,
            memory: PhantomData,
        })
    }
}

impl Drop for Tensor<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `new`, released once.
        unsafe { (::ort::api().ReleaseValue)(self.value.as_ptr()) }
    }
}

fn check(status: OrtStatusPtr) -> Result<()> {
    // SAFETY: the status comes from ONNX Runtime just now, and is not used again.
    unsafe { ::ort::Error::result_from_status(status) }.map_err(|error| Error::engine(NAME, error))
}
