"""The folder through which `tests/src/exchange.rs` and the runners talk.

`cases.json` lists models and their cases: `{"models": [{"name", "file", "fixed", "cases": [{"name", "inputs": [{"name",
"type", "shape", "file"}], "shape"}]}]}`; `fixed` is the file for pictures of the size of the cases only. Files of numbers are little-endian `int32` or `float32` in row-major order; `shape` is
that of the picture. A runner writes each picture to `RUNTIME/MODEL.CASE.bin`, and `RUNTIME/result.json` last:
`{"version", "models": {MODEL: {"load_s", "cases": {CASE: {"error"} or {"run_s"}}}}}`.
"""

import argparse
import json
import pathlib
import time
import traceback

import numpy as np


def main(runtime, version, load, fixed=False):
    """Runs all models. `load(path, inputs)` gets the file and the shapes of its inputs by name, and returns a function
    from arrays by name to the picture. Whatever it raises becomes the result. `fixed`: run the files for one size."""
    parser = argparse.ArgumentParser(description=f"Runs exported models in {runtime}.")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=1, help="time the fastest of so many runs")
    arguments = parser.parse_args()
    folder, out = arguments.folder, arguments.folder / runtime
    out.mkdir(exist_ok=True)
    models = {}
    for model in json.loads((folder / "cases.json").read_text())["models"]:
        models[model["name"]] = run(folder, out, model, model["fixed" if fixed else "file"], load, arguments.runs)
    result = {"version": version, "models": models}
    (out / "result.json").write_text(json.dumps(result, indent=1))


def run(folder, out, model, file, load, runs):
    results, loaded, load_s = {}, {}, 0.0
    for case in model["cases"]:
        feeds = {given["name"]: read(folder, given) for given in case["inputs"]}
        shapes = {name: feed.shape for name, feed in feeds.items()}
        key = str(shapes)
        if key not in loaded:
            start = time.perf_counter()
            loaded = {key: attempt(load, folder / file, shapes)}
            load_s = time.perf_counter() - start
        network, error = loaded[key]
        if not error:
            path = out / f"{model['name']}.{case['name']}.bin"
            run_s, error = attempt(paint, network, feeds, case["shape"], path, runs)
        results[case["name"]] = {"error": error} if error else {"run_s": run_s}
    return {"load_s": load_s, "cases": results}


def paint(network, feeds, shape, path, runs):
    """Writes the picture and returns the seconds of the fastest run."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        picture = np.asarray(network(feeds), np.float32)
        seconds.append(time.perf_counter() - start)
    if list(picture.shape) != shape:
        raise ValueError(f"the picture is {picture.shape}, expected {shape}")
    picture.astype("<f4").tofile(path)
    return min(seconds)


def attempt(work, *arguments):
    """The result and no error, or no result and the error."""
    try:
        return work(*arguments), None
    except Exception as error:
        traceback.print_exc()
        return None, f"{type(error).__name__}: {error}"


def read(folder, given):
    kind = {"int32": "<i4", "float32": "<f4"}[given["type"]]
    return np.fromfile(folder / given["file"], kind).reshape(given["shape"])
