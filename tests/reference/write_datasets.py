"""Writes small datasets in one of the layouts that multicond-train reads, and their expected contents.

    python write_datasets.py LAYOUT FOLDER

The files are written with Pillow, OpenEXR and h5py, in the encodings that the datasets and renderers document.
FOLDER/truth.json lists the datasets: for every frame its picture, label values in physical units with null for missing
values, their tolerances, objects and camera.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np
import OpenEXR
from PIL import Image

import write_nyu

WIDTH, HEIGHT = 40, 24
Y, X = np.mgrid[0:HEIGHT, 0:WIDTH]
HALF = 2.0**-11
SINGLE = 2.0**-23


# ---------------------------------------------------------------- scenes


def random_for(name):
    return np.random.default_rng(list(name.encode()))


def smooth(random, low, high, channels=1):
    """Smooth values, `[channels, HEIGHT, WIDTH]`."""
    waves = []
    for _ in range(channels):
        a, b, c = random.uniform(0.05, 0.4, 2).tolist() + [random.uniform(0, 6)]
        waves.append(0.5 + 0.5 * np.sin(a * X + b * Y + c))
    return low + (high - low) * np.stack(waves)


def holes(random, share=0.15):
    return random.random((HEIGHT, WIDTH)) < share


def directions(random):
    """Unit vectors in many directions, mostly with z towards the camera."""
    vectors = random.normal(size=(3, HEIGHT, WIDTH))
    vectors[2] += 0.7
    return vectors / np.linalg.norm(vectors, axis=0)


def blocks(random, count):
    """Integers from 0 to count - 1 in blocks of 5x4 pixels."""
    coarse = random.integers(0, count, (HEIGHT // 4, WIDTH // 5))
    return coarse.repeat(4, 0).repeat(5, 1)


def picture(random):
    """8-bit RGB `[HEIGHT, WIDTH, 3]`."""
    return np.moveaxis(smooth(random, 0, 255, 3).round().astype(np.uint8), 0, 2)


# ---------------------------------------------------------------- truth


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


# ---------------------------------------------------------------- files


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


def png_normals(vectors, missing):
    stored = np.round(vectors * 127 + 127).astype(np.uint8)
    stored[:, missing] = 128
    return np.moveaxis(stored, 0, 2), values(vectors, 0.5 / 127 * np.sqrt(3), missing)


def png_curvature(curvatures, missing):
    step = 1 / 127 / 0.03
    stored = np.full((3, HEIGHT, WIDTH), 127, np.uint8)
    stored[:2] = np.round(curvatures / step + 127)
    stored[:, missing] = 0
    return np.moveaxis(stored, 0, 2), values(curvatures, 0.5 * step, missing)


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


# ---------------------------------------------------------------- Taskonomy

ORIGINAL_CLASSES = (
    "background,bottle,chair,couch,potted plant,bed,dining table,toilet,tv,microwave,oven,toaster,sink,refrigerator,"
    "book,clock,vase"
).split(",")


def taskonomy_frame(name, names):
    """Files by domain, and the expected frame without its name and split."""
    random = random_for(name)
    ids = blocks(random, len(names) + 1) - 1
    depth = smooth(random, 0.6, 7)[0]
    depth[0, :8] = [0.002, 0.1, 15.62, 15.63, 64, 100, 127.9, 127.99]
    shading = smooth(random, 0.02, 1, 3)
    albedo = smooth(random, 0.004, 1, 3)
    focal = WIDTH / 2 / np.tan(0.65)
    ray = np.hypot(np.hypot((X + 0.5 - WIDTH / 2) / focal, (Y + 0.5 - HEIGHT / 2) / focal), 1)
    distance = np.minimum(depth * ray, 127.9)
    image = picture(random)
    coded = {
        "semantics": ("segment_semantic", png_classes(ids, names)),
        "depth": ("depth_zbuffer", png_depth(depth, holes(random))),
        "normals": ("normal", png_normals(directions(random), holes(random))),
        "curvature": ("principal_curvature", png_curvature(smooth(random, -33, 33, 2), holes(random))),
        "edges": ("edge_texture", png_strength(smooth(random, 0, 1)[0])),
        "albedo": ("albedo", png_albedo(albedo, holes(random))),
        "occlusion_edges": ("edge_occlusion", png_strength(smooth(random, 0, 1)[0])),
        "distance": ("depth_euclidean", png_depth(distance, holes(random))),
        "keypoints2d": ("keypoints2d", png_strength(smooth(random, 0, 1)[0])),
        "keypoints3d": ("keypoints3d", png_strength(smooth(random, 0, 1)[0])),
        "reshading": (
            "reshading",
            (np.moveaxis(np.round(shading * 255).astype(np.uint8), 0, 2), values(shading, 0.5 / 255)),
        ),
    }
    instances = blocks(random, 5).astype(np.uint16) * 9000
    files = {domain: stored for domain, (stored, _) in coded.values()}
    files |= {"rgb": image, "segment_instance": instances}
    labels = {label: truth for label, (_, (_, truth)) in coded.items()}
    return files, frame(name, image, labels, instances=instances, camera=[focal, focal, WIDTH / 2, HEIGHT / 2])


def taskonomy(folder):
    """All arrangements of folders; point 10 comes after point 2."""
    rooms = ["wall", "floor", "seat"]
    arrangements = {
        # Domain folder, frames as (building, stem, split), classes.json, and splits.csv.
        "flat": (
            lambda domain, building: domain,
            [("", "point_2_view_0", "train"), ("", "point_2_view_11", "train"), ("", "point_10_view_3", "val")],
            rooms,
            {"point_2": "1,0,0", "point_10": "0,1,0", "point_77": "0,0,0"},
        ),
        "domain_first": (
            lambda domain, building: f"{domain}/{building}",
            [("allensville", "point_9_view_0", "train"), ("collierville", "point_1_view_2", "val")],
            None,
            None,
        ),
        "domain_taskonomy": (
            lambda domain, building: f"{domain}/taskonomy/{building}",
            [("allensville", "point_4_view_0", "train"), ("ihlen", "point_0_view_1", "test")],
            None,
            None,
        ),
        "building_first": (
            lambda domain, building: f"{building}/{domain}",
            [("mine", "point_0_view_0", "val"), ("yours", "point_3_view_9", "train")],
            rooms,
            {"mine": "0,1,0", "yours": "1,0,0"},
        ),
        "undivided": (
            lambda domain, building: f"{building}/{domain}",
            [("mine", "point_0_view_0", None), ("yours", "point_3_view_9", None)],
            None,
            None,
        ),
    }
    datasets = []
    for arrangement, (place, stems, names, splits) in arrangements.items():
        root = folder / arrangement
        frames = []
        for building, stem, split in stems:
            name = f"{building}/{stem}" if building else stem
            files, truth = taskonomy_frame(f"{arrangement}/{name}", names or ORIGINAL_CLASSES)
            for domain, stored in files.items():
                save(root / place(domain, building) / f"{stem}_domain_{domain}.png", stored)
            info = root / place("point_info", building) / f"{stem}_domain_point_info.json"
            save_json(info, {"field_of_view_rads": 1.3, "resolution": 512, "camera_location": [1, 2, 3]})
            frames.append(truth | {"name": name, "split": split})
        if names:
            save_json(root / "classes.json", names)
        if splits:
            lines = ["id,train,val,test"] + [f"{building},{flags}" for building, flags in splits.items()]
            (root / "splits.csv").write_text("\n".join(lines) + "\n")
        datasets.append({"path": arrangement, "format": "taskonomy", "frames": frames})
    return datasets


def taskonomy_camera(folder):
    """Camera files as named in the dataset's archives: `..._domain_fixatedpose.json` in `point_info/`."""
    files, truth = taskonomy_frame("point_0_view_0", ORIGINAL_CLASSES)
    for domain, stored in files.items():
        save(folder / "original" / domain / f"point_0_view_0_domain_{domain}.png", stored)
    info = folder / "original/point_info/point_0_view_0_domain_fixatedpose.json"
    save_json(info, {"field_of_view_rads": 1.3, "resolution": 512})
    return [{"path": "original", "format": "taskonomy", "frames": [truth]}]


