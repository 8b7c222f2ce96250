"""Writes a small file like nyu_depth_v2_labeled.mat with h5py: the same names, types, axis order, user block, old-style
groups, chunks, deflate and cell arrays of references.

All values follow from the formulas below, with frame f, channel c, row y and column x, counted from 0.
"""

import h5py
import numpy as np

LABELS = np.array([0, 4, 5, 11, 21, 894, 1, 172, 88], dtype=np.uint16)
NAMED = {1: "book", 4: "ceiling", 5: "chair", 11: "floor", 21: "wall", 88: "bookshelf", 172: "television"}
KINDS = {"images": b"uint8", "depths": b"single", "rawDepths": b"single", "labels": b"uint16", "instances": b"uint8"}


def frame_values(f, height, width):
    """The contents of a frame, rows first, in the order of KINDS."""
    y, x = np.mgrid[0:height, 0:width]
    channel = np.arange(3)[:, None, None]
    image = ((50 * f + 20 * channel + 3 * x + 7 * y) % 256).astype(np.uint8)
    depth = (1 + f + x / 64 + y / 128).astype(np.float32)
    raw = depth.copy()
    raw[(x + y) % 5 == 0] = 0
    raw[(x + 2 * y) % 17 == 3] = np.nan
    raw[x == 1] = 10
    labels = LABELS[(x // 8 + y // 8 + f) % len(LABELS)]
    instances = ((x // 16) % 3).astype(np.uint8)
    instances[labels == 0] = 0
    return image, depth, raw, labels, instances


def write(path, frames, width, height):
    """Writes the file. Names without a class share one string, to keep it small."""
    stacks = [np.stack(arrays) for arrays in zip(*(frame_values(f, height, width) for f in range(frames)))]
    with h5py.File(path, "w", userblock_size=512, libver=("earliest", "v108"), track_order=False) as file:
        for (name, kind), rows_first in zip(KINDS.items(), stacks):
            # MATLAB uses column-major order.
            values = np.ascontiguousarray(np.swapaxes(rows_first, -1, -2))
            # A chunk size that does not divide the axes, so that the last chunks are padded, as in the original.
            sides = tuple(int(np.ceil(side * 0.6)) for side in values.shape[-2:])
            chunks = (1,) * (values.ndim - 2) + sides
            dataset = file.create_dataset(name, data=values, chunks=chunks, compression="gzip", compression_opts=3)
            dataset.attrs["MATLAB_class"] = np.bytes_(kind)
        refs = file.create_group("#refs#")
        names = np.empty((1, 894), dtype=h5py.ref_dtype)
        entries = {}
        for index in range(894):
            text = NAMED.get(index + 1, "thing")
            if text not in entries:
                codes = np.frombuffer(text.encode("utf-16-le"), dtype="<u2").reshape(-1, 1)
                entry = refs.create_dataset(f"n{index}", data=codes)
                entry.attrs["MATLAB_class"] = np.bytes_(b"char")
                entries[text] = entry.ref
            names[0, index] = entries[text]
        cell = file.create_dataset("names", data=names, dtype=h5py.ref_dtype)
        cell.attrs["MATLAB_class"] = np.bytes_(b"cell")
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Thu Jan 1 00:00:00 1970 HDF5 schema 1.00 ."
    with open(path, "r+b") as file:
        file.write(header.ljust(116) + bytes(8) + (0x0200).to_bytes(2, "little") + b"IM")
