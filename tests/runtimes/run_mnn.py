"""MNN on the CPU."""

import importlib.metadata
import pathlib
import subprocess
import sys
import tempfile

import MNN.expr
import MNN.nn
import MNN.numpy

import exchange

CONVERT = pathlib.Path(sys.executable).parent / "mnnconvert"


def load(path, shapes):
    with tempfile.TemporaryDirectory() as folder:
        converted = pathlib.Path(folder, "model.mnn")
        words = [CONVERT, "-f", "ONNX", "--modelFile", path, "--MNNModel", converted, "--bizCode", "multicond"]
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True)
        if not converted.exists():
            raise RuntimeError((done.stdout + done.stderr)[-600:])
        network = MNN.nn.load_module_from_file(str(converted), list(shapes), ["image"], precision_mode=0)

    def run(feeds):
        values = []
        for feed in feeds.values():
            kind = MNN.expr.int if feed.dtype == "int32" else MNN.expr.float
            values.append(MNN.expr.const(feed, list(feed.shape), MNN.expr.NCHW, kind))
        image = MNN.expr.convert(network.forward(values)[0], MNN.expr.NCHW)
        return image.read().copy()

    return run


exchange.main("mnn", importlib.metadata.version("mnn"), load)
