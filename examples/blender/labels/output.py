"""The three files of a frame: the layers, the picture, and last the description, which marks it as complete.

Layers are stored as rendered; the picture has the scene's view transform applied.
"""

import json

import bpy

from .camera import camera_values
from .classes import class_of
from .files import finish, part_path, write_whole
from .report import fail


def is_done(out, name, size):
    """Whether a frame is complete; a frame of another size is an error and not skipped."""
    path = out / f"{name}.json"
    if not path.exists():
        return False
    values = json.loads(path.read_text(encoding="utf-8"))
    if (values["width"], values["height"]) != size:
        fail(f"{path} is a frame of {values['width']}x{values['height']}; use another folder or --size")
    return True


def render_frame(scene, out, name, things, rules, more=None):
    """Renders one frame. `more` are further keys of its description."""
    layers, picture = out / f"{name}.exr", out / f"{name}.png"
    description = describe(scene, things, rules, more or {})
    render_layers(scene, layers)
    save_picture(scene, picture)
    for path in (layers, picture):
        if not part_path(path).is_file():
            fail(f"Blender did not write {path}")
        finish(path)
    write_whole(out / f"{name}.json", description)


def render_layers(scene, path):
    settings = scene.render.image_settings
    settings.file_format = "OPEN_EXR_MULTILAYER"
    settings.color_depth, settings.exr_codec = "32", "ZIP"
    scene.render.filepath = str(part_path(path))
    bpy.ops.render.render(write_still=True)


def save_picture(scene, path):
    """Saves the last render with the scene's view transform."""
    settings = scene.render.image_settings
    settings.file_format = "PNG"
    settings.color_mode, settings.color_depth = "RGB", "8"
    settings.color_management = "FOLLOW_SCENE"
    bpy.data.images["Render Result"].save_render(str(part_path(path)), scene=scene)


def describe(scene, things, rules, more):
    intrinsics, pose = camera_values(scene)
    objects = [
        {"name": thing.name, "index": thing.pass_index, "class": class_of(thing.name, rules)}
        for thing in things
    ]
    values = {
        "version": 1,
        "width": scene.render.resolution_x,
        "height": scene.render.resolution_y,
        "intrinsics": intrinsics,
        "camera_to_world": pose,
        "metres_per_unit": scene.unit_settings.scale_length,
        **more,
        "objects": objects,
    }
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"
