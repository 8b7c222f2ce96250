"""ONNX Runtime for Python on the CPU."""

import onnxruntime

import exchange


def load(path, shapes):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda feeds: session.run(["image"], feeds)[0]


exchange.main("onnxruntime", onnxruntime.__version__, load)
