"""A study as a string: back bit for bit, whatever a mail client did to it, and never more than it may be."""

from __future__ import annotations

import base64
import json
import lzma
import random
import textwrap
import time
import zlib

import pytest

from explorer.errors import ExplorerError
from explorer.knobs import KNOBS
from explorer.library import Library, default_study, load_library, make_scenario, share, study_text
from explorer.library.json_patch import difference, patched, same
from explorer.library.share import MOST_BYTES, PREFIX, described, is_share, read_share, share_text
from explorer.specs import LessonPlace, MeasuredPoint, Scenario, Study

FORMS = (False, True)


def randomised(random_: random.Random, library: Library) -> Study:
    """One to three scenarios of any chip and model, with a few knobs set to stops of theirs."""
    scenarios = []
    for _ in range(random_.randint(1, 3)):
        chip, model = random_.choice(sorted(library.chips)), random_.choice(["llama3-8b", "deepseek-v3", "gpt-oss-20b"])
        scenario: Scenario = make_scenario(library, chip=chip, workload=model, phase="decode", batch=8, context=4096, chips=8)
        for row in random_.sample(list(KNOBS), 6):
            try:
                scenario = row.set(scenario, random_.choice(row.stops))
            except (ExplorerError, IndexError):
                continue
        scenarios.append(scenario.replace(name=random_.choice(["α", 'a "b" <c>', scenario.name])))
    points = tuple(MeasuredPoint(name=f"k{i}", flop_per_byte=random_.uniform(1e-3, 1e4), flop_per_s=random_.uniform(1e9, 1e15)) for i in range(3))
    return Study(data_version=library.data_version, title="t", scenarios=tuple(scenarios), measured=points)


@pytest.mark.parametrize("seed", range(12))
def test_back_bit_for_bit_in_both_forms(library: Library, seed: int) -> None:
    study = randomised(random.Random(seed), library)
    for whole in FORMS:
        assert study_text(read_share(share_text(study, whole=whole))) == study_text(study)


def test_the_short_form_is_short(library: Library) -> None:
    study = default_study(library)
    assert len(share_text(study)) < 1500
    assert len(share_text(study, whole=True)) > 5 * len(share_text(study))
    assert share_text(study) == share_text(study)


def test_a_users_own_chip_is_shared_without_its_preset(library: Library) -> None:
    base = default_study(library).scenarios[2]
    mine = base.replace(chip=base.chip.replace(id="mine", based_on="b200", hbm_bytes=2.0**38), workload=base.workload.replace(id="own"))
    study = Study(scenarios=(mine,))
    assert read_share(share_text(study)) == study


@pytest.mark.parametrize("whole", FORMS)
def test_mail_clients_do_no_harm(library: Library, whole: bool) -> None:
    study = default_study(library)
    text = share_text(study, whole=whole)
    wrapped = textwrap.wrap(text, 60)
    for sent in (
        f"Look at this:\n\n  \"{text}\"\n\nRegards, Ada", "\r\n".join(wrapped), "\n".join(f"> > {line}" for line in wrapped), "=\n".join(wrapped),
        f"`{text}`", f"<{text}>", "\u200b".join(wrapped), f"'{text}'.", f"{text} and more words behind it",
    ):  # fmt: skip
        assert is_share(sent)
        assert read_share(sent) == study


@pytest.mark.parametrize("whole", FORMS)
def test_every_cut_and_every_changed_letter_is_noticed(library: Library, whole: bool) -> None:
    text = share_text(default_study(library), whole=whole)
    for cut in (0, 5, 7, 8, 10, 20, 100, len(text) - 1):
        assert "\n" not in refused(text[:cut])
    random_ = random.Random(5)
    for at in [*range(len(PREFIX), len(PREFIX) + 40), *(random_.randrange(len(PREFIX), len(text)) for _ in range(60))]:
        other = "A" if text[at] != "A" else "B"
        assert "share string" in refused(text[:at] + other + text[at + 1 :])


