"""torchvision's detectors, asked for what they say before they sort it out themselves: as all detectors here are."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.models.detection import image_list

from anitui.train.detection.boxes import there
from anitui.train.detection.finder import Finder

_LEAST_BOXES = 8  # that are told, if need be as nothing: of fewer one could not see which way they lie
_LEAST_SIDE = 1.0  # of a box that they can learn from, in pixels


class AsTheyAre(nn.Module):
    """In place of their own bringing to size: pictures come ready."""

    def forward(
        self, images: list[Tensor], targets: list[dict[str, Tensor]] | None = None
    ) -> tuple[image_list.ImageList, list[dict[str, Tensor]] | None]:
        height, width = images[0].shape[-2:]
        return image_list.ImageList(torch.stack(images), [(height, width)] * len(images)), targets

    def postprocess(self, result: Any, image_shapes: Any, original_image_sizes: Any) -> Any:
        """The sizes are the same, so boxes stay."""
        del image_shapes, original_image_sizes
        return result


class Precise(nn.Module):
    """What of a detector may compute in 16 bits; all that is made of it is computed in 32."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        for name in ("out_channels", "num_classes"):
            if hasattr(inner, name):
                setattr(self, name, getattr(inner, name))

    def forward(self, *given: Any) -> Any:
        return _in_full(self.inner(*given))


def _in_full(found: Any) -> Any:
    if isinstance(found, Tensor):
        return found.float() if found.is_floating_point() else found
    if isinstance(found, dict):
        return type(found)((name, _in_full(each)) for name, each in found.items())
    return type(found)(_in_full(each) for each in found) if isinstance(found, list | tuple) else found


class OfTorchvision(Finder):
    """One of its detectors; kinds of them differ in what a score is, and how a box is told."""

    first = 1  # the number of the class: 0 is what is no face, where they have that

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        model.transform = AsTheyAre()
        model.backbone = Precise(model.backbone)  # type: ignore[arg-type]

    def loss(self, images: Tensor, boxes: Tensor) -> Tensor:
        large = there(boxes) & ((boxes[..., 2:] - boxes[..., :2]) >= _LEAST_SIDE).all(-1)
        targets = []
        for own, kept in zip(boxes.float(), large, strict=True):
            labels = torch.full((int(kept.sum()),), self.first, dtype=torch.int64, device=images.device)
            targets.append({"boxes": own[kept], "labels": labels})
        losses: dict[str, Tensor] = self.model(list(images.unbind(0)), targets)
        return torch.stack([each.float() for each in losses.values()]).sum()


class InOneStage(OfTorchvision):
    """Every place of a picture says at once whether there is a face, and where."""

    def found(self, images: Tensor) -> tuple[Tensor, Tensor]:
        model: Any = self.model
        features = model.backbone(images)
        features = [features] if isinstance(features, Tensor) else list(features.values())
        sizes = [(images.shape[2], images.shape[3])] * len(images)
        anchors = model.anchor_generator(image_list.ImageList(images, sizes), features)
        return self._read(model.head(features), anchors[0])

    @abstractmethod
    def _read(self, said: dict[str, Tensor], anchors: Tensor) -> tuple[Tensor, Tensor]:
        """Boxes and their scores, from what the head says of the anchors."""


class Ssd(InOneStage):
    def _read(self, said: dict[str, Tensor], anchors: Tensor) -> tuple[Tensor, Tensor]:
        model: Any = self.model
        scores = said["cls_logits"].float().softmax(-1)[..., 1]
        boxes = [model.box_coder.decode_single(each.float(), anchors) for each in said["bbox_regression"]]
        return torch.stack(boxes), scores


class Retina(InOneStage):
    first = 0

    def _read(self, said: dict[str, Tensor], anchors: Tensor) -> tuple[Tensor, Tensor]:
        model: Any = self.model
        boxes = [model.box_coder.decode_single(each.float(), anchors) for each in said["bbox_regression"]]
        return torch.stack(boxes), said["cls_logits"].float().sigmoid()[..., 0]


class Fcos(InOneStage):
    first = 0

    def _read(self, said: dict[str, Tensor], anchors: Tensor) -> tuple[Tensor, Tensor]:
        model: Any = self.model
        boxes = [model.box_coder.decode(each.float(), anchors) for each in said["bbox_regression"]]
        sure, middle = said["cls_logits"].float().sigmoid()[..., 0], said["bbox_ctrness"].float().sigmoid()[..., 0]
        return torch.stack(boxes), (sure * middle).sqrt()


class FasterRcnn(OfTorchvision):
    """In two stages: it looks closely where a face might be, so it must sort out by itself in between."""

    traced = True

    def found(self, images: Tensor) -> tuple[Tensor, Tensor]:
        model: Any = self.model
        features = model.backbone(images)
        sizes = [(images.shape[2], images.shape[3])] * len(images)
        proposals, _ = model.rpn(image_list.ImageList(images, sizes), features, None)
        shapes = [each.shape[0] for each in proposals]
        pooled = model.roi_heads.box_head(model.roi_heads.box_roi_pool(features, proposals, sizes))
        logits, regression = model.roi_heads.box_predictor(pooled)
        decoded = model.roi_heads.box_coder.decode(regression.float(), proposals)[:, 1]
        scores = logits.float().softmax(-1)[:, 1]
        if len(shapes) == 1:
            own = torch.cat([decoded, decoded.new_zeros(_LEAST_BOXES, 4)])
            return own[None], torch.cat([scores, scores.new_zeros(_LEAST_BOXES)])[None]
        most = max(shapes) + _LEAST_BOXES
        boxes, sure = images.new_zeros(len(images), most, 4), images.new_zeros(len(images), most)
        for place, (own, own_sure) in enumerate(zip(decoded.split(shapes), scores.split(shapes), strict=True)):
            boxes[place, : len(own)], sure[place, : len(own)] = own, own_sure
        return boxes, sure
