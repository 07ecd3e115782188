"""Settings survive whatever happens to their file."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from explorer.errors import ExplorerError
from explorer.library.settings_file import SettingsFile, parse_settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def test_what_is_set_is_there_next_time(path: Path) -> None:
    settings = SettingsFile(path)
    assert settings.get("theme") is None
    settings.set("theme", "dark")
    settings.set("recent", ["ä", "\ud800"])
    assert settings.said == ""
    again = SettingsFile(path)
    assert again.get("theme") == "dark"
    assert again.get("recent")[0] == "ä"
    assert json.loads(path.read_text(encoding="utf-8"))["version"] == 1


def test_two_windows_keep_each_other_s_settings(path: Path) -> None:
    one, two = SettingsFile(path), SettingsFile(path)
    one.set("theme", "dark")
    two.set("scale", 1.5)
    assert (SettingsFile(path).get("theme"), SettingsFile(path).get("scale")) == ("dark", 1.5)


BROKEN: dict[str, bytes] = {
    "empty": b"", "truncated": b'{"version": 1, "theme": "da', "nul": b'\0' * 300, "noise": bytes(range(256)), "list": b"[]",
    "no version": b'{"theme": "dark"}', "newer": b'{"version": 2}', "odd version": b'{"version": true}', "deep": b"[" * 100_000,
    "digits": b'{"version": ' + b"9" * 5000 + b"}", "utf-16": '{"version": 1}'.encode("utf-16"), "large": b" " * (2**20 + 1),
    "ini": b"[General]\ntheme=@Variant(\\0\\0\\0\\x7f)\n", "twice": b'{"version": 1, "version": 0}',
}  # fmt: skip


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_set_aside_and_said_so(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    settings = SettingsFile(path)
    assert settings.get("theme") is None
    assert settings.said.count("\n") == 0
    assert "settings.unreadable.json, and the usual settings are in force" in settings.said
    assert path.with_name("settings.unreadable.json").read_bytes() == content
    settings.set("theme", "light")
    assert SettingsFile(path).get("theme") == "light"
    assert SettingsFile(path).said == ""


def in_place(path: Path, kind: str) -> None:
    path.parent.mkdir()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path)
    else:
        path.symlink_to("/dev/zero")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
@pytest.mark.parametrize("kind", ["folder", "pipe", "loop", "device"])
def test_what_is_no_file_is_left_and_settings_last_for_this_run(path: Path, kind: str) -> None:
    in_place(path, kind)
    settings = SettingsFile(path)
    assert "changes last until the program ends" in settings.said
    settings.set("theme", "dark")
    assert settings.get("theme") == "dark"
    assert os.path.lexists(path)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file")
    settings = SettingsFile(tmp_path / "config" / "settings.json")
    settings.set("theme", "dark")
    assert settings.get("theme") == "dark"
    assert "cannot write" in settings.said
    settings.set("theme", "light")
    assert settings.get("theme") == "light"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_file_stays(path: Path) -> None:
    SettingsFile(path).set("theme", "dark")
    path.chmod(0o400)
    settings = SettingsFile(path)
    settings.set("theme", "light")
    assert "read-only" in settings.said
    assert SettingsFile(path).get("theme") == "dark"


def test_a_file_that_breaks_meanwhile_costs_no_setting_of_this_run(path: Path) -> None:
    settings = SettingsFile(path)
    settings.set("theme", "dark")
    path.write_text("{")
    settings.set("scale", 2.0)
    assert (settings.get("theme"), settings.get("scale")) == ("dark", 2.0)


def test_a_newer_version_is_named() -> None:
    with pytest.raises(ExplorerError, match="x comes from a newer version"):
        parse_settings('{"version": 2}', "x")
