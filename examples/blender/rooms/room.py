"""Builds the scene of a room, and the classes of its objects.

The order of building matters, because everything uses the room's random number generator.
"""

import random

import bpy

from .furnishing import furnish
from .garden import build_garden
from .lights import add_daylight
from .materials import Materials
from .plan import Plan
from .shell import build_shell

CLASSES = (
    "wall",
    "floor",
    "ceiling",
    "window",
    "door",
    "table",
    "chair",
    "sofa",
    "shelf",
    "book",
    "cabinet",
    "television",
    "lamp",
    "plant",
    "rug",
    "picture",
    "curtain",
    "decor",
)
# Objects of the rooms are named after their class.
CLASS_RULES = [(f"{name.capitalize()}*", name) for name in CLASSES]


class Room:
    """A furnished room around the origin."""

    def __init__(self, number):
        self.rng = random.Random(f"room {number}")
        self.plan = Plan(self.rng)
        self.materials = Materials(self.rng)
        window_side = build_shell(self)
        add_daylight(self, window_side)
        build_garden(self)
        furnish(self)

    def put(self, model, label, matrix):
        """Places a thing of a class, named "Chair", "Chair.001", ..."""
        model.object(label.capitalize(), matrix)


def new_room(number):
    """Replaces the current scene by a room with a camera."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.unit_settings.scale_length = 1.0
    room = Room(number)
    scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.camera.data.clip_start = 0.05
    scene.collection.objects.link(scene.camera)
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - High Contrast"
    scene.view_settings.exposure = 0.7
    return room
