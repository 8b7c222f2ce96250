//! tract as a backend. It needs concrete shapes, so it makes a plan for each size.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use ndarray::{ArrayD, ArrayView4, IxDyn};
use tract_linalg::multithread::{Executor, multithread_tract_scope};
use tract_onnx::{prelude::*, tract_hir::ops::unimpl::UnimplementedOp};

use super::{NAME, guard::guarded};
use crate::{
    engine::{
        Backend, Capabilities, Data, Session, Shape, Stop, Tensor,
        external::{External, check_inputs, choose_output},
        failure::failure,
    },
    error::{Error, Result},
    threads::SessionThreads,
};

/// Version of the crate, as pinned in Cargo.toml.
const VERSION: &str = "0.23.9";
/// Plans kept in memory. Each has its own copy of the weights.
const PLANS: usize = 2;

type Plan = Arc<TypedRunnableModel>;

pub(super) struct TractBackend;

impl Backend for TractBackend {
    fn version(&self) -> &str {
        VERSION
    }

    fn library(&self) -> Option<PathBuf> {
        None
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            // The order of its sums depends on a pixel's alignment; no vector unit is wider than 16 floats.
            lanes: 16,
            ..Capabilities::CPU
        }
    }

    fn load(
        &self,
        model: &[u8],
        threads: SessionThreads,
        copies: usize,
    ) -> Result<Vec<Box<dyn Session>>> {
        let (graph, executor) = guarded(|| Ok((parse(model)?, executor(threads))))?;
        let shared = Arc::new(Shared {
            graph,
            plans: Mutex::default(),
        });
        let session = || TractSession {
            shared: shared.clone(),
            executor: executor.clone(),
        };
        Ok((0..copies).map(|_| Box::new(session()) as _).collect())
    }

    fn load_external(
        &self,
        model: &[u8],
        output: Option<&str>,
        threads: SessionThreads,
    ) -> Result<Box<dyn External>> {
        let (mut graph, executor) = guarded(|| Ok((parse(model)?, executor(threads))))?;
        check_inputs(NAME, graph.input_outlets().map_err(failed)?.len())?;
        if output.is_some() {
            let outlets = graph.output_outlets().map_err(failed)?;
            let name = |outlet: &OutletId| {
                let name = graph.outlet_label(*outlet);
                name.unwrap_or(&graph.node(outlet.node).name)
            };
            let names: Vec<&str> = outlets.iter().map(name).collect();
            let chosen = names[choose_output(NAME, &names, output)?].to_owned();
            graph = graph.with_outputs_by_name([chosen]).map_err(failed)?;
        }
        Ok(Box::new(TractExternal {
            graph,
            plan: None,
            executor,
        }))
    }
}

fn parse(model: &[u8]) -> Result<InferenceModel> {
    // Shapes in the file are symbolic; tract infers better ones from the inputs.
    let onnx = tract_onnx::onnx()
        .with_ignore_output_shapes(true)
        .with_ignore_value_info(true);
    let graph = onnx.model_for_read(&mut &model[..]).map_err(failed)?;
    let unknown = graph
        .nodes()
        .iter()
        .find_map(|node| node.op_as::<UnimplementedOp>());
    if let Some(op) = unknown {
        return Err(Error::engine(
            NAME,
            format_args!("cannot run operator {}", op.name()),
        ));
    }
    Ok(graph)
}

fn executor(threads: SessionThreads) -> Executor {
    match threads.count {
        1 => Executor::SingleThread,
        threads => Executor::multithread(threads),
    }
}

/// An external network, with the plan for the last size.
struct TractExternal {
    graph: InferenceModel,
    plan: Option<(Vec<usize>, Plan)>,
    executor: Executor,
}

impl TractExternal {
    fn plan(&mut self, shape: &[usize]) -> TractResult<Plan> {
        if let Some((known, plan)) = &self.plan
            && known == shape
        {
            return Ok(plan.clone());
        }
        let mut graph = self.graph.clone();
        graph.set_input_fact(0, InferenceFact::dt_shape(f32::datum_type(), shape))?;
        let plan = graph.into_optimized()?.into_runnable()?;
        self.plan = Some((shape.to_vec(), plan.clone()));
        Ok(plan)
    }
}

impl External for TractExternal {
    fn run(&mut self, input: ArrayView4<'_, f32>) -> Result<ArrayD<f32>> {
        guarded(|| self.run_plan(input))
    }
}

