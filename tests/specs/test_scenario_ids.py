"""Each scenario has an id of its own, given in the same way each time, kept through changes and files."""

from __future__ import annotations

from explorer.library import default_study, load_library, parse_study, study_text
from explorer.library.share import read_share, share_text
from explorer.specs import Study

STUDY = default_study(load_library())


def _ids(study: Study) -> list[str]:
    return [s.id for s in study.scenarios]


def test_ids_are_given_in_order() -> None:
    assert _ids(STUDY) == ["s1", "s2", "s3"]
    assert default_study(load_library()) == STUDY


def test_they_move_with_their_scenario() -> None:
    a, b, c = STUDY.scenarios
    assert _ids(STUDY.replace(scenarios=(c, a, b))) == ["s3", "s1", "s2"]
    assert _ids(STUDY.replace(scenarios=(a.replace(name="Other"), c), active=0, baseline=0)) == ["s1", "s3"]


def test_a_newcomer_gets_the_next_one_and_a_copy_too() -> None:
    a, b, c = STUDY.scenarios
    assert _ids(STUDY.replace(scenarios=(a, c, b.replace(id="")))) == ["s1", "s3", "s4"]
    assert _ids(STUDY.replace(scenarios=(a, a, b))) == ["s1", "s3", "s2"]
    assert _ids(STUDY.with_scenario(1, a.replace(id=""))) == ["s1", "s2", "s3"]


def test_files_without_ids_get_them_and_round_trips_are_exact() -> None:
    import json

    old = json.loads(study_text(STUDY))
    for s in old["scenarios"]:
        del s["id"]
    assert parse_study(json.dumps(old)) == STUDY
    moved = STUDY.replace(scenarios=STUDY.scenarios[::-1], per="rack")
    assert parse_study(study_text(moved)) == moved
    assert study_text(parse_study(study_text(moved))) == study_text(moved)
    assert read_share(share_text(moved)) == moved


def test_hostile_ids_find_a_free_one() -> None:
    a, b, c = STUDY.scenarios
    full = STUDY.replace(scenarios=(a.replace(id="s999999999"), b.replace(id="s1"), c.replace(id="s1")))
    assert _ids(full) == ["s999999999", "s1", "s2"]
    assert parse_study(study_text(full)) == full
