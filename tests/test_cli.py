from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anitui.cli import main
from anitui.commands import terminal
from anitui.store import gallery
from anitui.store.catalogue import open_catalogue
from anitui.workspace import Workspace, create

ANITUI = (sys.executable, "-m", "anitui")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures under two labels, one of them twice, and two files that are none."""
    made = tmp_path / "mine"
    for name, colour in (("chino/a", (9, 99, 200)), ("chino/b", (40, 9, 99)), ("cocoa/c", (250, 90, 120))):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), colour).save(made / f"{name}.png")
    (made / "cocoa" / "again.png").write_bytes((made / "cocoa" / "c.png").read_bytes())
    (made / "cocoa" / "notes.png").write_text("these are notes")
    (made / "cocoa" / "empty.png").touch()
    return made


@pytest.fixture
def ours(tmp_path: Path, folder: Path) -> Workspace:
    """A workspace with the three pictures in it."""
    assert main(["init", str(tmp_path / "ours")]) == 0
    assert main(["import", "-w", str(tmp_path / "ours"), str(folder), "--labels-from-folders", "--workers", "1"]) == 3
    return Workspace(tmp_path / "ours")


def set_aside(workspace: Workspace, *numbers: int) -> None:
    catalogue = open_catalogue(workspace.catalogue)
    for number in numbers:
        gallery.set_aside(catalogue, [number], "by hand")
    catalogue.close()


def states(workspace: Workspace) -> list[str]:
    catalogue = open_catalogue(workspace.catalogue)
    found = [row[0] for row in catalogue.rows("SELECT state FROM images ORDER BY image_id")]
    catalogue.close()
    return found


def last_line(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_init_makes_a_workspace_once_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "ours"), "--json"]) == 0
    assert last_line(capsys) == {"workspace": str(tmp_path / "ours"), "made": True}
    assert main(["init", str(tmp_path / "ours"), "--json"]) == 0
    assert last_line(capsys)["made"] is False
    assert main(["stats", "-w", str(tmp_path / "ours")]) == 0


def test_init_says_what_is_in_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes").write_text("mine")
    assert main(["init", str(tmp_path / "notes")]) == 2
    assert "notes is a file, and a workspace is a folder: name one" in capsys.readouterr().err
    assert main(["init", str(tmp_path / "notes" / "below")]) == 2
    assert "(Not a directory): choose another folder" in capsys.readouterr().err
    assert (tmp_path / "notes").read_text() == "mine"


def test_import_reports_counts_and_refusals_and_passes_over_what_it_knows(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create(tmp_path / "ours")
    order = ["-w", str(tmp_path / "ours"), "import", str(folder), "--labels-from-folders", "--workers", "1", "--json"]
    assert main(order) == 3
    out = capsys.readouterr().out
    assert "3 new, 1 already there" in out and "2 not taken" in out
    found = json.loads(out.splitlines()[-1])
    assert {key: found[key] for key in ("found", "new", "already", "unchanged", "refused", "failed")} == {
        "found": 6, "new": 3, "already": 1, "unchanged": 0, "refused": 2, "failed": 0,
    }  # fmt: skip
    assert {Path(each["url"]).name: each["reason"].split(":")[0] for each in found["failures"]} == {
        "empty.png": "empty",
        "notes.png": "not a picture",
    }
    main(order)
    assert last_line(capsys)["new"] == 0


def test_names_of_thousands_of_characters_are_clipped_for_people_and_whole_in_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deep = create(tmp_path / "ours").root.parent / "deep"
    file = deep.joinpath(*[letter * 200 for letter in "abcdefghijklm"], "the end.png")
    file.parent.mkdir(parents=True)
    file.write_text("no picture")
    assert main(["-w", str(tmp_path / "ours"), "import", str(deep), "--workers", "1", "--json"]) == 3
    *lines, last = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) < 340
    assert any(line.endswith("the end.png: not a picture") for line in lines)
    assert json.loads(last)["failures"][0]["url"] == str(file)


def test_stats_counts_what_is_there(ours: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    set_aside(ours, 1)
    capsys.readouterr()
    assert main(["stats", "-w", str(ours.root), "--json"]) == 0
    out = capsys.readouterr().out
    assert str(ours.root) in out
    rows = {line[:18].strip(): line.split()[-1] for line in out.splitlines() if line.startswith(" ")}
    assert (rows["pictures"], rows["set aside"], rows["sightings"], rows["not taken"]) == ("2", "1", "4", "2")
    assert json.loads(out.splitlines()[-1])["status"] == {"active": 2, "set_aside": 1, "faces": 0}


def test_history_undo_and_redo(ours: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["-w", str(ours.root)]
    assert main(["undo", *at]) == 1
    assert "there is nothing to undo" in capsys.readouterr().err
    set_aside(ours, 1, 2)
    assert main(["undo", *at, "2", "--json"]) == 0
    assert len(last_line(capsys)["undo"]) == 2
    assert states(ours) == ["active"] * 3
    assert main(["history", *at]) == 0
    assert capsys.readouterr().out.count("(taken back)") == 2
    assert main(["redo", *at, "99"]) == 0
    assert "that was all there was" in capsys.readouterr().out
    assert states(ours) == ["set_aside", "set_aside", "active"]
    assert main(["history", *at, "--limit", "1", "--json"]) == 0
    assert [each["summary"] for each in last_line(capsys)["entries"]] == ["set 1 picture aside"]


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (["undo", "0"], "at least 1"),
        (["redo", "-4"], "at least 1"),
        (["history", "--limit", "-1"], "at least 1"),
        (["import", "nowhere"], "nowhere is not there"),
        (["import", ".", "--workers", "0"], "--workers must be at least 1"),
        (["import", ".", "--label", ""], "the label is empty"),
        (["purge", "--older-than", "-1"], "must not be negative"),
        (["sql", "SELECT nothing FROM nowhere"], "nowhere"),
        (["sql", "DELETE FROM images"], "writ"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], order: list[str], why: str
) -> None:
    create(tmp_path / "ours")
    monkeypatch.chdir(tmp_path / "ours")
    code = main(order)
    err = capsys.readouterr().err
    assert code in ((1, 2) if order[0] == "sql" else (2,))
    assert err.startswith("anitui: ") and why in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "order", [["fly"], ["stats", "--fast"], ["import"], ["import", "a", "--mode", "move"], ["undo", "two"], ["--jsno"],
              ["import", "a", "--label", "x", "--labels-from-folders"]],
)  # fmt: skip
def test_what_cannot_be_parsed_is_exit_2_as_well(order: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(order)
    assert left.value.code == 2
    assert "usage: anitui" in capsys.readouterr().err


def test_without_a_workspace_every_command_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for order in (["stats"], ["history"], ["undo"], ["doctor"], ["purge"], ["sql", "SELECT 1"], ["import", "."]):
        assert main(order) == 2
        assert "no workspace here: make one with `anitui init`" in capsys.readouterr().err
    assert main(["stats", "-w", "elsewhere"]) == 2
    assert "elsewhere is not a workspace" in capsys.readouterr().err
    assert not list(tmp_path.iterdir()), "nothing was made on the way"


def test_the_workspace_is_found_from_below_and_cannot_be_nested(
    ours: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ours.media)
    capsys.readouterr()
    assert main(["stats"]) == 0
    assert str(ours.root) in capsys.readouterr().out
    assert main(["init", "inner"]) == 2
    assert "workspaces cannot be nested" in capsys.readouterr().err
    assert not (ours.media / "inner").exists()


def test_without_a_terminal_the_app_does_not_start(ours: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-w", str(ours.root)]) == 2
    assert "needs a terminal" in capsys.readouterr().err


def test_a_broken_setting_is_named_with_its_file(ours: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    ours.settings_file.write_text('[import]\nmoed = "copy"\n')
    capsys.readouterr()
    assert main(["stats", "-w", str(ours.root)]) == 2
    err = capsys.readouterr().err
    assert "moed" in err and str(ours.settings_file) in err


def test_purge_asks_and_takes_only_the_number_for_an_answer(
    ours: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ["purge", "-w", str(ours.root)]
    assert main(at) == 0
    assert "nothing to remove" in capsys.readouterr().out
    set_aside(ours, 1, 2)
    files = set(ours.media.rglob("*.png"))
    assert main(at) == 2
    assert "add --yes" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for answer in ("y", "yes", "", "3", "all"):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        assert main(at) == 1
        assert "nothing was removed" in capsys.readouterr().out
    assert set(ours.media.rglob("*.png")) == files
    monkeypatch.setattr("builtins.input", lambda _: "2")
    assert main([*at, "--json"]) == 0
    assert last_line(capsys)["purged"] == 2
    assert len(set(ours.media.rglob("*.png"))) == 1
    assert main(["undo", "-w", str(ours.root)]) == 0
    assert "because" in capsys.readouterr().out
    assert main(["doctor", "-w", str(ours.root)]) == 0


def test_purge_with_yes_does_not_ask(ours: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    set_aside(ours, 3)
    assert main(["purge", "-w", str(ours.root), "--yes"]) == 0
    assert "removed 1 file" in capsys.readouterr().out
    assert main(["history", "-w", str(ours.root)]) == 0
    assert "(cannot be taken back)" in capsys.readouterr().out


def test_nobody_answering_is_a_sentence(
    ours: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def hung_up(_: str) -> str:
        raise EOFError

    set_aside(ours, 1)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", hung_up)
    assert main(["purge", "-w", str(ours.root)]) == 1
    assert "nobody answered" in capsys.readouterr().err


def test_the_app_offers_to_make_a_workspace_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[Path] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr(terminal, "show", lambda found: shown.append(found.root) or 0)
    monkeypatch.setattr("builtins.input", lambda _: "n")
    assert main(["-w", str(tmp_path / "new")]) == 2
    assert "no workspace was made" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
    monkeypatch.setattr("builtins.input", lambda _: "")
    assert main(["-w", str(tmp_path / "new")]) == 0
    assert main(["-w", str(tmp_path / "new")]) == 0
    assert shown == [tmp_path / "new"] * 2


def test_doctor_finds_and_mends(ours: Workspace, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "-w", str(ours.root), "--deep", "--json"]) == 0
    assert last_line(capsys)["clean"] is True
    shutil.rmtree(folder)
    next(ours.media.rglob("*.png")).unlink()
    assert main(["doctor", "-w", str(ours.root), "--json"]) == 3
    assert last_line(capsys)["clean"] is False
    assert main(["doctor", "-w", str(ours.root), "--mend"]) in (0, 3)
    assert states(ours).count("set_aside") == 1


def test_what_doctor_laid_aside_and_what_purge_left_is_told(
    ours: Workspace, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (ours.media / "notes.txt").write_text("no picture")
    assert main(["doctor", "-w", str(ours.root), "--mend"]) == 0
    assert "media/notes.txt: not a picture" in capsys.readouterr().out
    set_aside(ours, 1)
    catalogue = open_catalogue(ours.catalogue)
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET path = ? WHERE image_id = 1", [str(folder / "chino" / "a.png")])
    catalogue.close()
    assert main(["purge", "-w", str(ours.root), "--yes", "--json"]) == 3
    *told, last = capsys.readouterr().out.splitlines()
    assert "left alone" in "\n".join(told) and str(folder / "chino" / "a.png") in "\n".join(told)
    assert json.loads(last) == {"purged": 0, "left": [str(folder / "chino" / "a.png")]}
    assert (folder / "chino" / "a.png").is_file()
    set_aside(ours, 2)
    assert main(["purge", "-w", str(ours.root), "--yes"]) == 3
    assert "removed 1 file, " in capsys.readouterr().out


def run(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*ANITUI, *map(str, arguments)], capture_output=True, text=True, timeout=60, **options)


def test_the_program_itself(ours: Workspace) -> None:
    version = run("--version")
    assert (version.returncode, version.stdout.split()[0], version.stderr) == (0, "anitui", "")
    helped = run("--help", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert helped.returncode == 0 and "exit codes" in helped.stdout and helped.stderr == ""
    wrong = run("-w", ours.root, "undo")
    assert (wrong.returncode, wrong.stdout, wrong.stderr) == (1, "", "anitui: there is nothing to undo\n")


def test_nobody_listening_is_no_error_to_complain_about(ours: Workspace) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        left = subprocess.run(
            [*ANITUI, "-w", str(ours.root), "stats"], stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60
        )
    finally:
        os.close(writing)
    assert left.stderr == ""
    assert left.returncode == 141


@pytest.mark.parametrize(("options", "kept"), [([], "before its end"), (["--write"], "nothing of it was kept")])
def test_a_statement_that_is_interrupted_while_the_database_works(
    ours: Workspace, tmp_path: Path, options: list[str], kept: str
) -> None:
    began = tmp_path / "began"
    os.mkfifo(began)
    work = "FROM range(10000000) a, range(10000000) b WHERE a.range + b.range < 0"
    text = (
        f"COPY (SELECT 1) TO '{began}' (FORMAT csv); CREATE TABLE big AS {work}"
        if options
        else f"SELECT content FROM read_text('{began}'); SELECT count(*) {work}"
    )
    with subprocess.Popen(
        [*ANITUI, "-w", str(ours.root), "sql", *options, text],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as program:  # fmt: skip
        with began.open("rb" if options else "wb") as both:  # it works
            if options:
                both.read()
        os.killpg(program.pid, signal.SIGINT)
        out, err = program.communicate(timeout=60)
    assert (program.returncode, out) == (130, "")
    assert err == f"anitui: interrupted: the statement was stopped{' ' if not options else ', and '}{kept}\n"
    catalogue = open_catalogue(ours.catalogue)
    assert catalogue.rows("FROM duckdb_tables() WHERE table_name = 'big'") == []
    catalogue.close()


def test_rows_that_are_interrupted_on_their_way_to_a_file_leave_none(ours: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "rows" / "big.csv"
    file.parent.mkdir()
    order = ["-w", str(ours.root), "sql", "-o", str(file), "SELECT a.range FROM range(10000000) a, range(10000000) b"]
    code, said = interrupted(order, "export", signal.SIGINT)
    assert code == 130
    assert "interrupted: the statement was stopped before its end" in said and "Traceback" not in said
    assert list(file.parent.iterdir()) == []


def test_a_damaged_catalogue_names_a_remedy_that_works(ours: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    whole = ours.catalogue.read_bytes()
    at = ["-w", str(ours.root)]
    for damaged in (b"", b"garbage" * 1000, whole[:100], whole[:20_000], whole[:4096] + bytes(30_000) + whole[34_096:]):
        ours.catalogue.write_bytes(damaged)
        capsys.readouterr()
        assert main(["stats", *at]) == 1
        (said,) = capsys.readouterr().err.splitlines()
        assert "is damaged" in said
        assert "move it, and catalogue.duckdb.wal if there is one, out of the workspace" in said
        assert "`anitui doctor --mend` takes the pictures of media in again" in said
    ours.backups.mkdir()
    for number, name in enumerate(("schema1-20260301-1", "schema1-20260302-1")):
        backup = ours.backups / f"catalogue-{name}.duckdb"
        backup.write_bytes(whole)
        os.utime(backup, (number, number))
    assert main(["stats", *at]) == 1
    assert f"copy the newest backup, {backup}, to its place" in capsys.readouterr().err

    ours.catalogue.rename(ours.root.parent / "damaged.duckdb")
    assert main(["doctor", "--mend", *at]) == 0
    assert states(ours) == ["active"] * 3
    ours.catalogue.unlink()
    shutil.copy(backup, ours.catalogue)
    assert main(["doctor", *at]) == 0
    assert states(ours) == ["active"] * 3


@pytest.mark.parametrize("where", ["beginning", "middle"])
def test_a_damaged_log_goes_alone_and_the_decisions_before_it_stay(
    ours: Workspace, capsys: pytest.CaptureFixture[str], where: str
) -> None:
    at = ["-w", str(ours.root)]
    set_aside(ours, 1)
    catalogue = open_catalogue(ours.catalogue)
    gallery.set_aside(catalogue, [2], "by hand")
    log = ours.catalogue.with_name("catalogue.duckdb.wal")
    whole, newest = ours.catalogue.read_bytes(), bytearray(log.read_bytes())
    catalogue.close()
    damaged = 0 if where == "beginning" else len(newest) // 2
    newest[damaged : damaged + 60] = bytes(60)
    ours.catalogue.write_bytes(whole)  # as a crash leaves the two
    log.write_bytes(newest)
    capsys.readouterr()
    assert main(["stats", *at]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert f"the log {log} is damaged" in said
    assert "move it alone out of the workspace and leave catalogue.duckdb where it is" in said

    log.rename(ours.root.parent / "damaged.wal")
    assert main(["doctor", "--mend", *at]) == 0
    assert states(ours) == ["set_aside", "active", "active"]


def test_damage_that_shows_only_later_has_the_same_remedy(ours: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue = open_catalogue(ours.catalogue)
    with catalogue.writing() as connection:
        connection.execute("CREATE TABLE much AS SELECT range, random() AS r FROM range(500000)")
        connection.execute("CREATE INDEX of_much ON much (range)")
    catalogue.close()
    whole = ours.catalogue.read_bytes()
    ours.catalogue.write_bytes(whole[:300_000] + bytes(len(whole) - 300_000))
    assert main(["-w", str(ours.root), "doctor"]) == 1
    assert "is damaged (" in capsys.readouterr().err


def test_a_missing_catalogue_is_told_and_its_pictures_are_taken_in_again(
    ours: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    ours.catalogue.unlink()
    name = next(ours.media.rglob("*.png")).relative_to(ours.media)
    ours.placing.write_text(str(name))  # an import was cut off as well: its rows may have been in what is lost
    capsys.readouterr()
    assert main(["stats", "-w", str(ours.root)]) == 0
    said = capsys.readouterr().err
    assert said == (
        "the catalogue was missing and a new one was made; media holds 3 files that it does not know: "
        "`anitui doctor --mend` takes them in\n"
    )
    assert main(["doctor", "--mend", "-w", str(ours.root)]) == 0
    assert states(ours) == ["active"] * 3
    assert "missing" not in capsys.readouterr().err
    assert main(["init", str(ours.root.parent / "empty")]) == 0
    assert "missing" not in capsys.readouterr().err


def test_the_app_waits_until_a_missing_catalogue_was_read_of(
    ours: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: told.append(capsys.readouterr().err) or "")
    monkeypatch.setattr("anitui.app.run", lambda *_: None)
    assert main(["-w", str(ours.root)]) == 0
    assert told == []
    ours.catalogue.unlink()
    assert main(["-w", str(ours.root)]) == 0
    assert "the catalogue was missing" in told[0]


def test_a_terminal_that_only_shows_lines(
    ours: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for stream in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    assert main(["-w", str(ours.root)]) == 1
    assert "TERM=dumb" in capsys.readouterr().err
    assert main(["-w", str(ours.root), "import", str(folder), "--workers", "1"]) in (0, 3)
    said = capsys.readouterr().err
    assert said.startswith("looking for pictures: 6") and "\x1b" not in said and "\r" not in said


HOLDER = """
import sys
from pathlib import Path
from anitui.workspace import Workspace
with Workspace(Path(sys.argv[1])).held():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_told_who_holds_the_workspace(ours: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(ours.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for order in (["stats"], ["import", "."], ["doctor"], ["init", str(ours.root)]):
            capsys.readouterr()
            assert main(["-w", str(ours.root), *order]) == 4
            err = capsys.readouterr().err
            assert f"process {holder.pid}" in err and "close that one first" in err
        holder.communicate("")
    assert main(["-w", str(ours.root), "stats"]) == 0


def interrupted(order: list[str], begun: str, signum: int) -> tuple[int, str]:
    """Start the program, wait until it tells what it has begun, and send its whole group a signal, as ctrl-C does."""
    with subprocess.Popen(
        [*ANITUI, *order], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as program:
        assert program.stderr is not None
        said = []
        for line in program.stderr:
            said.append(line)
            if line.startswith(begun):
                break
        os.killpg(program.pid, signum)
        _, rest = program.communicate(timeout=60)
        return program.returncode, "".join(said) + rest


def test_an_interrupted_import_keeps_what_it_did_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = 150
    for number in range(many):
        file = tmp_path / "many" / f"{number:03}.png"
        file.parent.mkdir(exist_ok=True)
        Image.effect_noise((160, 160), 20 + number).save(file)
    at = create(tmp_path / "ours")
    order = ["-w", str(at.root), "import", str(tmp_path / "many"), "--workers", "1"]
    code, said = interrupted(order, "importing", signal.SIGINT)
    assert code == 130
    assert "interrupted: what was done is kept" in said
    assert "Traceback" not in said
    kept = len(states(at))
    assert kept < many
    assert main([*order, "--json"]) == 0
    assert last_line(capsys)["new"] == many - kept
    assert len(states(at)) == many
    assert main(["-w", str(at.root), "doctor"]) == 0


@pytest.mark.slow
def test_the_demo_is_made_and_made_again_without_loss(tmp_path: Path, own_settings: Path) -> None:
    own_settings.write_text('[detect]\ndetector = "whole"\n')  # looking for faces takes the longest
    first = run("demo", tmp_path / "sample", "--headless", "--json", "--minutes", "0")
    assert first.returncode == 0 and "Traceback" not in first.stderr
    made = json.loads(first.stdout.splitlines()[-1])
    assert made["clean"] and made["pictures"] > 30 and made["decided"]
    assert run("-w", tmp_path / "sample", "undo").returncode == 0
    again = run("demo", tmp_path / "sample", "--headless", "--json", "--minutes", "0")
    assert again.returncode == 0
    told = json.loads(again.stdout.splitlines()[-1])
    assert told["pictures"] == made["pictures"]
    assert told["taken_in"]["new"] == 0 and told["decided"] == []
    assert "(taken back)" in run("-w", tmp_path / "sample", "history").stdout
