"""The lights of a room: sky, sun and lamps.

Light sources are invisible, both directly and in mirrors.
"""

import math

import bpy
from mathutils import Matrix, Vector

# Colours of the sky without sun, from the horizon up.
GRADIENTS = {
    "overcast": [(0.85, 0.9, 1.0, 1), (0.6, 0.68, 0.8, 1), (0.75, 0.8, 0.9, 1)],
    "dusk": [(0.95, 0.42, 0.2, 1), (0.35, 0.3, 0.5, 1), (0.07, 0.12, 0.32, 1)],
    "night": [(0.5, 0.55, 0.8, 1), (0.22, 0.3, 0.6, 1), (0.1, 0.15, 0.4, 1)],
}


def add_light(kind, energy, matrix, colour=(1, 1, 1)):
    data = bpy.data.lights.new("light", kind)
    data.energy, data.color = energy, colour
    thing = bpy.data.objects.new("Light", data)
    thing.matrix_world = matrix
    thing.visible_camera = thing.visible_glossy = False
    bpy.context.scene.collection.objects.link(thing)
    return thing


def add_bulb(energy, matrix, colour=(1.0, 0.72, 0.42)):
    add_light("POINT", energy, matrix, colour).data.shadow_soft_size = 0.06


def add_daylight(room, direction):
    """Sky and sun. The direction is the sun's, as an angle around z."""
    time = room.time
    add_sky(time, direction)
    if time.sun:
        add_sun(time, direction)


def add_sky(time, direction):
    world = bpy.context.scene.world = bpy.data.worlds.new("sky")
    world.use_nodes = True
    # The sky is smooth, and a larger map takes a second of each room.
    world.cycles.sampling_method, world.cycles.sample_map_resolution = "MANUAL", 256
    tree = world.node_tree
    background = tree.nodes["Background"]
    background.inputs["Strength"].default_value = time.sky
    if time.name in GRADIENTS:
        colour = gradient(tree, GRADIENTS[time.name])
    else:
        sky = tree.nodes.new("ShaderNodeTexSky")
        sky.sky_type, sky.sun_disc, sky.sun_elevation = "NISHITA", False, time.elevation
        sky.sun_rotation = math.pi / 2 - direction
        colour = sky.outputs[0]
    tree.links.new(colour, background.inputs["Color"])


def gradient(tree, colours):
    place = tree.nodes.new("ShaderNodeTexCoord").outputs["Generated"]
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(place, split.inputs[0])
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    tree.links.new(split.outputs["Z"], ramp.inputs[0])
    elements = ramp.color_ramp.elements
    elements.new(0.3)
    for element, position, colour in zip(elements, (0.0, 0.3, 0.9), colours):
        element.position, element.color = position, colour
    return ramp.outputs["Color"]


def add_sun(time, direction):
    flat = math.cos(time.elevation)
    towards = Vector((math.cos(direction) * flat, math.sin(direction) * flat, math.sin(time.elevation)))
    turn = towards.to_track_quat("Z", "Y").to_matrix().to_4x4()
    add_light("SUN", time.sun, turn, time.sun_colour).data.angle = math.radians(1.5)


def add_fill(plan, time):
    """A light under the ceiling, which stands for light from other rooms. It lets few samples suffice."""
    place = Matrix.Translation((0, 0, plan.height - 0.03))
    light = add_light("AREA", plan.width * plan.depth * time.fill, place, time.fill_colour).data
    light.shape, light.size, light.size_y = "RECTANGLE", plan.width * 0.7, plan.depth * 0.7
