"""Writes files, and the codes of labels in PNG files."""

import json

import numpy as np
import OpenEXR
from PIL import Image

from scenes import HEIGHT, WIDTH
from truth import classes, values


def save(path, array, **options):
    """A PNG or JPEG file; 16-bit arrays become 16-bit files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.ascontiguousarray(array)).save(path, **options)


def save_json(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def save_exr(path, channels, header=None, compression=OpenEXR.ZIP_COMPRESSION, in_parts=False):
    """An OpenEXR file, with one part per layer if in parts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = {"compression": compression, "type": OpenEXR.scanlineimage} | (header or {})
    layers = {}
    for name, plane in channels.items():
        layer = name.rpartition(".")[0] if in_parts else ""
        layers.setdefault(layer, {})[name] = np.ascontiguousarray(plane)
    if in_parts:
        parts = [OpenEXR.Part(dict(header), planes, layer) for layer, planes in layers.items()]
        OpenEXR.File(parts).write(str(path))
    else:
        OpenEXR.File(header, layers[""]).write(str(path))


def srgb_decode(stored):
    return np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)


def srgb_encode(linear):
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


# The codes of PNG files. Each returns the array to save and the expected label, with a tolerance of half a step.


def png_depth(metres, missing):
    stored = np.round(metres * 512).astype(np.uint16)
    stored[missing] = 65535
    return stored, values(metres, 0.5 / 512, missing)


OURS = "right,up,towards"
TASKONOMYS = "right,down,away"


def along(vectors, axes):
    """Vectors (x right, y up, z towards the camera) in channels that count along other axes."""
    right, up, towards = vectors
    by_name = {"right": right, "left": -right, "up": up, "down": -up, "towards": towards, "away": -towards}
    return np.stack([by_name[axis] for axis in axes.split(",")])


def png_normals(vectors, missing, axes=OURS):
    stored = np.round(along(vectors, axes) * 127 + 127).astype(np.uint8)
    stored[:, missing] = 128
    return np.moveaxis(stored, 0, 2), values(vectors, 0.5 / 127 * np.sqrt(3), missing)


def png_curvature(curvatures, missing):
    """As in Taskonomy: the curvature with the larger absolute value first."""
    step = 1 / 127 / 0.03
    smaller_first = np.abs(curvatures[0]) < np.abs(curvatures[1])
    stored = np.full((3, HEIGHT, WIDTH), 127, np.uint8)
    stored[:2] = np.round(np.where(smaller_first, curvatures[::-1], curvatures) / step + 127)
    stored[:, missing] = 0
    return np.moveaxis(stored, 0, 2), values(np.sort(curvatures, 0)[::-1], 0.5 * step, missing)


def png_strength(strength):
    return np.round(strength * 65535).astype(np.uint16), values(strength, 0.5 / 65535)


def png_albedo(linear, missing):
    stored = np.round(srgb_encode(linear) * 255)
    above, below = srgb_decode((stored + 0.5) / 255), srgb_decode((stored - 0.5) / 255)
    stored = stored.astype(np.uint8)
    stored[:, missing] = 0
    return np.moveaxis(stored, 0, 2), values(linear, (above - below) / 2 * 1.05, missing)


def png_classes(ids, names):
    """Class + 1, 0 for missing."""
    return (ids + 1).astype(np.uint8), classes(ids, names)