# ---------------------------------------------------------------- Cityscapes

# cityscapesScripts, helpers/labels.py: names by id, with * for classes in the benchmark.
CITYSCAPES = (
    "unlabeled,ego vehicle,rectification border,out of roi,static,dynamic,ground,*road,*sidewalk,parking,rail track,"
    "*building,*wall,*fence,guard rail,bridge,tunnel,*pole,polegroup,*traffic light,*traffic sign,*vegetation,*terrain,"
    "*sky,*person,*rider,*car,*truck,*bus,caravan,trailer,*train,*motorcycle,*bicycle,license plate"
).split(",")


def cityscapes(folder):
    root = folder / "cityscapes"
    all_names = [name.lstrip("*") for name in CITYSCAPES]
    scored = [name[1:] for name in CITYSCAPES if name.startswith("*")]
    frames = {19: [], 35: []}
    for split, city, stem in [
        ("train", "aachen", "aachen_000000_000019"),
        ("train", "zurich", "zurich_000121_000019"),
        ("val", "frankfurt", "frankfurt_000001_083852"),
    ]:
        random = random_for(stem)
        image = picture(random)
        ids = blocks(random, 34)
        ids.ravel()[:34] = range(34)
        has_objects = (ids >= 24) & (blocks(random, 2) == 1)
        instances = np.where(has_objects, ids * 1000 + blocks(random, 7), ids)
        baseline, fx, fy, u0, v0 = 0.209313, 2262.52, 2265.3017905988554, 21.25, 10.5
        depth = smooth(random, 4, 90)[0]
        disparity = baseline * fx / depth
        stored = np.round(disparity * 256 + 1).astype(np.uint16)
        missing = holes(random)
        stored[missing] = 0
        # A disparity of 0: infinitely far away.
        stored[5, 5:9], missing[5, 5:9] = 1, True
        # Half a step of disparity, in metres.
        tolerance = depth**2 / (baseline * fx) * 0.5 / 256 * 1.01
        files = {
            "leftImg8bit/{}_leftImg8bit.png": image,
            "gtFine/{}_gtFine_labelIds.png": ids.astype(np.uint8),
            "gtFine/{}_gtFine_instanceIds.png": instances.astype(np.uint16),
            "gtFine/{}_gtFine_color.png": image[::-1],
            "disparity/{}_disparity.png": stored,
        }
        for pattern, array in files.items():
            save(root / pattern.format(f"{split}/{city}/{stem}"), array)
        camera = {
            "extrinsic": {"baseline": baseline, "pitch": 0.038, "roll": 0.0, "x": 1.7, "y": 0.1, "z": 1.22},
            "intrinsic": {"fx": fx, "fy": fy, "u0": u0, "v0": v0},
        }
        save_json(root / f"camera/{split}/{city}/{stem}_camera.json", camera)
        for count, names in [(19, scored), (35, all_names)]:
            known = lambda i: names.index(all_names[i]) if i >= 4 and all_names[i] in names else -1
            labels = {
                "semantics": classes(np.vectorize(known)(ids), names),
                "depth": values(depth, tolerance, missing),
            }
            frames[count].append(
                frame(stem, image, labels, split=split, instances=instances, camera=[fx, fy, u0 + 0.5, v0 + 0.5])
            )
    return [
        {"path": "cityscapes", "format": "cityscapes", "classes": count, "frames": frames[count]} for count in frames
    ]


