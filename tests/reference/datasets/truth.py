"""What a reader must find in a dataset."""

import numpy as np

# How exactly floats of two and of four bytes hold a value, as a share of it.
HALF = 2.0**-11
SINGLE = 2.0**-23


def numbers(array, missing=None):
    array = np.asarray(array, dtype=np.float64)
    array = array[None] if array.ndim == 2 else array
    array = array.copy()
    if missing is not None:
        array[:, missing] = np.nan
    return [None if np.isnan(value) else value for value in array.ravel().tolist()]


def values(array, tolerance, missing=None):
    """A continuous label: [channels,] rows, columns; `tolerance` is a number, or one for each value."""
    channels = 1 if np.ndim(array) == 2 else len(array)
    # With some margin for single-precision rounding.
    tolerance = np.asarray(tolerance) + 4 * SINGLE * (1 + np.abs(np.nan_to_num(array)))
    spread = np.broadcast_to(tolerance, np.shape(array)).ravel()
    return {"values": numbers(array, missing), "tolerance": spread.tolist(), "channels": channels}


def classes(ids, names):
    """A categorical label by class names; null where the id is negative."""
    return {"names": [names[i] if i >= 0 else None for i in np.asarray(ids).ravel().tolist()], "classes": len(names)}


def frame(name, image, labels, *, split=None, instances=None, camera=None, tolerance=0):
    image = np.asarray(image)
    return {
        "name": name,
        "split": split,
        "width": image.shape[1],
        "height": image.shape[0],
        "picture": np.moveaxis(image, 2, 0).ravel().tolist(),
        "picture_tolerance": tolerance,
        "labels": labels,
        "instances": None if instances is None else np.asarray(instances).astype(np.int32).ravel().tolist(),
        "camera": camera,
    }
