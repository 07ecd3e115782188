"""Drawing in a process of its own, so that a window's thread never waits for it: jobs in, files out.

The two talk in lines of JSON over the pipes of the child: a job goes in; lines with ``progress`` come out, then one with
``done`` or ``failed``. Files are written by the child, whole or not at all. It ends with its parent.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import IO, Any

import explorer
from explorer.charts.wording import Wording
from explorer.errors import ExplorerError
from explorer.library.text_files import reason
from explorer.render.options import Options

Step = Callable[[int, int, str], None]
Job = dict[str, Any]
_START = "from explorer.render.apart import serve; serve()"
_NICENESS = 5  # a drawing may take longer, a drag may not


class Stopped(ExplorerError):  # noqa: N818 - nothing went wrong
    """Somebody asked for no more."""


class Draughtsman:
    """A child that draws, one job after the other; started with the first and again after a stop."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None
        self._one_at_a_time = Lock()
        self._stopped = False

    def ask(self, job: Job, step: Step | None = None) -> Any:
        """Wait for one job. Raises `ExplorerError` where it fails and `Stopped` where `stop` ended it. For a thread."""
        with self._one_at_a_time:
            self._stopped = False
            try:
                return self._answer(self._running(), job, step)
            except (OSError, ValueError) as error:
                self._end()
                raise self._why(reason(error) if isinstance(error, OSError) else "it said something else") from None

    def _answer(self, child: subprocess.Popen[str], job: Job, step: Step | None) -> Any:
        into, out = _pipes(child)
        into.write(json.dumps(job) + "\n")
        into.flush()
        for line in out:
            said = json.loads(line)
            if "done" in said:
                return said["done"]
            if "failed" in said:
                raise ExplorerError(said["failed"])
            if step is not None:
                step(*said["progress"])
        self._end()
        raise self._why("it ended")

    def _why(self, words: str) -> ExplorerError:
        return Stopped("stopped") if self._stopped else ExplorerError(f"the drawing process failed: {words}")

    def _running(self) -> subprocess.Popen[str]:
        if self._child is None or self._child.poll() is not None:
            found = os.pathsep.join(filter(None, (str(Path(explorer.__file__).parents[1]), os.environ.get("PYTHONPATH"))))
            self._child = subprocess.Popen(
                [sys.executable, "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                encoding="utf-8", env=dict(os.environ) | {"PYTHONPATH": found, "PYTHONIOENCODING": "utf-8"},
            )  # fmt: skip
        return self._child

    def stop(self) -> None:
        """End the present job at once. From any thread."""
        self._stopped, child = True, self._child
        if child is not None:
            child.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(5)  # so that nobody takes it for one that still runs

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            child.wait()

    def close(self) -> None:
        """End the child."""
        self.stop()
        with self._one_at_a_time:
            self._end()


@cache
def draughtsman() -> Draughtsman:
    """The one of this process; it ends with it."""
    made = Draughtsman()
    atexit.register(made.close)
    return made


def _pipes(child: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if child.stdin is None or child.stdout is None:
        raise ValueError("no pipes")
    return child.stdin, child.stdout


def job(do: str, study: str, options: Options, path: Path | str, **more: Any) -> Job:
    """A job for a study (as JSON text): ``chart``, ``table``, ``report`` into a file, or ``all`` into a folder."""
    return {"do": do, "study": study, "options": asdict(options), "path": str(path), **more}


def serve() -> None:
    """In the child: do jobs until there are no more."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr  # whatever else prints, the pipe carries replies only
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(_NICENESS)

    def reply(said: dict[str, Any]) -> None:
        replies.write(json.dumps(said) + "\n")
        replies.flush()

    for line in sys.stdin:
        try:
            asked = json.loads(line)
            reply({"done": _DO[asked["do"]](asked, lambda i, n, words: reply({"progress": [i, n, words]}))})
        except ExplorerError as error:
            reply({"failed": str(error)})


def _options(asked: Job) -> Options:
    given = dict(asked["options"])
    return Options(**given | {"wording": Wording(**given["wording"])})


@lru_cache(maxsize=1)
def _scene(study: str) -> Any:
    from explorer.charts.report import exported_scene
    from explorer.library import parse_study

    return exported_scene(parse_study(study))


def _chart(asked: Job, _: Step) -> None:
    from explorer import charts
    from explorer.library import write_whole
    from explorer.render.files import chart_bytes

    path, drawn = Path(asked["path"]), charts.chart(asked["name"], _scene(asked["study"]))
    write_whole(path, chart_bytes(drawn, path.suffix.lower(), _options(asked), asked.get("draft_dpi")))


def _table(asked: Job, _: Step) -> None:
    from explorer import charts
    from explorer.library import write_whole
    from explorer.render.files import table_bytes

    path, shown = Path(asked["path"]), charts.comparison(_scene(asked["study"]))
    write_whole(path, table_bytes(shown, path.suffix.lower(), _options(asked)))


def _report(asked: Job, step: Step) -> None:
    from explorer.charts.report import booklet
    from explorer.library import write_whole
    from explorer.render.pages import render_booklet

    pages = booklet(_scene(asked["study"]).study)
    content = render_booklet(pages, _options(asked), progress=lambda i, n: step(i, n, f"sheet {i + 1} of {n}"))
    write_whole(Path(asked["path"]), content)


def _all(asked: Job, step: Step) -> None:
    """What fails is told at the end; the others are written all the same."""
    from explorer.render.bundle import bundle

    tasks = bundle(_scene(asked["study"]).study, Path(asked["path"]), options=_options(asked))
    failed: list[str] = []
    for i, task in enumerate(tasks):
        step(i, len(tasks), task.path.name)
        try:
            task.write()
        except ExplorerError as error:
            failed.append(str(error))
    if failed:
        raise ExplorerError(f"{len(failed)} of {len(tasks)} files: {failed[0]}")


_DO: dict[str, Callable[[Job, Step], None]] = {"chart": _chart, "table": _table, "report": _report, "all": _all}
