//! The header of a `.npy` file: a Python dictionary with the data type, memory order and shape (numpy/lib/format.py).

/// Data type, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    F16,
    F32,
    F64,
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) number: Number,
    pub(super) fortran_order: bool,
    pub(super) shape: Vec<usize>,
}

const MAGIC: &[u8] = b"\x93NUMPY";

impl Number {
    fn parse(descr: &str) -> Option<Self> {
        let mark = descr.chars().next()?;
        let number = match &descr[mark.len_utf8()..] {
            "f2" => Self::F16,
            "f4" => Self::F32,
            "f8" => Self::F64,
            "b1" => Self::Bool,
            "u1" => Self::U8,
            "i1" => Self::I8,
            "u2" => Self::U16,
            "i2" => Self::I16,
            "u4" => Self::U32,
            "i4" => Self::I32,
            "u8" => Self::U64,
            "i8" => Self::I64,
            _ => return None,
        };
        let one_byte = number.bytes() == 1;
        (mark == '<' || mark == '|' && one_byte).then_some(number)
    }

    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Bool | Self::U8 | Self::I8 => 1,
            Self::F16 | Self::U16 | Self::I16 => 2,
            Self::F32 | Self::U32 | Self::I32 => 4,
            Self::F64 | Self::U64 | Self::I64 => 8,
        }
    }

    pub(super) fn is_whole(self) -> bool {
        !matches!(self, Self::F16 | Self::F32 | Self::F64)
    }
}

impl Header {
    /// Splits a file into its header and the bytes of its numbers.
    pub(super) fn parse(file: &[u8]) -> Result<(Self, &[u8]), String> {
        let cut = || "the .npy file is truncated".to_owned();
        if file.len() < MAGIC.len() && MAGIC.starts_with(file) {
            return Err(cut());
        }
        let rest = file.strip_prefix(MAGIC).ok_or("not a .npy file")?;
        let (version, rest) = rest.split_at_checked(2).ok_or_else(cut)?;
        let length_bytes = match version[0] {
            1 => 2,
            2 | 3 => 4,
            other => return Err(format!("a .npy file of format {other}, expected 1 to 3")),
        };
        let (length, rest) = rest.split_at_checked(length_bytes).ok_or_else(cut)?;
        let length = length
            .iter()
            .rev()
            .fold(0, |sum, &b| sum << 8 | usize::from(b));
        let (text, data) = rest.split_at_checked(length).ok_or_else(cut)?;
        let text = std::str::from_utf8(text).map_err(|_| "its header is not text")?;
        Ok((Self::parse_dictionary(text)?, data))
    }

    fn parse_dictionary(text: &str) -> Result<Self, String> {
        let value = |key: &str| {
            let quoted = [format!("'{key}':"), format!("\"{key}\":")];
            let found = quoted.iter().find_map(|key| text.split_once(key.as_str()));
            let missing = || format!("its header has no `{key}`");
            found
                .map(|(_, value)| value.trim_start())
                .ok_or_else(missing)
        };
        let descr = value("descr")?;
        let quote = descr.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let descr = quote.and_then(|quote| descr[1..].split(quote).next());
        let descr = descr.ok_or("holds structured data, not plain numbers")?;
        let number = Number::parse(descr).ok_or_else(|| {
            format!(
                "holds numbers of type `{descr}`, expected little-endian floats or integers, or booleans"
            )
        })?;
        let fortran_order = match value("fortran_order")? {
            text if text.starts_with("True") => true,
            text if text.starts_with("False") => false,
            _ => return Err("its header's `fortran_order` is neither True nor False".into()),
        };
        let shape = value("shape")?.strip_prefix('(');
        let shape = shape
            .and_then(|text| text.split_once(')'))
            .map(|(inside, _)| inside);
        let shape: Option<Vec<usize>> = shape.and_then(|inside| {
            let sides = inside
                .split(',')
                .map(str::trim)
                .filter(|side| !side.is_empty());
            // Python 2 writes `32L`.
            let sides = sides.map(|side| side.strip_suffix('L').unwrap_or(side));
            sides.map(|side| side.parse().ok()).collect()
        });
        Ok(Self {
            number,
            fortran_order,
            shape: shape.ok_or("its header's `shape` is not a list of integers")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_as_numpy_writes_them() {
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }";
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((text.len() as u16).to_le_bytes());
        file.extend(text.bytes());
        file.extend([1, 2, 3]);
        let (header, data) = Header::parse(&file).unwrap();
        let expected = Header {
            number: Number::F32,
            fortran_order: false,
            shape: vec![3, 4],
        };
        assert_eq!((header, data), (expected, &[1, 2, 3][..]));
        for length in 0..file.len() - 3 {
            assert!(Header::parse(&file[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let parse = |text| Header::parse_dictionary(text).unwrap_err();
        assert!(parse("{'descr': '>f4', 'fortran_order': False, 'shape': (3,)}").contains(">f4"));
        assert!(parse("{'descr': [('a', '<f4')], 'shape': (3,)}").contains("structured"));
        assert!(
            parse("{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}").contains("shape")
        );
        assert!(parse("{'descr': '<f4', 'fortran_order': False}").contains("shape"));
        assert!(parse("").contains("descr"));
    }
}
