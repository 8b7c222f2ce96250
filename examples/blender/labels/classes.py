"""The class map of a folder, frames.toml: the classes of objects by name.

It is given by the user, by the rooms, or by the scene's collections.
"""

import json
import re
import tomllib

import bpy

from .files import write_whole
from .objects import RENDERABLE
from .report import fail


def quoted(text):
    # JSON strings are valid TOML strings, except for surrogate pairs (not written here) and DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def class_map_text(classes, rules):
    lines = ["classes = [" + ", ".join(map(quoted, classes)) + "]"]
    for name, label in rules:
        lines += ["", "[[objects]]", f"name = {quoted(name)}", f"class = {quoted(label)}"]
    return "\n".join(lines) + "\n"


def class_map_from_collections(scene):
    """Uses each collection that directly contains objects as a class. Objects belong to the first that has them."""
    classes, class_of = [], {}
    for collection in [*scene.collection.children_recursive, *bpy.data.collections, scene.collection]:
        for thing in sorted(collection.objects, key=lambda thing: thing.name):
            if thing.type in RENDERABLE and thing.name not in class_of:
                class_of[thing.name] = collection.name
                if collection.name not in classes:
                    classes.append(collection.name)
    return class_map_text(classes, class_of.items())


def glob(pattern):
    translated = {"*": ".*", "?": "."}
    return re.compile("".join(translated.get(c, re.escape(c)) for c in pattern), re.DOTALL)


def parse_class_map(text, path):
    """The (glob, class) pairs of a class map."""
    try:
        table = tomllib.loads(text)
        classes = table["classes"]
        rules = [(glob(rule["name"]), rule["class"]) for rule in table.get("objects", [])]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        fail(f"{path} is not a class map: {error!r}")
    for _, label in rules:
        if label not in classes:
            fail(f"{path}: the class {label!r} is not one of its classes")
    return rules


def settle_class_map(out, default_text, chosen):
    """Writes OUT/frames.toml if there is none, and returns its rules."""
    path = out / "frames.toml"
    if chosen is not None:
        default_text = read_class_map(chosen)
        if path.exists() and path.read_text(encoding="utf-8") != default_text:
            fail(f"{path} exists already and differs from {chosen}")
    if not path.exists():
        write_whole(path, default_text)
    return parse_class_map(path.read_text(encoding="utf-8"), path)


def read_class_map(path):
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"cannot read {path}: {error}")
    parse_class_map(text, path)
    return text


def class_of(name, rules):
    """The class of the first rule that matches, or None."""
    return next((label for pattern, label in rules if pattern.fullmatch(name)), None)
