"""Renders views and camera paths of rooms into a folder of frames."""

import json
import time
from dataclasses import dataclass

import bpy

from labels.classes import class_map_text, settle_class_map
from labels.objects import number_objects
from labels.output import is_done, render_frame
from labels.passes import set_up_rendering
from labels.report import fail

from .classes import CLASS_RULES, CLASSES
from .exposure import expose, meter
from .paths import Path as CameraPath
from .room import SCENE_VERSION, new_room
from .views import Views


@dataclass
class Settings:
    """How frames are rendered."""

    size: tuple = (256, 256)
    samples: int = 12
    threads: int | None = None


def open_folder(out, chosen_map=None):
    """Creates a folder for frames of rooms, or continues one of this version; returns its class rules."""
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted([*out.glob("room_*.json"), *out.glob("path_*.json")]):
        version = json.loads(path.read_text(encoding="utf-8")).get("scene_version", 1)
        if version != SCENE_VERSION:
            scenes = f"version {version} of the scenes, and this script makes version {SCENE_VERSION}"
            fail(f"{path} shows {scenes}; use another folder")
    return settle_class_map(out, class_map_text(CLASSES, CLASS_RULES), chosen_map)


def prepare(number, settings):
    """Builds a room, ready to be rendered: (scene, room, things)."""
    room = new_room(number)
    scene = bpy.context.scene
    set_up_rendering(scene, settings)
    set_up_speed(scene)
    return scene, room, number_objects()


def set_up_speed(scene):
    """Settings that save half of the time of these rooms and change little that is visible."""
    scene.render.use_persistent_data = True
    cycles = scene.cycles
    cycles.use_adaptive_sampling = False
    cycles.use_light_tree = False
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 6, 3, 3
    cycles.sample_clamp_indirect = 4.0
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.denoising_prefilter = "FAST"


def render_views(out, rules, number, views, settings, progress):
    """Renders some views of a room; those that exist are skipped."""
    names = [f"room_{number:04d}_view_{view:02d}" for view in range(views)]
    done = [is_done(out, name, settings.size) for name in names]
    if all(done):
        for name in names:
            progress.skipped(name)
        return
    start = time.monotonic()
    scene, room, things = prepare(number, settings)
    cameras = Views(room.plan, number, settings.size)
    for name, is_there in zip(names, done):
        scene.camera.matrix_world, scene.camera.data.angle = cameras.next()
        bpy.context.view_layer.update()
        if is_there:
            progress.skipped(name)
            continue
        expose(scene, meter(scene, out / f".{name}.meter.exr"), room.time.brightness)
        render_frame(scene, out, name, things, rules, {"scene_version": SCENE_VERSION})
        progress.rendered(name, time.monotonic() - start)
        start = time.monotonic()


def render_path(out, rules, number, frames, settings, progress):
    """Renders a camera path through a room."""
    sequence = f"path_{number:04d}"
    names = [f"{sequence}_frame_{frame:04d}" for frame in range(frames)]
    done = [is_done(out, name, settings.size) for name in names]
    if all(done):
        for name in names:
            progress.skipped(name)
        return
    start = time.monotonic()
    scene, room, things = prepare(number, settings)
    path = CameraPath(room.plan, number, settings.size)
    scene.camera.data.angle = path.angle

    def move_to(frame):
        scene.camera.matrix_world = path.matrix(frame / max(1, frames - 1))
        bpy.context.view_layer.update()

    # One exposure for the whole path, so that it does not flicker.
    levels = []
    for frame in (0, frames // 2, frames - 1):
        move_to(frame)
        levels.append(meter(scene, out / f".{sequence}.meter.exr"))
    expose(scene, sum(levels) / len(levels), room.time.brightness)
    for frame, (name, is_there) in enumerate(zip(names, done)):
        if is_there:
            progress.skipped(name)
            continue
        move_to(frame)
        more = {"scene_version": SCENE_VERSION, "sequence": sequence, "frame": frame}
        render_frame(scene, out, name, things, rules, more)
        progress.rendered(name, time.monotonic() - start)
        start = time.monotonic()
