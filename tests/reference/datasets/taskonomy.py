"""Taskonomy, and a frame of it with a camera."""

import numpy as np

from files import (
    OURS,
    TASKONOMYS,
    png_albedo,
    png_classes,
    png_curvature,
    png_depth,
    png_normals,
    png_strength,
    save,
    save_json,
)
from scenes import HEIGHT, WIDTH, X, Y, blocks, directions, holes, picture, random_for, smooth
from truth import frame, values

ORIGINAL_CLASSES = (
    "background,bottle,chair,couch,potted plant,bed,dining table,toilet,tv,microwave,oven,toaster,sink,refrigerator,"
    "book,clock,vase"
).split(",")


def taskonomy_frame(name, names, axes=TASKONOMYS):
    """Files by domain, with normals along these axes, and the expected frame without its name and split."""
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
        "normals": ("normal", png_normals(directions(random), holes(random), axes)),
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
    # Axes of the normals, said in `layout.toml`; those of the dataset itself need not be said.
    axes_of = {"domain_first": OURS, "building_first": "away,left,up", "undivided": TASKONOMYS}
    datasets = []
    for arrangement, (place, stems, names, splits) in arrangements.items():
        root = folder / arrangement
        frames = []
        for building, stem, split in stems:
            name = f"{building}/{stem}" if building else stem
            axes = axes_of.get(arrangement, TASKONOMYS)
            files, truth = taskonomy_frame(f"{arrangement}/{name}", names or ORIGINAL_CLASSES, axes)
            for domain, stored in files.items():
                save(root / place(domain, building) / f"{stem}_domain_{domain}.png", stored)
            info = root / place("point_info", building) / f"{stem}_domain_point_info.json"
            save_json(info, {"field_of_view_rads": 1.3, "resolution": 512, "camera_location": [1, 2, 3]})
            frames.append(truth | {"name": name, "split": split})
        if arrangement in axes_of:
            (root / "layout.toml").write_text(f'normal_axes = "{axes_of[arrangement]}"\n')
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
