"""Frames of other renderers, and of renderers with other settings: names, windows, Cryptomattes."""

import numpy as np
import OpenEXR

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
from scenes import HEIGHT, WIDTH, blocks, directions, holes, picture, random_for, smooth
from truth import HALF, classes, frame, values


def screen(linear):
    """The picture of a linear layer, and its tolerance: it is not rounded to 8 bits."""
    image = np.round(srgb_encode(np.clip(linear, 0, 1)) * 255).astype(np.uint8)
    return np.moveaxis(image, 0, 2), 0.5001


def world_normals(random, missing):
    """Normals in camera space, the camera's axes, and the normals in world space, zero where missing."""
    normals, axes = directions(random), rotation(random)
    world = np.einsum("ij,jyx->iyx", axes, normals)
    world[:, missing] = 0
    return normals, axes, world.astype(np.float32)


def blender5(folder):
    """Blender 5: long names, a part for each pass, and object numbers instead of Cryptomattes."""
    root = folder / "blender5"
    root.mkdir()
    (root / "frames.toml").write_text(CLASSES_TOML + RULES_TOML)
    frames = []
    for name in ["0001", "0002"]:
        random = random_for("blender5" + name)
        sky = holes(random)
        depth = smooth(random, 0.3, 40)[0].astype(np.float32)
        normals, axes, world = world_normals(random, sky)
        albedo = smooth(random, 0.01, 0.9, 3).astype(np.float32)
        combined = smooth(random, 0, 1, 3).astype(np.float32)
        index = blocks(random, 4)
        layer = lambda pass_name, letters, planes: {
            f"ViewLayer.{pass_name}.{letter}": plane for letter, plane in zip(letters, planes)
        }
        channels = layer("Combined", "RGBA", [*combined, np.ones_like(depth)])
        channels |= layer("Depth", "Z", [np.where(sky, np.float32(1e10), depth)])
        channels |= layer("Normal", "XYZ", world)
        channels |= layer("Diffuse Color", "RGB", np.where(sky, 0, albedo).astype(np.float32))
        channels |= layer("Glossy Color", "RGB", combined)
        channels |= layer("Object Index", "X", [index.astype(np.float32)])
        channels |= layer("Denoising Depth", "Z", [depth + 1])
        channels |= layer("Denoising Normal", "XYZ", -world)
        save_exr(root / f"{name}.exr", channels, in_parts=True)
        listed = [{"name": "Chair.001", "index": 1}, {"name": "Lamp", "index": 2, "class": "lamp"}]
        save_json(root / f"{name}.json", camera_file(axes, INTRINSICS, objects=listed))
        image, tolerance = screen(combined)
        labels = {
            "semantics": classes(np.array([-1, 2, 3, -1])[index], RENDER_CLASSES),
            "depth": values(depth, 0, sky),
            "normals": values(normals, 1e-6, sky),
            "albedo": values(albedo, 0, sky),
        }
        frames.append(frame(name, image, labels, instances=index, camera=INTRINSICS, tolerance=tolerance))
    return [{"path": "blender5", "format": "frames", "frames": frames}]


def arnold(folder):
    """Arnold, V-Ray and Redshift: depth as `Z` beside the picture; half and single floats; several kinds of nothing."""
    root = folder / "arnold"
    root.mkdir()
    frames = []
    for name, kind, nothing, letters in [
        ("single", np.float32, [1e30, 0, -1, np.nan], "RGB"),
        ("half", np.float16, [65504, np.inf, 0, -2], "RGB"),
        ("long", np.float32, [np.finfo(np.float32).max, 1e8, 1e38, -np.inf], ["red", "green", "blue"]),
    ]:
        random = random_for("arnold" + name)
        sky = holes(random)
        depth = smooth(random, 0.3, 900)[0].astype(kind)
        stored = np.where(sky, random.choice(np.array(nothing, kind), sky.shape), depth).astype(kind)
        normals, axes, world = world_normals(random, sky)
        albedo = smooth(random, 0.01, 0.9, 3).astype(kind)
        beauty = smooth(random, 0, 1, 3).astype(kind)
        channels = dict(zip("RGBAZ", [*beauty, np.ones_like(depth), stored]))
        channels |= {f"N.{letter}": plane.astype(kind) for letter, plane in zip("XYZ", world)}
        channels |= {f"P.{letter}": plane.astype(kind) for letter, plane in zip("XYZ", 5 * world)}
        channels |= {f"albedo.{letter}": plane for letter, plane in zip(letters, albedo)}
        channels |= {f"diffuse_albedo.{letter}": plane / 2 for letter, plane in zip(letters, albedo)}
        channels |= {f"diffuse.{letter}": plane for letter, plane in zip(letters, beauty)}
        save_exr(root / f"{name}.exr", channels)
        save_json(root / f"{name}.json", camera_file(axes, INTRINSICS))
        image, tolerance = screen(beauty.astype(float))
        precision = HALF if kind == np.float16 else 1e-6
        labels = {
            "depth": values(depth.astype(float), 0, sky),
            "normals": values(normals, 2 * precision, sky),
            "albedo": values(albedo.astype(float), 0, sky),
        }
        frames.append(frame(name, image, labels, camera=INTRINSICS, tolerance=tolerance + 255 * HALF))
    frames.sort(key=lambda frame: frame["name"])
    return [{"path": "arnold", "format": "frames", "frames": frames}]


