#!/usr/bin/env python3
"""A training step of TLAM and ASAP-Net in PyTorch: its losses and its time.

    step.py FOLDER [--vgg vgg16.safetensors] [--steps 5] [--warm-up 2] [--device cpu] [--threads N]

FOLDER has config.toml and generator.safetensors as in a checkpoint, discriminator.safetensors, and
batch.safetensors with encoded `labels` and `pictures` in [-1, 1], both [batch, channels, height, width].
Prints one line of JSON: the losses of the warm-up steps in order, the median time of the other steps in
seconds, and the device.

Implemented from the papers and docs/checkpoint.md in idiomatic PyTorch, independently of the Rust sources.
`step.rs` runs it. Needs Python 3.11, torch, safetensors and numpy.
"""

import argparse
import json
import math
import pathlib
import statistics
import time
import tomllib

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

# ---- labels to concept


def dense(w, name, x):
    return F.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])


def layer_norm(w, name, x):
    return F.layer_norm(x, x.shape[-1:], w[f"{name}.gamma"], w[f"{name}.beta"], 1e-5)


def tlam(w, config, labels):
    batch, _, height, width = labels.shape
    encodings = w["tlam.label_encodings"]
    names = [f"tlam.projections.{k}" for k in range(len(encodings))]
    channels = [w[f"{name}.weight"].shape[1] for name in names]
    pixels = labels.permute(0, 2, 3, 1).flatten(0, 2).split(channels, 1)
    z = torch.stack([F.gelu(dense(w, name, x)) for name, x in zip(names, pixels)], 1) + encodings
    for layer in range(config["layers"]):
        block = f"tlam.blocks.{layer}"
        joint = dense(w, f"{block}.query_key_value", layer_norm(w, f"{block}.attention_norm", z))
        q, k, v = joint.unflatten(-1, (3, config["heads"], -1)).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        z = z + dense(w, f"{block}.output", mixed)
        hidden = F.gelu(dense(w, f"{block}.expand", layer_norm(w, f"{block}.mlp_norm", z)))
        z = z + dense(w, f"{block}.contract", hidden)
    return z.mean(1).unflatten(0, (batch, height, width)).permute(0, 3, 1, 2)


# ---- concept to picture


