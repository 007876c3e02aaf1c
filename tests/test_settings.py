from __future__ import annotations

from pathlib import Path

import pytest

from anitui import settings
from anitui.errors import AnituiError, WrongUse
from anitui.settings import Settings, load, save
from anitui.store.catalogue import open_catalogue


def of(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> Settings:
    file = tmp_path / "anitui.toml"
    file.write_text(text, "utf-8")
    return load(file, environ or {})


def refusal(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(WrongUse) as caught:
        of(tmp_path, text, environ)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_defaults_hold_where_nothing_is_said(tmp_path: Path) -> None:
    assert load(None, {}) == load(tmp_path / "absent.toml", {}) == Settings()
    assert Settings().importing.mode == "copy"


def test_the_last_word_wins_layer_by_layer(tmp_path: Path, own_settings: Path) -> None:
    own_settings.write_text(
        '[import]\nmode = "hardlink"\nworkers = 3\n[look]\ntheme = "mine"\n[keys]\na = "x"\nb = "y"\n'
    )
    found = of(
        tmp_path,
        '[workspace]\nname = "w"\nanything = 3\n[import]\nworkers = 5\nhashing = "fast"\n[keys]\nb = "z"\n',
        {"ANITUI_IMPORT_HASHING": "exact", "ANITUI_CATALOGUE_THREADS": "7", "ANITUI_REDDIT_URL": "http://x"},
    )
    assert (found.importing.mode, found.importing.workers, found.importing.hashing) == ("hardlink", 5, "exact")
    assert (found.look.theme, found.catalogue.threads) == ("mine", 7)
    assert found.keys == {"a": "x", "b": "z"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[import]\nmod = 'copy'", "'mod'"),
        ("[imports]\nmode = 'copy'", "[imports]"),
        ("[importing]\nmode = 'copy'", "[importing]"),
        ("mode = 'copy'", "[mode]"),
        ("import = 3", "[import]"),
        ("[import]\nmode = 'move'", "copy, hardlink, reference"),
        ("[import]\nmode = 3", "text in quotes"),
        ("[import]\nworkers = '3'", "whole number"),
        ("[import]\nworkers = 1.5", "whole number"),
        ("[import]\nworkers = true", "whole number"),
        ("[import]\nworkers = -1", "[import]: workers must be from 0 to 1,024, not -1"),
        ("[import]\nmax_megabytes = 0", "from 1 to 1,000,000"),
        ("[look]\nthumbnail = 5000", "[look]: thumbnail must be from 8 to 200, not 5,000"),
        ("[catalogue]\nthreads = 99999", "from 0 to 1,024"),
        (
            "[catalogue]\nmemory = 'lots'",
            "[catalogue]: memory must be a size of at least 100 MB, as \"2GB\", not 'lots'",
        ),
        ("[catalogue]\nmemory = '0GB'", "at least 100 MB"),
        ("[catalogue]\nmemory = '99MB'", "at least 100 MB"),
        ("[catalogue]\nmemory = '99999999TB'", "at least 100 MB"),
        ("[catalogue]\nmemory = '2000'", "at least 100 MB"),
        ("[import]\nCHOICES = 1", "'CHOICES'"),
        ("[look]\npictures = 'Sixel'", "sextant"),
        ("[keys]\nbrowse.set_aside = 'x'", '"browse.set_aside"'),
        ("[keys]\n'browse.set_aside' = ['x', 'y']", "text in quotes"),
        ("[keys]\n'browse.set_aside' = true", "text in quotes"),
        ("[import\n", "TOML"),
        ("[import]\nmode = 'copy'\nmode = 'copy'", "TOML"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    message = refusal(tmp_path, text)
    assert said in message
    assert str(tmp_path / "anitui.toml") in message


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "anitui.toml").write_bytes(b"[import]\nmode = '\xff'")
    with pytest.raises(WrongUse, match=r"anitui\.toml"):
        load(tmp_path / "anitui.toml", {})


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("ANITUI_IMPORT_WORKERS", "many", "whole number"),
        ("ANITUI_IMPORT_WORKERS", "²", "whole number"),
        ("ANITUI_IMPORT_WORKERS", "-1", "whole number"),
        ("ANITUI_IMPORT_WORKERS", "", "whole number"),
        ("ANITUI_IMPORT_MODE", "move", "copy, hardlink, reference"),
        ("ANITUI_IMPORT_MOD", "copy", "'mod'"),
    ],
)
def test_the_environment_is_held_to_the_same(tmp_path: Path, variable: str, text: str, said: str) -> None:
    message = refusal(tmp_path, "", {variable: text})
    assert said in message
    assert "environment" in message


def test_digits_stay_a_text_where_a_text_is_wanted(tmp_path: Path) -> None:
    assert of(tmp_path, "", {"ANITUI_LOOK_THEME": "2000"}).look.theme == "2000"


@pytest.mark.parametrize("size", ["100MB", "2 gb", "1.5GiB", "999999TB"])
def test_every_size_that_is_allowed_the_database_takes(tmp_path: Path, size: str) -> None:
    found = of(tmp_path, f"[catalogue]\nmemory = '{size}'\nthreads = 1024")
    open_catalogue(tmp_path / "catalogue.duckdb", found.catalogue).close()


def test_saving_keeps_comments_order_and_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "anitui.toml"
    file.write_bytes(b"# first\r\n[look]  # mine\r\ntheme = 'a'  # dark\r\n\r\n# last\r\n[import]\r\nworkers = 1\r\n")
    save(file, "look", "theme", 'b"\n\\')
    save(file, "look", "thumbnail", 30)
    save(file, "keys", "browse.set_aside", "x,delete")
    text = file.read_bytes()
    for kept in (b"# first\r\n", b"[look]  # mine\r\n", b"# dark\r\n", b"# last\r\n", b"[import]\r\nworkers = 1\r\n"):
        assert kept in text
    found = load(file, {})
    assert (found.look.theme, found.look.thumbnail, found.importing.workers) == ('b"\n\\', 30, 1)
    assert found.keys == {"browse.set_aside": "x,delete"}


def test_saving_makes_the_file_and_its_folder(own_settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = own_settings.parent / "deep" / "settings.toml"
    monkeypatch.setenv("ANITUI_SETTINGS", str(deep))
    save(settings.user_file(), "look", "theme", "light")
    assert load(None, {}).look.theme == "light"


def test_saving_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.touch()
    link = tmp_path / "settings.toml"
    link.symlink_to(real)
    save(link, "look", "theme", "light")
    assert link.is_symlink()
    assert load(real, {}).look.theme == "light"


def test_saving_into_what_cannot_be_read_or_written_says_so(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[look\n")
    with pytest.raises(WrongUse, match="TOML"):
        save(broken, "look", "theme", "light")
    assert broken.read_text() == "[look\n"
    with pytest.raises(AnituiError, match="cannot be written"):
        save(broken / "below.toml", "look", "theme", "light")
