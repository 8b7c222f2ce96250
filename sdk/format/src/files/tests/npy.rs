//! NumPy files: shapes, types, headers.

use super::*;

#[test]
fn npy_of_every_shape_and_type() {
    let dir = folder();
    let data = floats(&[1.0, 2.0, N, 4.0]);
    for shape in ["(2, 2)", "(1, 2, 2)", "(2, 2, 1)"] {
        assert_same(
            &values(&npy(&dir, "<f4", shape, &data), &Label::depth()),
            &[1.0, 2.0, N, 4.0],
        );
    }
    let doubles: Vec<u8> = [1.5f64, 1e300]
        .into_iter()
        .flat_map(f64::to_le_bytes)
        .collect();
    assert_same(
        &values(&npy(&dir, "<f8", "(1, 2)", &doubles), &Label::depth()),
        &[1.5, N],
    );
    let halves: Vec<u8> = [0x3E00u16].into_iter().flat_map(u16::to_le_bytes).collect();
    assert_same(
        &values(&npy(&dir, "<f2", "(1, 1)", &halves), &Label::depth()),
        &[1.5],
    );
    let largest = half::f16::MAX.to_le_bytes();
    let path = npy(&dir, "<f2", "(1, 1)", &largest);
    assert_same(&values(&path, &Label::depth()), &[N]);
    for value in [0.0, -2.0, 1e8, f32::MAX] {
        let path = npy(&dir, "<f4", "(1, 1)", &floats(&[value]));
        let map = read_label(&path, &Label::depth()).unwrap();
        assert_eq!(map.known_share(&Label::depth()), 0.0, "{value}");
    }
    let data = floats(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let curvature = Label::curvature();
    assert_same(
        &values(&npy(&dir, "<f4", "(1, 3, 2)", &data), &curvature),
        &[1.0, 3.0, 5.0, 2.0, 4.0, 6.0],
    );
    let path = npy(&dir, "<f4", "(3, 2, 1, 1)", &data);
    let message = refused(&path, &Label::depth());
    assert_eq!(
        message,
        "has the shape [3, 2, 1, 1], but label `depth` needs [H, W], [1, H, W] or [H, W, 1]"
    );
    let ids = [
        ("|u1", vec![0, 2]),
        ("<u2", vec![0, 0, 2, 0]),
        ("<i4", vec![0, 0, 0, 0, 2, 0, 0, 0]),
    ];
    for (descr, data) in ids {
        assert_eq!(
            classes(&npy(&dir, descr, "(1, 2)", &data)),
            array![[0, 2]],
            "{descr}"
        );
    }
    let long: Vec<u8> = [1i64, 255].into_iter().flat_map(i64::to_le_bytes).collect();
    assert_eq!(
        classes(&npy(&dir, "<i8", "(1, 2)", &long)),
        array![[1, 255]]
    );
    let path = npy(&dir, "|u1", "(1, 2)", &[0, 7]);
    let message = refused(&path, &semantics());
    assert_eq!(
        message,
        "pixel (1, 0): class id 7, expected 0 to 2 (or 255 for missing)"
    );
    assert_eq!(
        refused(&path, &Label::depth()),
        "holds whole numbers, but label `depth` needs floats in its unit"
    );
}

#[test]
fn npy_that_promises_too_much() {
    let dir = folder();
    let path = npy(&dir, "<f4", "(2, 2)", &[0; 15]);
    let message = refused(&path, &Label::depth());
    assert_eq!(message, "15 bytes of numbers, but its header promises 16");
    let path = npy(&dir, "<f4", "(99999999999, 99999999999)", &[]);
    let error = read_label(&path, &Label::depth()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Size);
}

#[test]
fn npy_booleans_batches_and_old_headers() {
    let dir = folder();
    let path = npy(&dir, "|b1", "(2, 2)", &[0, 1, 255, 0]);
    assert_same(&values(&path, &Label::edges()), &[0.0, 1.0, 1.0, 0.0]);
    assert_eq!(
        refused(&path, &Label::depth()),
        "holds whole numbers, but label `depth` needs floats in its unit"
    );
    assert_eq!(classes(&path), array![[0, 1], [1, 0]]);
    let data = floats(&[1.0, 2.0, 3.0, 4.0]);
    for shape in [
        "(2L, 2L)",
        "(1, 1, 2, 2)",
        "(1, 2, 2, 1)",
        "(1, 1, 1, 2, 2)",
    ] {
        let path = npy(&dir, "<f4", shape, &data);
        assert_same(&values(&path, &Label::depth()), &[1.0, 2.0, 3.0, 4.0]);
    }
    let path = npy(&dir, "<f4", "(2, 1, 1, 2)", &data);
    let message = refused(&path, &Label::depth());
    assert!(
        message.starts_with("has the shape [2, 1, 1, 2]"),
        "{message}"
    );
}
