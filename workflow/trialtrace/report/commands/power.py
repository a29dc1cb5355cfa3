"""`trialtrace power`: what the designs of a plan can find, by formula."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.config.spec import items_of
from trialtrace.base.errors import Problems, UserError
from trialtrace.base.paths import Project
from trialtrace.base.words import LABELS, unit_text, value_text
from trialtrace.report.listing import aligned, json_text
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Compared, compare
from trialtrace.run.methods.planning.analyse import result, sizes_of
from trialtrace.run.methods.planning.check import CHECKS
from trialtrace.run.methods.planning.designs import settings
from trialtrace.run.tables.frames import Frames
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.plan.planning import CHOICES

if TYPE_CHECKING:
    from trialtrace.run.methods.analysing.rows import Result
    from trialtrace.run.trial.load import Trial
    from trialtrace.run.trial.plan.planning import Design

HEADER = ("assumed", "what", "by formula", "again")
NO_RESULT = "Nothing here is a result: no outcome of the trial enters."
TOLD = (*CHOICES, "basis")


@dataclass(frozen=True)
class Told:
    """A number of a design, beside itself by another formula."""

    made: "Result"
    again: Compared | None

    @property
    def text(self) -> str:
        return self.made.error or _text(self.made.stat, self.made.value)

    @property
    def line(self) -> list[str]:
        """Its line of the table."""
        assumed = self.made.place.second
        theirs = self.again.theirs if self.again else None
        return [
            assumed[1] if assumed else "",
            LABELS[self.made.stat],
            self.text,
            "" if theirs is None else _text(self.made.stat, theirs),
        ]

    @property
    def entry(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "result_id": self.made.result_id,
            "statistic": self.made.stat,
            "method": self.made.method,
            "options": dict(self.made.options),
            "value": None if self.made.error else self.made.value,
            "error": self.made.error,
            "again": self.again.theirs if self.again else None,
            "again_by": self.again.by if self.again else None,
            "agrees": self.again.agrees if self.again else None,
        }


def tell_power(at: Project, name: str, lift: Callable[[], None], *, as_json: bool) -> int:
    """Print every number of `planning`. Returns 1 where one disagrees with its check.

    Raises UserError where the plan has no `planning`, or where an entry counts patients who are
    not derived yet.
    """
    trial = load_trial(name, at)
    if not trial.plan.planning:
        raise UserError(
            f"trial {name}, plan.yaml",
            found="no planning",
            expected="planning: designs with what they assume",
            do="docs/planning.md has an example of each design",
        )
    lift()
    derived = at.results / name / "derived"
    _derived(trial, derived)
    told = {entry.name: numbers(trial, entry, derived) for entry in trial.plan.planning.values()}
    if as_json:
        print(json_text([one.entry for each in told.values() for one in each]), end="")
    else:
        print(_text_of(trial, told))
    return int(any(one.again and not one.again.agrees for each in told.values() for one in each))


def numbers(trial: "Trial", entry: "Design", derived: Path) -> list[Told]:
    """The numbers of an entry."""
    data = Data(trial, derived)
    sizes, members = sizes_of(trial, entry, Frames(derived))
    found = []
    for setting in settings(entry, trial.plan.confidence):
        made = result(trial, entry, setting, sizes, members)
        asked = Asked.of(made.row())
        again = CHECKS[made.stat](data, asked)
        found.append(Told(made, None if again is None else next(compare(asked, again))))
    return found


def _derived(trial: "Trial", derived: Path) -> None:
    problems = Problems()
    for entry in trial.plan.planning.values():
        if entry.reached is not None and not (derived / "adsl.parquet").is_file():
            problems.add(
                f"trial {trial.name}, planning.{entry.name}.reached",
                "nobody is counted yet",
                do=f"run the trial first: trialtrace run {trial.name}",
            )
    problems.raise_if_any()


def _text_of(trial: "Trial", designs: dict[str, list[Told]]) -> str:
    parts = []
    for name, each in designs.items():
        entry = trial.plan.planning[name]
        table = aligned([one.line for one in each], HEADER)
        parts.append(f"{entry.label}\n{about(trial, entry, each)}\n\n{table}\n")
    return "\n".join([*parts, NO_RESULT])


def about(trial: "Trial", entry: "Design", rows: list[Told]) -> str:
    """Arms with their sizes, and what is chosen, in a line."""
    sizes = rows[0].made.options["patients"]
    arms = [trial.design.arms[arm].label for arm in entry.arms or ()] or ["patients"]
    given = [f"{arm} {n}" for arm, n in zip(arms, sizes, strict=True)]
    chosen = items_of(entry)
    given += [f"{key} {chosen[key]}".replace("_", " ") for key in TOLD if key in chosen]
    given += [
        f"{key} ({', '.join(f'{name} {value}' for name, value in items_of(chosen[key]).items())})"
        for key in ("clusters", "visits")
        if key in chosen
    ]
    return ", ".join(given)


def _text(stat: str, value: float) -> str:
    return value_text(stat, value) + unit_text(stat, None)
