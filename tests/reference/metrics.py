#!/usr/bin/env python3
"""Computes reference metrics with SciPy, scikit-image, and LPIPS in NumPy and float64.

    metrics.py FOLDER [--lpips CACHE]

Reads these files from FOLDER, if they exist:
    pictures_a.npy, pictures_b.npy            uint8 [n, height, width, 3]
    features_NAME_a.npy, features_NAME_b.npy  float32 [n, d], for any NAME
and writes metrics.json to it:
    psnr, ssim  a number per pair of pictures; null where PSNR is infinite
    lpips       {"alex": [...], "vgg": [...]}, only with --lpips
    frechet     {NAME: distance}
CACHE has alexnet.safetensors and vgg16.safetensors, as `cargo xtask assets lpips` installs them.

PSNR and SSIM are scikit-image's, with the window of the SSIM paper. The Frechet distance follows pytorch-fid. LPIPS
follows its paper and version 0.1. Needs Python 3.11, numpy, scipy, scikit-image and safetensors.
"""

import argparse
import json
import math
import pathlib

import numpy as np
import scipy.linalg
from safetensors.numpy import load_file
from skimage.metrics import peak_signal_noise_ratio, structural_similarity


# ---- pixels


def psnr(a, b):
    if np.array_equal(a, b):
        return math.inf
    return peak_signal_noise_ratio(a, b, data_range=255)


def ssim(a, b):
    return structural_similarity(
        a,
        b,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=255,
        channel_axis=-1,
    )


# ---- LPIPS

SHIFT = np.array([-0.030, -0.088, -0.188])
SCALE = np.array([0.458, 0.448, 0.450])


def convolve(x, kernel, bias, stride, padding):
    """Convolution of [channels, height, width] with zero padding, for one kernel position at a time."""
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    size = kernel.shape[-1]
    height, width = ((side - size) // stride + 1 for side in x.shape[1:])
    total = np.zeros((len(kernel), height, width)) + bias[:, None, None]
    for i, j in np.ndindex(size, size):
        part = x[:, i : i + stride * height : stride, j : j + stride * width : stride]
        part = part[:, :height, :width]
        total += (kernel[:, :, i, j] @ part.reshape(len(x), -1)).reshape(total.shape)
    return total


def max_pool(x, size):
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    return windows[:, ::2, ::2].max(axis=(3, 4))


def alexnet(conv, x):
    taps = [conv(x, 0, 4, 2)]
    taps.append(conv(max_pool(taps[-1], 3), 1, 1, 2))
    taps.append(conv(max_pool(taps[-1], 3), 2, 1, 1))
    taps.append(conv(taps[-1], 3, 1, 1))
    taps.append(conv(taps[-1], 4, 1, 1))
    return taps


def vgg16(conv, x):
    taps = []
    for i in range(13):
        x = conv(x, i, 1, 1)
        if i in (1, 3, 6, 9, 12):
            taps.append(x)
            x = max_pool(x, 2) if i < 12 else x
    return taps


def lpips(network, path, a, b):
    weights = {name: value.astype(np.float64) for name, value in load_file(path).items()}

    def conv(x, i, stride, padding):
        kernel, bias = weights[f"conv{i}.weight"], weights[f"conv{i}.bias"]
        return np.maximum(convolve(x, kernel, bias, stride, padding), 0)

    def features(picture):
        x = (picture / 127.5 - 1 - SHIFT) / SCALE
        taps = network(conv, x.transpose(2, 0, 1))
        return [tap / (np.sqrt((tap**2).sum(axis=0)) + 1e-10) for tap in taps]

    distance = 0.0
    for i, (p, q) in enumerate(zip(features(a), features(b))):
        weighted = weights[f"lin{i}.weight"][:, None, None] * (p - q) ** 2
        distance += weighted.sum(axis=0).mean()
    return distance


# ---- Frechet distance


def frechet(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    covariances = [np.atleast_2d(np.cov(x, rowvar=False)) for x in (a, b)]
    root = scipy.linalg.sqrtm(covariances[0] @ covariances[1])
    if not np.isfinite(root).all():
        offset = 1e-6 * np.eye(a.shape[1])
        root = scipy.linalg.sqrtm((covariances[0] + offset) @ (covariances[1] + offset))
    if np.iscomplexobj(root):
        assert np.allclose(np.diagonal(root).imag, 0, atol=1e-3), "the root is not real"
        root = root.real
    shift = a.mean(axis=0) - b.mean(axis=0)
    traces = sum(np.trace(covariance) for covariance in covariances)
    return shift @ shift + traces - 2 * np.trace(root)


def measure(folder, cache):
    metrics = {}
    if (folder / "pictures_a.npy").exists():
        pairs = list(zip(*(np.load(folder / f"pictures_{x}.npy") for x in "ab"), strict=True))
        metrics["psnr"] = [psnr(a, b) for a, b in pairs]
        metrics["ssim"] = [ssim(a, b) for a, b in pairs]
        if cache:
            networks = {"alex": (alexnet, "alexnet"), "vgg": (vgg16, "vgg16")}
            metrics["lpips"] = {
                name: [lpips(network, cache / f"{file}.safetensors", a, b) for a, b in pairs]
                for name, (network, file) in networks.items()
            }
    metrics["frechet"] = {}
    for path in sorted(folder.glob("features_*_a.npy")):
        name = path.name.removeprefix("features_").removesuffix("_a.npy")
        other = np.load(folder / f"features_{name}_b.npy")
        metrics["frechet"][name] = frechet(np.load(path), other)
    return metrics


def plain(value):
    """Converts NumPy values for JSON, and infinity to null."""
    match value:
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case _:
            return None if value == math.inf else float(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--lpips", type=pathlib.Path, metavar="CACHE")
    arguments = parser.parse_args()
    metrics = plain(measure(arguments.folder, arguments.lpips))
    text = json.dumps(metrics, indent=1, allow_nan=False)
    (arguments.folder / "metrics.json").write_text(text)


if __name__ == "__main__":
    main()
