"""IREE on the CPU. It takes models for one size: with free sizes, its instance norm is wrong."""

import importlib.metadata
import os
import pathlib
import subprocess
import sys
import tempfile

import iree.runtime

import exchange

TOOLS = pathlib.Path(sys.executable).parent


def load(path, shapes):
    with tempfile.TemporaryDirectory() as folder:
        text, module = pathlib.Path(folder, "model.mlir"), pathlib.Path(folder, "model.vmfb")
        tool(TOOLS / "iree-import-onnx", path, "-o", text)
        target = ["--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu"]
        tool(TOOLS / "iree-compile", text, *target, "--iree-llvmcpu-target-cpu=host", "-o", module)
        loaded = iree.runtime.load_vm_flatbuffer(module.read_bytes(), driver="local-sync")
    function = getattr(loaded, NAME)
    return lambda feeds: function(*feeds.values()).to_host()


def tool(*words):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, env=os.environ | {"PATH": f"{TOOLS}:{os.environ['PATH']}"})
    if done.returncode:
        raise RuntimeError(done.stderr[-600:])


# The name of the graph.
NAME = "multicond"
exchange.main("iree", importlib.metadata.version("iree-base-compiler"), load, fixed=True)
