"""Every kind of detector says how wrong it is, and where faces are, as it would itself."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from anitui.errors import AnituiError, WrongUse
from anitui.train.detection import models
from anitui.train.detection.finder import Finder

SIDE = 128
NONE = [float("nan")] * 4


@pytest.mark.parametrize(
    "name",
    [
        "light",
        "ssdlite320_mobilenet_v3_large",
        "fasterrcnn_mobilenet_v3_large_320_fpn",
        pytest.param("retinanet_resnet50_fpn_v2", marks=pytest.mark.slow),
        pytest.param("fcos_resnet50_fpn", marks=pytest.mark.slow),
    ],
)
def test_it_learns_and_finds(name: str) -> None:
    torch.manual_seed(1)
    finder = models.find(name).build(SIDE, "none")
    images = torch.rand(2, 3, SIDE, SIDE)
    boxes = torch.tensor([[[20.0, 30, 70, 90], NONE], [NONE, NONE]])
    wrong: Any = finder.train()(images, boxes)
    wrong.backward()
    assert torch.isfinite(wrong) and wrong > 0
    assert all(torch.isfinite(each.grad).all() for each in finder.parameters() if each.grad is not None)
    assert torch.isfinite(finder(images, torch.full((2, 1, 4), float("nan"))))  # not a face in the whole batch
    with torch.no_grad():
        found, scores = finder.eval()(images)
    assert found.shape == (*scores.shape, 4) and scores.shape[0] == 2
    assert ((scores >= 0) & (scores <= 1)).all()
    if name != "light":
        _says_what_torchvision_says(finder, images, found[0], scores[0])


def _says_what_torchvision_says(
    finder: Finder, images: torch.Tensor, found: torch.Tensor, scores: torch.Tensor
) -> None:
    model: Any = finder.model
    for holder in (model, getattr(model, "roi_heads", None)):
        if holder is not None and hasattr(holder, "score_thresh"):
            holder.score_thresh = 0.0
    with torch.no_grad():
        (own,) = model([images[0]])
    best = int(scores.argmax())
    assert float(own["scores"][0]) == pytest.approx(float(scores[best]), abs=1e-5)
    assert torch.allclose(own["boxes"][0], found[best].clamp(0, SIDE), atol=0.01)


def test_the_light_one_learns_a_face_by_heart() -> None:
    torch.manual_seed(1)
    finder = models.find("light").build(SIDE, "none")
    images = torch.zeros(4, 3, SIDE, SIDE)
    boxes = torch.full((4, 2, 4), float("nan"))
    for place, (x, y, side) in enumerate([(10, 20, 30), (60, 50, 60), (4, 4, 120)]):
        images[place, :, y : y + side, x : x + side] = 1.0
        boxes[place, 0] = torch.tensor([x, y, x + side, y + side], dtype=torch.float32)
    learning = torch.optim.AdamW(finder.parameters(), lr=3e-3)
    for _ in range(60):
        learning.zero_grad()
        finder.loss(images, boxes).backward()  # type: ignore[no-untyped-call]
        learning.step()
    with torch.no_grad():
        found, scores = finder.found(images)  # as it learnt: by the batch's own means
    best = scores.argmax(1)
    for place in range(3):
        assert scores[place, best[place]] > 0.4
        assert torch.allclose(found[place, best[place]], boxes[place, 0], atol=10)
    assert scores[3].max() < scores[:3].amax(1).min()  # of the empty one it is less sure


def test_weights_that_are_not_to_be_had_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", no_network)
    with pytest.raises(AnituiError, match=r"could not be fetched.*train from nothing with --with weights=none"):
        models.find("ssdlite320_mobilenet_v3_large").build(SIDE, "imagenet")
    with pytest.raises(AnituiError, match="there are no weights for this detector"):
        models.find("light").build(SIDE, "imagenet")
    with pytest.raises(WrongUse, match=r"there is no detector yolo: there are .*light"):
        models.find("yolo")
