"""Numbers, sizes and times as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 picture`, `48,201 pictures`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size(number: int) -> str:
    """`188 kB`, `3.1 MB`."""
    value = float(number)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if value >= 10 or unit in ("bytes", "kB") else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def ago(moment: datetime, now: datetime | None = None) -> str:
    """`just now`, `5 minutes ago`, `yesterday 14:02`, `2026-03-02 09:15`. Moments in the catalogue are in UTC."""
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    now = now or datetime.now(UTC)
    local, today = moment.astimezone(), now.astimezone()
    passed = now - moment
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return f"{count(int(passed.total_seconds() // 60), 'minute')} ago"
    if local.date() == today.date():
        return f"today {local:%H:%M}"
    if local.date() == today.date() - timedelta(days=1):
        return f"yesterday {local:%H:%M}"
    return f"{local:%Y-%m-%d %H:%M}"


def duration(seconds: float) -> str:
    """`8 s`, `about 31 minutes`, `2 h 5 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"about {minutes} minutes" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def sparkline(values: list[int]) -> str:
    """A row of bars, one per value; an empty day is a dot, so that it is seen to be there."""
    top = max(values, default=0)
    return "".join("·" if not value else "▁▂▃▄▅▆▇█"[min(7, value * 8 // (top + 1))] for value in values)
