//! Regions: the connected components of a picture in which labels are dropped together.

use ndarray::Array2;

/// Labels the 4-connected components of equal value from 0, in row-major order of their first pixels.
///
/// Returns the component of each pixel, `[height, width]`, and the number of components.
pub fn regions(values: &Array2<i32>) -> (Array2<u32>, usize) {
    let (height, width) = values.dim();
    let values = values.as_standard_layout();
    let values = values.as_slice().expect("in standard layout");
    // Union-find: pixels point to earlier pixels of their component, whose first pixel points to itself.
    let mut earlier: Vec<u32> = (0..).take(values.len()).collect();
    for pixel in 0..values.len() {
        let is_first_of_row = pixel % width == 0;
        if !is_first_of_row && values[pixel - 1] == values[pixel] {
            join(&mut earlier, pixel, pixel - 1);
        }
        if pixel >= width && values[pixel - width] == values[pixel] {
            join(&mut earlier, pixel, pixel - width);
        }
    }
    let mut count = 0;
    let mut numbers = vec![0; values.len()];
    for pixel in 0..values.len() {
        let first = earlier[pixel] as usize;
        numbers[pixel] = if first == pixel {
            count += 1;
            count - 1
        } else {
            // An earlier pixel of the same component, which has its number already.
            numbers[first]
        };
    }
    let numbers = Array2::from_shape_vec((height, width), numbers).expect("one number per pixel");
    (numbers, count as usize)
}

fn join(earlier: &mut [u32], a: usize, b: usize) {
    let (a, b) = (first(earlier, a), first(earlier, b));
    earlier[a.max(b)] = a.min(b) as u32;
}

/// The root of a pixel's component, with path halving.
fn first(earlier: &mut [u32], mut pixel: usize) -> usize {
    while earlier[pixel] as usize != pixel {
        let next = earlier[pixel] as usize;
        earlier[pixel] = earlier[next];
        pixel = earlier[pixel] as usize;
    }
    pixel
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

    /// Components whose arms meet only below, on the right and on the left.
    #[test]
    fn arms_of_an_area_are_one() {
        let (numbers, count) = regions(&array![
            [1, 0, 1, 0, 1],
            [1, 0, 1, 0, 1],
            [1, 1, 1, 0, 1],
            [0, 0, 1, 1, 1],
        ]);
        let expected = array![
            [0, 1, 0, 2, 0],
            [0, 1, 0, 2, 0],
            [0, 0, 0, 2, 0],
            [3, 3, 0, 0, 0],
        ];
        assert_eq!((numbers, count), (expected, 4));
    }
}
