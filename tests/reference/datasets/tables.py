"""Tables of files, and folders of plain pictures."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from files import (
    png_albedo,
    png_classes,
    png_curvature,
    png_depth,
    png_normals,
    png_strength,
    save,
    save_exr,
    save_json,
)
from scenes import HEIGHT, WIDTH, blocks, directions, holes, picture, random_for, smooth
from truth import HALF, classes, frame, values


def table(folder):
    """A CSV file whose labels are PNG files, and a JSONL file whose labels are .exr and .npy files."""
    names = ["wall", "floor", "seat"]
    rows = {"csv": [], "jsonl": []}
    frames = {"csv": [], "jsonl": []}
    unknown = np.ones((HEIGHT, WIDTH), bool)
    for kind in rows:
        root = folder / kind
        save_json(root / "classes.json", names)
        for number, split in enumerate(["train", "val", "train"]):
            random = random_for(f"{kind}{number}")
            image = picture(random)
            depth, normals = smooth(random, 0.4, 9)[0], directions(random)
            curvature, edges = smooth(random, -30, 30, 2), smooth(random, 0, 1)[0]
            ids = blocks(random, 4) - 1
            missing = {label: holes(random) for label in ["depth", "normals", "curvature", "edges", "albedo"]}
            instances = blocks(random, 4).astype(np.uint16) * 20000
            albedo, albedo_truth = png_albedo(smooth(random, 0.01, 1, 3), missing["albedo"])
            files = {"semantics": png_classes(ids, names), "albedo": (albedo, albedo_truth)}
            if kind == "csv":
                files["depth"] = png_depth(depth, missing["depth"])
                files["normals"] = png_normals(normals, missing["normals"])
                files["curvature"] = png_curvature(curvature, missing["curvature"])
                files["edges"] = png_strength(edges)
                files["occlusion_edges"] = png_strength(smooth(random, 0, 1)[0])
            row = {"image": f"rgb/{number}.png", "split": split, "name": f"frame {number}"}
            row["instances"] = f"objects/{number}.png"
            save(root / row["image"], image)
            save(root / row["instances"], instances)
            labels = {}
            for label, (stored, truth) in files.items():
                row[label] = f"{label}/{number}.png"
                save(root / row[label], stored)
                labels[label] = truth
            if kind == "jsonl":
                holed = lambda array, label: np.where(missing[label], np.nan, array).astype(np.float32)
                half = holed(depth, "depth").astype(np.float16)
                save_exr(root / f"depth/{number}.exr", {"depth.V": half})
                labels["depth"] = values(depth, depth * HALF, missing["depth"])
                arrays = {
                    "normals": np.moveaxis(holed(normals, "normals"), 0, 2),
                    "curvature": holed(curvature, "curvature"),
                    "edges": holed(edges, "edges").astype(np.float64),
                }
                for label, array in arrays.items():
                    (root / label).mkdir(exist_ok=True)
                    row[label] = f"{label}/{number}.npy"
                    np.save(root / row[label], array)
                row["depth"] = f"depth/{number}.exr"
                labels["normals"] = values(normals, 1e-6, missing["normals"])
                labels["curvature"] = values(curvature, 0, missing["curvature"])
                labels["edges"] = values(edges, 0, missing["edges"])
            if number == 1:
                # A frame without some of the files.
                for label in ["depth", "semantics", "normals", "albedo"]:
                    row[label] = ""
                    if label == "semantics":
                        labels[label] = classes(np.full((HEIGHT, WIDTH), -1), names)
                    else:
                        labels[label] = values(np.zeros((1 if label == "depth" else 3, HEIGHT, WIDTH)), 0, unknown)
            rows[kind].append(row)
            frames[kind].append(frame(row["name"], image, labels, split=split, instances=instances))
    columns = list(rows["csv"][0])
    lines = [columns] + [[row[column] for column in columns] for row in rows["csv"]]
    (folder / "csv/table.csv").write_text("\n".join(",".join(line) for line in lines) + "\n")
    lines = [json.dumps({column: cell for column, cell in row.items() if cell}) for row in rows["jsonl"]]
    (folder / "jsonl/mine.jsonl").write_text("\n\n".join(lines) + "\n")
    return [
        {"path": "csv", "format": "table", "frames": frames["csv"]},
        {"path": "jsonl/mine.jsonl", "format": "table", "frames": frames["jsonl"]},
    ]


def table_edges(folder):
    """One frame lacks edges, whose code has no number for missing values."""
    root = folder / "edges"
    frames, rows = [], ["image,edges"]
    for number in range(2):
        random = random_for(f"edges{number}")
        image = picture(random)
        stored, truth = png_strength(smooth(random, 0, 1)[0])
        if number == 1:
            truth = values(np.zeros((HEIGHT, WIDTH)), 0, np.ones((HEIGHT, WIDTH), bool))
        save(root / f"rgb/{number}.png", image)
        save(root / f"edges/{number}.png", stored)
        rows.append(f"rgb/{number}.png," + ("" if number else f"edges/{number}.png"))
        frames.append(frame(f"rgb/{number}", image, {"edges": truth}))
    (root / "table.csv").write_text("\n".join(rows) + "\n")
    return [{"path": "edges/table.csv", "format": "table", "frames": frames}]


def pictures(folder):
    root = folder / "pictures"
    frames = []
    for name in ["a.png", "b.jpg", "deep/er/c.JPEG", "deep/gray.png", "deep/see-through.png"]:
        image = picture(random_for(name))
        if "gray" in name:
            save(root / name, image[:, :, 0])
            image = image[:, :, :1].repeat(3, 2)
        elif "see-through" in name:
            save(root / name, np.concatenate([image, image[:, :, :1]], 2))
        elif name.endswith("png"):
            save(root / name, image)
        else:
            # No chroma subsampling, because decoders differ in upsampling.
            save(root / name, image, quality=95, subsampling=0)
            image = np.array(Image.open(root / name).convert("RGB"))
        # JPEG decoders differ in rounding.
        frames.append(frame(name, image, {}, tolerance=0 if name.endswith("png") else 2))
    (root / "notes.txt").write_text("no picture")
    return [{"path": "pictures", "format": "pictures", "frames": frames}]


def pictures_in_rgb(folder):
    """Pictures in a folder with a name that Taskonomy uses, too."""
    image = picture(random_for("rgb"))
    save(folder / "photos/rgb/one.png", image)
    return [{"path": "photos", "format": "pictures", "frames": [frame("rgb/one.png", image, {})]}]


def motorcycle(folder):
    """The stereo pair of scikit-image (Middlebury 2014) as a table: the left picture, and metres from disparity."""
    import skimage

    data = Path(skimage.__file__).parent / "data"
    disparity = np.load(data / "motorcycle_disp.npz")["arr_0"].astype(np.float64)
    metres = 193.001e-3 * 994.978 / (disparity + 31.086)
    # Depth is missing where the disparity is not finite.
    metres[~np.isfinite(disparity)] = np.nan
    save(folder / "left.png", np.array(Image.open(data / "motorcycle_left.png")))
    np.save(folder / "depth.npy", metres)
    metres.astype("<f8").tofile(folder / "metres.f64")
    (folder / "table.csv").write_text("image,depth\nleft.png,depth.npy\n")
    return []
