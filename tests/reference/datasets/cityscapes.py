"""Cityscapes."""

import numpy as np

from files import save, save_json
from scenes import blocks, holes, picture, random_for, smooth
from truth import classes, frame, values

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
