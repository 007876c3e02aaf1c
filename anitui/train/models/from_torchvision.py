"""Networks of torchvision, by torchvision's own names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anitui.errors import AnituiError
from anitui.train.models.model import Built, Model

#: Names, what they cost, and whether they take pictures of several sizes.
_NAMES: dict[str, tuple[float, bool]] = {
    "resnet18": (1.8, True),
    "resnet34": (3.7, True),
    "resnet50": (4.1, True),
    "resnet101": (7.8, True),
    "resnet152": (11.5, True),
    "mobilenet_v3_small": (0.06, True),
    "mobilenet_v3_large": (0.22, True),
    "convnext_tiny": (4.5, True),
    "convnext_small": (8.7, True),
    "convnext_base": (15.4, True),
    "efficientnet_b0": (0.39, True),
    "efficientnet_b3": (1.8, True),
    "efficientnet_v2_s": (8.4, True),
    "vit_b_16": (17.6, False),
    "vit_b_32": (4.4, False),
    "vit_l_16": (61.6, False),
    "swin_t": (4.5, True),
    "swin_s": (8.7, True),
    "swin_b": (15.4, True),
}
_LAST = ("fc", "classifier", "heads", "head")  # where torchvision's networks keep their last layer


def _build(name: str) -> Callable[[int, str], Built]:
    def build(size: int, weights: str) -> Built:
        import torchvision

        given: dict[str, Any] = {"image_size": size} if name.startswith("vit") and weights == "none" else {}
        if name.startswith("vit") and weights != "none" and size != 224:
            raise AnituiError(f"torchvision's weights of {name} are for 224 px: train at size=224, or without")
        network = torchvision.models.get_model(name, weights=None, **given)
        if weights != "none":
            _load(network, name)
        return _without_last(network)

    return build


def _load(network: Any, name: str) -> None:
    """Begin with torchvision's weights: of its cache, or fetched."""
    import torch
    import torchvision

    weights = torchvision.models.get_model_weights(name).DEFAULT
    try:
        state = weights.get_state_dict(progress=False, check_hash=True)
    except (OSError, RuntimeError) as error:
        raise AnituiError(
            f"torchvision's weights of {name} could not be fetched ({error}): put {weights.url} into "
            f"{torch.hub.get_dir()}/checkpoints, or train from nothing with --with weights=none"
        ) from error
    network.load_state_dict(state)


def _without_last(network: Any) -> Built:
    from torch import nn

    where = next(each for each in _LAST if hasattr(network, each))
    last = getattr(network, where)
    if isinstance(last, nn.Linear):
        features = last.in_features
        setattr(network, where, nn.Identity())
        return Built(network, features)
    # Several layers, the last of which tells classes apart; a norm and a dropout before it stay.
    place, linear = [(name, each) for name, each in last.named_children() if isinstance(each, nn.Linear)][-1]
    setattr(last, place, nn.Identity())
    return Built(network, linear.in_features)


MODELS = {name: Model(_build(name), cost, grows) for name, (cost, grows) in _NAMES.items()}