# ---------------------------------------------------------------- NYU Depth v2

# The names of write_nyu's labels in the sets of 40 and 13 classes.
NYU_NAMES = {
    4: ("ceiling", "ceiling"),
    5: ("chair", "chair"),
    11: ("floor", "floor"),
    21: ("wall", "wall"),
    894: ("other prop", "objects"),
    1: ("other prop", "objects"),
    172: ("television", "tv"),
    88: ("bookshelf", "furniture"),
}


def nyu(folder):
    """A file in a separate folder, and one at the original size, for which the camera is known."""
    (folder / "nyu").mkdir()
    write_nyu.write(folder / "nyu/nyu_depth_v2_labeled.mat", 4, 64, 48)
    datasets = []
    for column, count in enumerate([40, 13]):
        frames = []
        for f in range(4):
            image, depth, raw, labelled, instances = write_nyu.frame_values(f, 48, 64)
            name = lambda number: NYU_NAMES[number][column] if number else None
            semantics = {"names": [name(number) for number in labelled.ravel().tolist()], "classes": count}
            known = (raw > 0) & (raw < 10)
            labels = {
                "semantics": semantics,
                "depth": values(depth, 0),
                "raw_depth": values(raw, 0, ~known),
            }
            # Frames 3 to 8 are training frames.
            frames.append(
                frame(
                    f"nyu_{f + 1:04}",
                    np.moveaxis(image, 0, 2),
                    labels,
                    split="train" if f >= 2 else "test",
                    instances=labelled.astype(int) * 256 + instances,
                )
            )
        datasets.append({"path": "nyu", "format": "nyu", "classes": count, "frames": frames})
    write_nyu.write(folder / "whole.mat", 1, 640, 480)
    return datasets


