"""The lights of a room: sky, sun and lamps.

Light sources are invisible, both directly and in mirrors.
"""

import math

import bpy
from mathutils import Matrix, Vector

from .plan import SIDES


def add_light(kind, energy, matrix, colour=(1, 1, 1)):
    data = bpy.data.lights.new("light", kind)
    data.energy, data.color = energy, colour
    thing = bpy.data.objects.new("Light", data)
    thing.matrix_world = matrix
    thing.visible_camera = thing.visible_glossy = False
    bpy.context.scene.collection.objects.link(thing)
    return thing


def add_daylight(room, window_side):
    """Sky and sun, and a lamp under the ceiling, which stands for indirect light and the lamps of a real room."""
    rng = room.rng
    elevation = math.radians(rng.uniform(14, 48))
    # From the window outwards, at a slight angle.
    outwards = math.radians(SIDES[window_side] + 90 + rng.uniform(-55, 55))
    add_sky(elevation, outwards, rng.uniform(0.25, 0.4))
    add_sun(elevation, outwards, rng.choice([0.0, 5.0, 9.0]))
    add_fill(room.plan, rng)


def add_sky(elevation, direction, strength):
    world = bpy.context.scene.world = bpy.data.worlds.new("sky")
    world.use_nodes = True
    tree = world.node_tree
    sky = tree.nodes.new("ShaderNodeTexSky")
    sky.sky_type, sky.sun_disc, sky.sun_elevation = "NISHITA", False, elevation
    sky.sun_rotation = math.pi / 2 - direction
    background = tree.nodes["Background"]
    tree.links.new(sky.outputs[0], background.inputs["Color"])
    background.inputs["Strength"].default_value = strength


def add_sun(elevation, direction, energy):
    flat = math.cos(elevation)
    towards = Vector((math.cos(direction) * flat, math.sin(direction) * flat, math.sin(elevation)))
    turn = towards.to_track_quat("Z", "Y").to_matrix().to_4x4()
    add_light("SUN", energy, turn, (1.0, 0.9, 0.75)).data.angle = math.radians(1.5)


def add_fill(plan, rng):
    """A fill light under the ceiling, with which few samples are sufficient."""
    warmth = rng.uniform(0, 1)
    energy = plan.width * plan.depth * rng.uniform(1.3, 3.2)
    place = Matrix.Translation((0, 0, plan.height - 0.03))
    light = add_light("AREA", energy, place, (1.0, 0.95 - 0.12 * warmth, 0.9 - 0.3 * warmth)).data
    light.shape, light.size, light.size_y = "RECTANGLE", plan.width * 0.7, plan.depth * 0.7
