"""The pattern of bricks, planks and tiles, and walls of bricks. Sizes are in metres."""

from .shader import Shader, hsv


def bricks(materials, width, height, mortar, colours, roughness, upright=False, offset=0.5):
    """The brick pattern of brick walls, planks and tiles, with recessed joints."""
    shader = Shader("bricks", roughness)
    place = shader.coordinates(
        offset=(materials.rng.uniform(-1, 1), materials.rng.uniform(-1, 1), 0), upright=upright
    )
    pattern = shader.node(
        "TexBrick",
        {
            "Vector": place,
            "Scale": 1.0,
            "Brick Width": width,
            "Row Height": height,
            "Mortar Size": mortar,
            "Mortar Smooth": 0.2,
            "Color1": colours[0],
            "Color2": colours[1],
            "Mortar": colours[2],
        },
        offset=offset,
    )
    return shader, pattern


def brick_wall(materials):
    rng = materials.rng
    hue, saturation, value = (
        rng.choice([0.02, 0.04, 0.09]),
        rng.uniform(0.05, 0.6),
        rng.uniform(0.35, 0.75),
    )
    colours = [hsv(hue, saturation, value), hsv(hue, saturation * 0.9, value * 0.7), hsv(0.1, 0.05, 0.6)]
    shader, pattern = bricks(materials, 0.24, 0.075, 0.008, colours, 0.85, upright=True)
    rough = shader.noise(shader.coordinates(), 45, 4.0)
    shader.colour(
        shader.multiply(pattern.outputs["Color"], shader.ramp(rough, [(0.65,) * 3 + (1,), (1,) * 4]))
    )
    inverse = shader.node("Math", {0: 1.0, 1: pattern.outputs["Fac"]}, operation="SUBTRACT")
    shader.bump(inverse.outputs[0], 0.008)
    return shader.material
