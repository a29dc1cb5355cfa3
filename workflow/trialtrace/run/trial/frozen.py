"""frozen/: the plan of a trial as it was frozen, before anybody knew the results of the arms.

The folder has copies of the files that say what is computed, with the tables of the project that
endpoints read, and frozen.json: their hashes, those of the code and of the data, and when it was
written. One hash, that of frozen.json, stands for all:
it is what is signed, stamped or deposited. What stamps or names it stands beside it.
"""

import json
import re
from ast import literal_eval
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.config.changes import KeyChange, configuration_changes
from trialtrace.base.config.compose import Path_, compose_text
from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_bytes
from trialtrace.run.trial.amendments import FILE as AMENDMENTS
from trialtrace.run.trial.amendments import Amendment, AmendmentsFile
from trialtrace.run.trial.entries import NAMED, WORD, Entries, concerns, entries_of, is_text, led_to
from trialtrace.run.trial.frozen_proof import RECORD, Proof, proved
from trialtrace.run.trial.review import FILE as REVIEW

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.build import Analysis, Plan

FOLDER = "frozen"
CONTRACT = "trialtrace.frozen/1"
TRIAL, DICTIONARY, ENDPOINTS, PLAN = "trial.yaml", "dictionary.csv", "endpoints.yaml", "plan.yaml"
# What says how each number is computed. Claims are of other people's numbers, and come later.
# Decisions of a data review are frozen with them where there are some.
FILES = (TRIAL, DICTIONARY, "cleaning.yaml", ENDPOINTS, PLAN)
# A table of the project, below config/.
TABLE = re.compile(r"[a-z]+/[a-z][a-z0-9_]*\.csv")
PRIMARY = "primary"
POST_HOC, AMENDED = "post hoc", "amended"
SELF_DATED = "self-dated"


@dataclass(frozen=True)
class Record:
    """frozen.json: files by their SHA-256, the hash of the code of each stage, that of the data,
    and of the key that this is by: None where by none, empty where a record does not say."""

    contract: str
    trial: str
    title: str
    frozen: str
    by: str | None
    trialtrace: str
    files: dict[str, str]
    code: dict[str, str]
    data: str | None
    results_by_arm: bool
    key: str | None = ""


