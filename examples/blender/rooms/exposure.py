"""Meters the light of a view, as a camera does, and sets the exposure of the picture.

Labels do not depend on it.
"""

import math

import bpy
import numpy

SIZE = 32


def meter(scene, scratch):
    """The mean of the logarithms (base 2) of the luminance of the current view, from a small picture."""
    render, settings = scene.render, scene.render.image_settings
    size = render.resolution_x, render.resolution_y
    render.resolution_x, render.resolution_y = SIZE, max(4, round(SIZE * size[1] / size[0]))
    try:
        bpy.ops.render.render(write_still=False)
        settings.file_format, settings.color_mode, settings.color_depth = "OPEN_EXR", "RGB", "32"
        bpy.data.images["Render Result"].save_render(str(scratch), scene=scene)
        picture = bpy.data.images.load(str(scratch))
        values = numpy.array(picture.pixels[:]).reshape(-1, picture.channels)[:, :3]
        bpy.data.images.remove(picture)
    finally:
        scratch.unlink(missing_ok=True)
        render.resolution_x, render.resolution_y = size
    luminance = values @ [0.2126, 0.7152, 0.0722]
    # A bright window or a lamp does not make the rest dark.
    return float(numpy.log2(numpy.clip(luminance, 1e-4, 4 * numpy.median(luminance) + 1e-4)).mean())


def expose(scene, metered, brightness):
    scene.view_settings.exposure = max(-4.0, min(8.0, math.log2(brightness) - metered))