# ---------------------------------------------------------------- renderers


def murmur3(data, seed=0):
    """MurmurHash3_x86_32 (Austin Appleby)."""
    mask = 0xFFFFFFFF
    rotate = lambda value, bits: (value << bits | value >> (32 - bits)) & mask
    scramble = lambda block: rotate(block * 0xCC9E2D51 & mask, 15) * 0x1B873593 & mask
    result = seed
    whole = len(data) // 4 * 4
    for (block,) in struct.iter_unpack("<I", data[:whole]):
        result = (rotate(result ^ scramble(block), 13) * 5 + 0xE6546B64) & mask
    if data[whole:]:
        result ^= scramble(int.from_bytes(data[whole:], "little"))
    result ^= len(data)
    result = (result ^ result >> 16) * 0x85EBCA6B & mask
    result = (result ^ result >> 13) * 0xC2B2AE35 & mask
    return result ^ result >> 16


def float_id(number):
    """The id as the bits of a float, without exponents that would make it subnormal, infinite or NaN."""
    return number ^ 1 << 23 if number >> 23 & 0xFF in (0, 255) else number


assert murmur3(b"") == 0 and murmur3(b"test", 0x9747B28C) == 0x704B81DC and murmur3(b"hello", 0) == 0x248BFA47


def cryptomatte(layer, names, manifest_id):
    """The header's attributes; the key is the start of the layer name's hash."""
    key = f"cryptomatte/{murmur3(layer.encode()):08x}"[:19]
    manifest = {name: f"{manifest_id(murmur3(name.encode())):08x}" for name in names}
    return {
        f"{key}/name": layer,
        f"{key}/hash": "MurmurHash3_32",
        f"{key}/conversion": "uint32_to_float32",
        f"{key}/manifest": json.dumps(manifest, ensure_ascii=False),
    }


def matte_planes(ids, random):
    """Ranked pairs of id and coverage in two layers, and the object with the highest coverage, 0 for none."""
    first, second = ids[blocks(random, len(ids))], ids[blocks(random, len(ids))]
    share = random.uniform(0.55, 1, (HEIGHT, WIDTH)).astype(np.float32)
    share[(first == 0) | (first == second)] = 1
    share[X % 7 == 0] = 1
    rest = (1 - share).astype(np.float32)
    second = np.where(rest > 0, second, 0)
    as_float = lambda bits: bits.astype(np.uint32).view(np.float32)
    nothing = np.zeros((HEIGHT, WIDTH), np.float32)
    planes = [as_float(first), np.where(first == 0, 0, share), as_float(second), np.where(second == 0, 0, rest)]
    planes = [plane.astype(np.float32) for plane in planes]
    return planes + [nothing] * 4, first.astype(np.uint32).view(np.int32)