def tent_downsample(x, factor):
    if factor == 1:
        return x
    rising = torch.arange(1, 2 * factor, 2, dtype=x.dtype, device=x.device)
    taps = torch.cat([rising, rising.flip(0)])
    taps = (taps / taps.sum()).expand(x.shape[1], 1, 1, -1)
    x = F.pad(x, [factor // 2] * 4, mode="reflect")
    x = F.conv2d(x, taps, stride=(1, factor), groups=x.shape[1])
    return F.conv2d(x, taps.transpose(2, 3), stride=(factor, 1), groups=x.shape[1])


def low_resolution(w, config, x):
    name, learned = "asap.low_resolution", config["learned_downsampling"]
    x = tent_downsample(x, config["tile"] // learned)
    for stage, stride in enumerate([1] + [2] * int(math.log2(learned)) + [1] * config["depth"]):
        place, padding = f"{name}.stages.{stage}", 1
        if config["padding"] == "reflect":
            x, padding = F.pad(x, [1] * 4, mode="reflect"), 0
        x = F.conv2d(x, w[f"{place}.convolution.weight"], stride=stride, padding=padding)
        gamma, beta = w[f"{place}.norm.gamma"], w[f"{place}.norm.beta"]
        x = F.instance_norm(x, weight=gamma, bias=beta, eps=1e-5).relu_()
    return F.conv2d(x, w[f"{name}.head.weight"], w[f"{name}.head.bias"])


def position_code(tile, like):
    """[tile * tile, 4 log2 tile]"""
    place = torch.arange(tile, device=like.device, dtype=like.dtype)
    y, x = torch.meshgrid(place, place, indexing="ij")
    periods = [tile >> k for k in range(int(math.log2(tile)))]
    angles = [2 * math.pi * along / period for period in periods for along in (x, y)]
    code = [part for angle in angles for part in (angle.cos(), angle.sin())]
    return torch.stack(code, -1).flatten(0, 1)


def asap(w, config, concept):
    tile, hidden = config["tile"], config["pixel_width"]
    networks = low_resolution(w, config, concept).permute(0, 2, 3, 1)
    batch, rows, columns, _ = networks.shape
    networks = networks.flatten(0, 2)
    seen = concept[:, : concept.shape[1] - config["low_resolution_only"]]
    cells = seen.unflatten(3, (columns, tile)).unflatten(2, (rows, tile)).permute(0, 2, 4, 3, 5, 1)
    x = cells.reshape(len(networks), tile * tile, -1)
    x = torch.cat([x, position_code(tile, x).expand(len(x), -1, -1)], 2)
    widths = [x.shape[2], hidden, hidden, hidden, hidden, 3]
    numbers = networks.split([n for i, o in zip(widths, widths[1:]) for n in (o, i * o)], 1)
    for layer in range(5):
        bias, weight = numbers[2 * layer : 2 * layer + 2]
        x = torch.baddbmm(bias.unsqueeze(1), x, weight.unflatten(1, (x.shape[2], -1)))
        x = x.tanh() if layer == 4 else F.leaky_relu(x, 0.01, inplace=True)
    x = x.reshape(batch, rows, columns, tile, tile, 3).permute(0, 5, 1, 3, 2, 4)
    return x.reshape(batch, 3, rows * tile, columns * tile)


# ---- discriminator


SCALES, MIDDLE_STRIDES = 2, (2, 2, 1)


def spectral_names():
    for scale in range(SCALES):
        for layer in range(len(MIDDLE_STRIDES)):
            yield f"scales.{scale}.middle.{layer}.convolution"


@torch.no_grad()
def power_iteration(w):
    for name in spectral_names():
        matrix = w[f"{name}.weight"].flatten(1)
        w[f"{name}.right"] = F.normalize(matrix.T @ w[f"{name}.left"], dim=0)
        w[f"{name}.left"] = F.normalize(matrix @ w[f"{name}.right"], dim=0)


def spectrally_normed(w):
    """The weights with spectral norm applied to the middle convolutions."""
    normed = dict(w)
    for name in spectral_names():
        weight = w[f"{name}.weight"]
        sigma = w[f"{name}.left"] @ weight.flatten(1) @ w[f"{name}.right"]
        normed[f"{name}.weight"] = weight / sigma
    return normed


def discriminate(w, condition, picture):
    """Five features per scale; the last is the discriminator's output."""
    x = torch.cat([condition, picture], 1)
    result = []
    for scale in range(SCALES):
        if scale > 0:
            x = F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
        place = f"scales.{scale}"
        first, last = (
            (w[f"{place}.{end}.weight"], w[f"{place}.{end}.bias"]) for end in ("first", "last")
        )
        features = [F.leaky_relu(F.conv2d(x, *first, stride=2, padding=2), 0.2, inplace=True)]
        for layer, stride in enumerate(MIDDLE_STRIDES):
            weight = w[f"{place}.middle.{layer}.convolution.weight"]
            y = F.conv2d(features[-1], weight, stride=stride, padding=2)
            features.append(F.leaky_relu(F.instance_norm(y, eps=1e-5), 0.2, inplace=True))
        features.append(F.conv2d(features[-1], *last, padding=2))
        result.append(features)
    return result


# ---- VGG


def vgg_layers(w):
    """The layers of each block; of the last block only the first layer."""
    count = sum(name.startswith("conv") and name.endswith(".weight") for name in w)
    sizes = {13: (2, 2, 3, 3, 1), 16: (2, 2, 4, 4, 1)}[count]
    layers = iter((w[f"conv{k}.weight"], w[f"conv{k}.bias"]) for k in range(count))
    return [[next(layers) for _ in range(size)] for size in sizes]


def vgg_taps(blocks, x):
    taps = []
    for number, block in enumerate(blocks):
        if number > 0:
            x = F.max_pool2d(x, 2)
        for position, layer in enumerate(block):
            x = F.conv2d(x, *layer, padding=1).relu_()
            if position == 0:
                taps.append(x)
    return taps


# ---- losses


TAP_WEIGHTS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1)


def mean(parts):
    parts = list(parts)
    return sum(parts) / len(parts)


def feature_matching(fake, real):
    return mean(
        sum(F.l1_loss(f, r) for f, r in zip(fake[:-1], real[:-1])) for fake, real in zip(fake, real)
    )


def perceptual(fake, real):
    return sum(weight * F.l1_loss(f, r) for weight, f, r in zip(TAP_WEIGHTS, fake, real))


# ---- a step


def trained(tensors):
    """The trainable tensors as leaves; the singular vectors stay constant."""
    return {
        name: tensor if name.endswith((".left", ".right")) else tensor.requires_grad_()
        for name, tensor in tensors.items()
    }


def leaves(tensors):
    return [tensor for tensor in tensors.values() if tensor.requires_grad]


class Training:
    def __init__(self, config, folder, vgg, device):
        self.network, self.training = config["network"], config["training"]
        for part, kind in (("merge", "tlam"), ("backbone", "asap")):
            found = self.network[part]["kind"]
            assert found == kind, f"{part} {found}: only {kind} is implemented here"

        def load(path):
            return load_file(path, device=str(device))

        self.vgg = vgg and vgg_layers(load(vgg))
        weights = self.training["loss"]
        assert self.vgg or weights["perceptual"] == 0, "the perceptual loss needs --vgg"
        batch = load(folder / "batch.safetensors")
        self.labels, self.pictures = batch["labels"], batch["pictures"]
        # Dense weights are [in, out] in the file and [out, in] in PyTorch.
        self.generator = trained({
            name: tensor.T.contiguous() if name.startswith("tlam.") and name.endswith(".weight") else tensor
            for name, tensor in load(folder / "generator.safetensors").items()
        })
        self.discriminator = trained(load(folder / "discriminator.safetensors"))
        self.average = [tensor.detach().clone() for tensor in leaves(self.generator)]
        options = {"betas": tuple(self.training["betas"]), "eps": 1e-8}
        rate = self.training["generator_rate"]
        slow = [
            tensor
            for name, tensor in self.generator.items()
            if "low_resolution" in name and not name.endswith("head.bias")
        ]
        others = [tensor for tensor in leaves(self.generator) if not any(tensor is s for s in slow)]
        groups = [
            {"params": others, "lr": rate},
            {"params": slow, "lr": rate * self.training["low_resolution_share"]},
        ]
        self.generator_adam = torch.optim.Adam(groups, **options)
        self.discriminator_adam = torch.optim.Adam(
            leaves(self.discriminator), lr=self.training["discriminator_rate"], **options
        )

    def generate(self):
        concept = tlam(self.generator, self.network["merge"], self.labels)
        return concept, asap(self.generator, self.network["backbone"], concept)

    def condition(self, concept):
        return concept if self.network["discriminator"]["condition"] == "concept" else self.labels

    def move_generator(self):
        power_iteration(self.discriminator)
        concept, image = self.generate()
        seen, weights = self.condition(concept), self.training["loss"]
        with torch.no_grad():
            normalised = spectrally_normed(self.discriminator)
            real = discriminate(normalised, seen, self.pictures)
        normalised = {name: tensor.detach() for name, tensor in normalised.items()}
        fake = discriminate(normalised, seen, image)
        parts = {
            "adversarial": mean(-features[-1].mean() for features in fake),
            "feature_matching": feature_matching(fake, real),
        }
        if weights["perceptual"] > 0:
            with torch.no_grad():
                real = vgg_taps(self.vgg, self.pictures)
            parts["perceptual"] = perceptual(vgg_taps(self.vgg, image), real)
        if weights["pixel"] > 0:
            parts["pixel"] = F.l1_loss(image, self.pictures)
        total = sum(weights.get(name, 1) * part for name, part in parts.items())
        self.generator_adam.zero_grad()
        total.backward()
        self.generator_adam.step()
        zeros = {"perceptual": 0.0, "pixel": 0.0}
        return zeros | {name: part.item() for name, part in parts.items()}

    def move_discriminator(self):
        power_iteration(self.discriminator)
        with torch.no_grad():
            concept, image = self.generate()
            seen = self.condition(concept)
        normalised = spectrally_normed(self.discriminator)
        fake, real = (discriminate(normalised, seen, picture) for picture in (image, self.pictures))
        on_real = mean(F.relu(1 - features[-1]).mean() for features in real)
        on_fake = mean(F.relu(1 + features[-1]).mean() for features in fake)
        self.discriminator_adam.zero_grad()
        (on_real + on_fake).backward()
        self.discriminator_adam.step()
        return {"real": on_real.item(), "fake": on_fake.item()}

    @torch.no_grad()
    def update_average(self):
        decay = self.training["average_decay"]
        torch._foreach_lerp_(self.average, leaves(self.generator), 1 - decay)

    def step(self):
        generator = self.move_generator()
        discriminator = self.move_discriminator()
        self.update_average()
        return {"generator": generator, "discriminator": discriminator}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--vgg", type=pathlib.Path, help="weights for the perceptual loss")
    parser.add_argument("--steps", type=int, default=5, help="number of timed steps")
    parser.add_argument("--warm-up", type=int, default=2, help="number of warm-up steps")
    parser.add_argument("--device", type=torch.device, default="cpu")
    parser.add_argument("--threads", type=int, help="number of threads, default: PyTorch's default")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    config = tomllib.loads((arguments.folder / "config.toml").read_text())
    training = Training(config, arguments.folder, arguments.vgg, arguments.device)
    losses = [training.step() for _ in range(arguments.warm_up)]
    seconds = []
    for _ in range(arguments.steps):
        # Reading the losses waits for asynchronous work, so that it is included in the step's time.
        start = time.perf_counter()
        training.step()
        seconds.append(time.perf_counter() - start)
    result = {
        "losses": losses,
        "seconds": statistics.median(seconds),
        "torch": torch.__version__,
        "device": str(arguments.device),
        "threads": torch.get_num_threads(),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
