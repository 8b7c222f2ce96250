"""Frames of Blender: multi-layer OpenEXR files with Cryptomatte."""

import numpy as np

from files import save, save_exr, save_json, srgb_encode
from renders import (
    CLASSES_TOML,
    INTRINSICS,
    OBJECT_CLASSES,
    RENDER_CLASSES,
    RULES_TOML,
    camera_file,
    cryptomatte,
    float_id,
    matte_planes,
    murmur3,
    object_classes,
    rotation,
)
from scenes import directions, holes, picture, random_for, smooth
from truth import classes, frame, values


def blender(folder, class_of=OBJECT_CLASSES):
    """Multi-layer files as from Blender: the first frame has a separate picture file, the second is in parts."""
    root = folder / "blender"
    root.mkdir()
    (root / "frames.toml").write_text(CLASSES_TOML + RULES_TOML)
    frames = []
    for name in ["0001", "0002"]:
        random = random_for(name)
        axes = rotation(random)
        sky = holes(random)
        depth = smooth(random, 0.3, 40)[0].astype(np.float32)
        normals = directions(random)
        world = np.einsum("ij,jyx->iyx", axes, normals)
        flat = holes(random) | sky
        world[:, flat] = 0
        albedo = smooth(random, 0, 0.9, 3).astype(np.float32)
        # Black is a valid colour, not a missing value.
        albedo[:, 3, 3:9] = 0
        combined = smooth(random, -0.1, 1.3, 3).astype(np.float32)
        ids = np.array([0] + [float_id(murmur3(name.encode())) for name in class_of], np.uint32)
        mattes, objects = matte_planes(ids, random)
        stored_depth = np.where(sky, np.float32(1e10), depth)
        channels = {"ViewLayer.Depth.Z": stored_depth}
        channels |= dict(zip(["ViewLayer.Combined." + c for c in "RGBA"], [*combined, np.ones_like(depth)]))
        channels |= dict(zip(["ViewLayer.Normal." + c for c in "XYZ"], world.astype(np.float32)))
        channels |= dict(zip(["ViewLayer.DiffCol." + c for c in "RGB"], np.where(sky, 0, albedo).astype(np.float32)))
        channels |= {f"ViewLayer.CryptoObject{n // 4:02}.{'rgba'[n % 4]}": plane for n, plane in enumerate(mattes)}
        channels |= {f"ViewLayer.CryptoMaterial00.{c}": np.full_like(depth, 0.5) for c in "rgba"}
        # Blender's manifests hold the unchanged hashes.
        header = cryptomatte("ViewLayer.CryptoMaterial", ["Oak"], lambda number: number)
        header |= cryptomatte("ViewLayer.CryptoObject", class_of, lambda number: number)
        save_exr(root / f"{name}.exr", channels, header, in_parts=name == "0002")
        listed = [{"name": "Floor lamp", "index": 7, "class": "lamp"}, {"name": "Chair", "index": 8, "class": "wall"}]
        save_json(root / f"{name}.json", camera_file(axes, INTRINSICS, metres_per_unit=0.5, objects=listed))
        if name == "0001":
            image, tolerance = picture(random), 0
            save(root / f"{name}.png", image)
        else:
            screen = srgb_encode(np.clip(combined, 0, 1)) * 255
            # Rounded; the picture of a frame without a picture file is not rounded to 8 bits.
            image, tolerance = np.moveaxis(np.round(screen).astype(np.uint8), 0, 2), 0.5001
        labels = {
            "semantics": classes(object_classes(objects, class_of), RENDER_CLASSES),
            "depth": values(depth * 0.5, 0, sky),
            "normals": values(normals, 1e-6, flat),
            "albedo": values(albedo, 0, sky),
        }
        frames.append(frame(name, image, labels, instances=objects, camera=INTRINSICS, tolerance=tolerance))
    return [{"path": "blender", "format": "frames", "frames": frames}]


def blender_flipped(folder):
    """An object whose hash is not a valid float, so that the id in the picture differs from Blender's manifest."""
    names = (f"Object.{number:04}" for number in range(10_000))
    changed = next(name for name in names if float_id(murmur3(name.encode())) != murmur3(name.encode()))
    return blender(folder, {"Chair": 2, "Wänd": 0, changed: 1})
