"""LAP's list files of what was collected."""

from __future__ import annotations

