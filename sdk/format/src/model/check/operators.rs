//! The operators that a model may have: those that the exporter writes, and those that optimisers, converters to half
//! precision and quantisers put in their place. Networks for training and evaluation, which others make, may have a few
//! more. An operator is in the table only if the size of its outputs follows from shapes and constants.

use super::shapes::{
    Call, Outcome, arrange as a, elementwise as e, products as p, reduce as r, windows as w,
};

#[derive(Debug)]
pub(crate) struct Operator {
    pub(crate) name: &'static str,
    pub(super) rule: fn(&Call<'_>) -> Outcome,
    /// Whether only external networks may have it.
    pub(super) is_external: bool,
}

const fn op(name: &'static str, rule: fn(&Call<'_>) -> Outcome) -> Operator {
    Operator {
        name,
        rule,
        is_external: false,
    }
}

const fn external(name: &'static str, rule: fn(&Call<'_>) -> Outcome) -> Operator {
    Operator {
        name,
        rule,
        is_external: true,
    }
}

/// In the order of the alphabet.
static OPERATORS: &[Operator] = &[
    op("Abs", e::same),
    op("Add", e::arithmetic),
    op("And", e::compare),
    external("ArgMax", r::position),
    external("ArgMin", r::position),
    op("AveragePool", w::pool),
    op("BatchNormalization", e::norm),
    op("Cast", e::cast),
    op("CastLike", e::cast_like),
    op("Ceil", e::same),
    op("Celu", e::same),
    op("Clip", e::with_parameters),
    op("Concat", a::concat),
    op("Constant", e::constant),
    op("ConstantOfShape", a::filled),
    op("Conv", w::conv),
    op("ConvInteger", w::conv_of_integers),
    op("ConvTranspose", w::conv_transpose),
    op("Cos", e::same),
    external("CumSum", r::along),
    op("DepthToSpace", a::blocks),
    op("DequantizeLinear", e::dequantize),
    op("Div", e::arithmetic),
    op("Dropout", e::dropout),
    op("DynamicQuantizeLinear", e::quantize_dynamically),
    external("Einsum", r::einsum),
    op("Elu", e::same),
    op("Equal", e::compare),
    op("Erf", e::same),
    op("Exp", e::same),
    op("Expand", a::expand),
    op("Flatten", a::flatten),
    op("Floor", e::same),
    op("Gather", a::gather),
    external("GatherElements", a::gather_elements),
    external("GatherND", a::gather_nd),
    op("Gelu", e::same),
    op("Gemm", p::gemm),
    op("GlobalAveragePool", w::pool_all),
    op("GlobalMaxPool", w::pool_all),
    op("Greater", e::compare),
    op("GreaterOrEqual", e::compare),
    external("GridSample", w::sample),
    op("GroupNormalization", e::norm),
    op("HardSigmoid", e::same),
    op("HardSwish", e::same),
    op("Identity", e::same),
    op("InstanceNormalization", e::norm),
    op("IsInf", e::test),
    op("IsNaN", e::test),
    external("LRN", r::along),
    op("LayerNormalization", e::norm),
    op("LeakyRelu", e::same),
    op("Less", e::compare),
    op("LessOrEqual", e::compare),
    op("Log", e::same),
    op("LogSoftmax", r::along),
    external("LpNormalization", r::along),
    external("LpPool", w::pool),
    op("MatMul", p::matmul),
    op("MatMulInteger", p::matmul_of_integers),
    op("Max", e::arithmetic),
    op("MaxPool", w::pool),
    op("Mean", e::arithmetic),
    external("MeanVarianceNormalization", r::along),
    op("Min", e::arithmetic),
    op("Mish", e::same),
    op("Mod", e::arithmetic),
    op("Mul", e::arithmetic),
    op("Neg", e::same),
    op("Not", e::same),
    external("OneHot", r::one_hot),
    op("Or", e::compare),
    op("PRelu", e::arithmetic),
    op("Pad", w::pad),
    op("Pow", e::arithmetic),
    op("QLinearConv", w::conv_of_quantized),
    op("QLinearMatMul", p::matmul_of_quantized),
    op("QuantizeLinear", e::quantize),
    op("Range", a::range),
    op("Reciprocal", e::same),
    op("ReduceL1", r::reduce),
    op("ReduceL2", r::reduce),
    op("ReduceLogSum", r::reduce),
    op("ReduceLogSumExp", r::reduce),
    op("ReduceMax", r::reduce),
    op("ReduceMean", r::reduce),
    op("ReduceMin", r::reduce),
    op("ReduceProd", r::reduce),
    op("ReduceSum", r::reduce),
    op("ReduceSumSquare", r::reduce),
    op("Relu", e::same),
    op("Reshape", a::reshape),
    op("Resize", w::resize),
    op("Round", e::same),
    external("ScatterElements", r::along),
    external("ScatterND", r::along),
    op("Selu", e::same),
    op("Shape", a::shape),
    op("Sigmoid", e::same),
    op("Sign", e::same),
    op("Sin", e::same),
    op("Size", a::size),
    op("Slice", a::slice),
    op("Softmax", r::along),
    op("Softplus", e::same),
    op("Softsign", e::same),
    op("SpaceToDepth", a::blocks),
    op("Split", a::split),
    op("Sqrt", e::same),
    op("Squeeze", a::squeeze),
    op("Sub", e::arithmetic),
    op("Sum", e::arithmetic),
    op("Tanh", e::same),
    op("ThresholdedRelu", e::same),
    op("Tile", a::tile),
    external("TopK", r::largest),
    op("Transpose", a::transpose),
    external("Trilu", r::along),
    op("Unsqueeze", a::unsqueeze),
    external("Upsample", w::resize),
    op("Where", e::choose),
    op("Xor", e::compare),
];

pub(super) fn find(name: &str) -> Option<&'static Operator> {
    let found = OPERATORS.binary_search_by(|operator| operator.name.cmp(name));
    found.ok().map(|index| &OPERATORS[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_found() {
        for operator in OPERATORS {
            let found = find(operator.name);
            assert!(
                found.is_some_and(|found| found.name == operator.name),
                "{}",
                operator.name
            );
        }
        for name in [
            "Loop",
            "If",
            "Scan",
            "SequenceMap",
            "NonZero",
            "RandomNormal",
            "",
            "relu",
        ] {
            assert!(find(name).is_none(), "{name}");
        }
    }
}
