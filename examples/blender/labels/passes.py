"""Enables the passes for labels, and disables effects that would blur them or move their pixels.

The look of the scene (light, materials, view transform) is not changed.
"""

import bpy

PASSES = ("combined", "z", "normal", "diffuse_color", "object_index", "cryptomatte_object")
DISTURBING = (
    "use_border",
    "use_compositing",
    "use_sequencer",
    "use_motion_blur",
    "use_multiview",
    "use_freestyle",
    "use_stamp",
)


def set_up_rendering(scene, options):
    # Only Cycles supports all of the passes.
    scene.render.engine = "CYCLES"
    scene.cycles.samples = options.samples
    scene.cycles.time_limit = 0
    scene.cycles.use_denoising = True
    for camera in bpy.data.cameras:
        camera.dof.use_dof = False
    set_up_picture(scene.render, options)
    set_up_layers(scene.view_layers, bpy.context.view_layer)


def set_up_picture(render, options):
    render.resolution_x, render.resolution_y = options.size
    render.resolution_percentage = 100
    render.use_file_extension = False
    for switch in DISTURBING:
        setattr(render, switch, False)
    for name in dir(render):
        # Omits the date and the path of the scene from the headers.
        if name.startswith("use_stamp_"):
            setattr(render, name, False)
    if options.threads:
        render.threads_mode, render.threads = "FIXED", options.threads


def set_up_layers(layers, chosen):
    for layer in layers:
        layer.use = layer == chosen
    chosen.samples = 0
    for name in dir(chosen):
        if name.startswith("use_pass_"):
            setattr(chosen, name, name.removeprefix("use_pass_") in PASSES)
    chosen.pass_cryptomatte_depth = 6
    chosen.cycles.denoising_store_passes = False
