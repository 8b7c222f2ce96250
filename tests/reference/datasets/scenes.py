"""Random labels and pictures, all of one size."""

import numpy as np

WIDTH, HEIGHT = 40, 24
Y, X = np.mgrid[0:HEIGHT, 0:WIDTH]


def random_for(name):
    return np.random.default_rng(list(name.encode()))


def smooth(random, low, high, channels=1):
    """Smooth values, `[channels, HEIGHT, WIDTH]`."""
    waves = []
    for _ in range(channels):
        a, b, c = random.uniform(0.05, 0.4, 2).tolist() + [random.uniform(0, 6)]
        waves.append(0.5 + 0.5 * np.sin(a * X + b * Y + c))
    return low + (high - low) * np.stack(waves)


def holes(random, share=0.15):
    return random.random((HEIGHT, WIDTH)) < share


def directions(random):
    """Unit vectors in many directions, mostly with z towards the camera."""
    vectors = random.normal(size=(3, HEIGHT, WIDTH))
    vectors[2] += 0.7
    return vectors / np.linalg.norm(vectors, axis=0)


def blocks(random, count):
    """Integers from 0 to count - 1 in blocks of 5x4 pixels."""
    coarse = random.integers(0, count, (HEIGHT // 4, WIDTH // 5))
    return coarse.repeat(4, 0).repeat(5, 1)


def picture(random):
    """8-bit RGB `[HEIGHT, WIDTH, 3]`."""
    return np.moveaxis(smooth(random, 0, 255, 3).round().astype(np.uint8), 0, 2)
