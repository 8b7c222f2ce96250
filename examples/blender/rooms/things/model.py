"""A thing in a room, composed of boxes, bodies of revolution, cushions and sheets.

All parts form one mesh, so that a chair, for example, is one object in the labels.
"""

import math
from itertools import pairwise

import bmesh
import bpy
from mathutils import Euler, Matrix


class Model:
    """Builds one mesh from primitives, so that a piece of furniture is one object."""

    def __init__(self):
        self.whole = bmesh.new()
        self.whole.loops.layers.float_color.new("Tint")
        self.materials = []

    def add(self, part, material, matrix=None, tint=(1, 1, 1, 1)):
        if material not in self.materials:
            self.materials.append(material)
        layer = part.loops.layers.float_color.new("Tint")
        for face in part.faces:
            face.material_index = self.materials.index(material)
            face.smooth = True
            for loop in face.loops:
                loop[layer] = tint
        if matrix is not None:
            part.transform(matrix)
        mesh = bpy.data.meshes.new("part")
        part.to_mesh(mesh)
        part.free()
        self.whole.from_mesh(mesh)
        bpy.data.meshes.remove(mesh)

    def box(self, size, centre, material, bevel=0.004, segments=2, turn=(0, 0, 0), tint=(1, 1, 1, 1)):
        part = bmesh.new()
        bmesh.ops.create_cube(part, size=1.0, matrix=Matrix.Diagonal((*size, 1)))
        bevel = min(bevel, 0.45 * min(size))
        if bevel > 0:
            bmesh.ops.bevel(
                part, geom=part.edges[:], offset=bevel, segments=segments, profile=0.5, affect="EDGES"
            )
        self.add(part, material, Matrix.Translation(centre) @ Euler(turn).to_matrix().to_4x4(), tint)

    def turned(self, profile, material, centre=(0, 0, 0), turn=(0, 0, 0), segments=32, tint=(1, 1, 1, 1)):
        """A body of revolution from (radius, height) pairs, starting at the bottom."""
        part = bmesh.new()
        rings = []
        for radius, height in profile:
            angles = (2 * math.pi * i / segments for i in range(segments))
            rings.append(
                [part.verts.new((radius * math.cos(a), radius * math.sin(a), height)) for a in angles]
            )
        for lower, upper in pairwise(rings):
            for i in range(segments):
                j = (i + 1) % segments
                part.faces.new((lower[i], lower[j], upper[j], upper[i]))
        bmesh.ops.remove_doubles(part, verts=part.verts[:], dist=1e-6)
        self.add(part, material, Matrix.Translation(centre) @ Euler(turn).to_matrix().to_4x4(), tint)

    def rod(self, radius, height, base, material, top_radius=None, turn=(0, 0, 0)):
        top = radius if top_radius is None else top_radius
        edge = min(0.004, 0.3 * min(radius, top), 0.3 * height)
        profile = [
            (0, 0),
            (radius - edge, 0),
            (radius, edge),
            (top, height - edge),
            (top - edge, height),
            (0, height),
        ]
        self.turned(profile, material, base, turn, segments=24)

    def cushion(self, size, centre, material, turn=(0, 0, 0), squareness=0.35):
        """A shape between a ball and a box."""
        part = bmesh.new()
        bmesh.ops.create_icosphere(part, subdivisions=4, radius=1.0)
        for vertex in part.verts:
            vertex.co = [math.copysign(abs(c) ** squareness, c) for c in vertex.co]
            across = max(abs(vertex.co.x), abs(vertex.co.y))
            vertex.co.z *= 1 - 0.25 * across**6
        matrix = Matrix.Translation(centre) @ Euler(turn).to_matrix().to_4x4()
        self.add(part, material, matrix @ Matrix.Diagonal((*(s / 2 for s in size), 1)))

    def ring(self, radius, thickness, centre, material, turn=(0, 0, 0), segments=48):
        """A torus around z."""
        circle = [2 * math.pi * i / 10 for i in range(11)]
        profile = [(radius + thickness * math.cos(a), thickness * math.sin(a)) for a in circle]
        self.turned(profile, material, centre, turn, segments)

    def tube(self, points, radius, material, sides=8):
        """A thin tube through points, for cables and stems."""

        def point(u, v):
            step = min(int(v * (len(points) - 1) + 1e-6), len(points) - 2)
            t = v * (len(points) - 1) - step
            along = (points[step + 1] - points[step]).normalized()
            before = (points[step] - points[step - 1]).normalized() if step else along
            along = before.lerp(along, 0.5 + t / 2).normalized()
            across = (
                along.orthogonal().normalized() if abs(along.z) > 0.9 else along.cross((0, 0, 1)).normalized()
            )
            angle = 2 * math.pi * u
            around = across * math.cos(angle) + along.cross(across) * math.sin(angle)
            return points[step].lerp(points[step + 1], t) + around * radius

        self.sheet(sides, 1 * (len(points) - 1), point, material, around=True)

    def sheet(self, columns, rows, point, material, around=False):
        """A curved sheet: point(u, v) for u and v from 0 to 1; closed in u if it goes around."""
        part = bmesh.new()
        grid = [
            [part.verts.new(point(i / columns, j / rows)) for i in range(columns + 1)]
            for j in range(rows + 1)
        ]
        for j in range(rows):
            for i in range(columns):
                part.faces.new((grid[j][i], grid[j][i + 1], grid[j + 1][i + 1], grid[j + 1][i]))
        if around:
            bmesh.ops.remove_doubles(part, verts=part.verts[:], dist=1e-5)
        self.add(part, material)

    def top(self):
        """The height of the highest point."""
        return max(vertex.co.z for vertex in self.whole.verts)

    def discard(self):
        """Frees a model that is not used."""
        self.whole.free()

    def object(self, name, matrix):
        mesh = bpy.data.meshes.new(name)
        self.whole.to_mesh(mesh)
        self.whole.free()
        for material in self.materials:
            mesh.materials.append(material)
        mesh.set_sharp_from_angle(angle=math.radians(40))
        thing = bpy.data.objects.new(name, mesh)
        thing.matrix_world = matrix
        # Keeps large faces flat-shaded next to their rounded edges.
        thing.modifiers.new("normals", "WEIGHTED_NORMAL").keep_sharp = True
        bpy.context.scene.collection.objects.link(thing)
        return thing


def copy(thing, matrix):
    """Another object with the same mesh."""
    other = thing.copy()
    other.matrix_world = matrix
    bpy.context.scene.collection.objects.link(other)
    return other
