"""OpenCV's dnn module."""

import cv2

import exchange


def load(path, shapes):
    network = cv2.dnn.readNetFromONNX(str(path))

    def run(feeds):
        for name, feed in feeds.items():
            network.setInput(feed, name)
        return network.forward("image")

    return run


exchange.main("opencv", cv2.__version__, load)