def rotation(random):
    """The camera's axes right, up and back as columns."""
    axes, _ = np.linalg.qr(random.normal(size=(3, 3)))
    return axes * np.sign(np.linalg.det(axes))


def camera_file(axes, intrinsics, **more):
    matrix = np.eye(4)
    matrix[:3, :3] = axes
    matrix[:3, 3] = [2.5, -3, 1.5]
    fx, fy, cx, cy = intrinsics
    return {
        "version": 1,
        "width": WIDTH,
        "height": HEIGHT,
        "intrinsics": {"fx": fx, "fy": fy, "cx": cx, "cy": cy},
        "camera_to_world": matrix.tolist(),
    } | more


INTRINSICS = [31.5, 32.25, 19.75, 12.5]
CLASSES_TOML = 'classes = ["wall", "floor", "seat", "lamp"]\n'
RULES_TOML = """
[[objects]]
name = "Chair*"
class = "seat"
[[objects]]
name = "W?nd"
class = "wall"
[[objects]]
name = "Object.*"
class = "floor"
"""
# Classes follow from the rules above, for "Floor lamp" from the camera's list. "Ghost" has none.
OBJECT_CLASSES = {"Chair": 2, "Chair.001": 2, "Wänd": 0, "Object.0001": 1, "Floor lamp": 3, "Ghost": -1}
RENDER_CLASSES = ["wall", "floor", "seat", "lamp"]


def object_classes(objects, class_of):
    """The class ids of a map of objects."""
    by_id = {np.uint32(float_id(murmur3(name.encode()))).view(np.int32): id for name, id in class_of.items()}
    return np.vectorize(lambda object: by_id.get(object, -1))(objects)


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


def unreal(folder):
    """Half floats in centimetres, left-handed axes, and the mattes in single precision."""
    root = folder / "unreal"
    root.mkdir()
    settings = CLASSES_TOML + RULES_TOML + "[depth]\nmetres_per_unit = 0.01\n"
    (root / "frames.toml").write_text(settings)
    class_of = {name: id for name, id in OBJECT_CLASSES.items() if name != "Floor lamp"}
    frames = []
    for name in ["Shot.0000", "Shot.0001"]:
        random = random_for(name)
        # x forward, y right, z up: the axes right, up and back of the unrotated camera, rotated.
        axes = rotation(random) @ np.array([[0, 0, -1], [1, 0, 0], [0, 1, 0]])
        assert np.linalg.det(axes) < 0
        sky = holes(random)
        metres = smooth(random, 0.3, 400)[0]
        normals = directions(random)
        world = np.einsum("ij,jyx->iyx", axes, normals).astype(np.float16)
        flat = holes(random)
        world[:, flat] = 0
        albedo = smooth(random, 0.01, 0.9, 3)
        ids = np.array([0] + [float_id(murmur3(name.encode())) for name in class_of], np.uint32)
        mattes, objects = matte_planes(ids, random)
        centimetres = np.where(sky, np.inf, metres * 100).astype(np.float16)
        pass_name = "FinalImageMovieRenderQueue_"
        final = smooth(random, 0, 1, 3).astype(np.float16)
        channels = dict(zip("RGBA", [*final, np.ones_like(centimetres)]))
        for label, planes in {
            "WorldDepth": [centimetres] * 3,
            "WorldNormal": world,
            "BaseColor": albedo.astype(np.float16),
            "MotionVectors": [np.full_like(centimetres, 0.5)] * 3,
        }.items():
            channels |= dict(zip([f"{pass_name}{label}.{c}" for c in "RGB"], planes))
        channels |= {f"ActorHitProxyMask{n // 4:02}.{'RGBA'[n % 4]}": plane for n, plane in enumerate(mattes)}
        header = cryptomatte("ActorHitProxyMask", class_of, float_id)
        save_exr(root / f"{name}.exr", channels, header, OpenEXR.PIZ_COMPRESSION)
        save_json(root / f"{name}.json", camera_file(axes, INTRINSICS))
        image = np.moveaxis(np.round(srgb_encode(final.astype(float)) * 255).astype(np.uint8), 0, 2)
        labels = {
            "semantics": classes(object_classes(objects, class_of), RENDER_CLASSES),
            "depth": values(metres, metres * HALF, sky),
            "normals": values(normals, 2 * HALF, flat),
            "albedo": values(albedo, albedo * HALF, sky),
        }
        frames.append(frame(name, image, labels, instances=objects, camera=INTRINSICS, tolerance=0.5001))
    return [{"path": "unreal", "format": "frames", "frames": frames}]


