"""Materials of furniture, in the colour scheme of a room.

A room has one hue and two woods, around which random colours are chosen.
"""

from .shader import Shader, hsv

# Hue, saturation and value of oak, beech, walnut, birch and mahogany.
WOOD_TONES = (
    (0.075, 0.50, 0.55),
    (0.07, 0.62, 0.34),
    (0.06, 0.65, 0.16),
    (0.085, 0.40, 0.70),
    (0.045, 0.70, 0.24),
)


class Materials:
    """Random materials for a room. Lamps and screens glow if the room is lit."""

    def __init__(self, rng, is_lit):
        self.rng, self.is_lit = rng, is_lit
        self.wood_tones = rng.sample(WOOD_TONES, 2)
        # Few rooms are pink or purple.
        self.hue = rng.random() if rng.random() < 0.3 else rng.uniform(-0.04, 0.7)
        # Metals have no base colour in the labels, so that only small parts and mirrors are of real metal.
        self.metal = self.lacquer(
            rng.choice(
                [(0.5, 0.5, 0.52, 1), (0.62, 0.42, 0.16, 1), (0.05, 0.05, 0.055, 1), (0.75, 0.74, 0.72, 1)]
            )
        )
        self.steel = self.lacquer((0.5, 0.51, 0.53, 1), 0.28)
        self.chrome = Shader("chrome", 0.12, 1.0).colour((0.75, 0.76, 0.78, 1)).material
        self.mirror = Shader("mirror", 0.0, 1.0).colour((0.92, 0.93, 0.93, 1)).material
        self.dark = self.lacquer((0.012, 0.012, 0.015, 1), 0.08)
        self.black = Shader("black", 0.3).colour((0.02, 0.02, 0.022, 1)).material
        self.white = Shader("white", 0.35).colour(hsv(0.1, 0.03, rng.uniform(0.72, 0.85))).material
        self.ceramic = self.lacquer(hsv(0.12, 0.02, 0.84), 0.12)
        self.bulb = self.glowing((0.85, 0.83, 0.78, 1), (1, 0.75, 0.45, 1), 8.0)
        self.milk = self.glowing((0.82, 0.81, 0.78, 1), (1, 0.8, 0.55, 1), 2.5)
        tinted = Shader("tinted", 0.6)
        self.tinted = tinted.colour(tinted.node("Attribute", attribute_name="Tint").outputs["Color"]).material

    def lacquer(self, colour, roughness=0.3):
        """A smooth coat on a plain colour."""
        shader = Shader("lacquer", roughness).colour(colour)
        shader.set(shader.surface, {"Specular IOR Level": 0.9})
        return shader.material

    def glowing(self, colour, light, strength):
        shader = Shader("glowing", 0.4).colour(colour)
        if self.is_lit:
            shader.set(shader.surface, {"Emission Color": light, "Emission Strength": strength})
        return shader.material

    def gloss(self, hue, saturation, value, roughness=0.35):
        return Shader("gloss", roughness).colour(hsv(hue, saturation, value)).material

    def any_hue(self):
        """A hue like the room's, opposite to it, earthy, or sometimes any hue."""
        rng = self.rng
        near = self.hue + rng.gauss(0, 0.05)
        return rng.choice([near, near + 0.5, rng.uniform(0.0, 0.13), rng.uniform(0.0, 0.13), rng.random()])

    def plain(self, saturation=(0.2, 0.85), value=(0.15, 0.8), roughness=(0.2, 0.6)):
        rng = self.rng
        colour = hsv(self.any_hue(), rng.uniform(*saturation), rng.uniform(*value))
        return Shader("plain", rng.uniform(*roughness)).colour(colour).material

    def wood(self):
        rng = self.rng
        hue, saturation, value = rng.choice(self.wood_tones)
        shader = Shader("wood", rng.uniform(0.3, 0.5))
        offset = tuple(rng.uniform(-9, 9) for _ in range(3))
        grain = shader.noise(shader.coordinates((1.5, 22, 22), offset), 1.6, 6.0, 0.6)
        dark = hsv(hue, saturation * 1.1, value * 0.7)
        shader.colour(shader.ramp(grain, [dark, hsv(hue, saturation, value)], [0.35, 0.65]))
        shader.bump(grain, 0.0008)
        return shader.material

    def furniture(self):
        """A material for cabinets, shelves and tables."""
        if self.rng.random() < 0.7:
            return self.wood()
        return self.white if self.rng.random() < 0.6 else self.plain((0.1, 0.5), (0.1, 0.6))

    def shade(self):
        """The cloth of a lamp shade."""
        hue, glow = self.rng.choice([0.1, 0.1, 0.1, self.hue]), 1.2 if self.is_lit else 0.0
        return self.thin_cloth(hsv(hue, self.rng.uniform(0.05, 0.4), 0.8), 0.5, glow)

    def display(self):
        """A screen: dark, or with coloured windows on it."""
        rng = self.rng
        shader = Shader("display", 0.12).colour((0.01, 0.01, 0.013, 1))
        if rng.random() < 0.6:
            offset = (rng.uniform(-9, 9), 0, rng.uniform(-9, 9))
            place = shader.coordinates(offset=offset, upright=True)
            cells = shader.node("TexVoronoi", {"Vector": place, "Scale": 9.0}, distance="CHEBYCHEV")
            shown = shader.ramp(cells.outputs["Color"], self.palette(4), None, "CONSTANT")
            shader.set(
                shader.surface,
                {"Emission Color": shown, "Emission Strength": rng.uniform(0.5, 1.2), "Base Color": shown},
            )
        return shader.material

    def stone(self):
        """Marble or granite."""
        rng = self.rng
        hue, saturation, value = (
            rng.choice([0.08, 0.1, 0.55, self.hue]),
            rng.uniform(0, 0.25),
            rng.choice([0.1, 0.35, 0.6, 0.8]),
        )
        shader = Shader("stone", rng.uniform(0.12, 0.4))
        veins = shader.noise(
            shader.coordinates(offset=(rng.uniform(-9, 9),) * 3),
            rng.choice([3, 40]),
            5.0,
            rng.choice([0, 2.5]),
        )
        other = hsv(hue, saturation, value * rng.uniform(0.5, 0.8))
        return shader.colour(shader.ramp(veins, [other, hsv(hue, saturation, value)], [0.38, 0.55])).material

    def wicker(self):
        rng = self.rng
        shader, tone = (
            Shader("wicker", 0.7),
            hsv(rng.uniform(0.07, 0.1), rng.uniform(0.4, 0.6), rng.uniform(0.3, 0.65)),
        )
        wave = shader.node(
            "TexWave", {"Vector": shader.coordinates(), "Scale": 14.0, "Distortion": 1.0}, bands_direction="Z"
        )
        shader.colour(
            shader.multiply(
                tone, shader.ramp(wave.outputs["Fac"], [(0.45,) * 3 + (1,), (1,) * 4], [0.2, 0.6])
            )
        )
        return shader.material

    def striped(self, saturation=(0.2, 0.8), value=(0.2, 0.8)):
        """A woven pattern of stripes or checks."""
        rng = self.rng
        shader = Shader("striped", 0.9)
        colours = [hsv(self.any_hue(), rng.uniform(*saturation), rng.uniform(*value)) for _ in range(2)]
        colours.append(hsv(0.1, 0.1, 0.75))
        scale, place = rng.uniform(1.2, 5), shader.coordinates()
        across = shader.node(
            "TexWave", {"Vector": place, "Scale": scale}, bands_direction=rng.choice(["X", "Y"])
        )
        woven = shader.ramp(across.outputs["Fac"], colours, [0.0, 0.4, 0.75], "CONSTANT")
        if rng.random() < 0.4:
            along = shader.node("TexWave", {"Vector": place, "Scale": scale}, bands_direction="Y")
            woven = shader.multiply(
                woven, shader.ramp(along.outputs["Fac"], [colours[0], (1,) * 4], [0.0, 0.5], "CONSTANT"), 0.7
            )
        fine = shader.noise(place, 260, 2.0)
        shader.colour(shader.multiply(woven, shader.ramp(fine, [(0.75,) * 3 + (1,), (1,) * 4], [0.3, 0.6])))
        return shader.material

    def fabric(self, saturation=(0.05, 0.6), value=(0.12, 0.75)):
        rng = self.rng
        hue, s, v = self.any_hue(), rng.uniform(*saturation), rng.uniform(*value)
        shader = Shader("fabric", 0.9)
        shader.set(shader.surface, {"Sheen Weight": 0.25})
        place = shader.coordinates()
        fine = shader.noise(place, 260, 2.0)
        mottled = shader.ramp(
            shader.noise(place, 9, 3.0), [hsv(hue, s, v * 0.82), hsv(hue, s, v)], [0.3, 0.7]
        )
        shader.colour(shader.multiply(mottled, shader.ramp(fine, [(0.7,) * 3 + (1,), (1,) * 4], [0.3, 0.6])))
        shader.bump(fine, 0.002, 0.5)
        return shader.material

    def thin_cloth(self, colour, through=0.5, glow=0.0):
        """Translucent cloth, for curtains and lamp shades."""
        shader = Shader("thin cloth", 0.9)
        place = shader.coordinates()
        weave = shader.ramp(shader.noise(place, 180, 2.0), [(0.8,) * 3 + (1,), (1,) * 4], [0.3, 0.7])
        woven = shader.multiply(colour, weave)
        shader.colour(woven)
        shader.set(shader.surface, {"Emission Color": woven, "Emission Strength": glow})
        behind = shader.node("BsdfTranslucent", {"Color": woven})
        mixed = shader.node("MixShader", {0: through, 1: shader.surface.outputs[0], 2: behind.outputs[0]})
        output = shader.tree.nodes["Material Output"]
        shader.tree.links.new(mixed.outputs[0], output.inputs["Surface"])
        return shader.material

    def palette(self, count):
        rng = self.rng
        return [hsv(self.any_hue(), rng.uniform(0.15, 0.85), rng.uniform(0.1, 0.85)) for _ in range(count)]

    def leaf(self):
        rng = self.rng
        shader = Shader("leaf", 0.4)
        hue, value = rng.uniform(0.24, 0.36), rng.uniform(0.15, 0.4)
        blotches = shader.noise(shader.coordinates(), 14, 3.0)
        colours = [hsv(hue, 0.8, value * 0.6), hsv(hue - 0.03, 0.7, value)]
        return shader.colour(shader.ramp(blotches, colours, [0.35, 0.65])).material

    def paper(self):
        """Printed pages."""
        shader = Shader("paper", 0.9)
        lines = shader.node(
            "TexWave", {"Vector": shader.coordinates(), "Scale": 24.0}, bands_direction="Y"
        ).outputs["Fac"]
        shader.colour(shader.ramp(lines, [(0.35, 0.34, 0.33, 1), (0.75, 0.72, 0.66, 1)], [0.25, 0.4]))
        return shader.material

    def soil(self):
        return Shader("soil", 0.95).colour((0.03, 0.02, 0.012, 1)).material
