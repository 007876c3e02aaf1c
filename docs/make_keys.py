"""Writes docs/keys.md from the registry of actions: `python docs/make_keys.py`."""

from __future__ import annotations

from pathlib import Path

from anitui import actions

HEAD = """\
# Every key

Made from `anitui/actions/` by `python docs/make_keys.py`. The id is what a key is changed by, in the `[keys]`
section of a settings file; several keys stand with commas between them, and are named as in the last column (or as
help shows them: `?`, `PgDn`):

```toml
[keys]
"browse.set_aside" = "d,delete"
```

The key bar, the help (`?`) and the palette follow. A key that you give to an action is taken from the action of ours
that had it on the same screen; when two of your own meet, neither has it. Both are told when anitui starts, and in the
settings (`,`) under "what is wrong".
"""

TITLES = {actions.GO: "Go: `g`, then", actions.ANYWHERE: "Everywhere", **actions.PLACES}


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for place, title in TITLES.items():
        rows = [each for each in actions.REGISTRY if each.place == place]
        if rows:
            parts.append(f"## {title}\n\n| keys | what | id | named |\n|---|---|---|---|\n" + "".join(map(_row, rows)))
    return "\n".join(parts)


def _row(action: actions.Action) -> str:
    keys = actions.keys_of(action, {})
    shown = " ".join(f"`{actions.readable(key)}`" for key in keys)
    return f"| {shown} | {action.help} | `{action.id}` | `{','.join(keys)}` |\n"


if __name__ == "__main__":
    (Path(__file__).parent / "keys.md").write_text(page(), "utf-8")
