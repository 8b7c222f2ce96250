"""Panes of windows, seen from inside or from outside."""

from .shader import Shader


def pane():
    """Glass that is a reflecting surface for the camera and transparent to all other light."""
    shader = Shader("pane")
    straight = shader.node("BsdfRefraction", {"IOR": 1.0, "Roughness": 0.0})
    mirror = shader.node("BsdfGlossy", {"Roughness": 0.0})
    fresnel = shader.node("Fresnel", {"IOR": 1.35})
    seen = shader.node("MixShader", {0: fresnel.outputs[0], 1: straight.outputs[0], 2: mirror.outputs[0]})
    open_air = shader.node("BsdfTransparent")
    is_camera = shader.node("LightPath").outputs["Is Camera Ray"]
    both = shader.node("MixShader", {0: is_camera, 1: open_air.outputs[0], 2: seen.outputs[0]})
    shader.tree.links.new(both.outputs[0], shader.tree.nodes["Material Output"].inputs["Surface"])
    return shader.material


def outer_pane(materials):
    """The glass of a window seen from outside: it reflects the sky, or is lit from within."""
    shader = Shader("outer pane", 0.03, 0.35).colour((0.16, 0.2, 0.24, 1))
    if materials.is_lit and materials.rng.random() < 0.7:
        glow = shader.ramp(
            shader.noise(shader.coordinates(), 1.2, 2.0),
            [(0.5, 0.25, 0.08, 1), (1.0, 0.75, 0.42, 1)],
            [0.35, 0.65],
        )
        shader.set(
            shader.surface, {"Emission Color": glow, "Emission Strength": materials.rng.uniform(0.4, 1.0)}
        )
    return shader.material
