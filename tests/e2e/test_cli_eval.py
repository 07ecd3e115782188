"""``eval``: what the JSON holds, what the flags do, and that a plan which cannot be is an answer."""

from __future__ import annotations

import itertools
import re

import pytest

from explorer import __version__
from explorer.cli.parser import make_parser
from explorer.cli.study_args import study_of
from explorer.library import default_study, load_library, make_scenario, write_study
from explorer.specs import Study

KEYS = {
    "name", "chip", "phase", "fits", "valid_plan", "reasons", "step_s", "tokens_per_s", "tokens_per_s_per_chip", "mfu",
    "bound", "memory", "roofline", "interconnect", "usd_per_million_tokens", "joules_per_token", "not_modelled",
}  # fmt: skip
OPERATOR_KEYS = {"operator", "flop", "sram_bytes", "hbm_bytes", "link_bytes", "intensity", "time_s", "bound"}
MESSAGE_KEYS = {"axis", "operation", "tier", "bytes", "time_s", "exposed_s"}


def scenarios(cli, *words):
    answer = cli("eval", "--json", *words)
    assert (answer.status, answer.err) == (0, "")
    return answer.json["scenarios"]


def test_the_default_study_is_three_chips_with_every_key(cli):
    answer = cli("eval", "--json")
    assert (answer.status, answer.err) == (0, "")
    assert set(answer.json) == {"version", "data_version", "scenarios"}
    assert answer.json["version"] == __version__
    assert answer.json["data_version"] == load_library().data_version
    assert [s["chip"] for s in answer.json["scenarios"]] == ["trainium2", "trainium3", "b200"]
    for found in answer.json["scenarios"]:
        assert set(found) >= KEYS
        assert found["roofline"]
        assert all(set(o) >= OPERATOR_KEYS for o in found["roofline"])
        assert found["interconnect"]
        assert all(set(c) >= MESSAGE_KEYS for c in found["interconnect"])
        assert found["fits"] is True
        assert found["reasons"] == []


def test_memory_parts_sum_to_the_total(cli):
    for phase in ("decode", "prefill", "training"):
        for found in scenarios(cli, "--phase", phase, "--chips", "16"):
            held = dict(found["memory"])
            total, capacity = held.pop("total_bytes"), held.pop("capacity_bytes")
            assert sum(held.values()) == pytest.approx(total, rel=1e-12)
            assert found["fits"] == (total <= capacity)
            assert all(key.endswith("_bytes") for key in held)


def test_the_parts_of_a_step_sum_to_it(cli):
    for found in scenarios(cli, "--phase", "training", "--chips", "64", "--tp", "8", "--pp", "2"):
        assert sum(found["time"].values()) == pytest.approx(found["step_s"], rel=1e-12)


def test_a_missing_price_is_null_and_stays_so_until_assumed(cli):
    trainium3 = scenarios(cli, "--chip", "trainium3")[0]
    assert trainium3["usd_per_million_tokens"] is None
    assumed = scenarios(cli, "--chip", "trainium3", "--set", "offer.usd_per_chip_h=4")[0]
    expected = 16 * 4 / 3600 / assumed["tokens_per_s"] * 1e6
    assert assumed["usd_per_million_tokens"] == pytest.approx(expected, rel=1e-12)
    assert assumed["offer"]["kind"] == "assumed"


def test_every_flag_of_the_contract(cli):
    found = scenarios(
        cli, "--chip", "h100", "--chip", "b200", "--workload", "llama3-8b", "--phase", "training", "--batch", "64",
        "--context", "8192", "--chips", "16", "--tp", "2", "--pp", "2", "--vpp", "4", "--dp", "4", "--cp", "1", "--ep", "1",
        "--microbatch", "2", "--recompute", "full", "--zero", "3", "--precision", "fp8", "--efficiency", "ideal",
    )  # fmt: skip
    assert [s["chip"] for s in found] == ["h100", "b200"]
    for s in found:
        assert (s["workload"], s["phase"], s["batch"], s["context"]) == ("llama3-8b", "training", 64, 8192)
        assert (s["chips"], s["tp"], s["pp"], s["vpp"], s["dp"], s["efficiency"]) == (16, 2, 2, 4, 4, "ideal")
        assert s["valid_plan"]


