"""What frames of renderers share: cameras, objects and Cryptomatte."""

import json
import struct

import numpy as np

from scenes import HEIGHT, WIDTH, X, blocks


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
