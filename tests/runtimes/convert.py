"""Half precision and int8: converts the model `rooms` of an exchange folder and measures what is lost.

Prints for each recipe the PSNR against the float32 file, the fastest of several runs and the file's size. Everything
runs in ONNX Runtime on the CPU. The recipes are those of docs/model-file.md.
"""

import json
import logging
import pathlib
import sys
import time
import warnings

import numpy as np
import onnx
import onnxruntime
from onnxconverter_common import float16
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_dynamic, quantize_static

import exchange

# Both converters warn of every small weight.
logging.disable(logging.WARNING)
warnings.simplefilter("ignore")


def encoding(model):
    """The names of the nodes that encode labels. They need the range of float32."""
    return [node.name for node in model.graph.node if node.name.startswith("labels.")]


def half(source, target, frames):
    model = onnx.load(source)
    blocked = encoding(model)
    onnx.save(float16.convert_float_to_float16(model, keep_io_types=True, node_block_list=blocked), target)


def half_of_everything(source, target, frames):
    onnx.save(float16.convert_float_to_float16(onnx.load(source), keep_io_types=True), target)


def int8_dynamic(source, target, frames):
    quantize_dynamic(source, target, nodes_to_exclude=encoding(onnx.load(source)))


def int8_static(source, target, frames, operators=None):
    class Frames(CalibrationDataReader):
        left = list(frames)

        def get_next(self):
            return self.left.pop() if self.left else None

    quantize_static(
        source,
        target,
        Frames(),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        op_types_to_quantize=operators,
        nodes_to_exclude=encoding(onnx.load(source)),
    )


def int8_static_layers(source, target, frames):
    int8_static(source, target, frames, ["Conv", "Gemm"])


RECIPES = {
    "float16, labels.* in float32": half,
    "float16, everything": half_of_everything,
    "int8 dynamic": int8_dynamic,
    "int8 static, without labels.*": int8_static,
    "int8 static, Conv and Gemm": int8_static_layers,
}


def pictures(path, cases):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    made, fastest = {}, np.inf
    for name, feeds in cases.items():
        for _ in range(5):
            start = time.perf_counter()
            (made[name],) = session.run(["image"], feeds)
            fastest = min(fastest, time.perf_counter() - start)
    return made, fastest


def main():
    folder = pathlib.Path(sys.argv[1])
    models = json.loads((folder / "cases.json").read_text())["models"]
    (rooms,) = (model for model in models if model["name"] == "rooms")
    cases = {case["name"]: {given["name"]: exchange.read(folder, given) for given in case["inputs"]} for case in rooms["cases"]}
    source = str(folder / rooms["file"])
    expected, fastest = pictures(source, cases)
    print(f"float32: {1000 * fastest:.0f} ms, {pathlib.Path(source).stat().st_size / 1e6:.1f} MB")
    for name, convert in RECIPES.items():
        target = str(folder / "converted.onnx")
        try:
            convert(source, target, list(cases.values()))
            made, fastest = pictures(target, cases)
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {str(error)[:300]}")
            continue
        decibels = []
        for case, picture in made.items():
            error = float(np.mean((picture.astype(np.float64) - expected[case]) ** 2))
            decibels.append(f"{case} {10 * np.log10(1 / max(error, 1e-12)):.1f}")
        size = pathlib.Path(target).stat().st_size / 1e6
        print(f"{name}: {', '.join(decibels)} dB; {1000 * fastest:.0f} ms, {size:.1f} MB")


main()
