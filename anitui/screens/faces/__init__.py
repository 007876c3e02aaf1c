"""Faces: a grid of crops that are named by keys, and the labels that they are named with."""

from anitui.screens.faces.screen import FacesScreen

__all__ = ["FacesScreen"]
