//! Shapes of matrix products.

use super::{
    call::{Call, Outcome, broadcast, one},
    elementwise::agree,
};
use crate::model::check::fact::{Fact, Kind};

pub(in crate::model::check) fn matmul(call: &Call<'_>) -> Outcome {
    let (a, b) = (call.input(0)?, call.input(1)?);
    agree(a, b)?;
    one(a.kind, product(a, b)?)
}

pub(in crate::model::check) fn matmul_of_integers(call: &Call<'_>) -> Outcome {
    one(Kind::Int32, product(call.input(0)?, call.input(1)?)?)
}

/// `QLinearMatMul`: a, its scale and zero, b, its scale and zero, and those of the output.
pub(in crate::model::check) fn matmul_of_quantized(call: &Call<'_>) -> Outcome {
    one(
        call.input(7)?.kind,
        product(call.input(0)?, call.input(3)?)?,
    )
}

fn product(a: &Fact, b: &Fact) -> Result<Vec<u64>, String> {
    let (mut left, mut right) = (a.dims.clone(), b.dims.clone());
    if left.is_empty() || right.is_empty() {
        return Err("multiplies a number without axes".into());
    }
    let (is_row, is_column) = (left.len() == 1, right.len() == 1);
    if is_row {
        left.insert(0, 1);
    }
    if is_column {
        right.push(1);
    }
    let (l, r) = (left.len(), right.len());
    if left[l - 1] != right[r - 2] {
        return Err(format!("multiplies {:?} by {:?}", a.dims, b.dims));
    }
    let mut dims = broadcast([&left[..l - 2], &right[..r - 2]])?;
    if !is_row {
        dims.push(left[l - 2]);
    }
    if !is_column {
        dims.push(right[r - 1]);
    }
    Ok(dims)
}

pub(in crate::model::check) fn gemm(call: &Call<'_>) -> Outcome {
    let (a, b) = (call.input(0)?, call.input(1)?);
    agree(a, b)?;
    let ([rows, inner], [inner_b, columns]) = (
        pair(a, call.int("transA", 0)?)?,
        pair(b, call.int("transB", 0)?)?,
    );
    if inner != inner_b {
        return Err(format!("multiplies {:?} by {:?}", a.dims, b.dims));
    }
    let dims = vec![rows, columns];
    if let Some(c) = call.optional(2) {
        agree(a, c)?;
        if broadcast([&dims[..], &c.dims[..]])? != dims {
            return Err(format!("adds {:?} to {dims:?}", c.dims));
        }
    }
    one(a.kind, dims)
}

fn pair(fact: &Fact, transposed: i64) -> Result<[u64; 2], String> {
    match fact.dims[..] {
        [a, b] if transposed == 0 => Ok([a, b]),
        [a, b] => Ok([b, a]),
        _ => Err("multiplies what is no matrix".into()),
    }
}
