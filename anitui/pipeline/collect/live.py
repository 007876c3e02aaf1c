"""How collecting stands at this moment: small, and told from process to process several times a second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from anitui.pipeline.politeness import HostState

DISK_FULL = "the disk is full: free some space and start it again, it goes on where it stopped"


@dataclass(frozen=True, slots=True)
class JobLive:
    """One job that is being worked on."""

    rate: float = 0.0  # pictures a second, of late
    doing: str = ""  # what its crawl says: "thread 12 of 100"
    waiting: int = 0  # found and not yet dealt with
    finding: bool = True  # its crawl still looks for more
    pausing: bool = False  # it was asked to pause, and finishes what it has under way


@dataclass(frozen=True, slots=True)
class Live:
    """All that is being worked on."""

    jobs: Mapping[int, JobLive] = field(default_factory=dict)
    hosts: Sequence[HostState] = ()

    def plain(self) -> dict[str, Any]:
        """As it travels."""
        return {
            "jobs": {str(job): asdict(each) for job, each in self.jobs.items()},
            "hosts": [asdict(each) for each in self.hosts],
        }


def live_of(plain: Mapping[str, Any]) -> Live:
    """As it arrives; empty where nothing has been said yet."""
    return Live(
        {int(job): JobLive(**each) for job, each in plain.get("jobs", {}).items()},
        tuple(HostState(**each) for each in plain.get("hosts", ())),
    )