UNITY_TOML = """classes = ["wall", "floor", "seat"]
[files]
picture = "rgb/{frame}.png"
depth = "depth/{frame}.exr"
normals = "normals/{frame}.%s"
albedo = "albedo/{frame}.png"
semantics = "segmentation/{frame}.png"
instances = "instances/{frame}.png"
camera = "camera/{frame}.json"
[depth]
measured = "to_centre"
[normals]
space = "camera_forward"
%s
"""
COLORS_TOML = """
[[colors]]
color = "#ff8000"
class = "seat"
[[colors]]
color = "#0000FF"
class = "wall"
[[colors]]
color = "#010203"
class = "floor"
"""


def unity(folder):
    """A folder per label. `exr`: normals as floats and classes as colours; `png`: both as 8-bit numbers."""
    datasets = []
    for kind, is_unsigned in [("exr", False), ("png", True)]:
        root = folder / kind
        names = ["wall", "floor", "seat"]
        frames = []
        for name in ["step0", "step1"]:
            random = random_for(kind + name)
            image = picture(random)
            sky = holes(random)
            depth = smooth(random, 0.5, 30)[0]
            fx, fy, cx, cy = INTRINSICS
            ray = np.sqrt(1 + ((X + 0.5 - cx) / fx) ** 2 + ((Y + 0.5 - cy) / fy) ** 2)
            normals = directions(random)
            forward = normals * np.array([1, 1, -1])[:, None, None]
            flat = holes(random)
            ids = blocks(random, 4) - 1
            instances = blocks(random, 4).astype(np.uint16) * 21000
            # Channel names of single-layer files: the usual one, or the four of a colour.
            distance = np.where(sky, np.inf, depth * ray).astype(np.float32)
            save_exr(root / f"depth/{name}.exr", {"Y" if is_unsigned else "R": distance})
            if is_unsigned:
                stored = np.round(forward * 127.5 + 127.5)
                # Gray is the zero vector, rounded.
                stored[:, flat] = 127 + (X[flat] % 2)
                save(root / f"normals/{name}.png", np.moveaxis(stored.astype(np.uint8), 0, 2))
                tolerance = 0.5 / 127.5 * np.sqrt(3)
                segmentation = np.where(ids < 0, 255, ids).astype(np.uint8)
            else:
                forward[:, flat] = 0
                planes = dict(zip("RGBA", [*forward.astype(np.float32), np.ones((HEIGHT, WIDTH), np.float32)]))
                save_exr(root / f"normals/{name}.exr", planes, compression=OpenEXR.NO_COMPRESSION)
                tolerance = 1e-6
                colors = np.array([[0, 0, 255], [1, 2, 3], [255, 128, 0], [9, 9, 9]], np.uint8)
                segmentation = colors[ids]
            albedo, albedo_truth = png_albedo(smooth(random, 0.01, 1, 3), sky)
            save(root / f"albedo/{name}.png", albedo)
            save(root / f"rgb/{name}.png", image)
            save(root / f"segmentation/{name}.png", segmentation)
            save(root / f"instances/{name}.png", instances)
            save_json(root / f"camera/{name}.json", camera_file(np.eye(3), INTRINSICS))
            labels = {
                "semantics": classes(ids, names),
                "depth": values(depth, 0, sky),
                "normals": values(normals, tolerance, flat),
                "albedo": albedo_truth,
            }
            frames.append(frame(name, image, labels, instances=instances, camera=INTRINSICS))
        extra = 'range = "unsigned"' if is_unsigned else COLORS_TOML
        (root / "frames.toml").write_text(UNITY_TOML % (kind, extra))
        datasets.append({"path": kind, "format": "frames", "frames": frames})
    return datasets


