//! A network of somebody else's in ONNX Runtime.

use ::ort::{
    environment::Environment,
    session::{Session, SessionInputValue},
    value::{DynValue, PrimitiveTensorElementType, TensorRef},
};
use ndarray::{ArrayD, ArrayView4, IxDyn};

use super::{NAME, provider::Provider, session::load};
use crate::{
    engine::{Threads, network::Foreign},
    error::{Error, Result},
};

pub(super) struct OrtForeign {
    session: Session,
    input: String,
    output: String,
}

impl OrtForeign {
    pub(super) fn new(
        environment: &Environment,
        provider: &Provider,
        model: &[u8],
        output: Option<&str>,
        threads: Threads,
    ) -> Result<Self> {
        let session = load(environment, provider, model, threads)
            .map_err(|error| Error::engine(NAME, error))?;
        let [input] = session.inputs() else {
            let count = session.inputs().len();
            let reason = format!("the network has {count} inputs, expected one picture");
            return Err(Error::engine(NAME, reason));
        };
        let names: Vec<&str> = session
            .outputs()
            .iter()
            .map(|output| output.name())
            .collect();
        let chosen = match output {
            None => names.first(),
            Some(output) => names.iter().find(|name| **name == output),
        };
        let chosen = chosen.ok_or_else(|| {
            let reason = format!(
                "the network has no output `{}`, but {}",
                output.unwrap_or_default(),
                names.join(", ")
            );
            Error::engine(NAME, reason)
        })?;
        Ok(Self {
            input: input.name().to_owned(),
            output: (*chosen).to_owned(),
            session,
        })
    }
}

impl Foreign for OrtForeign {
    fn run(&mut self, input: ArrayView4<'_, f32>) -> Result<ArrayD<f32>> {
        let failed = |error: ::ort::Error| Error::engine(NAME, error);
        let input = input.as_standard_layout();
        let numbers = input.as_slice().expect("in standard layout");
        let tensor = TensorRef::from_array_view((input.shape(), numbers)).map_err(failed)?;
        let inputs = vec![(self.input.as_str(), SessionInputValue::from(tensor))];
        let outputs = self.session.run(inputs).map_err(failed)?;
        let value = outputs
            .get(&self.output)
            .ok_or_else(|| Error::engine(NAME, "the network gave no output"))?;
        floats(value, |v: f32| v)
            .or_else(|| floats(value, |v: f64| v as f32))
            .or_else(|| floats(value, |v: i64| v as f32))
            .or_else(|| floats(value, |v: i32| v as f32))
            .or_else(|| floats(value, |v: u8| f32::from(v)))
            .ok_or_else(|| {
                Error::engine(NAME, "the output is no tensor of floats or whole numbers")
            })
    }
}

/// The numbers of a tensor, if it is one of this type.
fn floats<T: PrimitiveTensorElementType + Copy>(
    value: &DynValue,
    float: impl Fn(T) -> f32,
) -> Option<ArrayD<f32>> {
    let (shape, numbers) = value.try_extract_tensor::<T>().ok()?;
    let shape: Vec<usize> = shape.iter().map(|&side| side as usize).collect();
    let numbers = numbers.iter().map(|&number| float(number)).collect();
    ArrayD::from_shape_vec(IxDyn(&shape), numbers).ok()
}