@dataclass(frozen=True)
class Frozen:
    """A trial's frozen plan beside its configuration as it stands.

    `before` and `after` are the files by their names; `proof` is what dates it and holds, None
    where nothing does; `faults` say what does not hold.
    """

    record: Record
    sha256: str
    proof: Proof | None
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    faults: tuple[str, ...] = ()

    @cached_property
    def changes(self) -> tuple[KeyChange, ...]:
        """Every key that is another now, or is no longer there."""
        return tuple(configuration_changes(self.before, self.after))

    @property
    def dated(self) -> str:
        """ "2026-11-20 (time stamp, vouched for by Example CA)", "2026-11-20 (self-dated)"."""
        if self.proof and self.proof.time:
            return f"{self.proof.time[:10]} (time stamp, vouched for by {self.proof.by})"
        day = self.record.frozen[:10]
        if self.proof:
            return f"{day} ({SELF_DATED}; its hash is named in a receipt of {self.proof.by})"
        return f"{day} ({SELF_DATED})"

    def later_changes(self, amendments: AmendmentsFile | None) -> list["LaterChange"]:
        """Every change, an entry that is new or gone as one, with its reason."""
        found: dict[str, LaterChange] = {}
        for change in self.changes:
            place, path, text = change.place, change.path, ""
            pinned = path[:1] == ("source",) and path[-1] == "sha256"
            # A blinded run takes none of own files. Who takes out the one hash that there is of
            # them takes out what would tell other data.
            if pinned and (change.old is None or (change.new is None and self.record.data)):
                continue
            for part, name, depth in _entry(change):
                if not all(name in named.get(part, ()) for named in self._named):
                    path = change.path[:depth]
                    place = f"{change.file}: {'.'.join(map(str, path))}"
                    text = "new" if change.old is None else "no longer there"
            reason = amended(change.file, path, amendments)
            if change.file == REVIEW and change.path[1:]:
                path, text, reason = self._of_decision(change, reason)
                place = f"{REVIEW}: {'.'.join(map(str, path))}"
            if path[:1] == ("source",):
                # Where an export lies and how its files are called tells of hospitals and patients.
                text = "another, which is not shown" if change.new else "no longer there"
            text = text or f"{change.old or 'not there'} -> {change.new or 'not there'}"
            found.setdefault(place, LaterChange(place, text, reason))
        return list(found.values())

    def _of_decision(
        self, change: KeyChange, reason: Amendment | None
    ) -> tuple[Path_, str, Amendment | None]:
        """The path and the words of a changed key of review.yaml, without the keys of rows. What
        was decided after the plan was frozen has a reason of its own."""
        before, after = (
            decision.get("".join(map(str, change.path[1:2]))) for decision in self._decisions
        )
        if before is None and after is not None:
            date, why = str(after.get("date")), str(after.get("reason"))
            late = date >= self.record.frozen[:10]
            own = Amendment(of=(REVIEW,), date=date, reason=why) if late else None
            return change.path[:2], "new", reason or own
        if after is None:
            return change.path[:2], "no longer there", reason
        rows = change.path[2:3] == ("rows",)
        return change.path[:3], "others, which are not shown" if rows else "", reason

    @cached_property
    def _decisions(self) -> tuple[Mapping[str, Mapping[str, object]], ...]:
        """The decisions of the data review before and after."""
        texts = (files.get(REVIEW, b"") for files in (self.before, self.after))
        read = (compose_text(REVIEW, text.decode("utf-8", "replace")).data for text in texts)
        return tuple((one or {}).get("decisions") or {} for one in read)

    def states(self, plan: "Plan") -> dict[str, str]:
        """Of each analysis whether it is post hoc, or rests on what was changed; empty for neither.

        What is asked, and how, is that of the whole analysis, with what it inherits; what it is
        asked of, entries of the other files that it leads to.
        """
        if not self.changes:
            return dict.fromkeys(plan.analyses, "")
        before = self._plan_before
        elsewhere = [
            key_change
            for key_change in self.changes
            if key_change.file != PLAN and _computes(key_change)
        ]
        states = {}
        for name, analysis in plan.analyses.items():
            if before is None:
                states[name] = AMENDED
                continue
            if name not in before.analyses:
                states[name] = POST_HOC
                continue
            names = led_to(self._entries, WORD.findall(repr(_asked(analysis))))
            other = _asked(before.analyses[name]) != _asked(analysis)
            other |= _families(before, name) != _families(plan, name)
            other |= any(self._bears_on(change, names) for change in elsewhere)
            other |= bool(self.exchanged)
            states[name] = AMENDED if other else ""
        return states

    def _bears_on(self, change: KeyChange, names: Mapping[str, int]) -> bool:
        """Whether a changed key of another file than the plan can bear on what leads to names.

        A column that no entry names may be read by a pattern ("score{visit}"): it bears on all that
        reads its table. A variable of the subjects bears on who names it.
        """
        path = [str(one) for one in change.path]
        if change.file == REVIEW:
            decisions = [decision.get("".join(path[1:2]), {}) for decision in self._decisions]
            words = WORD.findall(repr([decision.get("leaves", ()) for decision in decisions]))
            words += [DEVIATION] if any(DEVIATION in decision for decision in decisions) else []
            return any(word in names for word in words)
        if change.file == DICTIONARY:
            row = literal_eval(change.new or change.old or "[]")
            table = "".join(row[FORM : FORM + 1])
            return path[0] in names or (path[0] not in self._words and table in names)
        if "/" in change.file and (name := Path(change.file).stem) in self._words:
            return name in names
        if path[:1] == ["subjects"] and path[1:2] != ["table"]:
            return "".join(path[2:3] if path[1:2] == ["variables"] else path[1:2]) in names
        return concerns(change, names)

    @cached_property
    def _words(self) -> frozenset[str]:
        """Every word of the entries that lead to columns, of both states."""
        return frozenset(
            word for named in self._entries.values() for words in named.values() for word in words
        )

    def warnings(self, plan: "Plan", amendments: AmendmentsFile | None) -> Iterator[str]:
        """What a reader must know first of the plan: that results were there before it, changes
        without a reason, primary analyses that are post hoc."""
        if self.record.results_by_arm:
            yield "The plan was frozen when results by arm were there."
        changes = self.later_changes(amendments)
        bare = [change.place for change in changes if change.amendment is None]
        if bare:
            verb = "has" if len(bare) == 1 else "have"
            yield (
                f"Of {len(changes)} changes since the plan was frozen {len(bare)} {verb} no reason "
                f"in {AMENDMENTS} ({bare[0]}{', …' * (len(bare) > 1)})."
            )
        yield from (f"{fault}." for fault in self.faults)
        yield from self._primaries(plan)
        if exchanged := self.exchanged:
            yield f"Labels were exchanged since the plan was frozen: {', '.join(exchanged)}."

    def _primaries(self, plan: "Plan") -> Iterator[str]:
        """Primary analyses that the frozen plan has not as such, and its own that are none now."""
        if self._plan_before is None:
            return
        before, now = (
            {name: one.label for name, one in each.analyses.items() if one.role == PRIMARY}
            for each in (self._plan_before, plan)
        )
        for name in now.keys() - before.keys():
            yield f"A primary analysis is not primary in the frozen plan: {now[name]}."
        for name in before.keys() - now.keys():
            yield f"A primary analysis of the frozen plan is none any more: {before[name]}."

    @cached_property
    def exchanged(self) -> list[str]:
        """The keys of labels that another entry beside them had: of arms, levels, visits."""
        found = []
        words = [change for change in self.changes if is_text(change) and change.old]
        for change in words:
            others = [
                word
                for word in words
                if word is not change
                and word.file == change.file
                and len(word.path) == len(change.path)
                and word.path[:-2] == change.path[:-2]
            ]
            if any(change.new == key_change.old for key_change in others):
                found.append(f"{change.file}: {'.'.join(map(str, change.path))}")
        return found

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
        """The entries of both states through which an analysis leads to columns.

        Words of a table or a display are of many columns, and would lead to every outcome.
        """
        every = entries_of([self.before, self.after])
        leading = {part: every.get(part, {}) for part in ("estimands", "populations", ENDPOINTS)}
        subjects = leading.setdefault("subjects", {})
        for files in (self.before, self.after):
            declared = compose_text(TRIAL, files[TRIAL].decode("utf-8", "replace")).data
            of = declared.get("subjects") if isinstance(declared, Mapping) else None
            given = {**of, **(of.get("variables") or {})} if isinstance(of, Mapping) else {}
            for name, entry in given.items():
                if name not in ("table", "variables"):
                    subjects.setdefault(name, set()).update(WORD.findall(json.dumps(entry)))
        return leading

    @cached_property
    def _named(self) -> tuple[Entries, Entries]:
        """The entries before and after."""
        return entries_of([self.before]), entries_of([self.after])


