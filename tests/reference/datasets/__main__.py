"""Writes small datasets in one of the layouts that multicond-train reads, and their expected contents.

    python datasets LAYOUT FOLDER

The files are written with Pillow, OpenEXR and h5py, in the encodings that the datasets and renderers document.
FOLDER/truth.json lists the datasets: for every frame its picture, label values in physical units with null for missing
values, their tolerances, objects and camera.
"""

import sys
from pathlib import Path

from blender import blender, blender_flipped
from cityscapes import cityscapes
from files import save_json
from nyu import nyu
from renderers import arnold, blender5, mattes, windows
from tables import motorcycle, pictures, pictures_in_rgb, table, table_edges
from taskonomy import taskonomy, taskonomy_camera
from unity import unity, unity_solo
from unreal import unreal

LAYOUTS = [
    taskonomy,
    taskonomy_camera,
    cityscapes,
    nyu,
    blender,
    blender_flipped,
    unreal,
    unity,
    unity_solo,
    blender5,
    arnold,
    windows,
    mattes,
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
