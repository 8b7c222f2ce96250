"""Builds the scene of a room, or of a place outdoors.

The order of building matters, because everything uses the room's random number generator.
"""

import random

import bpy

from .kinds import bathroom, bedroom, dining, hallway, kitchen, living, outdoors, study
from .looks.materials import Materials
from .times import any_time

# The version of all pictures: it changes whenever a room of the same number would look different.
SCENE_VERSION = 2

# How often each kind of room occurs.
KINDS = {
    living: 22,
    bedroom: 16,
    kitchen: 16,
    bathroom: 12,
    study: 10,
    dining: 8,
    hallway: 6,
    outdoors: 10,
}


class Room:
    """A furnished room around the origin."""

    def __init__(self, number):
        self.rng = random.Random(f"room {number} of version {SCENE_VERSION}")
        self.kind = self.rng.choices(list(KINDS), KINDS.values())[0]
        self.time = any_time(self.rng)
        self.materials = Materials(self.rng, self.time.lamps)
        self.plan = self.kind.plan(self.rng)
        self.kind.build(self)

    def put(self, model, label, matrix):
        """Places a thing of a class, named "Chair", "Chair.001", ..."""
        return model.object(label.capitalize(), matrix)


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
    scene.view_settings.look = "AgX - Punchy"
    return room
