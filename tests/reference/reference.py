#!/usr/bin/env python3
"""Compares an exported model with a reference implementation of the network in NumPy and float64.

    reference.py CHECKPOINT MODEL.onnx [--cells 2x3] [--seed 1] [--tolerance 1e-4]

CHECKPOINT is a folder with generator.safetensors and config.toml; MODEL.onnx runs in ONNX Runtime.
Both generate pictures of random labels: dense, with missing pixels, and with whole labels missing. The exit code is 1
if a value of a picture in [0, 1] differs by more than the tolerance.

The network follows the papers (TLAM sections 3.2 and 4.2, ASAP-Net section 3) and docs/model-file.md, not the
Rust sources. Needs Python 3.11, numpy and onnxruntime.
"""

import argparse
import json
import math
import pathlib
import sys
import tomllib

import numpy as np
import onnxruntime


# ---- a checkpoint


def load_safetensors(path):
    data = path.read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:end]).items():
        if name == "__metadata__":
            continue
        assert entry["dtype"] == "F32", f"{name} is {entry['dtype']}"
        first, last = entry["data_offsets"]
        values = np.frombuffer(data[end + first : end + last], "<f4")
        tensors[name] = values.reshape(entry["shape"]).astype(np.float64)
    return tensors


class Weights:
    """Tensors by name, which records the tensors that were not read."""

    def __init__(self, tensors):
        self.tensors = tensors
        self.unread = set(tensors)

    def __call__(self, name, *shape):
        value = self.tensors[name]
        assert value.shape == shape, f"{name} is {value.shape}, expected {shape}"
        self.unread.discard(name)
        return value


# ---- labels in physical units to network input [channels, height, width], zero where missing


def network_input(label, values):
    if label["kind"] == "categorical":
        ids = values[0]
        encoded = np.stack([ids == k for k in range(len(label["classes"]))]).astype(np.float64)
        present = encoded.any(axis=0)
    else:
        values = values.astype(np.float64)
        form = label["encoding"]
        # False for NaN.
        if form["type"] == "reciprocal":
            present = ((values > 0) & (values < 1e8)).all(axis=0)
        else:
            present = (np.abs(values) < 1e30).all(axis=0)
        values = np.where(present, values, 0.5)
        match form["type"]:
            case "affine":
                encoded = np.clip(form["scale"] * values + form["bias"], -1, 1)
            case "reciprocal":
                v = np.maximum(values, 0)
                encoded = 2 * v / (v + form["half"]) - 1
            case "power":
                encoded = 2 * np.clip(values, 0, 1) ** form["exponent"] - 1
            case "direction":
                present = present & ((values**2).sum(axis=0) >= 1e-12)
                encoded = values
        encoded = np.where(present, encoded, 0)
    if label.get("presence", False):
        encoded = np.concatenate([encoded, present[None].astype(np.float64)])
    return encoded


# ---- merges


def gelu(x):
    erf = np.fromiter(map(math.erf, (x / math.sqrt(2)).flat), np.float64, x.size)
    return x * 0.5 * (1 + erf.reshape(x.shape))


