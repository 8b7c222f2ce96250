//! The fields that the messages of a model may have (onnx/onnx.proto). Everything else is refused, unknown fields and
//! fields that occur twice included: engines read those differently, and one of them could see another graph than the
//! one that was checked.

use super::wire::{Fields, Wire, varints};

/// Why a file is refused.
#[derive(Debug, PartialEq)]
pub(crate) enum Fault {
    /// It is no ONNX file, or a damaged one.
    Damaged(String),
    /// It has something that models must not have.
    Refused(String),
}

/// Fields of a file, a bound for the memory that decoding takes: text and bytes share the file's memory.
const MOST_FIELDS: usize = 1 << 20;

struct Message {
    name: &'static str,
    fields: &'static [Field],
}

struct Field {
    number: u32,
    /// What messages call it.
    name: &'static str,
    content: Content,
    is_repeated: bool,
}

enum Content {
    Varint,
    Float,
    Text,
    Bytes,
    /// Repeated numbers, packed or one by one.
    Varints,
    Floats,
    Doubles,
    Message(&'static Message),
    /// Must be absent.
    Refused,
    /// Must be absent or 0.
    Zero,
}

const fn one(number: u32, name: &'static str, content: Content) -> Field {
    Field {
        number,
        name,
        content,
        is_repeated: false,
    }
}

const fn many(number: u32, name: &'static str, content: Content) -> Field {
    Field {
        number,
        name,
        content,
        is_repeated: true,
    }
}

use Content::{Bytes, Doubles, Float, Floats, Message as Of, Refused, Text, Varint, Varints, Zero};

static MODEL: Message = Message {
    name: "the model",
    fields: &[
        one(1, "IR version", Varint),
        one(2, "producer", Text),
        one(3, "producer version", Text),
        one(4, "domain", Text),
        one(5, "version", Varint),
        one(6, "description", Text),
        one(7, "graph", Of(&GRAPH)),
        many(8, "operator set", Of(&OPERATOR_SET)),
        many(14, "metadata", Of(&ENTRY)),
        many(20, "graphs for training", Refused),
        many(25, "functions of its own", Refused),
        many(26, "device configurations", Refused),
    ],
};

static OPERATOR_SET: Message = Message {
    name: "operator set",
    fields: &[one(1, "domain", Text), one(2, "version", Varint)],
};

static ENTRY: Message = Message {
    name: "entry",
    fields: &[one(1, "key", Text), one(2, "value", Text)],
};

static GRAPH: Message = Message {
    name: "graph",
    fields: &[
        many(1, "node", Of(&NODE)),
        one(2, "name", Text),
        many(5, "weight", Of(&TENSOR)),
        one(10, "description", Text),
        many(11, "input", Of(&VALUE)),
        many(12, "output", Of(&VALUE)),
        many(13, "value", Of(&VALUE)),
        many(14, "quantization", Of(&ANNOTATION)),
        many(15, "sparse weights", Refused),
        many(16, "metadata", Of(&ENTRY)),
    ],
};

static ANNOTATION: Message = Message {
    name: "annotation",
    fields: &[
        one(1, "tensor", Text),
        many(2, "parameter tensors", Of(&ENTRY)),
    ],
};

static NODE: Message = Message {
    name: "node",
    fields: &[
        many(1, "input", Text),
        many(2, "output", Text),
        one(3, "name", Text),
        one(4, "operator", Text),
        many(5, "attribute", Of(&ATTRIBUTE)),
        one(6, "description", Text),
        one(7, "domain", Text),
        one(8, "overload", Text),
        many(9, "metadata", Of(&ENTRY)),
        many(10, "device configurations", Refused),
    ],
};

static ATTRIBUTE: Message = Message {
    name: "attribute",
    fields: &[
        one(1, "name", Text),
        one(2, "float", Float),
        one(3, "integer", Varint),
        one(4, "text", Bytes),
        one(5, "tensor", Of(&TENSOR)),
        one(6, "a subgraph", Refused),
        many(7, "floats", Floats),
        many(8, "integers", Varints),
        many(9, "texts", Bytes),
        many(10, "tensors", Refused),
        many(11, "subgraphs", Refused),
        one(13, "description", Text),
        one(14, "a type", Refused),
        many(15, "types", Refused),
        one(20, "type", Varint),
        one(21, "a reference to a function's attribute", Refused),
        one(22, "sparse numbers", Refused),
        many(23, "sparse numbers", Refused),
    ],
};

static TENSOR: Message = Message {
    name: "tensor",
    fields: &[
        many(1, "dimensions", Varints),
        one(2, "type", Varint),
        one(3, "a segment of a tensor", Refused),
        many(4, "numbers", Floats),
        many(5, "numbers", Varints),
        many(6, "texts", Refused),
        many(7, "numbers", Varints),
        one(8, "name", Text),
        one(9, "numbers", Bytes),
        many(10, "numbers", Doubles),
        many(11, "numbers", Varints),
        one(12, "description", Text),
        many(13, "data in another file", Refused),
        one(14, "data in another file", Zero),
        many(16, "metadata", Of(&ENTRY)),
    ],
};

static VALUE: Message = Message {
    name: "value",
    fields: &[
        one(1, "name", Text),
        one(2, "type", Of(&TYPE)),
        one(3, "description", Text),
        many(4, "metadata", Of(&ENTRY)),
    ],
};

static TYPE: Message = Message {
    name: "type",
    fields: &[
        one(1, "tensor type", Of(&TENSOR_TYPE)),
        one(4, "a sequence", Refused),
        one(5, "a map", Refused),
        one(6, "denotation", Text),
        one(7, "an opaque type", Refused),
        one(8, "a sparse tensor", Refused),
        one(9, "an optional value", Refused),
    ],
};

static TENSOR_TYPE: Message = Message {
    name: "tensor type",
    fields: &[one(1, "type", Varint), one(2, "shape", Of(&SHAPE))],
};

static SHAPE: Message = Message {
    name: "shape",
    fields: &[many(1, "dimension", Of(&DIMENSION))],
};

static DIMENSION: Message = Message {
    name: "dimension",
    fields: &[
        one(1, "size", Varint),
        one(2, "name", Text),
        one(3, "denotation", Text),
    ],
};

/// Checks that a file has the fields that a model may have, and no others.
pub(super) fn check(file: &[u8]) -> Result<(), Fault> {
    let mut fields = 0;
    MODEL.check(file, &mut fields)
}

impl Message {
    fn check(&self, bytes: &[u8], count: &mut usize) -> Result<(), Fault> {
        let damaged = |reason: String| Fault::Damaged(format!("{}: {reason}", self.name));
        let mut seen = 0u32;
        let mut place = [0usize; 32];
        for item in Fields::new(bytes) {
            let (number, wire) = item.map_err(|reason| damaged(reason.into()))?;
            *count += 1;
            if *count > MOST_FIELDS {
                let reason = format!("has more than {MOST_FIELDS} fields");
                return Err(Fault::Refused(reason));
            }
            let field = self.fields.iter().find(|field| field.number == number);
            let field = field.ok_or_else(|| damaged(format!("has an unknown field, {number}")))?;
            // Numbers of known fields are below 32.
            let bit = 1 << number;
            if seen & bit != 0 && !field.is_repeated {
                return Err(damaged(format!("has its field `{}` twice", field.name)));
            }
            seen |= bit;
            let index = place[number as usize];
            place[number as usize] += 1;
            field.check(wire, count).map_err(|fault| {
                let here = match field.is_repeated {
                    true => format!("{} {index}", field.name),
                    false => field.name.to_owned(),
                };
                let add = |reason: String| match self.name {
                    "the model" | "type" | "tensor type" | "shape" => reason,
                    _ if matches!(field.content, Refused | Zero) => reason,
                    _ => format!("{here}: {reason}"),
                };
                match fault {
                    Fault::Damaged(reason) => Fault::Damaged(add(reason)),
                    Fault::Refused(reason) => Fault::Refused(add(reason)),
                }
            })?;
        }
        Ok(())
    }
}

impl Field {
    fn check(&self, wire: Wire<'_>, count: &mut usize) -> Result<(), Fault> {
        let all_valid = |bytes| varints(bytes).all(|number| number.is_ok());
        let is_valid = match (&self.content, wire) {
            (Refused, _) => return Err(self.refused()),
            (Zero, Wire::Varint(value)) if value != 0 => return Err(self.refused()),
            (Of(message), Wire::Bytes(bytes)) => return message.check(bytes, count),
            (Text, Wire::Bytes(bytes)) => std::str::from_utf8(bytes).is_ok(),
            (Varints, Wire::Bytes(bytes)) => all_valid(bytes),
            (Floats, Wire::Bytes(bytes)) => bytes.len().is_multiple_of(4),
            (Doubles, Wire::Bytes(bytes)) => bytes.len().is_multiple_of(8),
            (Bytes, Wire::Bytes(_))
            | (Varint | Varints | Zero, Wire::Varint(_))
            | (Float | Floats, Wire::Fixed32(_))
            | (Doubles, Wire::Fixed64(_)) => true,
            _ => false,
        };
        match is_valid {
            true => Ok(()),
            false => {
                let reason = format!("the field `{}` is of another kind", self.name);
                Err(Fault::Damaged(reason))
            }
        }
    }

