"""frozen/: the plan of a trial as it was frozen, before anybody knew the results of the arms.

The folder has copies of the files that say what is computed, and frozen.json: their hashes, those
of the code and of the data, and when it was written. One hash, that of frozen.json, stands for all:
it is what is signed, stamped or deposited. What stamps or names it stands in proof.json.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialtrace.base.config.changes import KeyChange, configuration_changes
from trialtrace.base.config.compose import Path_, compose_text
from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_bytes
from trialtrace.run.trial.amendments import FILE as AMENDMENTS
from trialtrace.run.trial.amendments import Amendment, AmendmentsFile
from trialtrace.run.trial.entries import NAMED, WORD, Entries, concerns, entries_of, is_text, led_to

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.build import Analysis, Plan

FOLDER, RECORD, PROOF = "frozen", "frozen.json", "proof.json"
CONTRACT = "trialtrace.frozen/1"
# What says how each number is computed. Claims are of other people's numbers, and come later.
FILES = ("trial.yaml", "dictionary.csv", "cleaning.yaml", "endpoints.yaml", "plan.yaml")
PLAN = "plan.yaml"
POST_HOC, AMENDED = "post hoc", "amended"
SELF_DATED = "self-dated"


@dataclass(frozen=True)
class Frozen:
    """A trial's frozen plan beside its configuration as it stands.

    `before` and `after` are the files by their names; `proof` is what dates it, None where nobody
    else did.
    """

    record: Mapping[str, Any]
    sha256: str
    proof: Mapping[str, Any] | None
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]

    @cached_property
    def changes(self) -> tuple[KeyChange, ...]:
        """Every key that is another now, or is no longer there."""
        return tuple(configuration_changes(self.before, self.after))

    @property
    def dated(self) -> str:
        """ "2026-11-20 (time stamp, vouched for by Example CA)", "2026-11-20 (self-dated)"."""
        if self.proof and self.proof["kind"] == "time stamp":
            return f"{self.proof['time'][:10]} (time stamp, vouched for by {self.proof['by']})"
        day = str(self.record["frozen"])[:10]
        if self.proof:
            return f"{day} ({SELF_DATED}; its hash is named in {self.proof['by']})"
        return f"{day} ({SELF_DATED})"

    def told(self, amendments: AmendmentsFile | None) -> list["Told"]:
        """Every change, an entry that is new or gone as one, with its reason."""
        found: dict[str, Told] = {}
        for change in self.changes:
            place, path, text = change.place, change.path, ""
            for part, name, depth in _entry(change):
                if not all(name in named.get(part, ()) for named in self._named):
                    path = change.path[:depth]
                    place = f"{change.file}: {'.'.join(map(str, path))}"
                    text = "new" if change.old is None else "no longer there"
            text = text or f"{change.old or 'not there'} -> {change.new or 'not there'}"
            found.setdefault(place, Told(place, text, amended(change.file, path, amendments)))
        return list(found.values())

    def states(self, plan: "Plan") -> dict[str, str]:
        """Of each analysis whether it is post hoc, or rests on what was changed; empty for neither.

        What is asked, and how, is that of the whole analysis, with what it inherits; what it is
        asked of, entries of the other files that it leads to.
        """
        if not self.changes:
            return dict.fromkeys(plan.analyses, "")
        before = self._plan_before
        # Words of a table are of all its columns, and would lead to every outcome in it.
        entries = {
            part: named
            for part, named in self._entries.items()
            if part not in ("analyses", "tables")
        }
        elsewhere = [
            change
            for change in self.changes
            # Where the data lie says nothing of what is computed.
            if change.file != PLAN and change.path[:1] != ("source",) and not is_text(change)
        ]
        states = {}
        for name, analysis in plan.analyses.items():
            if before is None:
                states[name] = AMENDED
                continue
            if name not in before.analyses:
                states[name] = POST_HOC
                continue
            names = led_to(entries, WORD.findall(repr(_asked(analysis))))
            other = _asked(before.analyses[name]) != _asked(analysis)
            other |= _families(before, name) != _families(plan, name)
            other |= any(concerns(change, names) for change in elsewhere)
            states[name] = AMENDED if other else ""
        return states

    def warnings(self, plan: "Plan", amendments: AmendmentsFile | None) -> Iterator[str]:
        """What a reader must know first of the plan: that results were there before it, changes
        without a reason, primary analyses that are post hoc."""
        if self.record["results_by_arm"]:
            yield "The plan was frozen when results by arm were there."
        changes = self.told(amendments)
        bare = [change.place.partition(" ")[0] for change in changes if change.amendment is None]
        if bare:
            verb = "has" if len(bare) == 1 else "have"
            yield (
                f"Of {len(changes)} changes since the plan was frozen {len(bare)} {verb} no reason "
                f"in {AMENDMENTS} ({bare[0]}{', …' * (len(bare) > 1)})."
            )
        for name, state in self.states(plan).items():
            if state == POST_HOC and plan.analyses[name].role == "primary":
                yield f"A primary analysis is not in the frozen plan: {plan.analyses[name].label}."

    def labelled(self, plan: "Plan") -> "Plan":
        """The plan with labels of analyses that say what they are, wherever one is shown."""
        states = self.states(plan)
        analyses = {
            name: replace(one, label=f"{one.label} ({states[name]})") if states[name] else one
            for name, one in plan.analyses.items()
        }
        return replace(plan, analyses=analyses)

    @cached_property
    def _plan_before(self) -> "Plan | None":
        """The frozen plan; None where it is of another version than what is read today."""
        from trialtrace.run.trial.plan.build import plan

        try:
            return plan(compose_text(PLAN, self.before[PLAN].decode("utf-8")).data)
        except (UserError, KeyError, TypeError, ValueError):
            return None

    @cached_property
    def _entries(self) -> Entries:
        return entries_of([self.before, self.after])

    @cached_property
    def _named(self) -> tuple[Entries, Entries]:
        """The entries before and after."""
        return entries_of([self.before]), entries_of([self.after])


@dataclass(frozen=True)
class Told:
    """A change since the plan was frozen, and the amendment that gives its reason."""

    place: str
    text: str
    amendment: Amendment | None


def _entry(change: KeyChange) -> Iterator[tuple[str, str, int]]:
    """The part of a file and the name of the entry that a key is of, and how deep it lies."""
    parts = NAMED.get(change.file)
    if parts is None:
        return
    path = [str(one) for one in change.path]
    if not parts:
        yield change.file, path[0], 1
    elif len(path) > 1 and path[0] in parts:
        yield path[0], path[1], 2


def _asked(analysis: "Analysis") -> "Analysis":
    """An analysis without what is for readers alone, or says where it is reported."""
    estimand = replace(analysis.estimand, summary="", reason=None)
    words: dict[str, Any] = dict.fromkeys(("note", "report", "level_reason"))
    return replace(analysis, estimand=estimand, label="", **words)


def _families(plan: "Plan", analysis: str) -> dict[str, str]:
    """The families whose p-values are adjusted together, of those that name an analysis."""
    every = {name: repr(replace(one, label="")) for name, one in plan.multiplicity.items()}
    return {name: text for name, text in every.items() if analysis in WORD.findall(text)}


def amended(file: str, path: Path_, amendments: AmendmentsFile | None) -> Amendment | None:
    """The amendment that gives the reason of a change."""
    return amendments.of(file, ".".join(map(str, path))) if amendments else None


def frozen_folder(at: Project, trial: str) -> Path:
    return at.trial_config(trial) / FOLDER


def is_frozen(at: Project, trial: str) -> bool:
    return (frozen_folder(at, trial) / RECORD).is_file()


def frozen_files(at: Project, trial: str) -> list[Path]:
    """The files of the frozen plan that what is shown hangs on."""
    folder = frozen_folder(at, trial)
    names = (RECORD, PROOF, *FILES)
    return [folder / name for name in names if (folder / name).is_file()]


def frozen_plan(at: Project, trial: str) -> Frozen | None:
    """The frozen plan of a trial; None where none was frozen.

    Raises UserError for a record that is none, and for a copy that is not the file it names.
    """
    if not is_frozen(at, trial):
        return None
    folder, config = frozen_folder(at, trial), at.trial_config(trial)
    text = (folder / RECORD).read_bytes()
    record = _json(at, folder / RECORD, text)
    problems = []
    if record.get("contract") != CONTRACT or set(record.get("files", ())) != set(FILES):
        do = f"bring back the file as trialtrace freeze {trial} wrote it"
        found = f"contract {record.get('contract')!r}"
        problems.append(Problem(at.shown(folder / RECORD), found=found, expected=CONTRACT, do=do))
        raise ProblemsError(problems)
    before = {}
    for name, expected in record["files"].items():
        content = (folder / name).read_bytes() if (folder / name).is_file() else b""
        if sha256_bytes(content) != expected:
            problems.append(
                Problem(
                    at.shown(folder / name),
                    "is not the file that was frozen",
                    expected=f"sha256 {expected}",
                    do="bring it back: a change stands in the file of the trial, with its reason "
                    "in amendments.yaml",
                )
            )
        before[name] = content
    if problems:
        raise ProblemsError(problems)
    proof = folder / PROOF
    return Frozen(
        record,
        sha256_bytes(text),
        _json(at, proof, proof.read_bytes()) if proof.is_file() else None,
        before,
        {name: _bytes(config / name) for name in FILES},
    )


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _json(at: Project, path: Path, text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProblemsError(
            [Problem(at.shown(path), "is no JSON object", do="bring back the file as it was")]
        )
    return found
