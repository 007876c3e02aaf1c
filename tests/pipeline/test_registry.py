"""A new source is one file: in our folder, or in a package of somebody else's. The one of docs/extending.md is run."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from anitui.demo.site.serving import Request, Response
from anitui.errors import AnituiError, WrongUse
from anitui.pipeline import sources
from anitui.pipeline.collect import specs
from anitui.pipeline.sources import registry
from anitui.pipeline.sources.kinds import Gone, Lead, Mark
from anitui.store.catalogue import open_catalogue
from anitui.workspace import Workspace
from tests.fakes.pictures import picture
from tests.pipeline.loopback_pages import Pages
from tests.pipeline.outside import outside

DOC = Path(__file__).parents[2] / "docs" / "extending.md"
LINKS = '<a href="/1.png">Cocoa</a> <a href="2.png">Chino</a> <a href="/3.png">Cocoa, again</a>'


def told_in_the_doc() -> tuple[str, str, str]:
    """The entry point, the source, and the job."""
    text = DOC.read_text("utf-8").partition("## A source, whole")[2]
    points, source, job = re.findall(r"```(?:toml|python)\n(.*?)```", text, re.DOTALL)
    return points, source, job


def brought(site: Path, name: str, source: str, points: str) -> Path:
    """A folder that holds a package as an installer leaves it."""
    site.mkdir(exist_ok=True)
    (site / f"{name}.py").write_text(source, "utf-8")
    info = site / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(points)
    return site


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """What the registry remembers is forgotten, before and after."""
    caches = (registry.kinds, registry.openers, registry._modules)
    for each in caches:
        each.cache_clear()
    yield
    for each in caches:
        each.cache_clear()


@pytest.fixture
def shelf() -> Iterator[Pages]:
    pictures = {f"/{n}.png": Response(200, {"content-type": "image/png"}, picture(n)) for n in (1, 2, 3)}
    with Pages({"/rabbits.html": LINKS, **pictures}) as site:
        yield site


class Unchanged(Pages):
    """Pages that say which version of them they are."""

    def answer(self, request: Request) -> Response:
        response = super().answer(request)
        response.headers["etag"] = '"1"'
        return response


def test_the_source_of_the_doc_collects_from_a_package_of_its_own(
    workspace: Workspace, tmp_path: Path, shelf: Pages
) -> None:
    points, source, job = told_in_the_doc()
    site = brought(
        tmp_path / "site", "anitui_shelf", source, points.replace("project.entry-points.", "").replace('"', "")
    )
    assert (site / "anitui_shelf-1.0.dist-info" / "entry_points.txt").read_text().startswith("[anitui.sources]\n")
    jobs = tmp_path / "jobs.toml"
    jobs.write_text(job.replace("https://example.org", shelf.url), "utf-8")
    environ = {**os.environ, "PYTHONPATH": str(site), "ANITUI_ALLOW_LOOPBACK": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "anitui", "scrape", str(jobs), "-w", str(workspace.root), "--json"],
        env=environ, cwd=DOC.parents[1], capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert (report["new"], report["jobs"][0]["state"]) == (2, "done")
    assert report["jobs"][0]["name"] == f"pages that link to pictures · {shelf.url}/rabbits.html → cocoa"
    catalogue = open_catalogue(workspace.catalogue)
    seen = catalogue.rows("SELECT url, page_url, title, label_hint, site FROM sightings ORDER BY url")
    catalogue.close()
    at = shelf.url
    assert seen == [
        (f"{at}/1.png", f"{at}/rabbits.html", "Cocoa", "cocoa", "shelf"),
        (f"{at}/3.png", f"{at}/rabbits.html", "Cocoa, again", "cocoa", "shelf"),
    ]
    assert shelf.asked.count("/2.png") == 0, "its words name no label"


def test_the_same_file_in_our_folder_is_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, source, _ = told_in_the_doc()
    (tmp_path / "shelf.py").write_text(source, "utf-8")
    monkeypatch.setattr(sources, "__path__", [*sources.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    try:
        spec = specs.checked({"type": "shelf", "pages": "https://example.org/"}, "jobs.toml", tmp_path)
        assert spec.filled() == {"pages": ("https://example.org/",)}
        assert specs.faults("shelf", {}) == {"pages": "is needed"}, "the app's form knows it"
        with pytest.raises(WrongUse, match="did you mean shelf"):
            registry.kind("shelv")
    finally:
        sys.modules.pop("anitui.pipeline.sources.shelf", None)


def test_what_has_not_changed_is_not_gone_through_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, source, _ = told_in_the_doc()
    (tmp_path / "doc_shelf.py").write_text(source.replace("pace=1.0", "pace=0.0"), "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    (kind,) = importlib.import_module("doc_shelf").KINDS
    with Unchanged({"/a.html": LINKS, "/c.html": ""}) as site:
        crawl = kind.crawl({"pages": tuple(f"{site.url}/{name}.html" for name in "abc")})
        steps = list(crawl.steps(outside(site.url, "example.org")))
        assert [type(step) for step in steps] == [Lead, Lead, Lead, Mark, Gone, Mark]
        marks = {step.page: step.stamp for step in steps if isinstance(step, Mark)}
        assert [type(step) for step in crawl.steps(outside(site.url, "example.org", marks))] == [Gone]
    sys.modules.pop("doc_shelf")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("raise RuntimeError('out of order')", "the source odd of another package cannot be loaded .out of order."),
        ("def broken(:", "the source odd of another package cannot be loaded"),
        (
            "from dataclasses import replace\nfrom anitui.pipeline.sources.url_list import KINDS\n"
            "KINDS = (replace(KINDS[0], title='mine'),)",
            "odd_source brings a kind of job that is there already, 'urls'",
        ),
    ],
)
def test_a_package_that_is_wrong_is_told_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, told: str
) -> None:
    monkeypatch.syspath_prepend(
        brought(tmp_path / "site", "odd_source", source, "[anitui.sources]\nodd = odd_source\n")
    )
    try:
        with pytest.raises(AnituiError, match=told):
            registry.kinds()
    finally:
        sys.modules.pop("odd_source", None)


def test_every_kind_explains_itself() -> None:
    kinds = registry.kinds()
    assert {"comment_links", "subreddit_posts", "reddit_dump", "gallery_dl", "myanimelist", "worldart", "urls"} <= set(
        kinds
    )
    common = {each.name for each in specs.COMMON}
    for kind in kinds.values():
        names = [each.name for each in kind.fields]
        assert len(set(names)) == len(names) and not common & set(names)
        assert kind.title and all(each.help for each in kind.fields)
    with pytest.raises(WrongUse, match="there are comment_links, gallery_dl"):
        registry.kind("nothing like it")
