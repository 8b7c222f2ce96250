"""The camera: intrinsics in pixels and pose at the current frame, and whether it moves.

Pixel centres are at half-integers, and y points down. The pose uses Blender's axes.
"""

import bpy

from .report import fail


def camera_values(scene):
    depsgraph = bpy.context.evaluated_depsgraph_get()
    camera = scene.camera.evaluated_get(depsgraph)
    if camera.type != "CAMERA" or camera.data.type != "PERSP":
        fail(f"the camera {scene.camera.name!r} is not a perspective camera")
    render = scene.render
    width, height = render.resolution_x, render.resolution_y
    # Blender's projection matrix includes lens, sensor fit, shift and pixel aspect.
    projection = camera.calc_matrix_camera(
        depsgraph, x=width, y=height, scale_x=render.pixel_aspect_x, scale_y=render.pixel_aspect_y
    )
    intrinsics = {
        "fx": projection[0][0] * width / 2,
        "fy": projection[1][1] * height / 2,
        "cx": (1 - projection[0][2]) * width / 2,
        "cy": (1 + projection[1][2]) * height / 2,
    }
    # The scale of a camera object does not affect rendering.
    pose = camera.matrix_world.normalized()
    return intrinsics, [list(row) for row in pose]


def is_animated(thing, seen=None):
    """Whether an object can move between frames, directly or through its parents and constraints."""
    seen = seen if seen is not None else set()
    if thing is None or thing in seen:
        return False
    seen.add(thing)
    if any(block is not None and block.animation_data is not None for block in (thing, thing.data)):
        return True
    targets = [getattr(constraint, "target", None) for constraint in thing.constraints]
    return any(is_animated(other, seen) for other in [thing.parent, *targets])


def default_frames(scene):
    """The scene's frames if the camera moves, else only the current one, as all would be nearly the same."""
    switches = any(marker.camera for marker in scene.timeline_markers)
    if switches or is_animated(scene.camera):
        return list(range(scene.frame_start, scene.frame_end + 1, scene.frame_step))
    return [scene.frame_current]