def refused(text: str) -> str:
    took = []
    for _ in range(3):  # the machine may be busy with something else
        start = time.process_time()
        with pytest.raises(ExplorerError) as caught:
            read_share(text)
        took.append(time.process_time() - start)
        if took[-1] < 0.25:
            break
    assert min(took) < 0.25
    return str(caught.value)


def framed(form: bytes, body: bytes, digest: bytes = b"\0" * 8) -> str:
    rest = form + digest + body
    return PREFIX + base64.urlsafe_b64encode(len(rest).to_bytes(3, "big") + zlib.crc32(rest).to_bytes(4, "big") + rest).decode()


def test_bombs_stop_at_the_cap() -> None:
    bomb = b"\0" * (60 * MOST_BYTES)
    assert "unpacks to more than 1 MiB" in refused(framed(b"D", zlib.compress(bomb, 9)))
    assert "unpacks to more than 1 MiB" in refused(framed(b"W", lzma.compress(bomb[: 40 * MOST_BYTES], lzma.FORMAT_RAW, filters=share._FILTERS)))
    assert "longer than" in refused(PREFIX + "A" * 2_000_000)
    many = json.dumps([{"scenarios": None}, [[{}, {"chip": [["b200"], {}]}]] * 20_000]).encode()
    assert "builds on other presets" in refused(framed(b"D", zlib.compress(many, 9)))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"[1,2]", b"[{},[]]", b'[{"data_version":"\\u202e<b>"},[[{},{"chip":[["b200"],{"~":{"id":{"+":{}}}}]}]]]', b"[" * 100_000,
        b'[{},[[{},{"chip":[["none"],{}]}]]]', b'[{},[[{},{"__class__":[["b200"],{}]}]]]', b"\xff\xfe", b'[{},[[{},{"chip":[["b200"],{"+":{"x":NaN}}]}]]]',
        b'[{},[[{},{"chip":[["b200"],[]]}]]]', b'[{"a":' + b"9" * 5000 + b"},[]]",
    ],
)  # fmt: skip
def test_hostile_data_is_one_line(data: bytes) -> None:
    for form in (b"D", b"W", b"X", b""):
        packed = zlib.compress(data) if form == b"D" else lzma.compress(data, lzma.FORMAT_RAW, filters=share._FILTERS)
        said = refused(framed(form, packed))
        assert said.isprintable()


def test_other_presets_are_told_apart(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    study = default_study(library)
    short, whole = share_text(study), share_text(study, whole=True)
    changed = {**library.chips, "b200": library.chip("b200").replace(hbm_bytes=1e11)}
    monkeypatch.setattr(share, "load_library", lambda: _with_chips(changed))
    assert f"its data {library.data_version}, here" in refused(short)
    assert "ask for the whole form" in refused(short)
    assert read_share(whole) == study


def _with_chips(chips: dict[str, object]) -> Library:
    from dataclasses import replace

    return replace(load_library(), chips=chips)  # type: ignore[arg-type]


def test_the_preview_names_what_it_holds(library: Library) -> None:
    lines = described(default_study(library))
    assert any("B200: 16 x B200, Llama 3 70B, decode, batch 32, context 4,096" in line for line in lines)
    assert lines[-1] == f"Chip data of {library.data_version[:10]}"
    at_a_step = default_study(library).replace(lesson=LessonPlace(lesson="roofline", step=3))
    assert "Lesson roofline, step 3" in described(at_a_step)
    assert all(read_share(share_text(at_a_step, whole=whole)) == at_a_step for whole in FORMS)


def test_differences_tell_types_apart() -> None:
    base = {"a": 1, "b": {"c": 1.0, "d": [1, 2]}, "e": None, "f": 0.0}
    for wanted in (base, {**base, "a": 1.0}, {**base, "a": True}, {**base, "f": -0.0}, {"b": {"c": 1.0}}, {**base, "b": {"c": 1.0, "d": [1, 2.0]}}, {**base, "g": 1}):
        found = patched(base, difference(base, wanted))
        assert same(found, wanted)
    assert difference(base, base) == {}
    assert not same({"a": 0.0}, {"a": -0.0})
