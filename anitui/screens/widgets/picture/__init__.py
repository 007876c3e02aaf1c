"""Pictures in the terminal: one large, or a page of them, prepared beside the UI thread.

`policy` decides how they are drawn, `prepare` turns a decoded picture into finished lines (`cells`, `kitty`,
`sixel`), `pieces` brings those to the terminal through Textual without making a Style for every cell.
"""

from anitui.screens.widgets.picture.boxes import Box, with_boxes
from anitui.screens.widgets.picture.captions import Caption
from anitui.screens.widgets.picture.framing import Framing
from anitui.screens.widgets.picture.grid import PictureGrid
from anitui.screens.widgets.picture.grid_cell import GridCell
from anitui.screens.widgets.picture.loader import PictureLoader
from anitui.screens.widgets.picture.policy import Depth, Drawing, Kind, Policy, resolve
from anitui.screens.widgets.picture.prepare import Placeholder, Prepared
from anitui.screens.widgets.picture.subject import Subject
from anitui.screens.widgets.picture.view import PictureView

__all__ = [
    "Box",
    "Caption",
    "Depth",
    "Drawing",
    "Framing",
    "GridCell",
    "Kind",
    "PictureGrid",
    "PictureLoader",
    "PictureView",
    "Placeholder",
    "Policy",
    "Prepared",
    "Subject",
    "resolve",
    "with_boxes",
]
