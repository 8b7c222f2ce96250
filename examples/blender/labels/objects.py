"""Assigns an index to each object that can be rendered.

Indices are in the order of names, so that they are the same in every run.
"""

import bpy

from .report import note

RENDERABLE = {"MESH", "CURVE", "SURFACE", "META", "FONT", "CURVES", "POINTCLOUD", "VOLUME"}


def number_objects():
    """Assigns a unique pass index to each object that can be rendered, and returns these objects."""
    things = [thing for thing in bpy.data.objects if thing.type in RENDERABLE]
    things.sort(key=lambda thing: (thing.name, thing.library.filepath if thing.library else ""))
    most = bpy.types.Object.bl_rna.properties["pass_index"].hard_max
    if len(things) > most:
        note(f"render_labels: {len(things)} objects share {most} indices")
    for position, thing in enumerate(things):
        thing.pass_index = 1 + position % most
    return things
