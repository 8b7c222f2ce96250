"""Frames of Unity: one file for each label."""

import numpy as np
import OpenEXR

from files import png_albedo, save, save_exr, save_json
from renders import INTRINSICS, camera_file
from scenes import HEIGHT, WIDTH, X, Y, blocks, directions, holes, picture, random_for, smooth
from truth import classes, frame, values

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
            if not is_unsigned:
                # A colour for each object, as Unity's own instance segmentation; black is none.
                colored = np.array([[0, 0, 0], [149, 255, 0], [0, 74, 255], [255, 0, 1]], np.uint8)
                colored = np.insert(colored[instances // 21000], 3, 255, axis=2)
                red, green, blue, _ = np.moveaxis(colored.astype(np.int32), 2, 0)
                save(root / f"instances/{name}.png", colored)
                instances = red << 16 | green << 8 | blue
            else:
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


SOLO_TOML = """classes = ["seat", "wall"]
[files]
picture = "sequence.{frame}/step0.camera.png"
depth = "sequence.{frame}/step0.camera.Depth.exr"
normals = "sequence.{frame}/step0.camera.Normal.exr"
semantics = "sequence.{frame}/step0.camera.semantic segmentation.png"
instances = "sequence.{frame}/step0.camera.instance segmentation.png"
camera = "camera/{frame}.json"
[normals]
range = "unsigned"
[[colors]]
color = "#00ff2b"
class = "wall"
[[colors]]
color = "#ff0000"
class = "seat"
"""


def unity_solo(folder):
    """Files as Unity's Perception package writes and names them (Normals.shader, Depth.shader; instance and semantic
    segmentation as in the sample of Unity-Technologies/pysolotools): depth to the camera's plane and normals in world
    space from 0 to 1, both in RGBA; colours for classes and objects."""
    root = folder / "solo"
    names = ["seat", "wall"]
    # The columns are the camera's right, up and back in the axes of a scene in which z points forward.
    turn = np.array([[0.8, 0, -0.6], [0, 1, 0], [-0.6, 0, -0.8]])
    frames = []
    for name in ["0", "1"]:
        random = random_for(f"solo{name}")
        image = picture(random)
        place = root / f"sequence.{name}"
        depth, flat = smooth(random, 0.5, 30)[0], holes(random)
        normals = directions(random)
        world = np.einsum("ij,jyx->iyx", turn, normals) / 2 + 0.5
        world[:, flat] = 0.5
        one, nothing = np.ones((HEIGHT, WIDTH), np.float32), np.zeros((HEIGHT, WIDTH), np.float32)
        planes = {"R": depth.astype(np.float32), "G": nothing, "B": nothing, "A": one}
        save_exr(place / "step0.camera.Depth.exr", planes)
        save_exr(place / "step0.camera.Normal.exr", dict(zip("RGBA", [*world.astype(np.float32), one])))
        ids = blocks(random, 3) - 1
        colors = np.array([[255, 0, 0, 255], [0, 255, 43, 255], [0, 0, 0, 255]], np.uint8)
        save(place / "step0.camera.semantic segmentation.png", colors[ids])
        colored = np.array([[0, 0, 0, 255], [149, 255, 0, 255], [0, 74, 255, 255]], np.uint8)[blocks(random, 3)]
        save(place / "step0.camera.instance segmentation.png", colored)
        red, green, blue, _ = np.moveaxis(colored.astype(np.int32), 2, 0)
        save(place / "step0.camera.png", np.insert(image, 3, 255, axis=2))
        save_json(root / f"camera/{name}.json", camera_file(turn, INTRINSICS))
        labels = {
            "semantics": classes(ids, names),
            "depth": values(depth, 0),
            "normals": values(normals, 1e-6, flat),
        }
        instances = red << 16 | green << 8 | blue
        frames.append(frame(name, image, labels, instances=instances, camera=INTRINSICS))
    (root / "frames.toml").write_text(SOLO_TOML)
    return [{"path": "solo", "format": "frames", "frames": frames}]
