"""The garden outside the windows: lawn and bushes.

Labels show the window panes, so nothing in the garden has a class.
"""

import math

import bmesh
from mathutils import Matrix, Vector, noise

from .model import Model
from .shader import Shader


def build_garden(room):
    rng = room.rng
    grass = Shader("grass", 0.9)
    patches = grass.noise(grass.coordinates(), 0.8, 6.0)
    grass.colour(grass.ramp(patches, [(0.03, 0.07, 0.02, 1), (0.10, 0.16, 0.04, 1)], [0.35, 0.65]))
    lawn = Model()
    lawn.box((120, 120, 0.1), (0, 0, -0.55), grass.material, 0)
    lawn.object("Outdoors lawn", Matrix.Identity(4))
    for _ in range(40):
        angle, far, size = rng.uniform(0, 2 * math.pi), rng.uniform(10, 32), rng.uniform(0.5, 2.4)
        place = Matrix.Translation((far * math.cos(angle), far * math.sin(angle), -0.5))
        bush(rng, room.materials.leaf(), size).object("Outdoors bush", place)


def bush(rng, leaf, size):
    model = Model()
    for _ in range(6):
        spot = Vector((rng.gauss(0, size * 0.6), rng.gauss(0, size * 0.6), size * rng.uniform(0.1, 0.9)))
        model.add(crumpled_ball(size * rng.uniform(0.4, 0.8), spot), leaf, Matrix.Translation(spot))
    return model


def crumpled_ball(radius, spot):
    """A ball with irregular bumps."""
    ball = bmesh.new()
    bmesh.ops.create_icosphere(ball, subdivisions=4, radius=radius)
    for vertex in ball.verts:
        where = (vertex.co + spot) * (2.5 / radius)
        vertex.co *= 1 + 0.25 * noise.noise(where) + 0.2 * noise.noise(where * 3.1)
    return ball
