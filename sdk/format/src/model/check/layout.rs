//! Where the pixels of a picture are in a tensor: each dimension is a product of axes of the picture and of channels.

use super::fact::Fact;

/// The picture's axes that pixels are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Batch,
    Row,
    Column,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Factor {
    /// `None` for channels.
    pub(super) axis: Option<Axis>,
    pub(super) size: u64,
}

/// The factors of each dimension, outermost first. Factors of 1 are left out, and neighbouring channels are one factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout(pub(super) Vec<Vec<Factor>>);

impl Layout {
    /// `[batch, channels, height, width]`.
    pub(super) fn picture(dims: &[u64]) -> Self {
        let axes = [Some(Axis::Batch), None, Some(Axis::Row), Some(Axis::Column)];
        let factors = axes.into_iter().zip(dims);
        Self(factors.map(|(axis, &size)| factor(axis, size)).collect())
    }

    /// A tensor that is the same for all pixels.
    pub(super) fn channels(fact: &Fact) -> Self {
        Self(fact.dims.iter().map(|&size| factor(None, size)).collect())
    }

    pub(super) fn rank(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_pixel_free(&self, dimension: usize) -> bool {
        let mut factors = self.0.get(dimension).into_iter().flatten();
        factors.all(|factor| factor.axis.is_none())
    }

    /// The layout after a reshape to `dims`; `None` if that divides pixels.
    pub(super) fn regroup(&self, dims: &[u64]) -> Option<Self> {
        let mut rest: Vec<Factor> = self.0.iter().flatten().rev().copied().collect();
        let mut layout = Vec::with_capacity(dims.len());
        for &side in dims {
            let mut dimension = Vec::new();
            let mut left = side;
            while left > 1 {
                let next = rest.pop()?;
                if left.is_multiple_of(next.size) {
                    left /= next.size;
                    push(&mut dimension, next);
                } else if next.axis.is_none() && next.size.is_multiple_of(left) {
                    push(&mut dimension, Factor { size: left, ..next });
                    rest.push(Factor {
                        size: next.size / left,
                        ..next
                    });
                    left = 1;
                } else {
                    return None;
                }
            }
            layout.push(dimension);
        }
        rest.is_empty().then_some(Self(layout))
    }

    /// The layout of numbers that are combined with those of another tensor; `None` if that combines different pixels.
    pub(super) fn combine(&self, other: &Self) -> Option<Self> {
        let rank = self.rank().max(other.rank());
        let of = |layout: &Self, dimension: usize| {
            let missing = rank - layout.rank();
            let own = dimension.checked_sub(missing);
            own.map_or_else(Vec::new, |own| layout.0[own].clone())
        };
        let mut all = Vec::with_capacity(rank);
        for dimension in 0..rank {
            let (a, b) = (of(self, dimension), of(other, dimension));
            all.push(match (a.is_empty(), b.is_empty()) {
                (_, true) => a,
                (true, _) => b,
                _ if a == b => a,
                _ => return None,
            });
        }
        Self(all).once()
    }

    /// Itself, if it has each axis once: otherwise it has a number for each pair of pixels.
    pub(super) fn once(self) -> Option<Self> {
        let axes: Vec<Axis> = self.0.iter().flatten().filter_map(|f| f.axis).collect();
        let is_twice = |(index, axis): (usize, &Axis)| axes[..index].contains(axis);
        (!axes.iter().enumerate().any(is_twice)).then_some(self)
    }
}

fn factor(axis: Option<Axis>, size: u64) -> Vec<Factor> {
    match size {
        1 => Vec::new(),
        size => vec![Factor { axis, size }],
    }
}

/// Channels of this number.
pub(super) fn channels(size: u64) -> Vec<Factor> {
    factor(None, size)
}

fn push(dimension: &mut Vec<Factor>, next: Factor) {
    match dimension.last_mut() {
        Some(last) if last.axis.is_none() && next.axis.is_none() => {
            last.size = last.size.saturating_mul(next.size)
        }
        _ => dimension.push(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reshapes_keep_pixels_together() {
        let picture = Layout::picture(&[2, 6, 3, 5]);
        assert_eq!(picture.regroup(&[2, 2, 3, 3, 5]).unwrap().rank(), 5);
        assert_eq!(picture.regroup(&[12, 15]).unwrap().rank(), 2);
        assert_eq!(picture.regroup(&[4, 45]).unwrap().rank(), 2);
        // Half a row.
        assert_eq!(Layout::picture(&[1, 1, 3, 4]).regroup(&[6, 2]), None);
        assert_eq!(picture.regroup(&[2, 6, 3]), None);
    }

    #[test]
    fn pairs_of_pixels_are_no_pixels() {
        let row = Layout(vec![
            vec![Factor {
                axis: Some(Axis::Row),
                size: 4,
            }],
            Vec::new(),
        ]);
        let column = Layout(vec![Vec::new(), row.0[0].clone()]);
        assert_eq!(row.combine(&row), Some(row.clone()));
        assert_eq!(row.combine(&column), None);
        let channels = Layout(vec![Vec::new(), channels(3)]);
        assert_eq!(row.combine(&channels).unwrap().rank(), 2);
    }
}
