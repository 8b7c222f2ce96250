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


def outer_pane(materials):
    """The glass of a window seen from outside: it reflects the sky, or is lit from within."""
    shader = Shader("outer pane", 0.03, 0.35).colour((0.16, 0.2, 0.24, 1))
    if materials.is_lit and materials.rng.random() < 0.7:
        glow = shader.ramp(shader.noise(shader.coordinates(), 1.2, 2.0), [(0.5, 0.25, 0.08, 1), (1.0, 0.75, 0.42, 1)], [0.35, 0.65])
        shader.set(shader.surface, {"Emission Color": glow, "Emission Strength": materials.rng.uniform(0.4, 1.0)})
    return shader.material


def paint_colour(materials, strong=False):
    rng = materials.rng
    kind = "strong" if strong else rng.choices(["white", "tinted", "strong"], [3, 5, 2])[0]
    if kind == "white":
        return hsv(rng.uniform(0.05, 0.16), rng.choice([0.02, 0.05, 0.1]), rng.uniform(0.7, 0.85))
    if kind == "tinted":
        return hsv(rng.choice([materials.hue, materials.hue, rng.uniform(0, 0.7)]), rng.uniform(0.12, 0.38), rng.uniform(0.55, 0.8))
    return hsv(rng.choice([materials.hue, materials.hue, rng.uniform(0, 0.7)]), rng.uniform(0.35, 0.75), rng.uniform(0.2, 0.6))


def paint(materials, strong=False):
    """Plain paint, sometimes of another colour below a line."""
    rng = materials.rng
    shader, colour = Shader("paint", 0.75), paint_colour(materials, strong)
    if rng.random() < 0.15:
        colour = below(shader, rng.uniform(0.9, 1.4), paint_colour(materials), colour)
    shader.colour(colour)
    shader.bump(shader.noise(shader.coordinates(), 120, 1.0), 0.001, 0.4)
    return shader.material


def strong_paint(materials):
    return paint(materials, strong=True)


def below(shader, height, lower, upper):
    """One colour below a height and another above it."""
    z = shader.node("SeparateXYZ", {0: shader.node("TexCoord").outputs["Object"]}).outputs["Z"]
    above = shader.node("Math", {0: z, 1: height}, operation="GREATER_THAN").outputs[0]
    return shader.node("MixRGB", {"Fac": above, "Color1": lower, "Color2": upper}).outputs["Color"]


def wallpaper(materials):
    rng = materials.rng
    hue, saturation, value = materials.any_hue(), rng.uniform(0.08, 0.55), rng.uniform(0.4, 0.78)
    shift = rng.choice([0, 0, 0.08, 0.5])
    base, other = hsv(hue, saturation, value), hsv(hue + shift, saturation * 1.2, value * rng.uniform(0.55, 0.92))
    shader = Shader("wallpaper", 0.8)
    place = shader.coordinates(upright=True)
    kind = rng.choice(["stripes", "dots", "cells", "flowers", "checks", "zigzag"])
    edge = rng.uniform(0.35, 0.6)
    if kind in ("stripes", "zigzag"):
        inputs = {"Vector": place, "Scale": rng.uniform(1.2, 4)}
        pattern = shader.node("TexWave", inputs, bands_direction="X" if kind == "stripes" else "DIAGONAL").outputs["Fac"]
    elif kind == "checks":
        pattern = shader.node("TexChecker", {"Vector": place, "Scale": rng.uniform(3, 12)}).outputs["Fac"]
    elif kind == "flowers":
        cells = shader.node("TexVoronoi", {"Vector": place, "Scale": rng.uniform(4, 9)}, feature="SMOOTH_F1")
        pattern = cells.outputs["Distance"]
        colours = [materials.palette(1)[0], other, base]
        shader.colour(shader.ramp(pattern, colours, [0.12, 0.28, 0.42], "EASE"))
        return shader.material
    else:
        flakes = shader.node("TexVoronoi", {"Vector": place, "Scale": rng.uniform(5, 12)}, feature="F1")
        flakes.inputs["Randomness"].default_value = 0.0 if kind == "dots" else 1.0
        pattern = flakes.outputs["Distance" if kind == "dots" else "Color"]
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
    if rng.random() < 0.3:
        return checkerboard(materials)
    size, hue, saturation = rng.uniform(0.25, 0.6), rng.choice([rng.uniform(0.04, 0.15), materials.any_hue()]), rng.uniform(0.02, 0.45)
    value = rng.uniform(0.3, 0.75)
    second = value * rng.choice([0.95, 0.9, 0.45])
    colours = [hsv(hue, saturation, value), hsv(hue, saturation, second), hsv(hue, 0.05, value * 0.6)]
    shader, pattern = bricks(materials, size, size, 0.004, colours, rng.uniform(0.12, 0.3), offset=0.0)
    veins = shader.noise(shader.coordinates(), 4, 5.0, 1.2)
    shader.colour(
        shader.multiply(pattern.outputs["Color"], shader.ramp(veins, [(0.75,) * 3 + (1,), (1,) * 4]))
    )
    return shader.material


