"""TVM on the CPU. It takes models for one size."""

import onnx
import tvm
import tvm.relax
from tvm.relax.frontend.onnx import from_onnx

import exchange


def load(path, shapes):
    module = from_onnx(onnx.load(path), keep_params_in_input=False)
    names = [parameter.name for parameter in module["main"].params]
    target = tvm.target.Target("llvm")
    module = tvm.relax.get_pipeline("zero")(module)
    machine = tvm.relax.VirtualMachine(tvm.compile(module, target), tvm.cpu())

    def run(feeds):
        image = machine["main"](*(tvm.runtime.tensor(feeds[name]) for name in names))
        return image.numpy()

    return run


exchange.main("tvm", tvm.__version__, load, fixed=True)
