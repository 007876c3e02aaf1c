"""SQL: ask the catalogue anything. Only reading, until writing is switched on."""

from anitui.screens.sql.screen import SqlScreen

__all__ = ["SqlScreen"]