def checkerboard(materials):
    rng = materials.rng
    shader = Shader("checkerboard", rng.uniform(0.15, 0.35))
    dark = hsv(materials.any_hue(), rng.uniform(0, 0.7), rng.uniform(0.03, 0.35))
    light = hsv(0.1, rng.uniform(0, 0.15), rng.uniform(0.6, 0.8))
    turn = rng.choice([0, 0.785398])
    place = shader.node("Mapping", {"Vector": shader.coordinates(), "Rotation": (0, 0, turn)}).outputs[0]
    inputs = {"Vector": place, "Scale": 1 / rng.uniform(0.2, 0.45), "Color1": dark, "Color2": light}
    return shader.colour(shader.node("TexChecker", inputs).outputs["Color"]).material


def wall_tiles(materials, up_to=None):
    """Glazed tiles, up to a height with paint above."""
    rng = materials.rng
    hue, saturation = rng.choice([materials.hue, 0.55, 0.45, 0.1]), rng.choice([0.02, 0.1, rng.uniform(0.25, 0.75)])
    value = rng.uniform(0.35, 0.82)
    width, height = rng.choice([(0.2, 0.1), (0.15, 0.15), (0.3, 0.15), (0.3, 0.6), (0.1, 0.1), (0.22, 0.07)])
    varied = value * rng.choice([1.0, 0.93, 0.75])
    colours = [hsv(hue, saturation, value), hsv(hue, saturation, varied), hsv(0.1, 0.03, rng.choice([0.3, 0.75]))]
    offset = rng.choice([0.0, 0.5])
    shader, pattern = bricks(materials, width, height, 0.003, colours, rng.uniform(0.1, 0.25), upright=True, offset=offset)
    colour = pattern.outputs["Color"]
    if up_to is not None:
        colour = below(shader, up_to, colour, paint_colour(materials))
    shader.colour(colour)
    return shader.material


def panelling(materials):
    """Painted or wooden boards."""
    rng = materials.rng
    width = rng.uniform(0.08, 0.16)
    hue, saturation, value = rng.choice(materials.wood_tones) if rng.random() < 0.5 else (materials.any_hue(), rng.uniform(0.05, 0.5), rng.uniform(0.3, 0.75))
    colours = [hsv(hue, saturation, value), hsv(hue, saturation, value * 0.92), hsv(hue, saturation, value * 0.3)]
    shader, pattern = bricks(materials, width, 9.0, 0.004, colours, 0.5, upright=True, offset=0.0)
    colour = pattern.outputs["Color"]
    if rng.random() < 0.5:
        colour = below(shader, rng.uniform(0.9, 1.3), colour, paint_colour(materials))
    return shader.colour(colour).material


def concrete(materials, value=None):
    rng = materials.rng
    shader, value = Shader("concrete", 0.7), value or rng.uniform(0.25, 0.55)
    blotches = shader.noise(shader.coordinates(), 2.5, 6.0, 0.4)
    hue, saturation = rng.uniform(0.06, 0.12), rng.uniform(0, 0.15)
    return shader.colour(shader.ramp(blotches, [hsv(hue, saturation, value * 0.7), hsv(hue, saturation, value)], [0.3, 0.65])).material


def floor(materials, kinds=("planks", "tiles", "carpet", "concrete"), weights=(6, 2, 2, 0.6)):
    kind = materials.rng.choices(kinds, weights)[0]
    if kind == "carpet":
        return materials.fabric((0.05, 0.6), (0.2, 0.6))
    return {"planks": planks, "tiles": tiles, "concrete": concrete}[kind](materials)
