"""The flags that describe a study, and the study they describe."""

from __future__ import annotations

import argparse
from pathlib import Path

from explorer.cli.changes import apply_flags
from explorer.cli.compare_args import add_comparison, asks_to_compare, compared
from explorer.cli.flags import FLAGS, Flags, read_flags
from explorer.errors import ExplorerError
from explorer.library import Library, default_study, make_scenario, parse_study, read_study, user_library
from explorer.library.changes import apply_settings
from explorer.library.share import is_share, read_share
from explorer.library.text_files import read_bytes, shown
from explorer.specs import MOST_SCENARIOS, Scenario, Study

PICTURES = (".png", ".svg", ".pdf")


def add_study_flags(parser: argparse.ArgumentParser) -> None:
    """Add STUDY and the flags that describe or change one."""
    parser.add_argument("study", metavar="STUDY", nargs="?", help="a study file, a picture exported from one, or a share string (default: the window's first study)")
    group = parser.add_argument_group("the study", "With STUDY or without --chip, a flag changes every scenario.")
    group.add_argument(
        "--chip", "--instance", action="append", metavar="ID", dest="chip",
        help="one scenario for each: a chip, or a rented machine such as trn2.48xlarge with its chip, fabric, size and price",
    )  # fmt: skip
    for flag in FLAGS:
        if flag.metavar:
            group.add_argument(f"--{flag.name}", metavar=flag.metavar, help=flag.help)
        else:
            group.add_argument(f"--{flag.name}", action="store_const", const="", help=flag.help)
    group.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="settings",
        help="one knob, in every scenario, or in one: --set b200:plan.tp=8. Keys are those of the window's sliders",
    )  # fmt: skip
    add_comparison(parser)


def describes_a_study(arguments: argparse.Namespace) -> bool:
    """Whether any flag of a study was given."""
    return bool(arguments.chip or arguments.settings or asks_to_compare(arguments) or any(getattr(arguments, flag.dest) is not None for flag in FLAGS))


def study_of(arguments: argparse.Namespace) -> Study:
    """The study that the command line describes. Raises `ExplorerError`."""
    flags = read_flags(arguments)
    library, _ = user_library()
    if arguments.study is not None:
        if not arguments.study.strip():
            raise ExplorerError("STUDY is empty: give the name of a study file, or leave it out")
        if arguments.chip:
            raise ExplorerError("give a study file or --chip, not both")
        study = apply_flags(named_study(arguments.study), flags, library)
    else:
        study = _made(library, arguments.chip, flags)
    return compared(apply_settings(study, arguments.settings), arguments)


def named_study(name: str) -> Study:
    """The study of a file, of an exported picture or of a share string. Raises `ExplorerError`."""
    return read_share(name) if is_share(name) else open_study(Path(name))


def open_study(path: Path) -> Study:
    """Read a study file, or the study inside an exported picture. Raises `ExplorerError`."""
    if path.suffix.lower() not in PICTURES:
        return read_study(path)
    from explorer.render.metadata import MOST_BYTES, read_study_from  # only pictures need it

    text = read_study_from(read_bytes(path, "a picture", MOST_BYTES))
    if text is None:
        raise ExplorerError(f"{shown(path)} carries no study: only pictures exported from here do")
    return parse_study(text, shown(path))


def _made(library: Library, chips: list[str] | None, flags: Flags) -> Study:
    """The default study, or one scenario a chip that takes from its first scenario what no flag says."""
    default = default_study(library)
    if chips is None:
        if not flags:
            return default
        scenarios = tuple(_scenario(library, s.chip.id, s, flags) for s in default.scenarios)
    else:
        if len(chips) > MOST_SCENARIOS:
            raise ExplorerError(f"{len(chips)} scenarios: a study holds {MOST_SCENARIOS} at most")
        scenarios = tuple(_scenario(library, c, default.scenarios[0], flags) for c in chips)
    return Study(data_version=library.data_version, scenarios=scenarios)


def _scenario(library: Library, chip: str, like: Scenario, flags: Flags) -> Scenario:
    """One scenario; its tensor parallelism is the widest that suits, unless a flag says another."""
    pp, cp = flags.count("pp", 1), flags.count("cp", 1)
    tp: int | None = flags.count("tp", 0) or None
    machine = library.instances.get(chip)
    chips = flags.count("chips", machine.chips if machine else like.plan.chips)
    dp = flags.count("dp", 0)
    if dp and tp is None:
        tp = max(1, chips // (pp * cp * dp)) if "chips" in flags else None
        if tp is None:
            raise ExplorerError("--dp needs --tp or --chips beside it: chips = TP x PP x CP x DP")
    if dp and tp is not None and "chips" not in flags:
        chips = tp * pp * cp * dp
    made = make_scenario(
        library, chip=chip, workload=flags.word("workload", like.workload.id), phase=flags.word("phase", like.job.phase),
        batch=flags.count("batch", like.job.batch), context=flags.count("context", like.job.context),
        chips=chips, tp=tp, pp=pp, cp=cp, virtual_stages=flags.count("vpp", 1), microbatch=flags.count("microbatch", 1), recompute=flags.word("recompute", "none"),
        zero=flags.count("zero", 1), precision=flags.word("precision", "bf16"),
        expert_precision=flags.word("expert-precision", "") or None, further=flags.further,
        fabric=flags.word("fabric", "") or None, efficiency=flags.word("efficiency", like.efficiency),
    )  # fmt: skip
    flags.check_replicas(made)
    return made
