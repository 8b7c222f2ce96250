//! Regions of a picture: the areas that lose a label together.

use ndarray::Array2;

/// Numbers the 4-connected areas of equal value from 0, in reading order of their first pixels.
///
/// Returns the numbers `[height, width]` and how many there are.
pub fn regions(values: &Array2<i32>) -> (Array2<u32>, usize) {
    const NONE: u32 = u32::MAX;
    let (height, width) = values.dim();
    let mut numbers = Array2::from_elem((height, width), NONE);
    let mut count = 0;
    let mut open = Vec::new();
    for start in ndarray::indices((height, width)) {
        if numbers[start] != NONE {
            continue;
        }
        let value = values[start];
        numbers[start] = count;
        open.push(start);
        while let Some((y, x)) = open.pop() {
            let above = y.checked_sub(1).map(|y| (y, x));
            let left = x.checked_sub(1).map(|x| (y, x));
            let below = (y + 1 < height).then_some((y + 1, x));
            let right = (x + 1 < width).then_some((y, x + 1));
            for next in [above, left, below, right].into_iter().flatten() {
                if numbers[next] == NONE && values[next] == value {
                    numbers[next] = count;
                    open.push(next);
                }
            }
        }
        count += 1;
    }
    (numbers, count as usize)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn diagonal_neighbours_are_apart() {
        let (numbers, count) = regions(&array![[7, 7, 1], [7, 1, 1], [1, 7, 7]]);
        assert_eq!(numbers, array![[0, 0, 1], [0, 1, 1], [2, 3, 3]]);
        assert_eq!(count, 4);
    }
}