    fn refused(&self) -> Fault {
        Fault::Refused(format!("has {}, which a model must not have", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_numbers_fit_the_table() {
        for message in [
            &MODEL,
            &OPERATOR_SET,
            &ENTRY,
            &GRAPH,
            &ANNOTATION,
            &NODE,
            &ATTRIBUTE,
            &TENSOR,
            &VALUE,
            &TYPE,
            &TENSOR_TYPE,
            &SHAPE,
            &DIMENSION,
        ] {
            let mut numbers: Vec<u32> = message.fields.iter().map(|field| field.number).collect();
            assert!(numbers.iter().all(|number| (1..32).contains(number)));
            numbers.dedup();
            assert_eq!(numbers.len(), message.fields.len(), "{}", message.name);
        }
    }

    #[test]
    fn unknown_and_double_fields_are_damage() {
        for (bytes, reason) in [
            (&[0x48, 1][..], "the model: has an unknown field, 9"),
            (
                &[0x08, 8, 0x08, 8],
                "the model: has its field `IR version` twice",
            ),
            (&[0x0a, 0], "the field `IR version` is of another kind"),
            (&[0xe0, 3, 1], "the model: has an unknown field, 60"),
        ] {
            assert_eq!(check(bytes), Err(Fault::Damaged(reason.into())));
        }
        assert_eq!(check(&[0x08, 8]), Ok(()));
    }
}
