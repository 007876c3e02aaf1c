"""A small network of our own, as people write one to begin with: four convolutions, for posters and quick trials."""

from __future__ import annotations

from anitui.train.models.model import Built, Model


def _build(size: int, weights: str) -> Built:
    del size
    from torch import nn

    from anitui.errors import AnituiError

    if weights != "none":
        raise AnituiError("there are no weights for the model small: train from nothing with --with weights=none")
    layers: list[nn.Module] = []
    channels = 3
    for wide in (32, 64, 128, 256):
        layers += [
            nn.Conv2d(channels, wide, 3, padding=1, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
        ]
        channels = wide
    return Built(nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten()), channels)


MODELS = {"small": Model(_build, 0.5)}
