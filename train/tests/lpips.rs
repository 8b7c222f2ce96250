//! Tests of LPIPS with the original weights, if `cargo xtask assets lpips` has installed them.

use multicond::EngineOptions;
use multicond_test_support::require;
use multicond_train::eval::{Lpips, LpipsNetwork};
use ndarray::{Array3, ArrayView3};

fn lpips(network: LpipsNetwork) -> Option<Lpips> {
    let path = require::asset(network.file())?;
    let loaded = Lpips::load(network, &path, &EngineOptions::default());
    Some(loaded.expect("installed weights are whole"))
}

fn picture(f: impl Fn(usize, usize, usize) -> f32) -> Array3<f32> {
    Array3::from_shape_fn((3, 64, 64), |(c, y, x)| f(c, y, x))
}

#[test]
fn equal_pictures_are_at_distance_zero_and_noise_is_far() {
    let smooth = picture(|c, y, x| (c * 20 + y + x) as f32 / 170.0);
    let dimmed = smooth.mapv(|v| 0.95 * v);
    let noise = picture(|c, y, x| ((c * 7 + y * 31 + x * 17) % 11) as f32 / 10.0);
    for network in [LpipsNetwork::Alex, LpipsNetwork::Vgg] {
        let Some(mut lpips) = lpips(network) else {
            return;
        };
        let mut distance = |a: ArrayView3<'_, f32>, b| lpips.distance(a, b).expect("one size");
        assert_eq!(distance(smooth.view(), smooth.view()), 0.0);
        let near = distance(smooth.view(), dimmed.view());
        let far = distance(smooth.view(), noise.view());
        assert!(0.0 < near && near < 0.1 && 0.5 < far, "{near} {far}");
        let back = distance(noise.view(), smooth.view());
        assert!((far - back).abs() < 1e-6, "{far} {back}");
    }
}