# ---------------------------------------------------------------- tables and pictures


def table(folder):
    """A CSV file whose labels are PNG files, and a JSONL file whose labels are .exr and .npy files."""
    names = ["wall", "floor", "seat"]
    rows = {"csv": [], "jsonl": []}
    frames = {"csv": [], "jsonl": []}
    unknown = np.ones((HEIGHT, WIDTH), bool)
    for kind in rows:
        root = folder / kind
        save_json(root / "classes.json", names)
        for number, split in enumerate(["train", "val", "train"]):
            random = random_for(f"{kind}{number}")
            image = picture(random)
            depth, normals = smooth(random, 0.4, 9)[0], directions(random)
            curvature, edges = smooth(random, -30, 30, 2), smooth(random, 0, 1)[0]
            ids = blocks(random, 4) - 1
            missing = {label: holes(random) for label in ["depth", "normals", "curvature", "edges", "albedo"]}
            instances = blocks(random, 4).astype(np.uint16) * 20000
            albedo, albedo_truth = png_albedo(smooth(random, 0.01, 1, 3), missing["albedo"])
            files = {"semantics": png_classes(ids, names), "albedo": (albedo, albedo_truth)}
            if kind == "csv":
                files["depth"] = png_depth(depth, missing["depth"])
                files["normals"] = png_normals(normals, missing["normals"])
                files["curvature"] = png_curvature(curvature, missing["curvature"])
                files["edges"] = png_strength(edges)
                files["occlusion_edges"] = png_strength(smooth(random, 0, 1)[0])
            row = {"image": f"rgb/{number}.png", "split": split, "name": f"frame {number}"}
            row["instances"] = f"objects/{number}.png"
            save(root / row["image"], image)
            save(root / row["instances"], instances)
            labels = {}
            for label, (stored, truth) in files.items():
                row[label] = f"{label}/{number}.png"
                save(root / row[label], stored)
                labels[label] = truth
            if kind == "jsonl":
                holed = lambda array, label: np.where(missing[label], np.nan, array).astype(np.float32)
                half = holed(depth, "depth").astype(np.float16)
                save_exr(root / f"depth/{number}.exr", {"depth.V": half})
                labels["depth"] = values(depth, depth * HALF, missing["depth"])
                arrays = {
                    "normals": np.moveaxis(holed(normals, "normals"), 0, 2),
                    "curvature": holed(curvature, "curvature"),
                    "edges": holed(edges, "edges").astype(np.float64),
                }
                for label, array in arrays.items():
                    (root / label).mkdir(exist_ok=True)
                    row[label] = f"{label}/{number}.npy"
                    np.save(root / row[label], array)
                row["depth"] = f"depth/{number}.exr"
                labels["normals"] = values(normals, 1e-6, missing["normals"])
                labels["curvature"] = values(curvature, 0, missing["curvature"])
                labels["edges"] = values(edges, 0, missing["edges"])
            if number == 1:
                # A frame without some of the files.
                for label in ["depth", "semantics", "normals", "albedo"]:
                    row[label] = ""
                    if label == "semantics":
                        labels[label] = classes(np.full((HEIGHT, WIDTH), -1), names)
                    else:
                        labels[label] = values(np.zeros((1 if label == "depth" else 3, HEIGHT, WIDTH)), 0, unknown)
            rows[kind].append(row)
            frames[kind].append(frame(row["name"], image, labels, split=split, instances=instances))
    columns = list(rows["csv"][0])
    lines = [columns] + [[row[column] for column in columns] for row in rows["csv"]]
    (folder / "csv/table.csv").write_text("\n".join(",".join(line) for line in lines) + "\n")
    lines = [json.dumps({column: cell for column, cell in row.items() if cell}) for row in rows["jsonl"]]
    (folder / "jsonl/mine.jsonl").write_text("\n\n".join(lines) + "\n")
    return [
        {"path": "csv", "format": "table", "frames": frames["csv"]},
        {"path": "jsonl/mine.jsonl", "format": "table", "frames": frames["jsonl"]},
    ]


