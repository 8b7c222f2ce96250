"""Writes a generator's weights in the format of the original ASAP-Net code, without PyTorch.

    python write_asap.py generator.safetensors out.pth --padding reflect

The layers are numbered by building the same sequence of modules. The file is a zip archive of a pickle and raw
storages, the format of torch.save since PyTorch 1.6.
"""

import argparse
import collections
import io
import json
import pickle
import re
import struct
import sys
import types
import zipfile

import numpy


def read_safetensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            values = numpy.frombuffer(data[begin:end], dtype="<f4")
            tensors[name] = values.reshape(entry["shape"])
    return tensors


def state_dict(weights, padding):
    """Our tensors by the original keys, numbered as in torch.nn.Sequential."""
    ours = "asap.low_resolution."
    stages = {int(match[1]) for name in weights if (match := re.match(ours + r"stages\.(\d+)\.", name))}
    strides_end = next(
        index
        for index in sorted(stages)
        if index > 0
        and weights[f"{ours}stages.{index}.convolution.weight"].shape[0]
        != weights[f"{ours}stages.{index - 1}.convolution.weight"].shape[0]
    )
    keys = collections.OrderedDict()

    def convolution(prefix, stage):
        name = f"{ours}stages.{stage}."
        keys[prefix + ".0.weight"] = weights[name + "convolution.weight"]
        keys[prefix + ".1.weight"] = weights[name + "norm.gamma"]
        keys[prefix + ".1.bias"] = weights[name + "norm.beta"]

    number = 0
    for stage in range(strides_end + 1):
        if padding == "reflect":
            number += 1  # ReflectionPad2d
        convolution(f"lowres_stream.model.{number}", stage)
        number += 2  # the convolution with its norm, ReLU
    for stage in range(strides_end + 1, len(stages)):
        # A block is a separate sequence: [ReflectionPad2d,] convolution with norm, ReLU.
        inner = 1 if padding == "reflect" else 0
        convolution(f"lowres_stream.model.{number}.conv_block.{inner}", stage)
        number += 1
    keys[f"lowres_stream.model.{number}.weight"] = weights[ours + "head.weight"]
    keys[f"lowres_stream.model.{number}.bias"] = weights[ours + "head.bias"]
    return keys


def damaged(values, how):
    match how:
        case "cut":
            return values[:-1]
        case "nan":
            values = values.copy()
            values.flat[1] = numpy.nan
            return values
        case "half":
            return values.astype("<f2")
        case "repeat":
            return numpy.broadcast_to(values.flat[0], values.shape)


def save(tensors, path):
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    class FloatStorage:
        pass

    class HalfStorage:
        pass

    def _rebuild_tensor_v2():
        raise NotImplementedError

    for storage in (FloatStorage, HalfStorage):
        storage.__module__, storage.__qualname__ = "torch", storage.__name__
        setattr(torch, storage.__name__, storage)
    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    sys.modules.update({"torch": torch, "torch._utils": utils})

    class Storage:
        def __init__(self, key, stored):
            self.key, self.size = key, stored.size
            self.kind = {"float32": FloatStorage, "float16": HalfStorage}[stored.dtype.name]

    class Tensor:
        def __init__(self, key, values):
            # With strides of 0, one number is enough for the whole tensor.
            repeated = values.ndim > 0 and not any(values.strides)
            self.key, self.values = key, values
            self.stored = values[(0,) * values.ndim][None] if repeated else values

        def __reduce__(self):
            shape = self.values.shape
            strides = tuple(stride // self.values.itemsize for stride in self.values.strides)
            storage = Storage(self.key, self.stored)
            hooks = collections.OrderedDict()
            return _rebuild_tensor_v2, (storage, 0, shape, strides, False, hooks)

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            if isinstance(value, Storage):
                return ("storage", value.kind, value.key, "cpu", value.size)
            return None

    listed = collections.OrderedDict(
        (name, Tensor(str(index), values)) for index, (name, values) in enumerate(tensors.items())
    )
    pickled = io.BytesIO()
    Pickler(pickled, protocol=2).dump(listed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", pickled.getvalue())
        archive.writestr("archive/byteorder", "little")
        for tensor in listed.values():
            archive.writestr(f"archive/data/{tensor.key}", tensor.stored.tobytes())
        archive.writestr("archive/version", "3\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights")
    parser.add_argument("out")
    parser.add_argument("--padding", choices=["zero", "reflect"], default="zero")
    parser.add_argument("--rename", nargs=2, action="append", default=[], metavar=("KEY", "TO"))
    parser.add_argument("--damage", nargs=2, action="append", default=[], metavar=("KEY", "HOW"))
    arguments = parser.parse_args()
    tensors = state_dict(read_safetensors(arguments.weights), arguments.padding)
    for key, to in arguments.rename:
        tensors[to] = tensors.pop(key)
    for key, how in arguments.damage:
        tensors[key] = damaged(tensors[key], how)
    save(tensors, arguments.out)


if __name__ == "__main__":
    main()
