"""Boxes: faces and heads drawn, moved, resized and named, one picture after the other."""
