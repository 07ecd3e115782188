"""``python -m tests.benchmarks [drag] [evaluate] [launch] [export]`` from the repository's root prints the figures of design.md 9."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def _drag() -> None:
    from tests.benchmarks import drag

    drag.main()


def _evaluate() -> None:
    from tests.benchmarks import evaluation

    evaluation.main()


def _launch() -> None:
    from tests.benchmarks import launch

    launch.main()


def _export() -> None:
    from tests.benchmarks import export

    export.main()


PARTS: dict[str, Callable[[], None]] = {"drag": _drag, "evaluate": _evaluate, "launch": _launch, "export": _export}


def main() -> int:
    """Run the parts that were named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("part", nargs="*", metavar="PART", help=f"one or more of {', '.join(PARTS)}; all if none is named")
    chosen = parser.parse_args().part
    unknown = [c for c in chosen if c not in PARTS]
    if unknown:
        parser.error(f"no part {unknown[0]!r}: choose among {', '.join(PARTS)}")
    load = f", load {os.getloadavg()[0]:.1f}: best read on an idle machine" if hasattr(os, "getloadavg") else ""
    print(f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores, {platform.system()}{load}")
    for name in chosen or PARTS:
        print(f"\n{name}")
        PARTS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
