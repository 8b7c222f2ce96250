"""Materials of walls, floors and windows: paint, wallpaper, bricks, planks, tiles, panes.

Patterns have realistic sizes in metres.
"""

from .shader import Shader, hsv


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


def strong_paint(materials):
    return paint(materials, strong=True)


def paint(materials, strong=False):
    rng = materials.rng
    saturation = rng.uniform(0.25, 0.6) if strong else rng.choice([0.03, 0.06, 0.12, 0.2])
    value = rng.uniform(0.2, 0.55) if strong else rng.uniform(0.6, 0.82)
    hue = materials.hue if strong or rng.random() < 0.4 else rng.uniform(0.05, 0.16)
    shader = Shader("paint", 0.75).colour(hsv(hue, saturation, value))
    shader.bump(shader.noise(shader.coordinates(), 120, 3.0), 0.001, 0.4)
    return shader.material


def wallpaper(materials):
    rng = materials.rng
    hue, saturation, value = materials.any_hue(), rng.uniform(0.05, 0.35), rng.uniform(0.5, 0.78)
    base, other = hsv(hue, saturation, value), hsv(hue, saturation * 1.3, value * rng.uniform(0.72, 0.9))
    shader = Shader("wallpaper", 0.8)
    place = shader.coordinates(upright=True)
    if rng.random() < 0.5:
        wave = shader.node("TexWave", {"Vector": place, "Scale": rng.uniform(1.2, 4)}, bands_direction="X")
        pattern = wave.outputs["Fac"]
    else:
        flakes = shader.node("TexVoronoi", {"Vector": place, "Scale": rng.uniform(5, 12)}, feature="F1")
        flakes.inputs["Randomness"].default_value = rng.choice([0.0, 0.35])
        pattern = flakes.outputs["Distance"]
    edge = rng.uniform(0.35, 0.6)
    shader.colour(shader.ramp(pattern, [other, base], [edge, edge + 0.04]))
    return shader.material


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


def planks(materials):
    rng = materials.rng
    hue, saturation, value = rng.choice(materials.wood_tones)
    colours = [hsv(hue, saturation, value * shade) for shade in (1, 0.72, 0.25)]
    width, height = rng.uniform(0.8, 1.5), rng.uniform(0.09, 0.19)
    shader, pattern = bricks(materials, width, height, 0.0025, colours, rng.uniform(0.25, 0.45), offset=0.37)
    grain = shader.noise(shader.coordinates((1.2, 24, 1)), 1.8, 7.0, 0.5)
    shade = shader.ramp(grain, [(0.72, 0.69, 0.66, 1), (1, 1, 1, 1)], [0.35, 0.62])
    shader.colour(shader.multiply(pattern.outputs["Color"], shade))
    inverse = shader.node("Math", {0: 1.0, 1: pattern.outputs["Fac"]}, operation="SUBTRACT")
    shader.bump(inverse.outputs[0], 0.002, 0.6)
    return shader.material


def tiles(materials):
    rng = materials.rng
    size, hue, saturation = rng.uniform(0.25, 0.6), rng.uniform(0.04, 0.15), rng.uniform(0.02, 0.25)
    value = rng.uniform(0.4, 0.75)
    second = value * rng.choice([0.95, 0.9, 0.45])
    colours = [hsv(hue, saturation, value), hsv(hue, saturation, second), hsv(hue, 0.05, value * 0.6)]
    shader, pattern = bricks(materials, size, size, 0.004, colours, rng.uniform(0.12, 0.3), offset=0.0)
    veins = shader.noise(shader.coordinates(), 4, 8.0, 1.2)
    shader.colour(
        shader.multiply(pattern.outputs["Color"], shader.ramp(veins, [(0.75,) * 3 + (1,), (1,) * 4]))
    )
    return shader.material


def floor(materials):
    kind = materials.rng.choices(["planks", "tiles", "carpet"], [6, 2, 2])[0]
    if kind == "carpet":
        return materials.fabric((0.05, 0.4), (0.25, 0.6))
    return planks(materials) if kind == "planks" else tiles(materials)
