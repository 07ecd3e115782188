"""Rented machines listed and side by side: prices by kind of offer, with their sources; nothing stands in for a price that nobody has published."""

from __future__ import annotations

import pytest

from explorer.library import Library, load_library
from explorer.library.listing import Wanted, headers
from explorer.library.machines import listed_machines, machine_sheet, offer_of


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def test_every_machine_is_a_row_of_its_own(library: Library) -> None:
    rows = listed_machines(library)
    assert sorted(row.spec.id for row in rows) == sorted(library.instances)
    for row in rows:
        assert len(row.cells) == len(row.ranks) == len(headers("instance"))
        assert row.vendors == (library.instances[row.spec.id].provider,)
    for column in range(len(headers("instance"))):
        sorted(rows, key=lambda row: row.ranks[column])  # numbers or words, never both


def test_a_machine_is_found_by_its_chip(library: Library) -> None:
    found = [row.spec.id for row in listed_machines(library) if Wanted(text="aws b200").matches(row)]
    assert "p6-b200.48xlarge" in found
    assert "p5.48xlarge" not in found


def test_prices_are_those_of_the_chips_offers(library: Library) -> None:
    machines = [library.instance(name) for name in ("p5.48xlarge", "p6-b200.48xlarge", "trn2.48xlarge")]
    rows = {row.key: row for row in machine_sheet(library, machines).rows}
    for kind in ("capacity block", "on demand"):
        for i, machine in enumerate(machines):
            offer = next((o for o in library.offers_of(machine) if o.kind == kind), None)
            whole, each = (rows[f"instance.{name}.{kind}"].cells[i] for name in ("machine", "chip price"))
            if offer is None:
                assert (whole.text, whole.value, whole.source) == ("no price published", None, None)
                continue
            assert whole.value == offer.usd_per_chip_h * machine.chips
            assert (each.value, each.source) == (offer.usd_per_chip_h, offer.source)
            assert rows[f"instance.date.{kind}"].cells[i].text == offer.date
    blocks = rows["instance.chip price.capacity block"].cells
    assert [cell.best for cell in blocks] == [cell.value == min(c.value for c in blocks) for cell in blocks]


def test_a_list_of_machines_shows_the_offer_that_is_evaluated(library: Library) -> None:
    from explorer.library import make_scenario

    for machine in library.instances.values():
        offer = offer_of(library, machine)
        if offer is not None and offer.kind == "capacity block":
            made = make_scenario(library, chip=machine.id, workload="llama3-8b", phase="decode", batch=1, context=1024, chips=machine.chips, tp=1)
            assert made.offer == offer


def test_a_machine_without_a_price_says_so(library: Library) -> None:
    machine = next(m for m in library.instances.values() if not library.offers_of(m))
    (row,) = [row for row in machine_sheet(library, [machine]).rows if row.group == "Prices"]
    assert row.cells[0].text == "no price published"