def layer_norm(x, gamma, beta):
    centred = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
    return centred / deviation * gamma + beta


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def tlam(weights, config, labels, inputs):
    """The concept tensor [dimension, height, width] for the encoded labels."""
    d, heads, n = config["dimension"], config["heads"], len(labels)
    _, height, width = inputs[0].shape
    encodings = weights("tlam.label_encodings", n, d)
    tokens = []
    for k, value in enumerate(inputs):
        rows = value.reshape(len(value), -1).T
        matrix = weights(f"tlam.projections.{k}.weight", len(value), d)
        tokens.append(gelu(rows @ matrix + weights(f"tlam.projections.{k}.bias", d)) + encodings[k])
    z = np.stack(tokens, axis=1)

    def dense(x, name, outputs):
        matrix = weights(f"{name}.weight", x.shape[-1], outputs)
        return x @ matrix + weights(f"{name}.bias", outputs)

    def norm(x, name):
        return layer_norm(x, weights(f"{name}.gamma", d), weights(f"{name}.beta", d))

    for layer in range(config["layers"]):
        block = f"tlam.blocks.{layer}"
        joint = dense(norm(z, f"{block}.attention_norm"), f"{block}.query_key_value", 3 * d)
        parts = []
        for head in range(heads):
            own = slice(head * d // heads, (head + 1) * d // heads)
            q, k, v = (joint[..., part * d : (part + 1) * d][..., own] for part in range(3))
            scores = q @ k.transpose(0, 2, 1) / math.sqrt(d // heads)
            parts.append(softmax(scores) @ v)
        z = z + dense(np.concatenate(parts, axis=-1), f"{block}.output", d)
        hidden = gelu(dense(norm(z, f"{block}.mlp_norm"), f"{block}.expand", config["mlp_ratio"] * d))
        z = z + dense(hidden, f"{block}.contract", d)
    return z.mean(axis=1).T.reshape(d, height, width)


def clam(weights, config, labels, inputs):
    d = config["dimension"]
    _, height, width = inputs[0].shape
    concept = np.zeros((height * width, d))
    for k, value in enumerate(inputs):
        rows = value.reshape(len(value), -1).T
        layers = ["projection"] + [f"layers.{layer}" for layer in range(config["layers"])]
        for layer in layers:
            name = f"clam.branches.{k}.{layer}"
            matrix = weights(f"{name}.weight", rows.shape[1], d)
            rows = gelu(rows @ matrix + weights(f"{name}.bias", d))
        concept += rows / len(labels)
    return concept.T.reshape(d, height, width)


def merge(weights, config, labels, inputs):
    match config["kind"]:
        case "tlam":
            return tlam(weights, config, labels, inputs)
        case "clam":
            return clam(weights, config, labels, inputs)
        case "naive":
            return np.concatenate(inputs)
        case "semantics":
            return next(x for x, label in zip(inputs, labels) if label["kind"] == "categorical")


# ---- ASAP-Net


def tent_downsample(x, factor):
    if factor == 1:
        return x
    taps = np.array([*range(1, 2 * factor, 2), *range(2 * factor - 1, 0, -2)], np.float64)
    taps /= taps.sum()
    pad = factor // 2
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad)), mode="reflect")
    for axis in (2, 1):
        windows = np.lib.stride_tricks.sliding_window_view(x, 2 * factor, axis=axis)
        x = windows.take(range(0, windows.shape[axis], factor), axis=axis) @ taps
    return x


def convolve(x, kernel, stride, padding):
    """3x3 convolution with padding of one pixel, zero or reflection."""
    x = np.pad(x, ((0, 0), (1, 1), (1, 1)), mode={"zero": "constant", "reflect": "reflect"}[padding])
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))
    return np.einsum("chwij,ocij->ohw", windows[:, ::stride, ::stride], kernel, optimize=True)


def instance_norm(x, gamma, beta):
    centred = x - x.mean(axis=(1, 2), keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=(1, 2), keepdims=True) + 1e-5)
    return centred / deviation * gamma[:, None, None] + beta[:, None, None]


