"""Builds a material as a tree of Blender's shader nodes.

Patterns are in metres, in the object's coordinate system.
"""

import colorsys
import math

import bpy


def hsv(hue, saturation, value):
    return (*colorsys.hsv_to_rgb(hue % 1, saturation, value), 1.0)


class Shader:
    """Builds a material; inputs of nodes are given by name."""

    def __init__(self, name, roughness=0.5, metallic=0.0):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.surface = self.tree.nodes["Principled BSDF"]
        self.set(self.surface, {"Roughness": roughness, "Metallic": metallic})

    def set(self, node, inputs):
        for name, value in inputs.items():
            if isinstance(value, bpy.types.NodeSocket):
                self.tree.links.new(value, node.inputs[name])
            else:
                node.inputs[name].default_value = value

    def node(self, kind, inputs=None, **settings):
        node = self.tree.nodes.new(f"ShaderNode{kind}")
        for name, value in settings.items():
            setattr(node, name, value)
        self.set(node, inputs or {})
        return node

    def colour(self, value):
        self.set(self.surface, {"Base Color": value})
        return self

    def coordinates(self, scale=(1, 1, 1), offset=(0, 0, 0), upright=False):
        """Object coordinates in metres; `upright` rotates a flat pattern onto a wall."""
        turn = (math.radians(-90), 0, 0) if upright else (0, 0, 0)
        inputs = {
            "Vector": self.node("TexCoord").outputs["Object"],
            "Location": offset,
            "Rotation": turn,
            "Scale": scale,
        }
        if not upright:
            return self.node("Mapping", inputs).outputs[0]
        inputs["Scale"] = (1, 1, 1)
        turned = self.node("Mapping", inputs).outputs[0]
        return self.node("Mapping", {"Vector": turned, "Scale": scale}).outputs[0]

    def noise(self, vector, scale, detail=4.0, distortion=0.0):
        inputs = {"Vector": vector, "Scale": scale, "Detail": detail, "Distortion": distortion}
        return self.node("TexNoise", inputs).outputs["Fac"]

    def ramp(self, factor, colours, positions=None, interpolation="LINEAR"):
        node = self.node("ValToRGB", {"Fac": factor})
        node.color_ramp.interpolation = interpolation
        elements = node.color_ramp.elements
        positions = positions or [i / (len(colours) - 1) for i in range(len(colours))]
        while len(elements) < len(colours):
            elements.new(1.0)
        for element, colour, position in zip(elements, colours, positions):
            element.position, element.color = position, colour
        return node.outputs["Color"]

    def multiply(self, first, second, factor=1.0):
        node = self.node("MixRGB", {"Fac": factor, "Color1": first, "Color2": second}, blend_type="MULTIPLY")
        return node.outputs["Color"]

    def bump(self, height, distance, strength=1.0):
        node = self.node("Bump", {"Height": height, "Distance": distance, "Strength": strength})
        self.set(self.surface, {"Normal": node.outputs["Normal"]})
