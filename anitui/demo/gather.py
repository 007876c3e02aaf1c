"""The part of the sample that is collected: from a Reddit on this machine, by the same code as `anitui scrape`."""

from __future__ import annotations

from pathlib import Path

from anitui.demo.site.reddit import environment
from anitui.demo.site.sample import DISCUSSION, FLAIR, SUBREDDIT, SampleReddit, initials, shelves
from anitui.files import write_atomically
from anitui.pipeline.collect import job_files
from anitui.pipeline.collect.owner import Collecting, CollectReport
from anitui.pipeline.collect.specs import JobSpec
from anitui.progress import Work
from anitui.settings import Settings
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

JOBS = "jobs.toml"
_ABOUT = """\
# What `anitui demo` collects. Its Reddit is on this machine, for as long as the demo works; there is no such subreddit
# anywhere else. `anitui demo` with this folder asks for what is new there, and `g j` in the app shows the jobs.

"""


def jobs_of(folder: Path) -> list[JobSpec]:
    """The jobs that collect what `SampleReddit` has of this folder, labelled by its titles."""
    jobs = []
    for shelf in shelves(folder):
        label = shelf.name
        links = {"subreddit": SUBREDDIT, "query": DISCUSSION}
        jobs.append(JobSpec("comment_links", links, label, (initials(label),), name=f"Weekly discussion · {label}"))
        posts = {"subreddit": SUBREDDIT, "query": label, "flair": FLAIR}
        jobs.append(JobSpec("subreddit_posts", posts, label, name=f"{FLAIR} · {label}"))
    return jobs


def gather(workspace: Workspace, catalogue: Catalogue, settings: Settings, folder: Path) -> Work[CollectReport]:
    """Collect what stands on the sample's Reddit, or what is new there; the jobs lie in the workspace as a file."""
    specs = jobs_of(folder)
    _write_jobs(workspace.root / JOBS, specs)
    report = CollectReport()
    with SampleReddit(folder) as reddit:
        collecting = Collecting(workspace, catalogue, settings, environ=environment(reddit))
        collecting.end()  # what an earlier demo left at work knows only a Reddit that is gone
        ids = collecting.add(specs)
        yield from collecting.to_the_end(ids, report)
    return collecting.standing(ids, report)


def _write_jobs(file: Path, specs: list[JobSpec]) -> None:
    """What lies there already may have been changed by a person; the demo's own jobs are the same all the same."""
    if not file.exists():
        job_files.write(file, specs)
        write_atomically(file, _ABOUT.encode() + file.read_bytes())