FURTHER = (
    "--cp", "2", "--ep", "4", "--expert-tp", "2", "--schedule", "zero-bubble", "--offload", "optimizer", "--overlap", "sum", "--no-flash",
    "--expert-precision", "w=fp4,a=fp8", "--gradients", "bf16", "--optimizer", "no-master", "--sparsity", "structured",
    "--imbalance", "1.5", "--draft", "4", "--acceptance", "0.75",
)  # fmt: skip


def _study(*words):
    return study_of(make_parser().parse_args(["eval", *words]))


@pytest.mark.parametrize("start", [("--chip", "h200", "--chip", "b200"), ("mine.json",), ()], ids=["chips", "study", "default"])
def test_flags_of_everything_else_in_a_job_and_a_plan(tmp_path, monkeypatch, start):
    monkeypatch.chdir(tmp_path)
    write_study(tmp_path / "mine.json", default_study(load_library()))
    for s in _study(*start, "--workload", "mixtral-8x7b", "--phase", "training", *FURTHER).scenarios:
        plan, job = s.plan, s.job
        assert (plan.cp, plan.ep, plan.expert_tp, plan.schedule) == (2, 4, 2, "zero-bubble")
        assert (plan.offload, plan.overlap, plan.fused_attention) == ("optimizer", "sum", False)
        assert (job.expert_weight_format, job.expert_activation_format, job.weight_format) == ("fp4", "fp8", "bf16")
        assert (job.gradient_format, job.optimizer_state, job.sparsity) == ("bf16", "no-master", "structured")
        assert (job.expert_imbalance, job.draft_tokens, job.draft_acceptance) == (1.5, 4, 0.75)
    for s in _study(*start).scenarios:
        assert (s.plan.cp, s.plan.ep, s.plan.fused_attention, s.job.expert_weight_format) == (1, 1, True, None)


def test_the_new_knobs_can_be_set(cli):
    words = ("plan.cp=2", "plan.ep=4", "plan.overlap=max", "job.draft_tokens=3", "job.sparsity=structured", "chip.host_bytes_per_s=64GB/s")
    (made,) = _study("--chip", "b200", *(part for word in words for part in ("--set", word))).scenarios
    assert (made.plan.cp, made.plan.ep, made.plan.overlap) == (2, 4, "max")
    assert (made.job.draft_tokens, made.job.sparsity, made.chip.host_bytes_per_s) == (3, "structured", 64e9)


@pytest.mark.parametrize(
    ("words", "chips"),
    [(("--tp", "4", "--cp", "2", "--dp", "3"), 24), (("--tp", "4", "--cp", "2", "--pp", "2", "--dp", "2"), 32), (("--tp", "8", "--cp", "2"), 16)],
)
def test_context_parallelism_takes_its_share_of_the_chips(words, chips):
    (made,) = _study("--chip", "b200", *words).scenarios
    assert made.plan.chips == chips
    suited = _study("--chip", "b200", "--cp", "4", "--chips", "16").scenarios[0].plan
    assert (suited.cp, suited.tp) == (4, 4)


def test_the_text_names_every_way_of_sharing(cli):
    text = " ".join(cli("eval", "--chip", "b200", "--workload", "mixtral-8x7b", "--chips", "16", "--tp", "2", "--cp", "2", "--ep", "4").out.split())
    assert "TP 2 x CP 2 x 4 replicas, EP 4;" in text


@pytest.mark.parametrize(
    ("words", "plan"),
    [
        ((), (16, 16, 1)),
        (("--tp", "8"), (16, 8, 1)),
        (("--tp", "8", "--dp", "3"), (24, 8, 1)),
        (("--chips", "32", "--dp", "4"), (32, 8, 1)),
        (("--chips", "8"), (8, 8, 1)),
        (("--chips", "64", "--pp", "2"), (64, 32, 2)),
    ],
)
def test_the_plan_follows_from_what_is_given(cli, words, plan):
    found = scenarios(cli, "--chip", "trainium3", *words)[0]
    assert (found["chips"], found["tp"], found["pp"]) == plan


def test_a_fabric_can_be_chosen(cli):
    assert scenarios(cli, "--chip", "trainium3", "--fabric", "neuronswitch-64")[0]["fabric"] == "neuronswitch-64"