@dataclass(frozen=True)
class LaterChange:
    """A change since the plan was frozen, and the amendment that gives its reason."""

    place: str
    text: str
    amendment: Amendment | None


# Keys of trial.yaml and cleaning.yaml that no number is computed from; and where the data lie.
OF_NO_NUMBER = {
    ("source",),
    ("funding",),
    ("setting",),
    ("eligibility",),
    ("dates",),
    ("limitations",),
    ("reanalysis",),
    ("document_code",),
    ("design", "stopped"),
    ("design", "planned"),
    ("design", "blinding"),
    ("design", "ratio"),
    ("design", "framework"),
    ("design", "concealment"),
    ("design", "size"),
    ("design", "interim"),
}
# Keys of a decision of the data review that do nothing; the one that makes a deviation.
OF_NO_DECISION = {("by",), ("date",), ("query",), ("reason",), ("seen",)}
DEVIATION = "deviation"
# Cells of the dictionary: the table; and what runs read, type, choices, validation, branching.
FORM, READ_BY_RUNS = 1, (1, 3, 5, 7, 8, 9, 11)


def _computes(change: KeyChange) -> bool:
    """Whether a number can be computed from a changed key of another file than the plan."""
    if is_text(change) or "ignore" in change.path:
        return False
    if change.file == REVIEW:
        return change.path[2:3] not in OF_NO_DECISION
    if change.path[:1] in OF_NO_NUMBER or change.path[:2] in OF_NO_NUMBER:
        return False
    if change.file == DICTIONARY and change.old and change.new:
        old, new = (literal_eval(one) for one in (change.old, change.new))
        return [old[at : at + 1] for at in READ_BY_RUNS] != [
            new[at : at + 1] for at in READ_BY_RUNS
        ]
    return True


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
    bare = replace(analysis, estimand=estimand, label="", note=None, report=None)
    return replace(bare, level_reason=None)


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
    return sorted(path for path in frozen_folder(at, trial).rglob("*") if path.is_file())


def frozen_plan(at: Project, trial: str) -> Frozen | None:
    """The frozen plan of a trial; None where none was frozen.

    Raises UserError for a record that is none, and for a copy that is not the file it names.
    """
    if not is_frozen(at, trial):
        return None
    folder, config = frozen_folder(at, trial), at.trial_config(trial)
    text = (folder / RECORD).read_bytes()
    problems = []
    record = _record(text)
    if record is None:
        do = f"bring back the file as trialtrace freeze {trial} wrote it"
        expected = f"a record of {CONTRACT} of these files: {', '.join(FILES)}"
        raise UserError(at.shown(folder / RECORD), "is none", expected=expected, do=do)
    before = {}
    for name, expected in record.files.items():
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
    proof, fault = proved(folder, sha256_bytes(text))
    return Frozen(
        record,
        sha256_bytes(text),
        proof,
        before,
        {
            name: _bytes((at.config if "/" in name else config) / name)
            for name in dict.fromkeys((*FILES, REVIEW, *record.files))
        },
        (fault,) if fault else (),
    )


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _record(text: bytes) -> Record | None:
    """What a record holds; None of any other text."""
    try:
        record = Record(**json.loads(text))
    except (ValueError, TypeError):
        return None
    if not isinstance(record.files, dict) or record.contract != CONTRACT:
        return None
    named = {name for name in record.files if not TABLE.fullmatch(name)} - {REVIEW}
    return record if named == {*FILES} else None
