"""Detectors of torchvision, by torchvision's own names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from anitui.errors import AnituiError
from anitui.train.detection.models.model import FinderModel

if TYPE_CHECKING:
    from anitui.train.detection.finder import Finder

#: Names, what they cost, and which kind they are of.
_NAMES: dict[str, tuple[float, str]] = {
    "ssdlite320_mobilenet_v3_large": (0.6, "Ssd"),
    "ssd300_vgg16": (35.0, "Ssd"),
    "retinanet_resnet50_fpn": (31.0, "Retina"),
    "retinanet_resnet50_fpn_v2": (31.0, "Retina"),
    "fcos_resnet50_fpn": (26.0, "Fcos"),
    "fasterrcnn_mobilenet_v3_large_320_fpn": (4.0, "FasterRcnn"),
    "fasterrcnn_mobilenet_v3_large_fpn": (4.0, "FasterRcnn"),
    "fasterrcnn_resnet50_fpn": (27.0, "FasterRcnn"),
    "fasterrcnn_resnet50_fpn_v2": (56.0, "FasterRcnn"),
}
_BACKGROUND = ("Ssd", "FasterRcnn")  # kinds to which what is no face is a class


def _build(name: str, kind: str) -> Callable[[int, str], Finder]:
    def build(size: int, weights: str) -> Finder:
        import torchvision

        from anitui.train.detection import from_torchvision

        given: dict[str, Any] = {"weights": None, "num_classes": 2 if kind in _BACKGROUND else 1}
        model = torchvision.models.get_model(name, weights_backbone=None, **given)
        if weights != "none":
            _load(model, name, given)
        made: Finder = getattr(from_torchvision, kind)(model)
        return made

    return build


def _load(model: Any, name: str, given: dict[str, Any]) -> None:
    """Begin with torchvision's weights of the network that looks at pictures: of its cache, or fetched."""
    import torch
    import torchvision

    try:
        other = torchvision.models.get_model(name, weights_backbone="DEFAULT", **given)
    except (OSError, RuntimeError) as error:
        raise AnituiError(
            f"torchvision's weights for {name} could not be fetched ({error}): put them into {torch.hub.get_dir()}"
            "/checkpoints where they can be had, or train from nothing with --with weights=none"
        ) from error
    # Its norms are frozen, and have one number less; here all is trained, so that a model is built in one way only.
    model.load_state_dict(other.state_dict(), strict=False)


MODELS = {
    name: FinderModel(_build(name, kind), cost, grows=kind != "Ssd") for name, (cost, kind) in _NAMES.items()
}  # fmt: skip
