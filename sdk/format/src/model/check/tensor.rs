//! Constants in a model: a shape is believed only if as many numbers are really there.

use super::{
    fact::{Fact, KNOWN, Kind, MOST_DIMENSIONS, MOST_SIDE},
    wire::{Fields, Wire, varints},
};

/// Reads a tensor whose fields have been checked: its name, and what is known about it.
pub(super) fn read(bytes: &[u8]) -> Result<(String, Fact), String> {
    let mut name = String::new();
    let mut dims = Vec::new();
    let mut kind = 0;
    for field in Fields::new(bytes) {
        match field? {
            (1, Wire::Varint(side)) => dims.push(side),
            (1, Wire::Bytes(packed)) => {
                let rest = (MOST_DIMENSIONS + 1).saturating_sub(dims.len());
                for side in varints(packed).take(rest) {
                    dims.push(side?);
                }
            }
            (2, Wire::Varint(number)) => kind = number,
            (8, Wire::Bytes(text)) => name = String::from_utf8_lossy(text).into_owned(),
            _ => {}
        }
        if dims.len() > MOST_DIMENSIONS {
            let reason = format!("has more than {MOST_DIMENSIONS} dimensions");
            return Err(within(&name, &reason));
        }
    }
    let fact = fact(bytes, kind, dims).map_err(|reason| within(&name, &reason))?;
    Ok((name, fact))
}

/// Whether a tensor that [`read`] accepts is of float32 and all its numbers are this one.
pub(super) fn is_filled_with(bytes: &[u8], number: f32) -> Result<bool, String> {
    let (wanted, mut is_all) = (number.to_le_bytes(), true);
    for field in Fields::new(bytes) {
        is_all &= match field? {
            (2, Wire::Varint(kind)) => Kind::of(kind) == Some(Kind::Float),
            (4, Wire::Fixed32(own)) => own == wanted,
            (4 | 9, Wire::Bytes(raw)) => raw.as_chunks::<4>().0.iter().all(|own| *own == wanted),
            _ => true,
        };
    }
    Ok(is_all)
}

fn within(name: &str, reason: &str) -> String {
    match name {
        "" => format!("a constant {reason}"),
        name => format!("constant `{name}` {reason}"),
    }
}

fn fact(bytes: &[u8], kind: u64, dims: Vec<u64>) -> Result<Fact, String> {
    let Some(kind) = Kind::of(kind) else {
        return Err(format!(
            "has numbers of type {kind}, which a model must not have"
        ));
    };
    let numbers = numbers(bytes, kind)?;
    let wanted = dims
        .iter()
        .try_fold(1u64, |all, &side| all.checked_mul(side));
    let has_sides = dims.iter().all(|&side| side <= MOST_SIDE);
    if wanted != Some(numbers.count) || !has_sides {
        return Err(format!(
            "has the shape {dims:?}, but {} numbers",
            numbers.count
        ));
    }
    let mut fact = Fact::new(kind, dims);
    fact.is_fixed = true;
    fact.known = (numbers.first.len() as u64 == numbers.count).then_some(numbers.first);
    Ok(fact)
}

/// The numbers of a tensor: how many there are, and the first of them.
#[derive(Default)]
struct Numbers {
    count: u64,
    first: Vec<f64>,
}

impl Numbers {
    fn push(&mut self, number: f64) {
        self.count += 1;
        if self.first.len() < KNOWN {
            self.first.push(number);
        }
    }
}

fn numbers(bytes: &[u8], kind: Kind) -> Result<Numbers, String> {
    let mut numbers = Numbers::default();
    let mut is_raw = false;
    for field in Fields::new(bytes) {
        let (number, wire) = field?;
        if !matches!(number, 4 | 5 | 7 | 9 | 10 | 11) {
            continue;
        }
        // Engines take the numbers from different fields if there are several.
        if (number == 9 && numbers.count > 0) || is_raw {
            return Err("has its numbers twice".into());
        }
        match (number, wire) {
            (9, Wire::Bytes(raw)) => {
                let size = kind.bytes() as usize;
                if !raw.len().is_multiple_of(size) {
                    return Err(format!(
                        "has {} bytes, no whole number of {}",
                        raw.len(),
                        kind.name()
                    ));
                }
                numbers.count = (raw.len() / size) as u64;
                let first = raw.chunks_exact(size).take(KNOWN);
                numbers.first = first.map(|bytes| kind.number(bytes)).collect();
                is_raw = true;
            }
            _ if number != kind.field() => {
                return Err(format!("has its {} numbers in a wrong field", kind.name()));
            }
            (_, Wire::Varint(number)) => numbers.push(number as i64 as f64),
            (_, Wire::Fixed32(bytes)) => numbers.push(f32::from_le_bytes(bytes).into()),
            (_, Wire::Fixed64(bytes)) => numbers.push(f64::from_le_bytes(bytes)),
            (_, Wire::Bytes(packed)) => match kind {
                Kind::Float | Kind::Double => {
                    let numbers_in = packed.chunks_exact(kind.bytes() as usize);
                    numbers_in.for_each(|bytes| numbers.push(kind.number(bytes)));
                }
                _ => {
                    for number in varints(packed) {
                        numbers.push(number? as i64 as f64);
                    }
                }
            },
        }
    }
    Ok(numbers)
}
