"""The objects that labels tell apart: those that can be rendered, each with a number of its own.

The numbers follow the names, so that they are the same in every run.
"""

import bpy

from .report import note

RENDERABLE = {"MESH", "CURVE", "SURFACE", "META", "FONT", "CURVES", "POINTCLOUD", "VOLUME"}


def number_objects():
    """Gives every object that can be rendered a pass index of its own and returns these objects."""
    things = [thing for thing in bpy.data.objects if thing.type in RENDERABLE]
    things.sort(key=lambda thing: (thing.name, thing.library.filepath if thing.library else ""))
    most = bpy.types.Object.bl_rna.properties["pass_index"].hard_max
    if len(things) > most:
        note(f"render_labels: {len(things)} objects share {most} indices")
    for position, thing in enumerate(things):
        thing.pass_index = 1 + position % most
    return things
