"""Curves in a terminal: any number of points, as dots of braille. Only view.py knows Textual."""

from anitui.screens.widgets.curves.drawing import Curve
from anitui.screens.widgets.curves.smoothing import SHARES
from anitui.screens.widgets.curves.view import Curves

__all__ = ["SHARES", "Curve", "Curves"]
