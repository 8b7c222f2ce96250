//! External networks in ONNX Runtime.

use ::ort::{
    session::{Session, SessionInputValue},
    value::{DynValue, PrimitiveTensorElementType, TensorRef},
};
use ndarray::{ArrayD, ArrayView4, IxDyn};

use super::session::Loader;
use crate::{
    engine::{
        external::{External, check_inputs, choose_output},
        failure::failure,
    },
    error::{Error, Result},
};

pub(super) struct OrtExternal {
    session: Session,
    title: &'static str,
    input: String,
    output: String,
}

impl OrtExternal {
    pub(super) fn new(loader: &Loader<'_>, model: &[u8], output: Option<&str>) -> Result<Self> {
        let title = loader.provider.title();
        let session = loader.load(model).map_err(|error| failure(title, error))?;
        check_inputs(title, session.inputs().len())?;
        let outputs = session.outputs().iter();
        let names: Vec<&str> = outputs.map(|output| output.name()).collect();
        let chosen = names[choose_output(title, &names, output)?].to_owned();
        Ok(Self {
            input: session.inputs()[0].name().to_owned(),
            output: chosen,
            title,
            session,
        })
    }
}

impl External for OrtExternal {
    fn run(&mut self, input: ArrayView4<'_, f32>) -> Result<ArrayD<f32>> {
        let title = self.title;
        let failed = |error: ::ort::Error| failure(title, error);
        let input = input.as_standard_layout();
        let numbers = input.as_slice().expect("in standard layout");
        let tensor = TensorRef::from_array_view((input.shape(), numbers)).map_err(failed)?;
        let inputs = vec![(self.input.as_str(), SessionInputValue::from(tensor))];
        let outputs = self.session.run(inputs).map_err(failed)?;
        let value = outputs
            .get(&self.output)
            .ok_or_else(|| Error::engine(title, "the network returned no output"))?;
        floats(value, |v: f32| v)
            .or_else(|| floats(value, |v: f64| v as f32))
            .or_else(|| floats(value, |v: i64| v as f32))
            .or_else(|| floats(value, |v: i32| v as f32))
            .or_else(|| floats(value, |v: u8| f32::from(v)))
            .ok_or_else(|| Error::engine(title, "the output is not a tensor of floats or integers"))
    }
}

/// The numbers of a tensor as floats, if it has this type.
fn floats<T: PrimitiveTensorElementType + Copy>(
    value: &DynValue,
    float: impl Fn(T) -> f32,
) -> Option<ArrayD<f32>> {
    let (shape, numbers) = value.try_extract_tensor::<T>().ok()?;
    let shape: Vec<usize> = shape.iter().map(|&side| side as usize).collect();
    let numbers = numbers.iter().map(|&number| float(number)).collect();
    ArrayD::from_shape_vec(IxDyn(&shape), numbers).ok()
}
