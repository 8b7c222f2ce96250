"""NYU Depth v2: a labelled subset, with files for the splits and classes."""

import numpy as np

import nyu_file
from truth import frame, values

# The names of nyu_file's labels in the sets of 40 and 13 classes.
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
    nyu_file.write(folder / "nyu/nyu_depth_v2_labeled.mat", 4, 64, 48)
    datasets = []
    for column, count in enumerate([40, 13]):
        frames = []
        for f in range(4):
            image, depth, raw, labelled, instances = nyu_file.frame_values(f, 48, 64)
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
    nyu_file.write(folder / "whole.mat", 1, 640, 480)
    return datasets
