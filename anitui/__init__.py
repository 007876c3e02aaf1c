"""anitui: from nothing to a trained, measured anime-character face classifier, without leaving the keyboard."""

__version__ = "0.1.0"
