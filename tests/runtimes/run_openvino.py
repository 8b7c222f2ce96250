"""OpenVINO on the CPU. Without the hint it computes in bfloat16 where the processor can, which is off by up to 0.1."""

import openvino

import exchange

core = openvino.Core()


def load(path, shapes):
    model = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return lambda feeds: model(feeds)["image"]


exchange.main("openvino", openvino.__version__, load)
