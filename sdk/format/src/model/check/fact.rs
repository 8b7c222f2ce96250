//! What is known about a value of a graph before it runs.

/// Numbers of a tensor that are kept, if it has no more: shapes, axes and scales are small.
pub(super) const KNOWN: usize = 256;

/// The largest rank of a tensor.
pub(super) const MOST_DIMENSIONS: usize = 8;

/// The longest side of a tensor. Without it, an empty tensor could have any other side.
pub(super) const MOST_SIDE: u64 = 1 << 40;

/// A type of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Float,
    Uint8,
    Int8,
    Uint16,
    Int16,
    Int32,
    Int64,
    Bool,
    Float16,
    Double,
    Uint32,
    Uint64,
    Bfloat16,
}

impl Kind {
    /// ONNX's type with this number, unless it is one that models must not have (texts, complex numbers, less than 8
    /// bits).
    pub(super) fn of(number: u64) -> Option<Self> {
        Some(match number {
            1 => Self::Float,
            2 => Self::Uint8,
            3 => Self::Int8,
            4 => Self::Uint16,
            5 => Self::Int16,
            6 => Self::Int32,
            7 => Self::Int64,
            9 => Self::Bool,
            10 => Self::Float16,
            11 => Self::Double,
            12 => Self::Uint32,
            13 => Self::Uint64,
            16 => Self::Bfloat16,
            _ => return None,
        })
    }

    pub(super) fn bytes(self) -> u64 {
        match self {
            Self::Uint8 | Self::Int8 | Self::Bool => 1,
            Self::Uint16 | Self::Int16 | Self::Float16 | Self::Bfloat16 => 2,
            Self::Float | Self::Int32 | Self::Uint32 => 4,
            Self::Int64 | Self::Double | Self::Uint64 => 8,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Float => "float32",
            Self::Uint8 => "uint8",
            Self::Int8 => "int8",
            Self::Uint16 => "uint16",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Bool => "bool",
            Self::Float16 => "float16",
            Self::Double => "float64",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Bfloat16 => "bfloat16",
        }
    }

    /// The field of a tensor that holds numbers of this type, if they are not raw.
    pub(super) fn field(self) -> u32 {
        match self {
            Self::Float => 4,
            Self::Int64 => 7,
            Self::Double => 10,
            Self::Uint32 | Self::Uint64 => 11,
            _ => 5,
        }
    }

    pub(super) fn is_float(self) -> bool {
        matches!(
            self,
            Self::Float | Self::Float16 | Self::Double | Self::Bfloat16
        )
    }

    /// A number from its bytes. Half precision is not needed: no shape is one.
    pub(super) fn number(self, bytes: &[u8]) -> f64 {
        let mut all = [0; 8];
        all[..bytes.len()].copy_from_slice(bytes);
        let word = u64::from_le_bytes(all);
        match self {
            Self::Float => f32::from_bits(word as u32).into(),
            Self::Double => f64::from_bits(word),
            Self::Int8 => (word as i8).into(),
            Self::Int16 => (word as i16).into(),
            Self::Int32 => (word as i32).into(),
            Self::Int64 => word as i64 as f64,
            Self::Float16 | Self::Bfloat16 => f64::NAN,
            Self::Uint8 | Self::Uint16 | Self::Bool | Self::Uint32 | Self::Uint64 => word as f64,
        }
    }
}

/// What is known about a value for one size of the inputs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fact {
    pub(crate) kind: Kind,
    pub(crate) dims: Vec<u64>,
    /// The numbers, if they do not depend on the inputs' numbers and are few.
    pub(crate) known: Option<Vec<f64>>,
    /// Whether it is the same for every input: engines compute it when they load a model.
    pub(crate) is_fixed: bool,
}

impl Fact {
    pub(crate) fn new(kind: Kind, dims: Vec<u64>) -> Self {
        Self {
            kind,
            dims,
            known: None,
            is_fixed: false,
        }
    }

    pub(super) fn count(&self) -> u64 {
        let product = self.dims.iter();
        product.fold(1, |all: u64, &side| all.saturating_mul(side))
    }

    pub(crate) fn size(&self) -> u64 {
        self.count().saturating_mul(self.kind.bytes())
    }

    pub(super) fn rank(&self) -> usize {
        self.dims.len()
    }
}
