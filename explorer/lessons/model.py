"""What a lesson is: frozen data, read from a file. It computes nothing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from explorer.specs.base import Spec, Text
from explorer.specs.chip import Identifier

MOST_KNOBS = 5
HINTS = 3
# A lesson's prose has paragraphs: line breaks, but no other control characters and no marks that turn the direction of writing.
Prose = Annotated[str, Field(max_length=6000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$")]
Setting = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]+=[^\x00-\x1f]+$")]
Look = Literal["roofline", "memory", "interconnect", "time", "table", "verdict"]


class Opening(Spec):
    """The study that a step opens: one scenario a chip, all under the same load, then ``set`` as the command line's ``--set``.

    ``fabrics`` gives a chip another fabric than its first, ``workloads`` a model of its own; ``tp`` None takes what suits.
    """

    chips: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=6)]
    fabrics: tuple[Text, ...] = ()
    workload: Identifier
    workloads: tuple[Identifier, ...] = ()
    phase: Text = "decode"
    batch: int = 1
    context: int = 4096
    cluster: int = 1
    tp: int | None = None
    pp: int = 1
    zero: int = 1
    microbatch: int = 1
    recompute: Text = "none"
    precision: Text = "bf16"
    efficiency: Text = "calibrated"
    set: tuple[Setting, ...] = ()


class Condition(Spec):
    """One result against one value or another result: ``at_least``, ``at_most`` or ``equals``, written with units.

    ``result`` and a bound are expressions of `results`; a bound may be a quantity such as ``50 tokens/s`` or ``96 GiB``.
    """

    result: Text
    at_least: Text | None = None
    at_most: Text | None = None
    equals: Text | bool | None = None
    says: Text = ""

    @model_validator(mode="after")
    def _one_bound(self) -> Condition:
        if sum(b is not None for b in (self.at_least, self.at_most, self.equals)) != 1:
            raise ValueError("give one of at_least, at_most and equals")
        return self


class Choice(Spec):
    """One answer that can be picked, and the conditions under which it is the right one."""

    text: Text
    when: Annotated[tuple[Condition, ...], Field(min_length=1)]


class Prediction(Spec):
    """What is guessed before it is shown. ``after`` are the changes whose outcome is asked for.

    ``number``: typed. ``marker``: dragged between ``low`` and ``high``. ``pick``: one of ``choices``. A number within a
    factor of ``close`` of the truth counts as right.
    """

    kind: Literal["number", "marker", "pick"]
    question: Prose
    after: tuple[Setting, ...] = ()
    result: Text = ""
    low: Text = ""
    high: Text = ""
    close: Annotated[float, Field(gt=1, le=10)] = 1.25
    choices: tuple[Choice, ...] = ()
    reason: Prose

    @model_validator(mode="after")
    def _complete(self) -> Prediction:
        if self.kind == "pick" and (len(self.choices) < 2 or self.result):
            raise ValueError("pick needs two choices or more, and no result")
        if self.kind != "pick" and (not self.result or self.choices):
            raise ValueError(f"{self.kind} needs a result, and no choices")
        if self.kind == "marker" and not (self.low and self.high):
            raise ValueError("marker needs low and high")
        return self


class Step(Spec):
    """One page: text, what can be dragged, what to look at, a guess, a goal. Without an ``opening`` it begins as the solved step before it ends.

    ``score`` is a result that counts once the goal is reached: a class can compare it.
    """

    title: Text
    text: Prose
    opening: Opening | None = None
    knobs: Annotated[tuple[Text, ...], Field(max_length=MOST_KNOBS)] = ()
    look: tuple[Look, ...] = ()
    look_at: Text = ""
    prediction: Prediction | None = None
    goal: tuple[Condition, ...] = ()
    hints: tuple[Text, ...] = ()
    solution: tuple[Setting, ...] = ()
    score: Text = ""
    teacher: Prose = ""

    @model_validator(mode="after")
    def _goal_can_be_reached(self) -> Step:
        if bool(self.goal) != bool(self.solution):
            raise ValueError("a goal needs a solution, and a solution a goal")
        if self.goal and len(self.hints) != HINTS:
            raise ValueError(f"a goal needs {HINTS} hints, each saying more than the one before")
        return self


class Lesson(Spec):
    """Steps in their order. ``minutes`` is what a newcomer takes; ``order`` sorts the list; ``sources`` are what it rests on."""

    id: Identifier
    title: Text
    summary: Text
    minutes: Annotated[int, Field(ge=1, le=60)]
    order: int = 100
    needs: tuple[Identifier, ...] = ()
    sources: tuple[Text, ...] = ()
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=30)]


class Session(Spec):
    """A part of a workshop: minutes, which lesson (or none), and what happens."""

    minutes: Annotated[int, Field(ge=1, le=120)]
    title: Text
    lesson: Identifier | None = None
    steps: tuple[int, ...] = ()
    text: Prose = ""


class Workshop(Spec):
    """A plan for a room: sessions one after the other, and what to prepare."""

    id: Identifier
    title: Text
    summary: Text
    prepare: tuple[Text, ...] = ()
    sessions: Annotated[tuple[Session, ...], Field(min_length=1, max_length=40)]
