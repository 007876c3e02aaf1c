"""Our two themes. One accent; green is kept, red is set aside, yellow waits: always with a word or sign beside it."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="anitui-dark",
    primary="#7aa2f7",
    secondary="#a9b1d6",
    accent="#7aa2f7",
    foreground="#d5d9e8",
    background="#101218",
    surface="#161922",
    panel="#1e222e",
    success="#8fce7d",
    warning="#e5c07b",
    error="#f0717c",
    dark=True,
    variables={
        "block-cursor-background": "#2f3b5c",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "border": "#3a4052",
        "border-blurred": "#2a2f3d",
    },
)

LIGHT = Theme(
    name="anitui-light",
    primary="#2f5fd0",
    secondary="#4a5168",
    accent="#2f5fd0",
    foreground="#1d2130",
    background="#fbfbfd",
    surface="#f2f3f7",
    panel="#e6e8ef",
    success="#2c7a34",
    warning="#8a6100",
    error="#b3283a",
    dark=False,
    variables={
        "block-cursor-background": "#cfdcf9",
        "block-cursor-foreground": "#0d1120",
        "block-cursor-text-style": "bold",
        "border": "#b9becd",
        "border-blurred": "#d5d8e2",
    },
)

OURS = (DARK, LIGHT)
