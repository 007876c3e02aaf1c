"""`anitui` and `python -m anitui`."""

from __future__ import annotations

import sys

from anitui.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
