//! The sinusoidal position code of a tile's pixels.

use std::f64::consts::TAU;

/// Number of channels of the code: cosine and sine of x and of y for each of log2(tile) periods.
pub fn channels(tile: usize) -> usize {
    4 * tile.ilog2() as usize
}

/// The code of all pixels of a tile, `[tile * tile, channels]` in row-major order.
///
/// For the periods f = tile, tile / 2, ..., 2 the channels are cos(2 pi x / f), sin(2 pi x / f),
/// cos(2 pi y / f), sin(2 pi y / f). Every period divides the tile, so one table serves all tiles.
pub fn table(tile: usize) -> Vec<f32> {
    let mut code = Vec::with_capacity(tile * tile * channels(tile));
    for y in 0..tile {
        for x in 0..tile {
            let mut period = tile;
            while period >= 2 {
                for position in [x, y] {
                    let angle = TAU * (position % period) as f64 / period as f64;
                    code.extend([angle.cos() as f32, angle.sin() as f32]);
                }
                period /= 2;
            }
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invariant_5_of_the_position_code() {
        for tile in [2, 8, 16, 64] {
            let code = table(tile);
            let channels = channels(tile);
            assert_eq!(channels, 4 * tile.ilog2() as usize);
            assert_eq!(code.len(), tile * tile * channels);
            for y in 0..tile {
                for x in 0..tile {
                    let pixel = &code[(y * tile + x) * channels..][..channels];
                    let coarse = (TAU * x as f64 / tile as f64).cos() as f32;
                    assert!((pixel[0] - coarse).abs() < 1e-6);
                    let [cos_x, sin_x, cos_y, sin_y] = pixel[channels - 4..] else {
                        unreachable!("four channels per period")
                    };
                    assert_eq!(cos_x, if x % 2 == 0 { 1.0 } else { -1.0 });
                    assert_eq!(cos_y, if y % 2 == 0 { 1.0 } else { -1.0 });
                    assert!(sin_x.abs() < 1e-6 && sin_y.abs() < 1e-6);
                }
            }
        }
    }
}