impl TractExternal {
    fn run_plan(&mut self, input: ArrayView4<'_, f32>) -> Result<ArrayD<f32>> {
        use tract_onnx::prelude::Tensor;
        let plan = self.plan(input.shape()).map_err(failed)?;
        let input = input.as_standard_layout();
        let numbers = input.as_slice().expect("in standard layout");
        let tensor = Tensor::from_shape(input.shape(), numbers).map_err(failed)?;
        let run = || plan.run(tvec![tensor.into()]);
        let results = multithread_tract_scope(self.executor.clone(), run).map_err(failed)?;
        let result = results
            .first()
            .ok_or_else(|| Error::engine(NAME, "the network returned no output"))?;
        let floats = result.cast_to::<f32>().map_err(failed)?;
        let view = floats.to_plain_array_view::<f32>().map_err(failed)?;
        let shape = IxDyn(view.shape());
        let numbers = view.iter().copied().collect();
        ArrayD::from_shape_vec(shape, numbers).map_err(|error| Error::engine(NAME, error))
    }
}

/// What the copies of a session share.
struct Shared {
    graph: InferenceModel,
    plans: Mutex<Vec<(Vec<Shape>, Plan)>>,
}

struct TractSession {
    shared: Arc<Shared>,
    executor: Executor,
}

impl Session for TractSession {
    fn run(&mut self, inputs: &[Tensor], output: &mut Tensor) -> Result<()> {
        guarded(|| self.run_plan(inputs, output))
    }

    fn stop(&self) -> Option<Arc<dyn Stop>> {
        None
    }
}

impl TractSession {
    fn run_plan(&mut self, inputs: &[Tensor], output: &mut Tensor) -> Result<()> {
        let inputs = self.shared.in_order(inputs)?;
        let plan = self.shared.plan(&inputs)?;
        let tensors: TractResult<TVec<TValue>> = inputs.iter().map(|input| value(input)).collect();
        let tensors = tensors.map_err(failed)?;
        let run = || plan.run(tensors);
        let results = multithread_tract_scope(self.executor.clone(), run).map_err(failed)?;
        let result = results
            .first()
            .ok_or_else(|| Error::engine(NAME, "the model has no output"))?;
        if result.shape() != output.shape() {
            let (got, expected) = (result.shape(), output.shape());
            return Err(Error::engine(
                NAME,
                format_args!("the output is {got:?}, expected {expected:?}"),
            ));
        }
        let view = result.to_plain_array_view::<f32>().map_err(failed)?;
        let pairs = output.as_floats_mut().iter_mut().zip(view.iter());
        pairs.for_each(|(out, value)| *out = *value);
        Ok(())
    }
}

impl Shared {
    /// The inputs in the graph's order.
    fn in_order<'a>(&self, inputs: &'a [Tensor]) -> Result<Vec<&'a Tensor>> {
        let outlets = self.graph.input_outlets().map_err(failed)?;
        let names = outlets
            .iter()
            .map(|outlet| &self.graph.node(outlet.node).name);
        let find = |name: &String| {
            let input = inputs.iter().find(|input| input.name() == name);
            input.ok_or_else(|| Error::engine(NAME, format_args!("input `{name}` is missing")))
        };
        names.map(find).collect()
    }

    /// The plan for these shapes. It is made once; other copies of the session wait for it.
    fn plan(&self, inputs: &[&Tensor]) -> Result<Plan> {
        let shapes: Vec<Shape> = inputs.iter().map(|input| input.shape()).collect();
        // A poisoned lock is harmless: plans are added whole.
        let mut plans = self
            .plans
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some((_, plan)) = plans.iter().find(|(known, _)| *known == shapes) {
            return Ok(plan.clone());
        }
        let plan = self.make_plan(inputs).map_err(failed)?;
        if plans.len() == PLANS {
            plans.remove(0);
        }
        plans.push((shapes, plan.clone()));
        Ok(plan)
    }

    fn make_plan(&self, inputs: &[&Tensor]) -> TractResult<Plan> {
        let mut graph = self.graph.clone();
        for (index, input) in inputs.iter().enumerate() {
            let kind = match input.data() {
                Data::Float(_) => f32::datum_type(),
                Data::Int(_) => i32::datum_type(),
            };
            graph.set_input_fact(index, InferenceFact::dt_shape(kind, input.shape()))?;
        }
        graph.into_optimized()?.into_runnable()
    }
}

fn value(input: &Tensor) -> TractResult<TValue> {
    use tract_onnx::prelude::Tensor;
    let value = match input.data() {
        Data::Float(data) => Tensor::from_shape(&input.shape(), data),
        Data::Int(data) => Tensor::from_shape(&input.shape(), data),
    };
    Ok(value?.into())
}

fn failed(error: TractError) -> Error {
    failure(NAME, format_args!("{error:#}"))
}
