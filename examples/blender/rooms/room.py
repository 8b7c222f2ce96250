"""One room as a whole: the scene that is rendered, and the classes of what is in it.

What is built when matters, as all of it draws from the room's generator.
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
# The rooms name objects after their class.
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
        """Puts a thing of a class somewhere: "Chair", "Chair.001", ..."""
        model.object(label.capitalize(), matrix)


def new_room(number):
    """Replaces the open scene by a room with a camera."""
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
