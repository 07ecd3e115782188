"""``lessons`` on the command line, from a file's mistake to a printed sheet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from explorer.cli.main import main
from explorer.library.share import read_share


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["lessons", *words])
    out = capsys.readouterr()
    return status, out.out, out.err


def test_list_and_show(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = ran(capsys, "list")
    assert status == 0
    assert "design-a-chip" in out
    assert "one-hour" in out
    status, out, _ = ran(capsys, "show", "roofline")
    assert status == 0
    assert "2,250 TFLOP/s" in out
    assert "Guess: Somebody builds" in out
    assert "{" not in out.replace("_{", "")
    assert ran(capsys, "show", "two-hours")[0] == 0


def test_new_then_check_then_a_mistake(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "my-lesson.toml"
    assert ran(capsys, "new", "my-lesson", "-o", str(file))[0] == 0
    assert ran(capsys, "check", str(file)) == (0, "1 lesson: all right\n", "")
    assert ran(capsys, "check", str(tmp_path))[0] == 0
    status, _, err = ran(capsys, "new", "my-lesson", "-o", str(file))
    assert status == 2
    assert "is there already" in err
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("job.batch=256", "job.batch=9").replace("minutes = 5", "minutes = 5"), encoding="utf-8")
    line = next(i for i, content in enumerate(text.split("\n"), start=1) if content.startswith("solution"))
    status, out, err = ran(capsys, "check", str(file))
    assert (status, out) == (1, "")
    assert err.startswith(f"chip-explorer: my-lesson.toml:{line}: steps.2.solution: it does not reach the goal")
    assert len(err.splitlines()) == 1


def test_print(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words, name in ((("roofline",), "roofline-worksheet.pdf"), (("roofline", "--teacher"), "roofline-teacher.pdf"), (("one-hour", "-o", "plan.pdf"), "plan.pdf")):
        status, out, _ = ran(capsys, "print", *words)
        assert (status, out) == (0, f"wrote {name}\n")
        assert (tmp_path / name).read_bytes().startswith(b"%PDF-")
    assert len({(tmp_path / n).read_bytes() for n in ("roofline-worksheet.pdf", "roofline-teacher.pdf", "plan.pdf")}) == 3


def test_a_lesson_of_ones_own_is_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file, output = tmp_path / "own.toml", tmp_path / "own.pdf"
    ran(capsys, "new", "own", "-o", str(file))
    assert ran(capsys, "print", str(file), "--paper", "letter", "-o", str(output))[0] == 0
    assert output.read_bytes().startswith(b"%PDF-")


def test_open(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "class.json"
    assert ran(capsys, "open", "roofline", "--step", "3", "-o", str(file))[0] == 0
    study = json.loads(file.read_text(encoding="utf-8"))
    assert study["lesson"] == {"lesson": "roofline", "step": 3}
    status, out, _ = ran(capsys, "open", "roofline", "--step", "3", "--share")
    assert status == 0
    assert read_share(out).model_dump(mode="json") == study


@pytest.mark.parametrize(("words", "told"), [
    (["show", "rofline"], "unknown lesson or workshop 'rofline' (did you mean roofline?)"),
    (["open", "roofline", "--step", "9", "--share"], "--step '9': roofline has steps 1 to 3"),
    (["open", "roofline"], "give -o FILE.json or --share"),
    (["open", "one-hour", "--share"], "is a workshop: name one of its lessons"),
    (["print"], "which one? give an id, or --all"),
    (["print", "roofline", "-o", "x.png"], "worksheets are .pdf files"),
    (["print", "roofline", "--paper", "a5"], "printed on a4 or letter"),
    (["check", "nothing.toml"], "there is no file or folder nothing.toml"),
    (["new", "Not An Id"], "cannot be an id"),
    (["lst"], "did you mean list?"),
    ([], "missing: list|show|check|new|print|open"),
])  # fmt: skip
def test_bad_input_is_told_in_one_line(capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    status, out, err = ran(capsys, *words)
    assert (status, out) == (2, "")
    assert told in err
    assert len(err.splitlines()) == 1