def low_resolution(weights, config, x, parameters):
    name = "asap.low_resolution"
    learned = config["learned_downsampling"]
    x = tent_downsample(x, config["tile"] // learned)
    downsamplings = int(math.log2(learned))
    outputs = [config["width"]] * downsamplings + [config["max_width"]] * (1 + config["depth"])
    strides = [1] + [2] * downsamplings + [1] * config["depth"]
    for stage, (output, stride) in enumerate(zip(outputs, strides, strict=True)):
        place = f"{name}.stages.{stage}"
        kernel = weights(f"{place}.convolution.weight", output, len(x), 3, 3)
        x = convolve(x, kernel, stride, config.get("padding", "zero"))
        gamma, beta = (weights(f"{place}.norm.{part}", output) for part in ("gamma", "beta"))
        x = np.maximum(instance_norm(x, gamma, beta), 0)
    kernel = weights(f"{name}.head.weight", parameters, len(x), 1, 1)[:, :, 0, 0]
    bias = weights(f"{name}.head.bias", parameters)
    return np.einsum("chw,oc->ohw", x, kernel) + bias[:, None, None]


def position_code(tile, y, x):
    code = []
    period = tile
    while period >= 2:
        for position in (x, y):
            angle = 2 * math.pi * position / period
            code += [math.cos(angle), math.sin(angle)]
        period //= 2
    return code


def asap(weights, config, concept):
    """The picture in (-1, 1) for a concept tensor, one cell at a time."""
    tile, hidden = config["tile"], config["pixel_width"]
    code = np.array([[position_code(tile, y, x) for x in range(tile)] for y in range(tile)])
    seen = concept[: len(concept) - config.get("low_resolution_only", 0)]
    widths = [len(seen) + code.shape[-1], hidden, hidden, hidden, hidden, 3]
    layers = list(zip(widths, widths[1:]))
    count = sum(i * o + o for i, o in layers)
    networks = low_resolution(weights, config, concept, count)
    image = np.empty((3, *concept.shape[1:]))
    for row, column in np.ndindex(networks.shape[1:]):
        place = np.s_[:, row * tile : (row + 1) * tile, column * tile : (column + 1) * tile]
        x = np.concatenate([seen[place].transpose(1, 2, 0), code], axis=-1)
        numbers, start = networks[:, row, column], 0
        for index, (i, o) in enumerate(layers):
            bias, start = numbers[start : start + o], start + o
            matrix, start = numbers[start : start + i * o].reshape(i, o), start + i * o
            x = x @ matrix + bias
            x = np.tanh(x) if index == 4 else np.where(x > 0, x, 0.01 * x)
        image[place] = x.transpose(2, 0, 1)
    return image


# ---- random labels


def random_label(label, height, width, coverage, known, random):
    """Values [channels, height, width], as the model's input."""
    holes = random.random((height, width)) < (0.35 if coverage == "holes" else 0)
    if coverage == "whole" and not known:
        holes[:] = True
    if label["kind"] == "categorical":
        count = len(label["classes"])
        ids = random.integers(0, count, (1, height, width), np.int32)
        beyond = np.array([label["missing"], -1, count, 2**31 - 1], np.int32)
        ids[0, holes] = random.choice(beyond, holes.sum())
        return ids
    form = label["encoding"]
    match form["type"]:
        case "affine":
            low, high = ((s * 1.2 - form["bias"]) / form["scale"] for s in (-1, 1))
        case "reciprocal":
            low, high = -0.2 * form["half"], 5 * form["half"]
        case _:
            low, high = -0.1, 1.1
    values = random.uniform(low, high, (label["channels"], height, width)).astype(np.float32)
    if form["type"] == "direction":
        values -= 0.5
        values /= np.sqrt((values**2).sum(axis=0)) + 1e-3
    beyond = np.array([np.nan, np.inf, -np.inf, 3e38, -1e30], np.float32)
    values[random.integers(len(values)), holes] = random.choice(beyond, holes.sum())
    return values


def compare(arguments):
    config = tomllib.loads((arguments.checkpoint / "config.toml").read_text())
    weights = Weights(load_safetensors(arguments.checkpoint / "generator.safetensors"))
    network, labels = config["network"], config["labels"]
    tile = network["backbone"]["tile"]
    rows, columns = map(int, arguments.cells.split("x"))
    random = np.random.default_rng(arguments.seed)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        arguments.model, options, providers=["CPUExecutionProvider"]
    )
    worst = 0.0
    for coverage in ("dense", "holes", "whole"):
        values = [
            random_label(label, rows * tile, columns * tile, coverage, index % 2 == 0, random)
            for index, label in enumerate(labels)
        ]
        feeds = {label["name"]: value[None] for label, value in zip(labels, values)}
        (image,) = session.run(["image"], feeds)
        inputs = [network_input(label, value) for label, value in zip(labels, values)]
        concept = merge(weights, network["merge"], labels, inputs)
        expected = (asap(weights, network["backbone"], concept) + 1) / 2
        difference = float(np.abs(image[0] - expected).max())
        # False for NaN.
        worst = max(worst, difference if difference == difference else math.inf)
        print(f"{coverage}: largest difference {difference:.2e}, std of the picture {expected.std():.3f}")
    if weights.unread:
        print(f"tensors that the network does not have: {sorted(weights.unread)}")
    return worst <= arguments.tolerance and not weights.unread


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("model")
    parser.add_argument("--cells", default="2x3", help="rows and columns of tiles")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    sys.exit(0 if compare(parser.parse_args()) else 1)


if __name__ == "__main__":
    main()