@pytest.mark.parametrize("target", ["trainium3:", "Trainium3:", ""])
def test_set_changes_one_scenario_or_all(cli, target):
    before = scenarios(cli)
    after = scenarios(cli, "--set", f"{target}chip.hbm_bytes_per_s=1TB/s")
    changed = [a["step_s"] > b["step_s"] * 1.1 for a, b in zip(after, before, strict=True)]
    assert changed == ([False, True, False] if target else [True, True, True])


def test_set_and_flag_say_the_same(cli):
    assert cli("eval", "--json", "--batch", "64").json["scenarios"] == scenarios(cli, "--set", "job.batch=64")


def test_a_study_file_is_evaluated_and_flags_change_it(cli, tmp_path):
    library = load_library()
    chips = ("h100", "b200")
    made = tuple(
        make_scenario(library, chip=c, workload="llama3-8b", phase="prefill", batch=2, context=2048, chips=8) for c in chips
    )
    write_study(tmp_path / "mine.json", Study(data_version="2020-01-01", scenarios=made))
    answer = cli("eval", "mine.json", "--json")
    assert answer.json["data_version"] == "2020-01-01"
    assert [(s["chip"], s["phase"], s["batch"]) for s in answer.json["scenarios"]] == [(c, "prefill", 2) for c in chips]
    changed = scenarios(
        cli, "mine.json", "--phase", "decode", "--batch", "4", "--workload", "llama3-70b", "--fabric", "nvswitch-8-b200",
        "--precision", "fp8", "--tp", "4", "--dp", "3", "--efficiency", "ideal",
    )  # fmt: skip
    for s in changed:
        assert (s["phase"], s["batch"], s["workload"], s["fabric"]) == ("decode", 4, "llama3-70b", "nvswitch-8-b200")
        assert (s["chips"], s["tp"], s["dp"], s["efficiency"]) == (12, 4, 3, "ideal")


def test_a_study_may_stand_behind_the_flags(cli, tmp_path):
    write_study(tmp_path / "mine.json", default_study(load_library()))
    orders = itertools.permutations(["mine.json", "--json", "--batch=8"])
    answers = [cli("eval", *words) for words in orders]
    assert all(a.status == 0 for a in answers)
    assert len({a.out for a in answers}) == 1


def test_24_chips_with_tp_7_is_an_answer_with_reasons(cli):
    for found in scenarios(cli, "--chips", "24", "--tp", "7"):
        assert found["valid_plan"] is False
        assert any("24 chips do not divide into groups of TP 7" in r for r in found["reasons"])
        assert any("64 attention heads" in r for r in found["reasons"])
        for key in ("step_s", "tokens_per_s", "tokens_per_s_per_chip", "mfu", "bound", "usd_per_million_tokens", "joules_per_token"):
            assert found[key] is None
        assert found["roofline"] == found["interconnect"] == []


def test_a_model_that_does_not_fit_is_an_answer_with_reasons(cli):
    found = scenarios(cli, "--chip", "b200", "--workload", "llama3.1-405b", "--chips", "1")[0]
    assert (found["fits"], found["valid_plan"]) == (False, True)
    assert len(found["reasons"]) == 1
    assert "short by" in found["reasons"][0]
    assert f"fits on {found['fewest_chips']} chips" in found["reasons"][0]
    assert found["memory"]["total_bytes"] > found["memory"]["capacity_bytes"]


def test_the_text_says_why_not_before_anything_else(cli):
    answer = cli("eval", "--chip", "b200", "--chips", "24", "--tp", "7")
    assert (answer.status, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[2].startswith("Cannot be: 24 chips")
    assert "replicas" not in lines[1]
    missing = cli("eval", "--chip", "b200", "--workload", "llama3.1-405b", "--chips", "1").out
    assert missing.index("Does not fit: short by") < missing.index("Memory of the fullest chip")


@pytest.mark.parametrize("phase", ["decode", "prefill", "training"])
def test_the_text_fits_a_terminal_and_agrees_with_the_json(cli, phase):
    words = ("--phase", phase, "--workload", "llama3.1-405b", "--chips", "128", "--tp", "8", "--pp", "16", "--batch", "128")
    text = cli("eval", *words).out
    assert max(map(len, text.splitlines())) <= 100
    for found in scenarios(cli, *words):
        assert f"== {found['name']} =" in text
        for operator in found["roofline"]:
            assert operator["time_s"] > 0
    assert "Not modelled: " in text
    assert not re.search(r"\bnan\b", text.casefold())
