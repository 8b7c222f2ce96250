"""Frames of Unreal Engine."""

import numpy as np
import OpenEXR

from files import save_exr, save_json, srgb_encode
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
from scenes import directions, holes, random_for, smooth
from truth import HALF, classes, frame, values


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