def window(left, top, width, height):
    corners = [(left, top), (left + width - 1, top + height - 1)]
    return tuple(np.array(corner, np.int32) for corner in corners)


def windows(folder):
    """Data windows of each part: cropped, larger than the picture, or beside it, and a picture that is not at zero."""
    root = folder / "windows"
    root.mkdir()
    frames = []
    for name, corner, is_beside in [("crop", (0, 0), False), ("origin", (-7, 11), True)]:
        random = random_for("windows" + name)
        left, top = corner
        beauty = smooth(random, 0, 1, 3).astype(np.float32)
        depth = smooth(random, 0.3, 40)[0].astype(np.float32)
        albedo = smooth(random, 0.01, 0.9, 3).astype(np.float32)
        # The part of the picture that each layer covers: columns and rows.
        covered = {"rgba": (-5, -4, WIDTH + 9, HEIGHT + 20), "depth": (3, 2, WIDTH - 8, HEIGHT), "albedo": (-6, 5, 20, 9)}
        layers = {
            "rgba": dict(zip("RGB", beauty)),
            "depth": {"Z": depth},
            "albedo": {f"albedo.{letter}": plane for letter, plane in zip("RGB", albedo)},
        }
        parts, known = [], {}
        for layer, planes in layers.items():
            x, y, width, height = covered[layer]
            rows, columns = np.arange(y, y + height), np.arange(x, x + width)
            inside = np.ix_((rows >= 0) & (rows < HEIGHT), (columns >= 0) & (columns < WIDTH))
            cut = np.ix_(rows[(rows >= 0) & (rows < HEIGHT)], columns[(columns >= 0) & (columns < WIDTH)])
            known[layer] = np.zeros((HEIGHT, WIDTH), bool)
            known[layer][cut] = True
            stored = {}
            for channel, plane in planes.items():
                stored[channel] = np.full((height, width), 77, np.float32)
                stored[channel][inside] = plane[cut]
            header = {
                "compression": OpenEXR.PIZ_COMPRESSION if layer == "depth" else OpenEXR.ZIP_COMPRESSION,
                "type": OpenEXR.scanlineimage,
                "dataWindow": window(left + x, top + y, width, height),
                "displayWindow": window(left, top, WIDTH, HEIGHT),
            }
            parts.append(OpenEXR.Part(header, stored, layer))
        OpenEXR.File(parts).write(str(root / f"{name}.exr"))
        image, tolerance = screen(beauty)
        if is_beside:
            image, tolerance = picture(random), 0
            save(root / f"{name}.png", image)
        labels = {
            "depth": values(depth, 0, ~known["depth"]),
            "albedo": values(albedo, 0, ~(known["albedo"] & known["depth"])),
        }
        frames.append(frame(name, image, labels, tolerance=tolerance))
    return [{"path": "windows", "format": "frames", "frames": frames}]


def mattes(folder):
    """Cryptomattes whose names are in a file, or nowhere, and whose layers are called otherwise."""
    root = folder / "mattes"
    (root / "names").mkdir(parents=True)
    # Of these the rules and the camera file name all but one, which no manifest lists either.
    class_of = {name: id for name, id in OBJECT_CLASSES.items() if name not in ("Wänd", "Object.0001")}
    short, long = ["r", "g", "b", "a"], ["red", "green", "blue", "alpha"]
    frames = []
    for name, layer, letters, source in [
        ("beside", "ViewLayer.CryptoObject", short, "beside.json"),
        ("folder", "ViewLayer.CryptoObject", long, "names/folder.json"),
        ("hashed", "ViewLayer.CryptoObject", long, None),
        ("headerless", "crypto_object", [letter.upper() for letter in short], "no header"),
        ("upper", "CRYPTOOBJECT", short, "header"),
    ]:
        random = random_for("mattes" + name)
        beauty = smooth(random, 0, 1, 3).astype(np.float32)
        ids = np.array([0] + [float_id(murmur3(name.encode())) for name in class_of], np.uint32)
        planes, objects = matte_planes(ids, random)
        channels = dict(zip("RGB", beauty))
        channels |= {f"{layer}{n // 4:02}.{letters[n % 4]}": plane for n, plane in enumerate(planes)}
        header = cryptomatte(layer.lower() if name == "upper" else layer, class_of, float_id)
        (manifest,) = [entry for entry in header if entry.endswith("manifest")]
        names = header[manifest]
        if source != "header":
            del header[manifest]
        if source == "no header":
            header = {}
        elif source and source.endswith(".json"):
            header[manifest.replace("manifest", "manif_file")] = source
            (root / source).write_text(names)
        save_exr(root / f"{name}.exr", channels, header)
        listed = [{"name": "Floor lamp", "index": 7, "class": "lamp"}]
        save_json(root / f"{name}.camera", camera_file(np.eye(3), INTRINSICS, objects=listed))
        image, tolerance = screen(beauty)
        labels = {"semantics": classes(object_classes(objects, class_of), RENDER_CLASSES)}
        frames.append(frame(name, image, labels, instances=objects, camera=INTRINSICS, tolerance=tolerance))
    (root / "frames.toml").write_text(CLASSES_TOML + RULES_TOML + '[files]\ncamera = "{frame}.camera"\n')
    return [{"path": "mattes", "format": "frames", "frames": frames}]