def table_edges(folder):
    """One frame lacks edges, whose code has no number for missing values."""
    root = folder / "edges"
    frames, rows = [], ["image,edges"]
    for number in range(2):
        random = random_for(f"edges{number}")
        image = picture(random)
        stored, truth = png_strength(smooth(random, 0, 1)[0])
        if number == 1:
            truth = values(np.zeros((HEIGHT, WIDTH)), 0, np.ones((HEIGHT, WIDTH), bool))
        save(root / f"rgb/{number}.png", image)
        save(root / f"edges/{number}.png", stored)
        rows.append(f"rgb/{number}.png," + ("" if number else f"edges/{number}.png"))
        frames.append(frame(f"rgb/{number}", image, {"edges": truth}))
    (root / "table.csv").write_text("\n".join(rows) + "\n")
    return [{"path": "edges/table.csv", "format": "table", "frames": frames}]


def pictures(folder):
    root = folder / "pictures"
    frames = []
    for name in ["a.png", "b.jpg", "deep/er/c.JPEG", "deep/gray.png", "deep/see-through.png"]:
        image = picture(random_for(name))
        if "gray" in name:
            save(root / name, image[:, :, 0])
            image = image[:, :, :1].repeat(3, 2)
        elif "see-through" in name:
            save(root / name, np.concatenate([image, image[:, :, :1]], 2))
        elif name.endswith("png"):
            save(root / name, image)
        else:
            # No chroma subsampling, because decoders differ in upsampling.
            save(root / name, image, quality=95, subsampling=0)
            image = np.array(Image.open(root / name).convert("RGB"))
        # JPEG decoders differ in rounding.
        frames.append(frame(name, image, {}, tolerance=0 if name.endswith("png") else 2))
    (root / "notes.txt").write_text("no picture")
    return [{"path": "pictures", "format": "pictures", "frames": frames}]


def pictures_in_rgb(folder):
    """Pictures in a folder with a name that Taskonomy uses, too."""
    image = picture(random_for("rgb"))
    save(folder / "photos/rgb/one.png", image)
    return [{"path": "photos", "format": "pictures", "frames": [frame("rgb/one.png", image, {})]}]


def motorcycle(folder):
    """The stereo pair of scikit-image (Middlebury 2014) as a table: the left picture, and metres from disparity."""
    import skimage

    data = Path(skimage.__file__).parent / "data"
    disparity = np.load(data / "motorcycle_disp.npz")["arr_0"].astype(np.float64)
    metres = 193.001e-3 * 994.978 / (disparity + 31.086)
    # Depth is missing where the disparity is not finite.
    metres[~np.isfinite(disparity)] = np.nan
    save(folder / "left.png", np.array(Image.open(data / "motorcycle_left.png")))
    np.save(folder / "depth.npy", metres)
    metres.astype("<f8").tofile(folder / "metres.f64")
    (folder / "table.csv").write_text("image,depth\nleft.png,depth.npy\n")
    return []


LAYOUTS = [
    taskonomy,
    taskonomy_camera,
    cityscapes,
    nyu,
    blender,
    blender_flipped,
    unreal,
    unity,
    table,
    table_edges,
    pictures,
    pictures_in_rgb,
    motorcycle,
]

if __name__ == "__main__":
    layout, folder = sys.argv[1], Path(sys.argv[2])
    (write,) = [write for write in LAYOUTS if write.__name__ == layout]
    save_json(folder / "truth.json", write(folder))
