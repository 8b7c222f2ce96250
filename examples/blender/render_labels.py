"""Render pictures with ground-truth labels, as frames that `multicond-train data prepare` reads.

The scene is a .blend file, or furnished rooms that this script builds from primitives. Each frame NAME has
three files: NAME.exr (Blender's multi-layer OpenEXR: depth, normals, base colour, object index, Cryptomatte),
NAME.png (the picture) and NAME.json (the camera and the list of objects). A frames.toml per folder assigns
classes to objects.

    blender -b [scene.blend] -P render_labels.py -- OUT [options]
    python render_labels.py OUT [--blend scene.blend] [options]        # with pip install bpy==4.2.0

A frame's JSON file is written last, and frames that have one are skipped, so an interrupted run can be resumed
with the same command.
"""

import argparse
import sys
import time
from pathlib import Path

import bpy

# Blender does not add the script's folder to the module path.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from labels.arguments import count, frame_numbers, picture_size, positive
from labels.camera import default_frames
from labels.classes import class_map_from_collections, class_of, settle_class_map
from labels.objects import number_objects
from labels.output import is_done, render_frame
from labels.passes import set_up_rendering
from labels.report import Progress, fail, note
from rooms.render import Settings, open_folder, render_path, render_views

EXAMPLES = """examples:
  %(prog)s rooms --rooms 100 --views 4              400 pictures of rooms 0 to 99
  %(prog)s rooms --rooms 100 --seed 100             rooms 100 to 199, into the same folder
  %(prog)s paths --paths 3 --path-frames 60         camera paths through rooms 0 to 2
  %(prog)s shots --blend scene.blend --frames 1-250 --size 512x288
  %(prog)s shots --blend scene.blend --frames 1,50,100 --class-map classes.toml
  blender -b scene.blend -P %(prog)s -- shots --samples 128 --cycles-device OPTIX
"""


def parse_options(arguments):
    parser = argparse.ArgumentParser(
        prog="render_labels.py",
        description="Render pictures and their labels into a folder of frames.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("out", metavar="OUT", type=Path, help="output folder, created if it is missing")
    add("--blend", metavar="FILE", type=Path, help="scene to render; default: generated rooms")
    add("--size", metavar="WxH", type=picture_size, default=(256, 256), help="picture size, default 256x256")
    add("--samples", metavar="N", type=positive, help="Cycles samples per pixel, default 32, rooms 12")
    add("--cycles-device", metavar="NAME", help="Cycles device: CPU, CUDA, OPTIX, HIP, ONEAPI or METAL")
    add("--threads", metavar="N", type=positive, help="number of CPU threads, default all")
    scene = parser.add_argument_group("scenes from .blend files")
    add = scene.add_argument
    add(
        "--frames",
        metavar="A-B",
        type=frame_numbers,
        help="frames, such as 1-20 or 1,5,9; default: the scene's range if its camera moves, else one frame",
    )
    add("--prefix", metavar="TEXT", default="frame", help="prefix of frame names, default frame (frame_0001)")
    add(
        "--class-map",
        metavar="FILE",
        type=Path,
        help="class map, copied to OUT/frames.toml; default: collections are classes",
    )
    rooms = parser.add_argument_group("rooms")
    add = rooms.add_argument
    add("--rooms", metavar="N", type=count, help="number of rooms, default 1, or 0 with --paths")
    add("--views", metavar="N", type=positive, default=1, help="number of views per room, default 1")
    add("--paths", metavar="N", type=count, default=0, help="number of rooms with a camera path, default 0")
    add("--path-frames", metavar="N", type=positive, default=60, help="frames per camera path, default 60")
    add("--seed", metavar="N", type=count, default=0, help="number of the first room, default 0")
    options = parser.parse_args(arguments)
    if "/" in options.prefix or "\\" in options.prefix or options.prefix.startswith("."):
        parser.error("--prefix must be valid in a file name")
    if options.rooms is None:
        options.rooms = 0 if options.paths else 1
    return options


def render_blend(options):
    scene = bpy.context.scene
    if scene.camera is None:
        fail(f"{bpy.data.filepath} has no camera")
    set_up_rendering(scene, options)
    things = number_objects()
    rules = settle_class_map(options.out, class_map_from_collections(scene), options.class_map)
    without = sum(class_of(thing.name, rules) is None for thing in things)
    if without:
        note(f"render_labels: {without} of {len(things)} objects have no class in frames.toml")
    frames = options.frames or default_frames(scene)
    progress = Progress(len(frames))
    for frame in frames:
        name = f"{options.prefix}_{frame:04d}"
        if is_done(options.out, name, options.size):
            progress.skipped(name)
            continue
        start = time.monotonic()
        scene.frame_set(frame)
        render_frame(scene, options.out, name, things, rules)
        progress.rendered(name, time.monotonic() - start)


def render_rooms(options):
    rules = open_folder(options.out, options.class_map)
    progress = Progress(options.rooms * options.views + options.paths * options.path_frames)
    settings = Settings(options.size, options.samples, options.threads)
    for number in range(options.seed, options.seed + options.rooms):
        render_views(options.out, rules, number, options.views, settings, progress)
    for number in range(options.seed, options.seed + options.paths):
        render_path(options.out, rules, number, options.path_frames, settings, progress)


def open_scene(path):
    if not path.is_file():
        fail(f"there is no file {path}")
    bpy.ops.wm.open_mainfile(filepath=str(path.absolute()), load_ui=False)


def main():
    # Blender passes everything after "--" to the script.
    behind = sys.argv.index("--") + 1 if "--" in sys.argv else 1
    options = parse_options(sys.argv[behind:])
    options.out = options.out.absolute()
    if options.cycles_device:
        import _cycles

        _cycles.set_device_override(options.cycles_device)
    if options.blend is not None:
        open_scene(options.blend)
    options.out.mkdir(parents=True, exist_ok=True)
    is_scene = bool(bpy.data.filepath)
    options.samples = options.samples or (32 if is_scene else 12)
    if is_scene:
        render_blend(options)
    else:
        render_rooms(options)


if __name__ == "__main__":
    main()
