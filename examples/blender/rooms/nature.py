"""What is outdoors: lawn or street, bushes, trees and houses.

Indoors, labels end at the window panes, so nothing of it is in the labels.
"""

import math

import bmesh
from mathutils import Matrix, Vector, noise

from .looks.floors import concrete
from .looks.shader import Shader
from .things.house import house
from .things.model import Model, copy


def build_surroundings(room, near, ground, may_have_street=True):
    """A garden or a street around a room, whose nearest things are `near` away from its middle."""
    rng = room.rng
    lawn = Model()
    lawn.box((70, 70, 0.1), (0, 0, ground - 0.05), grass(rng), 0)
    room.put(lawn, "grass", Matrix.Identity(4))
    if may_have_street and rng.random() < 0.45:
        build_street(room, near, ground)
    plant_around(room, near, ground)


def grass(rng):
    shader = Shader("grass", 0.9)
    place = shader.coordinates()
    patches, blades = shader.noise(place, 0.8, 6.0), shader.noise(place, 60, 2.0)
    greens = rng.choice(
        [
            [(0.03, 0.07, 0.02, 1), (0.10, 0.16, 0.04, 1)],
            [(0.06, 0.11, 0.02, 1), (0.18, 0.22, 0.06, 1)],
            [(0.02, 0.08, 0.03, 1), (0.07, 0.2, 0.05, 1)],
        ]
    )
    shader.colour(
        shader.multiply(
            shader.ramp(patches, greens, [0.35, 0.65]),
            shader.ramp(blades, [(0.5,) * 3 + (1,), (1,) * 4], [0.35, 0.6]),
        )
    )
    return shader.material


def build_street(room, near, ground):
    """A road with houses beyond it, in one direction."""
    rng, materials = room.rng, room.materials
    turn = Matrix.Rotation(rng.choice([0, 0.5, 1, 1.5]) * math.pi, 4, "Z")
    road, far = Model(), near + rng.uniform(3, 6)
    road.box((70, 5, 0.02), (0, far, ground + 0.01), concrete(materials, 0.12), 0)
    for y in (-1, 1):
        road.box((70, 1.5, 0.12), (0, far + y * 3.2, ground + 0.06), concrete(materials, 0.4), 0.01)
    room.put(road, "floor", turn)
    x = -24.0
    while x < 24:
        width, depth = rng.uniform(5, 9), rng.uniform(6, 8)
        model = house(materials, rng, width, depth, rng.choice([1, 2, 2, 3]))
        place = Matrix.Translation((x + width / 2, far + 4.5 + depth / 2 + rng.uniform(0, 1), ground))
        room.put(model, "building", turn @ place)
        x += width + rng.choice([0, 0, rng.uniform(1, 4)])


def plant_around(room, near, ground):
    rng = room.rng
    shapes = []
    for label, make in (("tree", bush), ("tree", bush), ("tree", tree), ("tree", tree)):
        model = make(rng, room.materials)
        shapes.append(room.put(model, label, Matrix.Translation((0, 0, -60))))
    for _ in range(34):
        angle, far = rng.uniform(0, 2 * math.pi), rng.uniform(near + 1.5, near + 22)
        place = Matrix.Translation((far * math.cos(angle), far * math.sin(angle), ground))
        size = rng.uniform(0.6, 1.3)
        copy(rng.choice(shapes), place @ Matrix.Rotation(rng.uniform(0, 6), 4, "Z") @ Matrix.Scale(size, 4))


def bush(rng, materials, size=None):
    model, leaf = Model(), materials.leaf()
    size = size or rng.uniform(0.5, 1.6)
    for _ in range(6):
        spot = Vector((rng.gauss(0, size * 0.5), rng.gauss(0, size * 0.5), size * rng.uniform(0.1, 0.8)))
        model.add(crumpled_ball(size * rng.uniform(0.4, 0.8), spot), leaf, Matrix.Translation(spot))
    return model


def tree(rng, materials):
    """A trunk with a crown of leafy balls."""
    model, leaf, bark = Model(), materials.leaf(), materials.wood()
    height, lean = rng.uniform(3.0, 6.5), rng.uniform(-0.3, 0.3)
    top = Vector((lean, 0, height * 0.6))
    model.tube([Vector((0, 0, -0.2)), Vector((lean * 0.3, 0, height * 0.3)), top], 0.03 * height, bark, 12)
    for _ in range(9):
        size = height * rng.uniform(0.1, 0.2)
        spot = top + Vector(
            (rng.gauss(0, height * 0.13), rng.gauss(0, height * 0.13), rng.uniform(-0.05, 0.32) * height)
        )
        model.tube([top - Vector((0, 0, 0.1 * height)), spot], 0.008 * height, bark, 6)
        model.add(crumpled_ball(size, spot), leaf, Matrix.Translation(spot))
    return model


def crumpled_ball(radius, spot):
    """A ball with irregular bumps."""
    ball = bmesh.new()
    bmesh.ops.create_icosphere(ball, subdivisions=4, radius=radius)
    for vertex in ball.verts:
        where = (vertex.co + spot) * (2.5 / radius)
        vertex.co *= (
            1 + 0.25 * noise.noise(where) + 0.2 * noise.noise(where * 3.1) + 0.15 * noise.noise(where * 7.3)
        )
    return ball
