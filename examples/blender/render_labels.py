"""Render pictures together with exact labels, as frames that `multicond-train data prepare` reads.

The scene is a .blend file, or furnished rooms that this script builds from primitives. Every frame NAME
becomes three files: NAME.exr (Blender's multi-layer OpenEXR: depth, normals, base colour, object index,
Cryptomatte), NAME.png (the picture) and NAME.json (the camera and the list of objects). One frames.toml
per folder says which objects belong to which class.

    blender -b [scene.blend] -P render_labels.py -- OUT [options]
    python render_labels.py OUT [--blend scene.blend] [options]        # with pip install bpy==4.2.0

A frame's JSON file is written last, and frames that have one are skipped: run the same command again to go
on after an interruption.
"""

import argparse
import colorsys
import json
import math
import os
import random
import re
import sys
import time
import tomllib
from pathlib import Path

import bpy
import bmesh
from mathutils import Euler, Matrix, Vector, noise

EXAMPLES = """examples:
  %(prog)s rooms --rooms 100 --views 4              400 pictures of rooms 0 to 99
  %(prog)s rooms --rooms 100 --seed 100             rooms 100 to 199, into the same folder
  %(prog)s shots --blend scene.blend --frames 1-250 --size 512x288
  %(prog)s shots --blend scene.blend --frames 1,50,100 --class-map classes.toml
  blender -b scene.blend -P %(prog)s -- shots --samples 128 --cycles-device OPTIX
"""

PASSES = ("combined", "z", "normal", "diffuse_color", "object_index", "cryptomatte_object")
RENDERABLE = {"MESH", "CURVE", "SURFACE", "META", "FONT", "CURVES", "POINTCLOUD", "VOLUME"}


def fail(message):
    print(f"render_labels: {message}", file=sys.stderr)
    sys.exit(2)


def note(message):
    print(message, file=sys.stderr, flush=True)


# --------------------------------------------------------------------------------------------------------
# Options
# --------------------------------------------------------------------------------------------------------


def picture_size(text):
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    if not match or min(map(int, match.groups())) < 4:
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT")
    return int(match[1]), int(match[2])


def frame_numbers(text):
    frames = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(-?\d+)(?:-(-?\d+))?\s*", part)
        if not match:
            raise argparse.ArgumentTypeError(f"{part!r} is neither a frame nor FIRST-LAST")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise argparse.ArgumentTypeError(f"{part!r} ends before it begins")
        frames.extend(range(first, last + 1))
    return frames


def positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def parse_options():
    # Blender leaves everything behind "--" to the script.
    arguments = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    parser = argparse.ArgumentParser(
        prog="render_labels.py",
        description="Render pictures and their labels into a folder of frames.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("out", metavar="OUT", type=Path, help="the folder to write, made if it is missing")
    add("--blend", metavar="FILE", type=Path, help="the scene; without one, rooms are built")
    add("--size", metavar="WxH", type=picture_size, default=(256, 256), help="default 256x256")
    add("--samples", metavar="N", type=positive, default=32, help="Cycles samples a pixel, default 32")
    add("--no-denoise", action="store_true", help="leave the picture as noisy as it was sampled")
    add("--engine", choices=["CYCLES"], default="CYCLES", help="only Cycles writes all of the passes")
    add("--cycles-device", metavar="NAME", help="CPU, CUDA, OPTIX, HIP, ONEAPI or METAL, as in Blender")
    add("--threads", metavar="N", type=positive, help="processor threads, default all")
    scene = parser.add_argument_group("scenes from .blend files")
    add = scene.add_argument
    add(
        "--frames",
        metavar="A-B",
        type=frame_numbers,
        help="frames as in 1-20 or 1,5,9; default: the scene's range if its camera moves, else one frame",
    )
    add("--prefix", metavar="TEXT", default="frame", help="what names begin with, default frame (frame_0001)")
    add(
        "--class-map",
        metavar="FILE",
        type=Path,
        help="becomes OUT/frames.toml; default: collections are classes",
    )
    rooms = parser.add_argument_group("rooms")
    add = rooms.add_argument
    add("--rooms", metavar="N", type=positive, default=1, help="how many rooms, default 1")
    add("--views", metavar="N", type=positive, default=1, help="how many views of each, default 1")
    add("--seed", metavar="N", type=int, default=0, help="the number of the first room, default 0")
    options = parser.parse_args(arguments)
    if "/" in options.prefix or "\\" in options.prefix or options.prefix.startswith("."):
        parser.error("--prefix must be the beginning of a file name")
    if options.seed < 0:
        parser.error("--seed must not be negative")
    return options


# --------------------------------------------------------------------------------------------------------
# Class maps (frames.toml)
# --------------------------------------------------------------------------------------------------------


def quoted(text):
    # A JSON string is a TOML string, but for surrogate pairs (not written here) and DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def class_map_text(classes, rules):
    lines = ["classes = [" + ", ".join(map(quoted, classes)) + "]"]
    for name, label in rules:
        lines += ["", "[[objects]]", f"name = {quoted(name)}", f"class = {quoted(label)}"]
    return "\n".join(lines) + "\n"


def class_map_from_collections(scene):
    """Every collection that directly holds objects is a class; an object is in the first one that has it."""
    classes, class_of = [], {}
    for collection in [*scene.collection.children_recursive, *bpy.data.collections, scene.collection]:
        for thing in sorted(collection.objects, key=lambda thing: thing.name):
            if thing.type in RENDERABLE and thing.name not in class_of:
                class_of[thing.name] = collection.name
                if collection.name not in classes:
                    classes.append(collection.name)
    return class_map_text(classes, class_of.items())


def glob(pattern):
    translated = {"*": ".*", "?": "."}
    return re.compile("".join(translated.get(c, re.escape(c)) for c in pattern), re.DOTALL)


def parse_class_map(text, path):
    """The (glob, class) pairs of a class map."""
    try:
        table = tomllib.loads(text)
        classes = table["classes"]
        rules = [(glob(rule["name"]), rule["class"]) for rule in table.get("objects", [])]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        fail(f"{path} is not a class map: {error!r}")
    for _, label in rules:
        if label not in classes:
            fail(f"{path}: the class {label!r} is not one of its classes")
    return rules


def settle_class_map(out, default_text, chosen):
    """Writes OUT/frames.toml if there is none, and returns its rules."""
    path = out / "frames.toml"
    if chosen is not None:
        try:
            default_text = chosen.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            fail(f"cannot read {chosen}: {error}")
        parse_class_map(default_text, chosen)
        if path.exists() and path.read_text(encoding="utf-8") != default_text:
            fail(f"{path} is there already and differs from {chosen}")
    if not path.exists():
        write_whole(path, default_text)
    return parse_class_map(path.read_text(encoding="utf-8"), path)


def class_of(name, rules):
    return next((label for pattern, label in rules if pattern.fullmatch(name)), None)


# --------------------------------------------------------------------------------------------------------
# Frames
# --------------------------------------------------------------------------------------------------------


def part_path(path):
    return path.with_name(f".{path.name}.part")


def write_whole(path, text):
    part = part_path(path)
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def set_up_rendering(scene, options):
    """Cycles with the passes that become labels, and without what would blur them or move their pixels."""
    render, cycles = scene.render, scene.cycles
    render.engine = options.engine
    render.resolution_x, render.resolution_y = options.size
    render.resolution_percentage = 100
    render.use_file_extension = False
    for switch in (
        "use_border",
        "use_compositing",
        "use_sequencer",
        "use_motion_blur",
        "use_multiview",
        "use_freestyle",
        "use_stamp",
    ):
        setattr(render, switch, False)
    for name in dir(render):
        # Keeps the date and the path of the scene out of the headers.
        if name.startswith("use_stamp_"):
            setattr(render, name, False)
    if options.threads:
        render.threads_mode, render.threads = "FIXED", options.threads
    cycles.samples = options.samples
    cycles.time_limit = 0
    cycles.use_denoising = not options.no_denoise
    for camera in bpy.data.cameras:
        camera.dof.use_dof = False
    chosen = bpy.context.view_layer
    for layer in scene.view_layers:
        layer.use = layer == chosen
    chosen.samples = 0
    for name in dir(chosen):
        if name.startswith("use_pass_"):
            setattr(chosen, name, name.removeprefix("use_pass_") in PASSES)
    chosen.pass_cryptomatte_depth = 6
    chosen.cycles.denoising_store_passes = False


def number_objects():
    """Gives every object that can be rendered a pass index of its own and returns these objects."""
    things = [thing for thing in bpy.data.objects if thing.type in RENDERABLE]
    things.sort(key=lambda thing: (thing.name, thing.library.filepath if thing.library else ""))
    most = bpy.types.Object.bl_rna.properties["pass_index"].hard_max
    if len(things) > most:
        note(f"render_labels: {len(things)} objects share {most} indices")
    for position, thing in enumerate(things):
        thing.pass_index = 1 + position % most
    return things


def camera_values(scene):
    """Intrinsics in pixels and the pose of the scene's camera at the current frame."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    camera = scene.camera.evaluated_get(depsgraph)
    if camera.type != "CAMERA" or camera.data.type != "PERSP":
        fail(f"the camera {scene.camera.name!r} is not a perspective camera")
    render = scene.render
    width, height = render.resolution_x, render.resolution_y
    # Blender's own projection has lens, sensor fit, shift and pixel aspect in it.
    projection = camera.calc_matrix_camera(
        depsgraph, x=width, y=height, scale_x=render.pixel_aspect_x, scale_y=render.pixel_aspect_y
    )
    intrinsics = {
        "fx": projection[0][0] * width / 2,
        "fy": projection[1][1] * height / 2,
        "cx": (1 - projection[0][2]) * width / 2,
        "cy": (1 + projection[1][2]) * height / 2,
    }
    # A scaled camera object still renders unscaled.
    pose = camera.matrix_world.normalized()
    return intrinsics, [list(row) for row in pose]


def camera_json(scene, things, rules):
    intrinsics, pose = camera_values(scene)
    objects = [
        {"name": thing.name, "index": thing.pass_index, "class": class_of(thing.name, rules)}
        for thing in things
    ]
    values = {
        "version": 1,
        "width": scene.render.resolution_x,
        "height": scene.render.resolution_y,
        "intrinsics": intrinsics,
        "camera_to_world": pose,
        "metres_per_unit": scene.unit_settings.scale_length,
        "objects": objects,
    }
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


def is_done(out, name, size):
    """Whether a frame is whole; a frame of another size is a mistake, not a thing to skip."""
    path = out / f"{name}.json"
    if not path.exists():
        return False
    values = json.loads(path.read_text(encoding="utf-8"))
    if (values["width"], values["height"]) != size:
        fail(f"{path} is a frame of {values['width']}x{values['height']}; use another folder or --size")
    return True


def render_frame(scene, out, name, things, rules):
    settings = scene.render.image_settings
    layers, picture = out / f"{name}.exr", out / f"{name}.png"
    camera = camera_json(scene, things, rules)
    settings.file_format = "OPEN_EXR_MULTILAYER"
    settings.color_depth, settings.exr_codec = "32", "ZIP"
    scene.render.filepath = str(part_path(layers))
    bpy.ops.render.render(write_still=True)
    settings.file_format = "PNG"
    settings.color_mode, settings.color_depth = "RGB", "8"
    settings.color_management = "FOLLOW_SCENE"
    bpy.data.images["Render Result"].save_render(str(part_path(picture)), scene=scene)
    for path in (layers, picture):
        if not part_path(path).is_file():
            fail(f"Blender did not write {path}")
        os.replace(part_path(path), path)
    write_whole(out / f"{name}.json", camera)


class Progress:
    """One line on standard error for every frame."""

    def __init__(self, total):
        self.total, self.count = total, 0

    def skipped(self, name):
        self.count += 1
        note(f"[{self.count}/{self.total}] {name} is there")

    def rendered(self, name, seconds):
        self.count += 1
        note(f"[{self.count}/{self.total}] {name} {seconds:.1f} s")


# --------------------------------------------------------------------------------------------------------
# Scenes from .blend files
# --------------------------------------------------------------------------------------------------------


def is_animated(thing, seen=None):
    """Whether an object can move from frame to frame, by itself or because of what it follows."""
    seen = seen if seen is not None else set()
    if thing is None or thing in seen:
        return False
    seen.add(thing)
    if any(block is not None and block.animation_data is not None for block in (thing, thing.data)):
        return True
    targets = [getattr(constraint, "target", None) for constraint in thing.constraints]
    return any(is_animated(other, seen) for other in [thing.parent, *targets])


def default_frames(scene):
    switches = any(marker.camera for marker in scene.timeline_markers)
    if switches or is_animated(scene.camera):
        return list(range(scene.frame_start, scene.frame_end + 1, scene.frame_step))
    return [scene.frame_current]


def render_blend(options):
    scene = bpy.context.scene
    if scene.camera is None:
        fail(f"{bpy.data.filepath} has no camera")
    set_up_rendering(scene, options)
    things = number_objects()
    rules = settle_class_map(options.out, class_map_from_collections(scene), options.class_map)
    without = sum(class_of(thing.name, rules) is None for thing in things)
    if without:
        note(f"render_labels: {without} of {len(things)} objects have no class in frames.toml")
    frames = options.frames or default_frames(scene)
    progress = Progress(len(frames))
    for frame in frames:
        name = f"{options.prefix}_{frame:04d}"
        if is_done(options.out, name, options.size):
            progress.skipped(name)
            continue
        start = time.monotonic()
        scene.frame_set(frame)
        render_frame(scene, options.out, name, things, rules)
        progress.rendered(name, time.monotonic() - start)


# --------------------------------------------------------------------------------------------------------
# Rooms: materials
# --------------------------------------------------------------------------------------------------------


def hsv(hue, saturation, value):
    return (*colorsys.hsv_to_rgb(hue % 1, saturation, value), 1.0)


class Shader:
    """A material under construction; nodes are made with their inputs given by name."""

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
        """Metres in the object's own axes; upright lays a flat pattern onto a wall."""
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


# Hue, saturation and value of oak, beech, walnut, birch and mahogany.
WOOD_TONES = (
    (0.075, 0.50, 0.55),
    (0.07, 0.62, 0.34),
    (0.06, 0.65, 0.16),
    (0.085, 0.40, 0.70),
    (0.045, 0.70, 0.24),
)


class Materials:
    """Random materials of one room."""

    def __init__(self, rng):
        self.rng = rng
        self.wood_tones = rng.sample(WOOD_TONES, 2)
        self.hue = rng.random()
        self.metal = (
            Shader("metal", rng.uniform(0.2, 0.4), 1.0)
            .colour(rng.choice([(0.6, 0.6, 0.62, 1), (0.75, 0.55, 0.25, 1), (0.08, 0.08, 0.085, 1)]))
            .material
        )
        self.black = Shader("black", 0.25).colour((0.012, 0.012, 0.014, 1)).material
        self.white = Shader("white", 0.35).colour(hsv(0.1, 0.03, rng.uniform(0.72, 0.85))).material
        tinted = Shader("tinted", 0.6)
        self.tinted = tinted.colour(tinted.node("Attribute", attribute_name="Tint").outputs["Color"]).material

    def any_hue(self):
        """A hue from the room's scheme: near it, opposite to it, earthy, or now and then any."""
        rng = self.rng
        near = self.hue + rng.gauss(0, 0.05)
        return rng.choice([near, near + 0.5, rng.uniform(0.0, 0.13), rng.uniform(0.0, 0.13), rng.random()])

    def plain(self, saturation=(0.2, 0.8), value=(0.15, 0.8), roughness=(0.2, 0.6)):
        rng = self.rng
        colour = hsv(self.any_hue(), rng.uniform(*saturation), rng.uniform(*value))
        return Shader("plain", rng.uniform(*roughness)).colour(colour).material

    def wood(self, tone=None):
        rng = self.rng
        hue, saturation, value = tone or rng.choice(self.wood_tones)
        shader = Shader("wood", rng.uniform(0.3, 0.5))
        offset = tuple(rng.uniform(-9, 9) for _ in range(3))
        grain = shader.noise(shader.coordinates((1.5, 22, 22), offset), 1.6, 6.0, 0.6)
        dark = hsv(hue, saturation * 1.1, value * 0.7)
        shader.colour(shader.ramp(grain, [dark, hsv(hue, saturation, value)], [0.35, 0.65]))
        shader.bump(grain, 0.0008)
        return shader.material

    def furniture(self):
        """What cabinets, shelves and tables are made of."""
        if self.rng.random() < 0.7:
            return self.wood()
        return self.white if self.rng.random() < 0.6 else self.plain((0.1, 0.5), (0.1, 0.6))

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
        """Cloth that light comes through: curtains and lamp shades."""
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

    def pane(self):
        """Glass that the camera sees as a surface with a mirror image, and that lets all other light pass."""
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

    def paint(self, strong=False):
        rng = self.rng
        saturation = rng.uniform(0.25, 0.6) if strong else rng.choice([0.03, 0.06, 0.12, 0.2])
        value = rng.uniform(0.2, 0.55) if strong else rng.uniform(0.6, 0.82)
        hue = self.hue if strong or rng.random() < 0.4 else rng.uniform(0.05, 0.16)
        shader = Shader("paint", 0.75).colour(hsv(hue, saturation, value))
        shader.bump(shader.noise(shader.coordinates(), 120, 3.0), 0.001, 0.4)
        return shader.material

    def wallpaper(self):
        rng = self.rng
        hue, saturation, value = self.any_hue(), rng.uniform(0.05, 0.35), rng.uniform(0.5, 0.78)
        base, other = hsv(hue, saturation, value), hsv(hue, saturation * 1.3, value * rng.uniform(0.72, 0.9))
        shader = Shader("wallpaper", 0.8)
        place = shader.coordinates(upright=True)
        if rng.random() < 0.5:
            wave = shader.node(
                "TexWave", {"Vector": place, "Scale": rng.uniform(1.2, 4)}, bands_direction="X"
            )
            pattern = wave.outputs["Fac"]
        else:
            flakes = shader.node("TexVoronoi", {"Vector": place, "Scale": rng.uniform(5, 12)}, feature="F1")
            flakes.inputs["Randomness"].default_value = rng.choice([0.0, 0.35])
            pattern = flakes.outputs["Distance"]
        edge = rng.uniform(0.35, 0.6)
        shader.colour(shader.ramp(pattern, [other, base], [edge, edge + 0.04]))
        return shader.material

    def bricks(self, width, height, mortar, colours, roughness, upright=False, offset=0.5):
        """The brick pattern behind brick walls, planks and tiles, with the joints a little lower."""
        shader = Shader("bricks", roughness)
        place = shader.coordinates(
            offset=(self.rng.uniform(-1, 1), self.rng.uniform(-1, 1), 0), upright=upright
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

    def brick_wall(self):
        rng = self.rng
        hue, saturation, value = (
            rng.choice([0.02, 0.04, 0.09]),
            rng.uniform(0.05, 0.6),
            rng.uniform(0.35, 0.75),
        )
        colours = [hsv(hue, saturation, value), hsv(hue, saturation * 0.9, value * 0.7), hsv(0.1, 0.05, 0.6)]
        shader, pattern = self.bricks(0.24, 0.075, 0.008, colours, 0.85, upright=True)
        rough = shader.noise(shader.coordinates(), 45, 4.0)
        shader.colour(
            shader.multiply(pattern.outputs["Color"], shader.ramp(rough, [(0.65,) * 3 + (1,), (1,) * 4]))
        )
        inverse = shader.node("Math", {0: 1.0, 1: pattern.outputs["Fac"]}, operation="SUBTRACT")
        shader.bump(inverse.outputs[0], 0.008)
        return shader.material

    def planks(self):
        rng = self.rng
        hue, saturation, value = rng.choice(self.wood_tones)
        colours = [hsv(hue, saturation, value * shade) for shade in (1, 0.72, 0.25)]
        width, height = rng.uniform(0.8, 1.5), rng.uniform(0.09, 0.19)
        shader, pattern = self.bricks(width, height, 0.0025, colours, rng.uniform(0.25, 0.45), offset=0.37)
        grain = shader.noise(shader.coordinates((1.2, 24, 1)), 1.8, 7.0, 0.5)
        shade = shader.ramp(grain, [(0.72, 0.69, 0.66, 1), (1, 1, 1, 1)], [0.35, 0.62])
        shader.colour(shader.multiply(pattern.outputs["Color"], shade))
        inverse = shader.node("Math", {0: 1.0, 1: pattern.outputs["Fac"]}, operation="SUBTRACT")
        shader.bump(inverse.outputs[0], 0.002, 0.6)
        return shader.material

    def tiles(self):
        rng = self.rng
        size, hue, saturation = rng.uniform(0.25, 0.6), rng.uniform(0.04, 0.15), rng.uniform(0.02, 0.25)
        value = rng.uniform(0.4, 0.75)
        second = value * rng.choice([0.95, 0.9, 0.45])
        colours = [hsv(hue, saturation, value), hsv(hue, saturation, second), hsv(hue, 0.05, value * 0.6)]
        shader, pattern = self.bricks(size, size, 0.004, colours, rng.uniform(0.12, 0.3), offset=0.0)
        veins = shader.noise(shader.coordinates(), 4, 8.0, 1.2)
        shader.colour(
            shader.multiply(pattern.outputs["Color"], shader.ramp(veins, [(0.75,) * 3 + (1,), (1,) * 4]))
        )
        return shader.material

    def floor(self):
        kind = self.rng.choices(["planks", "tiles", "carpet"], [6, 2, 2])[0]
        if kind == "carpet":
            return self.fabric((0.05, 0.4), (0.25, 0.6))
        return self.planks() if kind == "planks" else self.tiles()

    def palette(self, count):
        rng = self.rng
        return [hsv(self.any_hue(), rng.uniform(0.15, 0.85), rng.uniform(0.1, 0.85)) for _ in range(count)]

    def rug(self):
        rng = self.rng
        shader = Shader("rug", 0.95)
        place = shader.coordinates()
        kind = rng.choice(["bands", "rings", "mosaic", "plain"])
        if kind == "mosaic":
            cells = shader.node(
                "TexVoronoi", {"Vector": place, "Scale": rng.uniform(3, 7)}, distance="MANHATTAN"
            )
            cells.inputs["Randomness"].default_value = rng.choice([0.0, 0.0, 0.6])
            pattern = cells.outputs["Distance"]
        elif kind == "plain":
            pattern = shader.noise(place, 3, 3.0)
        else:
            wave = shader.node(
                "TexWave", {"Vector": place, "Scale": rng.uniform(0.8, 2.4)}, wave_type=kind.upper()
            )
            wave.rings_direction = "Z"
            wave.bands_direction = rng.choice(["X", "Y", "DIAGONAL"])
            pattern = wave.outputs["Fac"]
        woven = shader.ramp(
            pattern, self.palette(rng.randint(2, 4)), None, rng.choice(["CONSTANT", "LINEAR"])
        )
        tuft = shader.noise(place, 220, 2.0)
        shader.colour(shader.multiply(woven, shader.ramp(tuft, [(0.6,) * 3 + (1,), (1,) * 4], [0.3, 0.65])))
        shader.bump(tuft, 0.004, 0.6)
        return shader.material

    def art(self):
        rng = self.rng
        shader = Shader("art", 0.6)
        offset = (rng.uniform(-9, 9), 0, rng.uniform(-9, 9))
        place = shader.coordinates(offset=offset, upright=True)
        kind = rng.choice(["mosaic", "hills", "marble", "bands"])
        if kind == "mosaic":
            cells = shader.node("TexVoronoi", {"Vector": place, "Scale": rng.uniform(4, 12)})
            pattern = cells.outputs[rng.choice(["Color", "Distance"])]
        elif kind == "marble":
            pattern = shader.noise(place, rng.uniform(2, 5), 3.0, rng.uniform(1, 4))
        else:
            inputs = {
                "Vector": place,
                "Scale": rng.uniform(0.8, 3),
                "Distortion": rng.uniform(2, 9),
                "Detail": 2.0,
            }
            direction = "Y" if kind == "hills" else "DIAGONAL"
            pattern = shader.node("TexWave", inputs, bands_direction=direction, wave_profile="SAW").outputs[
                "Fac"
            ]
        count = rng.randint(3, 6)
        positions = [0.15 + 0.65 * i / (count - 1) for i in range(count)]
        style = rng.choice(["CONSTANT", "LINEAR", "EASE"])
        return shader.colour(shader.ramp(pattern, self.palette(count), positions, style)).material

    def leaf(self):
        rng = self.rng
        shader = Shader("leaf", 0.4)
        hue, value = rng.uniform(0.24, 0.36), rng.uniform(0.15, 0.4)
        blotches = shader.noise(shader.coordinates(), 14, 3.0)
        colours = [hsv(hue, 0.8, value * 0.6), hsv(hue - 0.03, 0.7, value)]
        return shader.colour(shader.ramp(blotches, colours, [0.35, 0.65])).material

    def soil(self):
        return Shader("soil", 0.95).colour((0.03, 0.02, 0.012, 1)).material


# --------------------------------------------------------------------------------------------------------
# Rooms: models
# --------------------------------------------------------------------------------------------------------


class Model:
    """Parts made of primitives that become one mesh, so that a piece of furniture is one object."""

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
        """A body of revolution from (radius, height) pairs, bottom first."""
        part = bmesh.new()
        rings = []
        for radius, height in profile:
            angles = (2 * math.pi * i / segments for i in range(segments))
            rings.append(
                [part.verts.new((radius * math.cos(a), radius * math.sin(a), height)) for a in angles]
            )
        for lower, upper in zip(rings, rings[1:]):
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
        """A ball pressed towards a box."""
        part = bmesh.new()
        bmesh.ops.create_icosphere(part, subdivisions=4, radius=1.0)
        for vertex in part.verts:
            vertex.co = [math.copysign(abs(c) ** squareness, c) for c in vertex.co]
            across = max(abs(vertex.co.x), abs(vertex.co.y))
            vertex.co.z *= 1 - 0.25 * across**6
        matrix = Matrix.Translation(centre) @ Euler(turn).to_matrix().to_4x4()
        self.add(part, material, matrix @ Matrix.Diagonal((*(s / 2 for s in size), 1)))

    def bush(self, radius, centre, material):
        part = bmesh.new()
        bmesh.ops.create_icosphere(part, subdivisions=4, radius=radius)
        for vertex in part.verts:
            where = (vertex.co + Vector(centre)) * (2.5 / radius)
            vertex.co *= 1 + 0.25 * noise.noise(where) + 0.2 * noise.noise(where * 3.1)
        self.add(part, material, Matrix.Translation(centre))

    def sheet(self, columns, rows, point, material):
        """A curved sheet: point(u, v) for u and v from 0 to 1."""
        part = bmesh.new()
        grid = [
            [part.verts.new(point(i / columns, j / rows)) for i in range(columns + 1)]
            for j in range(rows + 1)
        ]
        for j in range(rows):
            for i in range(columns):
                part.faces.new((grid[j][i], grid[j][i + 1], grid[j + 1][i + 1], grid[j + 1][i]))
        self.add(part, material)

    def object(self, name, matrix):
        mesh = bpy.data.meshes.new(name)
        self.whole.to_mesh(mesh)
        self.whole.free()
        for material in self.materials:
            mesh.materials.append(material)
        mesh.set_sharp_from_angle(angle=math.radians(40))
        thing = bpy.data.objects.new(name, mesh)
        thing.matrix_world = matrix
        # Keeps the shading of large flat faces flat next to their rounded edges.
        thing.modifiers.new("normals", "WEIGHTED_NORMAL").keep_sharp = True
        bpy.context.scene.collection.objects.link(thing)
        return thing


def sofa(materials, rng, width, depth, seats):
    model, cloth = Model(), materials.fabric()
    accent, foot = materials.fabric((0.3, 0.8), (0.2, 0.8)), materials.wood()
    arm, low, seat_top = rng.uniform(0.12, 0.2), rng.uniform(0.08, 0.14), rng.uniform(0.4, 0.46)
    arm_top, back_top = rng.uniform(0.55, 0.66), rng.uniform(0.75, 0.9)
    for x in (-1, 1):
        for y in (-1, 1):
            model.rod(0.018, low, (x * (width / 2 - 0.08), y * (depth / 2 - 0.08), 0), foot, 0.026)
        size = (arm, depth - 0.02, arm_top - low)
        model.box(size, (x * (width - arm) / 2, 0, (arm_top + low) / 2), cloth, rng.uniform(0.03, 0.06), 4)
    inner = width - 2 * arm
    model.box((inner, depth - 0.04, 0.2), (0, 0, low + 0.11), cloth, 0.02, 3)
    model.box(
        (inner + 0.02, 0.2, back_top - low - 0.08),
        (0, depth / 2 - 0.11, (back_top + low - 0.08) / 2),
        cloth,
        0.05,
        4,
    )
    each = inner / seats
    for i in range(seats):
        x = -inner / 2 + each * (i + 0.5)
        model.cushion((each - 0.01, depth - 0.2, 0.2), (x, -0.09, seat_top - 0.08), cloth, squareness=0.22)
        lean = math.radians(rng.uniform(-84, -76))
        model.cushion(
            (each - 0.02, 0.42, 0.2), (x, depth / 2 - 0.24, seat_top + 0.2), cloth, (lean, 0, 0), 0.3
        )
    for _ in range(rng.randint(0, 3)):
        x, side = rng.uniform(-0.4, 0.4) * inner, rng.uniform(0.34, 0.44)
        turn = (math.radians(rng.uniform(-70, -60)), rng.uniform(-0.2, 0.2), 0)
        model.cushion((side, side, 0.15), (x, depth / 2 - 0.42, seat_top + 0.2), accent, turn, 0.45)
    return model


def table(materials, rng, width, depth, height, is_round):
    model, top, leg = Model(), materials.furniture(), materials.furniture()
    thick = rng.uniform(0.022, 0.045)
    if is_round:
        radius = width / 2
        edge = [
            (0, 0),
            (radius - 0.01, 0),
            (radius, 0.008),
            (radius, thick - 0.006),
            (radius - 0.006, thick),
            (0, thick),
        ]
        model.turned(edge, top, (0, 0, height - thick), segments=64)
        if rng.random() < 0.5:
            model.rod(0.05, height - thick, (0, 0, 0), leg, 0.035)
            model.turned([(0, 0), (radius * 0.55, 0), (radius * 0.5, 0.02), (0.05, 0.05), (0, 0.06)], leg)
            return model
        reach_x = reach_y = radius * 0.6
    else:
        model.box((width, depth, thick), (0, 0, height - thick / 2), top, 0.006, 3)
        reach_x, reach_y = width / 2 - 0.07, depth / 2 - 0.07
        apron = rng.uniform(0.05, 0.09)
        for y in (-1, 1):
            model.box((2 * reach_x, 0.02, apron), (0, y * reach_y, height - thick - apron / 2), leg)
        for x in (-1, 1):
            model.box((0.02, 2 * reach_y, apron), (x * reach_x, 0, height - thick - apron / 2), leg)
    is_square, foot = rng.random() < 0.5, rng.uniform(0.018, 0.035)
    for x in (-reach_x, reach_x):
        for y in (-reach_y, reach_y):
            if is_square:
                size = (2 * foot, 2 * foot, height - thick)
                model.box(size, (x, y, (height - thick) / 2), leg, 0.005)
            else:
                model.rod(foot * 0.6, height - thick, (x, y, 0), leg, foot)
    return model


class ChairStyle:
    """What the chairs of one table have in common."""

    def __init__(self, materials, rng):
        self.frame = (
            materials.wood() if rng.random() < 0.7 else rng.choice([materials.black, materials.white])
        )
        self.cloth = materials.fabric((0.2, 0.7))
        self.is_soft = rng.random() < 0.6
        self.back = rng.choice(["slats", "panel", "rungs"])
        self.back_top = rng.uniform(0.8, 0.98)


def chair(style):
    model, side, seat = Model(), 0.43, 0.45
    half, frame = side / 2 - 0.02, style.frame
    for x in (-half, half):
        model.rod(0.013, seat - 0.02, (x, -half, 0), frame, 0.019)
        model.box((0.03, 0.03, seat), (x, half, seat / 2), frame)
        model.box(
            (0.03, 0.026, style.back_top - seat + 0.03),
            (x, half + 0.03, (style.back_top + seat) / 2),
            frame,
            turn=(-0.13, 0, 0),
        )
        model.box((0.02, side - 0.06, 0.025), (x, 0, 0.2), frame)
    model.box((side, side, 0.03), (0, 0, seat - 0.015), frame, 0.01, 3)
    if style.is_soft:
        model.cushion((side - 0.03, side - 0.03, 0.07), (0, 0, seat + 0.015), style.cloth, squareness=0.25)

    def across(z, tall):
        model.box(
            (side - 0.04, 0.018, tall),
            (0, half + 0.03 + (z - (style.back_top + seat) / 2) * 0.13, z),
            frame,
            turn=(-0.13, 0, 0),
        )

    across(style.back_top - 0.04, 0.07)
    if style.back == "rungs":
        for i in range(3):
            across(seat + 0.1 + i * (style.back_top - seat - 0.2) / 3, 0.03)
    elif style.back == "panel":
        across((style.back_top + seat) / 2 + 0.03, style.back_top - seat - 0.16)
    else:
        for i in range(5):
            x = (i - 2) * (side - 0.1) / 5
            model.box(
                (0.022, 0.012, style.back_top - seat - 0.04),
                (x, half + 0.03, (style.back_top + seat) / 2),
                frame,
                turn=(-0.13, 0, 0),
            )
    return model


def shelf(materials, rng, width, depth, height, boards):
    """The shelf and the rows that things can stand in, as (x from, x to, z, free height)."""
    model, wood = Model(), materials.furniture()
    thick, rows = rng.uniform(0.018, 0.03), []
    columns = 1 if width < 1.0 else rng.choice([1, 2, 2])
    for i in range(columns + 1):
        x = -width / 2 + thick / 2 + i * (width - thick) / columns
        model.box((thick, depth, height), (x, 0, height / 2), wood, 0.002)
    step = (height - 0.06 - thick) / boards
    for i in range(boards + 1):
        z = 0.06 + i * step
        model.box((width - thick, depth - 0.004, thick), (0, 0, z + thick / 2), wood, 0.002)
        if i < boards:
            each = (width - thick) / columns
            for c in range(columns):
                left = -width / 2 + thick + c * each
                rows.append((left, left + each - thick, z + thick, step - thick))
    if rng.random() < 0.75:
        model.box(
            (width - thick, 0.008, height - 0.06), (0, depth / 2 - 0.005, 0.06 + (height - 0.06) / 2), wood, 0
        )
    return model, rows


def book_row(materials, rng, left, right, bottom, free, depth):
    """Books side by side from the left; perhaps not all the way."""
    model, x = Model(), left + 0.004
    end = left + (right - left) * rng.uniform(0.45, 1.0)
    base, colours = free * rng.uniform(0.6, 0.8), materials.palette(7)
    while True:
        thick = rng.uniform(0.014, 0.045)
        if x + thick > end:
            return model if x > left + 0.1 else None
        tall, deep = min(free * 0.95, base * rng.uniform(0.85, 1.15)), depth * rng.uniform(0.6, 0.8)
        front = -depth / 2 + 0.02 + rng.uniform(0, 0.015)
        tint = rng.choice(colours)
        model.box(
            (thick - 0.001, deep, tall),
            (x + thick / 2, front + deep / 2, bottom + tall / 2),
            materials.tinted,
            0.002,
            1,
            tint=tint,
        )
        if thick > 0.022 and rng.random() < 0.6:
            pale = [0.5 * c + 0.4 for c in tint[:3]] + [1]
            model.box(
                (thick - 0.006, 0.002, tall * 0.14),
                (x + thick / 2, front, bottom + tall * rng.uniform(0.6, 0.8)),
                materials.tinted,
                0,
                tint=pale,
            )
        x += thick


def book_stack(materials, rng):
    model, z = Model(), 0.0
    colours = materials.palette(4)
    for _ in range(rng.randint(2, 4)):
        size = (rng.uniform(0.15, 0.2), rng.uniform(0.21, 0.27), rng.uniform(0.015, 0.035))
        turn = (0, 0, rng.uniform(-0.3, 0.3))
        model.box(size, (0, 0, z + size[2] / 2), materials.tinted, 0.002, 1, turn, rng.choice(colours))
        model.box(
            (size[0] - 0.006, size[1] - 0.008, size[2] - 0.006),
            (0.004, 0, z + size[2] / 2),
            materials.white,
            0,
            turn=turn,
        )
        z += size[2]
    return model


def cabinet(materials, rng, width, depth, height):
    model, body, front = Model(), materials.furniture(), materials.furniture()
    low = rng.choice([0.02, 0.12, 0.16])
    for x in (-1, 1):
        for y in (-1, 1):
            model.rod(0.014, low, (x * (width / 2 - 0.06), y * (depth / 2 - 0.06), 0), materials.metal, 0.02)
    model.box((width, depth, height - low), (0, 0, (height + low) / 2), body, 0.004)
    doors, drawers = max(1, round(width / rng.uniform(0.42, 0.55))), rng.choice([1, 1, 2, 3])
    step, rise = (width - 0.03) / doors, (height - low - 0.03) / drawers
    for i in range(doors):
        for j in range(drawers):
            x, z = -width / 2 + 0.015 + step * (i + 0.5), low + 0.015 + rise * (j + 0.5)
            model.box((step - 0.008, 0.02, rise - 0.008), (x, -depth / 2 - 0.008, z), front, 0.003)
            size = (0.12, 0.012, 0.012) if drawers > 1 else (0.012, 0.012, 0.14)
            dx = 0 if drawers > 1 else (step / 2 - 0.05) * (1 if i % 2 == 0 else -1)
            model.box(
                size,
                (x + dx, -depth / 2 - 0.034, z + (0 if drawers > 1 else rise * 0.1)),
                materials.metal,
                0.004,
            )
    return model


def television(materials, width):
    model, height = Model(), width * 0.57
    screen = Shader("screen", 0.08).colour((0.006, 0.006, 0.008, 1)).material
    model.box((width, 0.035, height), (0, 0, 0.06 + height / 2), materials.black, 0.006)
    model.box((width - 0.02, 0.002, height - 0.025), (0, -0.0185, 0.063 + height / 2), screen, 0)
    model.box((0.3, 0.05, 0.06), (0, 0.01, 0.035), materials.black)
    model.box((width * 0.45, 0.2, 0.012), (0, 0, 0.006), materials.black)
    return model


def lamp(materials, rng, height, shade_radius, hanging=False):
    """A lamp with a shade; the bulb's height is returned with it."""
    model = Model()
    stand = rng.choice([materials.metal, materials.black, materials.wood()])
    cloth = materials.thin_cloth(
        hsv(rng.choice([0.1, 0.1, 0.1, materials.hue]), rng.uniform(0.05, 0.4), 0.8), 0.5, 1.2
    )
    tall, slim = shade_radius * rng.uniform(1.0, 1.6), shade_radius * rng.uniform(0.5, 0.95)
    low = 0 if hanging else height - tall
    profile = [
        (shade_radius, low),
        (slim, low + tall),
        (slim - 0.003, low + tall),
        (shade_radius - 0.003, low),
    ]
    model.turned([*profile, profile[0]], cloth, segments=48)
    if hanging:
        model.rod(0.003, height - tall * 0.5, (0, 0, tall * 0.5), materials.black)
        model.turned([(0, height - 0.03), (0.05, height - 0.03), (0.05, height), (0, height)], stand)
    else:
        foot = shade_radius * 0.75
        model.turned([(0, 0), (foot, 0), (foot, 0.012), (foot * 0.9, 0.02), (0.02, 0.03), (0, 0.03)], stand)
        model.rod(0.009 if height > 0.8 else 0.02, height - tall * 0.6, (0, 0, 0.015), stand)
    bulb = low + tall * 0.45
    model.turned(
        [(0, bulb - 0.04), (0.03, bulb - 0.02), (0.035, bulb), (0.02, bulb + 0.035), (0, bulb + 0.05)],
        materials.white,
    )
    return model, bulb


def plant(materials, rng, height):
    model, leaf, pot = Model(), materials.leaf(), materials.plain((0.05, 0.7), (0.2, 0.8))
    radius, pot_top = height * rng.uniform(0.12, 0.17), height * rng.uniform(0.22, 0.3)
    model.turned(
        [
            (0, 0),
            (radius * 0.75, 0),
            (radius * 0.8, 0.01),
            (radius, pot_top),
            (radius * 0.93, pot_top),
            (radius * 0.9, pot_top * 0.88),
            (0, pot_top * 0.88),
        ],
        pot,
        segments=48,
    )
    model.turned([(radius * 0.91, pot_top * 0.89), (0, pot_top * 0.91)], materials.soil())
    count, is_bushy = rng.randint(22, 40), rng.random() < 0.5
    for i in range(count):
        angle, start = i * 2.39996 + rng.uniform(-0.3, 0.3), pot_top * 0.9
        if is_bushy:
            start += (height - pot_top) * 0.55 * i / count
        length = (height - start) * rng.uniform(0.55, 1.0)
        width, spread = length * rng.uniform(0.1, 0.16) * (1.7 if is_bushy else 1), rng.uniform(0.35, 1.0)

        def blade(u, v, angle=angle, start=start, length=length, width=width, spread=spread):
            out, up = length * 0.62 * spread * v**1.3, length * (v - 0.55 * spread * v**3)
            side = (u - 0.5) * width * (math.sin(math.pi * min(1, v * 0.97 + 0.03)) ** 0.8 + 0.04)
            fold = abs(u - 0.5) * width * 0.35
            along, cross = (
                Vector((math.cos(angle), math.sin(angle), 0)),
                Vector((-math.sin(angle), math.cos(angle), 0)),
            )
            return along * (0.02 + out) + cross * side + Vector((0, 0, start + up + fold))

        model.sheet(4, 9, blade, leaf)
    if is_bushy:
        model.rod(0.014, (height - pot_top) * 0.62, (0, 0, pot_top * 0.9), materials.wood(), 0.008)
    return model


def rug(materials, rng, width, depth, is_round):
    model, border = Model(), materials.fabric((0.1, 0.7), (0.15, 0.7))
    if is_round:
        radius = width / 2
        model.turned(
            [(radius, 0), (radius, 0.008), (radius - 0.006, 0.011), (0, 0.0111)], border, segments=64
        )
        model.turned(
            [(radius * 0.93, 0.01), (radius * 0.93, 0.0125), (0, 0.0126)], materials.rug(), segments=64
        )
        return model
    band = rng.choice([0.03, 0.08, 0.14])
    model.box((width, depth, 0.011), (0, 0, 0.0055), border, 0.004)
    model.box((width - 2 * band, depth - 2 * band, 0.006), (0, 0, 0.0105), materials.rug(), 0.001)
    return model


def picture(materials, rng, width, height):
    model, frame = Model(), rng.choice([materials.wood(), materials.black, materials.white, materials.metal])
    bar, mat = rng.uniform(0.015, 0.04), rng.choice([0, 0.03, 0.07])
    for z in (-1, 1):
        model.box((width, 0.025, bar), (0, -0.0125, z * (height - bar) / 2), frame, 0.003)
    for x in (-1, 1):
        model.box((bar, 0.025, height - 2 * bar), (x * (width - bar) / 2, -0.0125, 0), frame, 0.003)
    model.box((width - 2 * bar, 0.01, height - 2 * bar), (0, -0.006, 0), materials.white, 0)
    inner = (width - 2 * bar - 2 * mat, 0.004, height - 2 * bar - 2 * mat)
    model.box(inner, (0, -0.0105, 0), materials.art(), 0)
    return model


def vase(materials, rng, height):
    model, radius = Model(), height * rng.uniform(0.2, 0.42)
    waist, neck = rng.uniform(0.5, 1.0), rng.uniform(0.3, 0.9)
    outside = [
        (0, 0),
        (radius * waist * 0.8, 0),
        (radius * waist, height * 0.06),
        (radius, height * 0.4),
        (radius * (1 + neck) / 2, height * 0.7),
        (radius * neck, height * 0.9),
        (radius * neck * 1.08, height),
    ]
    inside = [(radius * neck * 0.98, height * 0.99), (radius * neck * 0.88, height * 0.88), (0, height * 0.6)]
    model.turned(outside + inside, materials.plain(roughness=(0.08, 0.5)), segments=48)
    return model


def curtains(materials, rng, width, top, bottom):
    model, cloth = (
        Model(),
        materials.thin_cloth(
            hsv(materials.any_hue(), rng.uniform(0.03, 0.5), rng.uniform(0.4, 0.85)), rng.uniform(0.15, 0.45)
        ),
    )
    reach = width / 2 + rng.uniform(0.15, 0.3)
    cover = rng.uniform(0.28, 0.45)
    model.rod(0.012, 2 * reach + 0.1, (-reach - 0.05, -0.1, top), materials.metal, turn=(0, math.pi / 2, 0))
    for side in (-1, 1):
        waves, phase = rng.uniform(5, 8), rng.uniform(0, 6)

        def fold(u, v, side=side, waves=waves, phase=phase):
            x = side * (reach - u * cover * (1 - 0.12 * math.sin(math.pi * v)))
            y = -0.1 + (0.022 + 0.02 * v) * math.sin(u * waves * 2 * math.pi + phase + 0.6 * v)
            return Vector((x, y, top - 0.01 - v * (top - bottom)))

        model.sheet(70, 12, fold, cloth)
    return model


def wall(materials, paint, skirting, length, height, openings):
    """A wall along x with its room side at y = 0, built around rectangular (x0, x1, z0, z1) openings."""
    model, thick, end = Model(), 0.2, length / 2
    x = -end - thick
    for x0, x1, z0, z1 in sorted(openings):
        model.box((x0 - x, thick, height), ((x0 + x) / 2, thick / 2, height / 2), paint, 0)
        for low, high in ((0, z0), (z1, height)):
            model.box((x1 - x0, thick, high - low), ((x0 + x1) / 2, thick / 2, (low + high) / 2), paint, 0)
        x = x1
    model.box((end + thick - x, thick, height), ((end + thick + x) / 2, thick / 2, height / 2), paint, 0)
    model.box((length, 0.015, skirting[1]), (0, -0.0075, skirting[1] / 2), skirting[0], 0.004)
    return model


def window(materials, rng, width, height):
    """A window around the origin of its wall opening, a sill below it."""
    model, frame, bar = Model(), materials.white if rng.random() < 0.7 else materials.wood(), 0.06
    for z in (-1, 1):
        model.box((width, 0.07, bar), (0, 0.1, z * (height - bar) / 2), frame, 0.005)
    for x in (-1, 1):
        model.box((bar, 0.07, height - 2 * bar), (x * (width - bar) / 2, 0.1, 0), frame, 0.005)
    columns, rows = rng.choice([2, 2, 3]) if width > 0.9 else 1, rng.choice([1, 1, 2])
    for i in range(1, columns):
        model.box((0.05, 0.06, height - 2 * bar), (-width / 2 + i * width / columns, 0.1, 0), frame, 0.005)
    for i in range(1, rows):
        model.box((width - 2 * bar, 0.05, 0.04), (0, 0.1, -height / 2 + i * height / rows), frame, 0.005)
    model.box((width - 2 * bar, 0.006, height - 2 * bar), (0, 0.1, 0), materials.pane(), 0)
    model.box((width + 0.1, 0.17, 0.025), (0, 0.0, -height / 2 - 0.0125), frame, 0.006)
    return model


def door(materials, rng, width, height):
    model, leaf = Model(), materials.white if rng.random() < 0.6 else materials.wood()
    trim = 0.07
    for x in (-1, 1):
        model.box((trim, 0.03, height), (x * (width + trim) / 2, -0.015, height / 2), leaf, 0.005)
    model.box((width + 2 * trim, 0.03, trim), (0, -0.015, height + trim / 2), leaf, 0.005)
    model.box((width, 0.016, height), (0, -0.008, height / 2), leaf, 0.002)
    rows, gap = rng.choice([1, 2, 3]), 0.1
    rise = (height - gap) / rows
    for i in range(rows):
        z = gap + rise * i + (rise - gap) / 2
        model.box((width - 2 * gap, 0.012, rise - gap), (0, -0.016, z), leaf, 0.006)
    x = width / 2 - 0.06
    model.rod(0.024, 0.01, (x, -0.016, 1.02), materials.metal, turn=(math.pi / 2, 0, 0))
    model.box((0.12, 0.016, 0.018), (x - 0.05, -0.06, 1.02), materials.metal, 0.006)
    model.rod(0.008, 0.045, (x, -0.02, 1.02), materials.metal, turn=(math.pi / 2, 0, 0))
    return model


# --------------------------------------------------------------------------------------------------------
# Rooms: furnishing
# --------------------------------------------------------------------------------------------------------

CLASSES = (
    "wall",
    "floor",
    "ceiling",
    "window",
    "door",
    "table",
    "chair",
    "sofa",
    "shelf",
    "book",
    "cabinet",
    "television",
    "lamp",
    "plant",
    "rug",
    "picture",
    "curtain",
    "decor",
)
SHELL = ("Wall", "Floor", "Ceiling")
SIDES = {"north": 0, "east": -90, "south": 180, "west": 90}


def room_class_map():
    # The rooms name objects after their class: "Chair", "Chair.001", ...
    return class_map_text(CLASSES, [(f"{name.capitalize()}*", name) for name in CLASSES])


def overlaps(first, second, gap=0.0):
    """Whether two (x0, x1, y0, y1) rectangles come closer than the gap."""
    return (
        first[0] < second[1] + gap
        and second[0] < first[1] + gap
        and first[2] < second[3] + gap
        and second[2] < first[3] + gap
    )


class Room:
    """A furnished room around the origin. Everything follows from the number."""

    def __init__(self, number):
        self.rng = rng = random.Random(f"room {number}")
        self.width, self.depth, self.height = (
            rng.uniform(4.2, 6.4),
            rng.uniform(4.2, 6.4),
            rng.uniform(2.5, 3.0),
        )
        self.materials = Materials(rng)
        self.taken = []  # rectangles of the floor
        self.hung = {side: [] for side in SIDES}  # rectangles of the walls, along the wall and up
        self.build_shell()
        self.build_daylight()
        self.furnish()

    def put(self, model, label, matrix):
        return model.object(label.capitalize(), matrix)

    # -- places ------------------------------------------------------------------------------------------

    def length(self, side):
        return self.width if side in ("north", "south") else self.depth

    def on_wall(self, side, x=0.0, out=0.0, z=0.0):
        """The matrix of a place on a wall: x along it, y into it, z up."""
        half = (self.depth if side in ("north", "south") else self.width) / 2
        return Matrix.Rotation(math.radians(SIDES[side]), 4, "Z") @ Matrix.Translation((x, half - out, z))

    def footprint(self, matrix, width, depth):
        corners = [matrix @ Vector((x * width / 2, y * depth / 2, 0)) for x in (-1, 1) for y in (-1, 1)]
        xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
        return min(xs), max(xs), min(ys), max(ys)

    def against_wall(self, width, depth, height, room_in_front=0.35, sides=None):
        """Reserves a place for a thing with its back to a wall: (side, x, matrix), or None."""
        for _ in range(60):
            side = self.rng.choice(sides or list(SIDES))
            free = self.length(side) / 2 - width / 2 - 0.06
            if free < 0:
                continue
            x = self.rng.uniform(-free, free)
            strip = (x - width / 2, x + width / 2, 0, height)
            if any(overlaps(strip, other, 0.05) for other in self.hung[side]):
                continue
            matrix = self.on_wall(side, x, depth / 2 + 0.03)
            ahead = self.on_wall(side, x, (depth + room_in_front) / 2)
            if any(
                overlaps(self.footprint(ahead, width, depth + room_in_front), other) for other in self.taken
            ):
                continue
            self.hung[side].append(strip)
            self.taken.append(self.footprint(matrix, width, depth))
            return side, x, matrix
        return None

    def on_floor(self, width, depth, margin):
        """Reserves a free-standing place: a matrix, or None."""
        for _ in range(80):
            turn = self.rng.choice([0, 90])
            across, along = (width, depth) if turn == 0 else (depth, width)
            free_x, free_y = self.width / 2 - across / 2 - margin, self.depth / 2 - along / 2 - margin
            if free_x < 0 or free_y < 0:
                continue
            place = (self.rng.uniform(-free_x, free_x), self.rng.uniform(-free_y, free_y), 0)
            matrix = Matrix.Translation(place) @ Matrix.Rotation(math.radians(turn), 4, "Z")
            place_taken = self.footprint(matrix, width, depth)
            if not any(overlaps(place_taken, other, 0.1) for other in self.taken):
                self.taken.append(place_taken)
                return matrix
        return None

    # -- shell and light ---------------------------------------------------------------------------------

    def build_shell(self):
        rng, materials = self.rng, self.materials
        sides = rng.sample(list(SIDES), 4)
        openings = {side: [] for side in SIDES}
        for side in sides[: rng.choice([1, 1, 2])]:
            openings[side].append(self.plan_window(side))
        self.window_side = sides[0]
        paint, accent = materials.paint(), sides[3]
        special = rng.choice(
            [lambda: paint, materials.wallpaper, materials.brick_wall, lambda: materials.paint(True)]
        )()
        skirting = (materials.white if rng.random() < 0.7 else materials.wood(), rng.uniform(0.06, 0.12))
        for side in SIDES:
            surface = special if side == accent else paint
            model = wall(materials, surface, skirting, self.length(side), self.height, openings[side])
            self.put(model, "wall", self.on_wall(side))
        self.build_slab("ceiling", materials.white, self.height + 0.05, 0)
        self.build_slab("floor", materials.floor(), -0.05, rng.choice([0, 90]))
        for side in SIDES:
            for opening in openings[side]:
                self.build_window(side, opening)
        self.build_door(sides[2])

    def build_slab(self, label, material, z, turn):
        """Floor or ceiling, with its pattern along one axis of the room or the other."""
        width, depth = (self.width, self.depth) if turn == 0 else (self.depth, self.width)
        slab = Model()
        slab.box((width + 0.4, depth + 0.4, 0.1), (0, 0, z), material, 0)
        self.put(slab, label, Matrix.Rotation(math.radians(turn), 4, "Z"))

    def plan_window(self, side):
        rng, longest = self.rng, self.length(side) - 1.4
        width, sill = min(longest, rng.uniform(1.1, 2.4)), rng.choice([0.25, 0.8, 0.9, 1.0])
        top = min(self.height - 0.25, rng.uniform(2.1, 2.4))
        free = (longest - width) / 2
        x = rng.uniform(-free, free)
        return x - width / 2, x + width / 2, sill, top

    def build_window(self, side, opening):
        x0, x1, z0, z1 = opening
        x, width, height = (x0 + x1) / 2, x1 - x0, z1 - z0
        self.hung[side].append((x0 - 0.1, x1 + 0.1, z0 - 0.05, z1 + 0.2))
        self.put(
            window(self.materials, self.rng, width, height), "window", self.on_wall(side, x, 0, (z0 + z1) / 2)
        )
        portal = self.light(
            "AREA",
            1.0,
            self.on_wall(side, x, -0.19, (z0 + z1) / 2) @ Matrix.Rotation(math.radians(-90), 4, "X"),
        )
        portal.data.shape, portal.data.size, portal.data.size_y = "RECTANGLE", width, height
        portal.data.cycles.is_portal = True
        if self.rng.random() < 0.65:
            bottom = 0.02 if self.rng.random() < 0.6 else z0 - 0.08
            model = curtains(self.materials, self.rng, width, min(z1 + 0.12, self.height - 0.05), bottom)
            self.put(model, "curtain", self.on_wall(side, x))
            self.hung[side].append((x0 - 0.4, x1 + 0.4, bottom, z1 + 0.2))

    def build_door(self, side):
        width, height = self.rng.uniform(0.78, 0.92), self.rng.uniform(1.98, 2.1)
        free = self.length(side) / 2 - width / 2 - 0.25
        x = self.rng.uniform(-free, free)
        strip = (x - width / 2 - 0.1, x + width / 2 + 0.1, 0, height + 0.1)
        self.hung[side].append(strip)
        self.taken.append(self.footprint(self.on_wall(side, x, 0.4), width + 0.1, 0.8))
        self.put(door(self.materials, self.rng, width, height), "door", self.on_wall(side, x))

    def light(self, kind, energy, matrix, colour=(1, 1, 1)):
        data = bpy.data.lights.new("light", kind)
        data.energy, data.color = energy, colour
        thing = bpy.data.objects.new("Light", data)
        thing.matrix_world = matrix
        thing.visible_camera = thing.visible_glossy = False
        bpy.context.scene.collection.objects.link(thing)
        return thing

    def build_daylight(self):
        rng, scene = self.rng, bpy.context.scene
        elevation = math.radians(rng.uniform(14, 48))
        # Outwards through the first window, somewhat aside.
        outwards = math.radians(SIDES[self.window_side] + 90 + rng.uniform(-55, 55))
        scene.world = bpy.data.worlds.new("sky")
        scene.world.use_nodes = True
        tree = scene.world.node_tree
        sky = tree.nodes.new("ShaderNodeTexSky")
        sky.sky_type, sky.sun_disc, sky.sun_elevation = "NISHITA", False, elevation
        sky.sun_rotation = math.pi / 2 - outwards
        tree.links.new(sky.outputs[0], tree.nodes["Background"].inputs["Color"])
        tree.nodes["Background"].inputs["Strength"].default_value = rng.uniform(0.25, 0.4)
        towards = Vector(
            (
                math.cos(outwards) * math.cos(elevation),
                math.sin(outwards) * math.cos(elevation),
                math.sin(elevation),
            )
        )
        sun = self.light(
            "SUN",
            rng.choice([0.0, 5.0, 9.0]),
            towards.to_track_quat("Z", "Y").to_matrix().to_4x4(),
            (1.0, 0.9, 0.75),
        )
        sun.data.angle = math.radians(1.5)
        # Stands for the light that a real room gets from lamps and bounces: few samples then suffice.
        area, warmth = self.width * self.depth, rng.uniform(0, 1)
        fill = self.light(
            "AREA",
            area * rng.uniform(1.3, 3.2),
            Matrix.Translation((0, 0, self.height - 0.03)),
            (1.0, 0.95 - 0.12 * warmth, 0.9 - 0.3 * warmth),
        )
        fill.data.shape, fill.data.size, fill.data.size_y = "RECTANGLE", self.width * 0.7, self.depth * 0.7
        self.build_garden()

    def build_garden(self):
        """Lawn and bushes for the view out of the window. Labels end at the pane."""
        rng = self.rng
        grass = Shader("grass", 0.9)
        patches = grass.noise(grass.coordinates(), 0.8, 6.0)
        grass.colour(grass.ramp(patches, [(0.03, 0.07, 0.02, 1), (0.10, 0.16, 0.04, 1)], [0.35, 0.65]))
        lawn = Model()
        lawn.box((120, 120, 0.1), (0, 0, -0.55), grass.material, 0)
        lawn.object("Outdoors lawn", Matrix.Identity(4))
        for _ in range(40):
            angle, far, size = rng.uniform(0, 2 * math.pi), rng.uniform(10, 32), rng.uniform(0.5, 2.4)
            bush, leaf = Model(), self.materials.leaf()
            for _ in range(6):
                spot = (rng.gauss(0, size * 0.6), rng.gauss(0, size * 0.6), size * rng.uniform(0.1, 0.9))
                bush.bush(size * rng.uniform(0.4, 0.8), spot, leaf)
            bush.object(
                "Outdoors bush", Matrix.Translation((far * math.cos(angle), far * math.sin(angle), -0.5))
            )

    # -- furniture ---------------------------------------------------------------------------------------

    def furnish(self):
        rng = self.rng
        self.add_seating()
        self.add_dining()
        for add in rng.sample(
            [self.add_shelf, self.add_shelf, self.add_cabinet, self.add_cabinet], rng.randint(2, 4)
        ):
            add()
        for _ in range(rng.randint(1, 3)):
            self.add_plant()
        if rng.random() < 0.8:
            self.add_floor_lamp()
        if rng.random() < 0.4:
            self.add_armchair()
        for _ in range(rng.randint(3, 7)):
            self.add_picture()

    def add_seating(self):
        """A sofa with a low table in front of it, mostly on a rug."""
        rng = self.rng
        seats, depth = rng.choice([2, 2, 3]), rng.uniform(0.82, 0.95)
        width = seats * rng.uniform(0.6, 0.72) + 0.35
        found = self.against_wall(width, depth, 0.75, 1.2) or self.against_wall(width, depth, 0.1, 1.0)
        if found is None:
            return
        side, x, matrix = found
        self.put(sofa(self.materials, rng, width, depth, seats), "sofa", matrix)
        long, broad, is_round = rng.uniform(0.8, 1.2), rng.uniform(0.5, 0.65), rng.random() < 0.3
        if is_round:
            long = broad = rng.uniform(0.65, 0.9)
        ahead = depth + rng.uniform(0.35, 0.5) + broad / 2
        centre = self.on_wall(side, x + rng.uniform(-0.15, 0.15), ahead)
        spot = self.footprint(centre, long, broad)
        half_x, half_y = self.width / 2 - 0.3, self.depth / 2 - 0.3
        inside = spot[0] > -half_x and spot[1] < half_x and spot[2] > -half_y and spot[3] < half_y
        if inside and not any(overlaps(spot, other, 0.1) for other in self.taken):
            self.taken.append(spot)
            height = rng.uniform(0.36, 0.46)
            self.put(table(self.materials, rng, long, broad, height, is_round), "table", centre)
            self.add_small_things(centre, long * 0.6, broad * 0.5, height, rng.randint(1, 3))
        if rng.random() < 0.8:
            round_rug, across = rng.random() < 0.25, rng.uniform(1.8, 2.6)
            size = (across, across) if round_rug else (across, rng.uniform(1.3, 1.8))
            size = (min(size[0], self.length(side) - 2 * abs(x) - 0.1), size[1])
            place = self.on_wall(side, x, max(ahead, size[1] / 2 + 0.1))
            self.put(rug(self.materials, rng, size[0], size[1], round_rug), "rug", place)

    def add_dining(self):
        rng = self.rng
        is_round, height = rng.random() < 0.35, rng.uniform(0.72, 0.77)
        width = rng.uniform(0.95, 1.2) if is_round else rng.uniform(1.2, 1.8)
        depth = width if is_round else rng.uniform(0.75, 0.95)
        matrix = self.on_floor(width + (0.9 if is_round else 0.3), depth + 0.9, 0.2)
        if matrix is None:
            return
        self.put(table(self.materials, rng, width, depth, height, is_round), "table", matrix)
        style = ChairStyle(self.materials, rng)
        for place in self.chair_places(width, depth, is_round):
            out = Matrix.Translation((rng.gauss(0, 0.02), rng.uniform(-0.02, 0.2), 0))
            turn = Matrix.Rotation(rng.gauss(0, 0.12), 4, "Z")
            self.put(chair(style), "chair", matrix @ place @ out @ turn)
        self.add_small_things(matrix, width * 0.6, depth * 0.5, height, rng.randint(1, 3))
        if rng.random() < 0.6:
            drop = self.height - rng.uniform(1.6, 1.85)
            self.add_lamp(
                matrix @ Matrix.Translation((0, 0, self.height - drop)), drop, rng.uniform(0.13, 0.22), True
            )

    def chair_places(self, width, depth, is_round):
        """Where chairs stand around a table at the origin; a chair's back points along its own y."""
        if is_round:
            count = self.rng.randint(2, 4)
            return [
                Matrix.Rotation(2 * math.pi * i / count, 4, "Z")
                @ Matrix.Translation((0, depth / 2 + 0.08, 0))
                for i in range(count)
            ]
        count = max(1, int(width / 0.58))
        places = []
        for turn in (0, math.pi):
            for i in range(count):
                x = (i + 0.5) * width / count - width / 2
                places.append(Matrix.Rotation(turn, 4, "Z") @ Matrix.Translation((x, depth / 2 + 0.05, 0)))
        return places

    def add_small_things(self, matrix, width, depth, height, count):
        """Vases, books and plants on top of something, side by side."""
        rng = self.rng
        for i in range(count):
            x = ((i + 0.5) / count - 0.5) * width + rng.uniform(-0.05, 0.05)
            spot = matrix @ Matrix.Translation((x, rng.uniform(-0.3, 0.3) * depth, height))
            kind = rng.choice(["vase", "vase", "books", "plant"])
            if kind == "vase":
                self.put(vase(self.materials, rng, rng.uniform(0.1, 0.32)), "decor", spot)
            elif kind == "books":
                self.put(
                    book_stack(self.materials, rng), "book", spot @ Matrix.Rotation(rng.uniform(0, 6), 4, "Z")
                )
            else:
                self.put(plant(self.materials, rng, rng.uniform(0.25, 0.45)), "plant", spot)

    def add_shelf(self):
        rng = self.rng
        width, depth, boards = rng.uniform(0.6, 1.5), rng.uniform(0.26, 0.34), rng.randint(2, 6)
        height = 0.06 + boards * rng.uniform(0.31, 0.36)
        found = self.against_wall(width, depth, height)
        if found is None:
            return
        matrix = found[2]
        model, rows = shelf(self.materials, rng, width, depth, height, boards)
        self.put(model, "shelf", matrix)
        for left, right, bottom, free in rows:
            if rng.random() < 0.75:
                books = book_row(self.materials, rng, left, right, bottom, free, depth)
                if books is not None:
                    self.put(books, "book", matrix)
            elif rng.random() < 0.7:
                spot = Matrix.Translation(((left + right) / 2, -0.02, bottom))
                self.put(vase(self.materials, rng, free * rng.uniform(0.4, 0.75)), "decor", matrix @ spot)
        if height < 1.4:
            self.add_small_things(matrix, width * 0.7, depth * 0.3, height, 2)

    def add_cabinet(self):
        rng = self.rng
        width, depth, height = rng.uniform(0.8, 1.8), rng.uniform(0.38, 0.46), rng.uniform(0.5, 0.95)
        found = self.against_wall(width, depth, height)
        if found is None:
            return
        side, x, matrix = found
        self.put(cabinet(self.materials, rng, width, depth, height), "cabinet", matrix)
        above = (x - width / 2, x + width / 2, height, height + 0.8)
        is_free = not any(overlaps(above, other) for other in self.hung[side])
        if is_free and width > 1.0 and rng.random() < 0.5:
            screen = min(width * 0.9, rng.uniform(0.9, 1.3))
            spot = matrix @ Matrix.Translation((0, 0.05, height))
            self.put(television(self.materials, screen), "television", spot)
            self.hung[side].append(above)
        elif rng.random() < 0.5:
            spot = matrix @ Matrix.Translation((width * 0.3, 0, height))
            self.add_lamp(spot, rng.uniform(0.4, 0.6), rng.uniform(0.12, 0.17))
            self.add_small_things(
                matrix @ Matrix.Translation((-width * 0.15, 0, 0)), width * 0.5, depth * 0.3, height, 2
            )
        else:
            self.add_small_things(matrix, width * 0.8, depth * 0.3, height, 3)

    def add_lamp(self, matrix, height, radius, hanging=False):
        model, bulb = lamp(self.materials, self.rng, height, radius, hanging)
        self.put(model, "lamp", matrix)
        if self.rng.random() < 0.7:
            light = self.light(
                "POINT", 14 * height**0.5, matrix @ Matrix.Translation((0, 0, bulb)), (1.0, 0.72, 0.42)
            )
            light.data.shadow_soft_size = 0.06

    def add_floor_lamp(self):
        radius = self.rng.uniform(0.17, 0.25)
        found = self.against_wall(2 * radius, 2 * radius, 1.5, 0)
        if found is not None:
            self.add_lamp(found[2], self.rng.uniform(1.4, 1.75), radius)

    def add_plant(self):
        height = self.rng.uniform(0.7, 1.7)
        found = self.against_wall(height * 0.45, height * 0.45, 0.3, 0)
        if found is not None:
            self.put(
                plant(self.materials, self.rng, height),
                "plant",
                found[2] @ Matrix.Rotation(self.rng.uniform(0, 6), 4, "Z"),
            )

    def add_armchair(self):
        found = self.against_wall(0.85, 0.82, 0.75, 0.5)
        if found is not None:
            turn = Matrix.Translation((0, -0.12, 0)) @ Matrix.Rotation(self.rng.uniform(-0.4, 0.4), 4, "Z")
            self.put(sofa(self.materials, self.rng, 0.82, 0.8, 1), "chair", found[2] @ turn)

    def add_picture(self):
        rng = self.rng
        width, height = rng.uniform(0.25, 1.0), rng.uniform(0.3, 0.8)
        for _ in range(30):
            side = rng.choice(list(SIDES))
            free = self.length(side) / 2 - width / 2 - 0.15
            x, z = rng.uniform(-free, free), rng.uniform(1.4, 1.65)
            strip = (x - width / 2, x + width / 2, z - height / 2, z + height / 2)
            if not any(overlaps(strip, other, 0.08) for other in self.hung[side]):
                self.hung[side].append(strip)
                self.put(picture(self.materials, rng, width, height), "picture", self.on_wall(side, x, 0, z))
                return


# --------------------------------------------------------------------------------------------------------
# Rooms: views
# --------------------------------------------------------------------------------------------------------


class Views:
    """Chooses where to look from: the best of many random views, seen through a coarse grid of rays."""

    CANDIDATES, COLUMNS, ROWS = 50, 14, 10

    def __init__(self, room, number, size):
        self.room, self.rng, self.size = room, random.Random(f"views {number}"), size
        self.scene, self.chosen = bpy.context.scene, []
        bpy.context.view_layer.update()
        self.depsgraph = bpy.context.evaluated_depsgraph_get()

    def candidate(self):
        rng, room = self.rng, self.room
        edge_x, edge_y = room.width / 2 - 0.3, room.depth / 2 - 0.3
        position = Vector(
            (rng.uniform(-edge_x, edge_x), rng.uniform(-edge_y, edge_y), rng.uniform(1.05, 1.75))
        )
        target = Vector((rng.gauss(0, 0.9), rng.gauss(0, 0.9), rng.uniform(0.55, 1.15)))
        if (target - position).length < 1.2:
            return self.candidate()
        turn = (position - target).to_track_quat("Z", "Y").to_matrix().to_4x4()
        return Matrix.Translation(position) @ turn, math.radians(rng.uniform(58, 78))

    def score(self, matrix, angle):
        """Many different objects, none of them right in front of the lens, and unlike the views so far."""
        origin, half = matrix.translation, math.tan(angle / 2)
        longer = max(self.size)
        hits, nearest = {}, math.inf
        for i in range(self.COLUMNS):
            for j in range(self.ROWS):
                x = (2 * (i + 0.5) / self.COLUMNS - 1) * half * self.size[0] / longer
                y = (2 * (j + 0.5) / self.ROWS - 1) * half * self.size[1] / longer
                direction = (matrix.to_3x3() @ Vector((x, y, -1))).normalized()
                hit, point, _, _, thing, _ = self.scene.ray_cast(self.depsgraph, origin, direction)
                if hit:
                    nearest = min(nearest, (point - origin).length)
                    hits[thing.name] = hits.get(thing.name, 0) + 1
        largest = max((n for name, n in hits.items() if not name.startswith(SHELL)), default=0)
        score = sum(min(1, n / 3) for name, n in hits.items() if not name.startswith(SHELL))
        score -= 6 * max(0, 1.1 - nearest) + 12 * max(0, largest / (self.COLUMNS * self.ROWS) - 0.18)
        ahead = matrix.to_3x3() @ Vector((0, 0, -1))
        for other in self.chosen:
            alike = ahead.dot(other.to_3x3() @ Vector((0, 0, -1)))
            score -= 3 * max(0, alike) * max(0, 2.5 - (other.translation - origin).length)
        return score

    def next(self):
        candidates = [self.candidate() for _ in range(self.CANDIDATES)]
        matrix, angle = max(candidates, key=lambda view: self.score(*view))
        self.chosen.append(matrix)
        return matrix, angle


def new_room(number):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.unit_settings.scale_length = 1.0
    room = Room(number)
    scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.camera.data.clip_start = 0.05
    scene.collection.objects.link(scene.camera)
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - High Contrast"
    scene.view_settings.exposure = 0.7
    return room


def render_rooms(options):
    rules = settle_class_map(options.out, room_class_map(), options.class_map)
    progress = Progress(options.rooms * options.views)
    for number in range(options.seed, options.seed + options.rooms):
        names = [f"room_{number:04d}_view_{view:02d}" for view in range(options.views)]
        done = [is_done(options.out, name, options.size) for name in names]
        if all(done):
            for name in names:
                progress.skipped(name)
            continue
        start = time.monotonic()
        room = new_room(number)
        scene, views = bpy.context.scene, Views(room, number, options.size)
        set_up_rendering(scene, options)
        things = number_objects()
        for name, is_there in zip(names, done):
            scene.camera.matrix_world, scene.camera.data.angle = views.next()
            bpy.context.view_layer.update()
            if is_there:
                progress.skipped(name)
                continue
            render_frame(scene, options.out, name, things, rules)
            progress.rendered(name, time.monotonic() - start)
            start = time.monotonic()


def main():
    options = parse_options()
    options.out = options.out.absolute()
    if options.cycles_device:
        import _cycles

        _cycles.set_device_override(options.cycles_device)
    if options.blend is not None:
        if not options.blend.is_file():
            fail(f"there is no file {options.blend}")
        bpy.ops.wm.open_mainfile(filepath=str(options.blend.absolute()), load_ui=False)
    options.out.mkdir(parents=True, exist_ok=True)
    if bpy.data.filepath:
        render_blend(options)
    else:
        render_rooms(options)


if __name__ == "__main__":
    main()
