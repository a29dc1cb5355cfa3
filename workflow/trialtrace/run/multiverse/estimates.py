"""Specifications estimated, each by the analysis of the plan that it is, with its scores."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan
from pathlib import Path

import numpy as np

from trialtrace.audit.ledger.shape import Unread as Content
from trialtrace.base.arrays import Flags, Floats, Labels, Places
from trialtrace.base.config.spec import items_of
from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_file
from trialtrace.run.jobs.faults import tell
from trialtrace.run.methods.analysing.cuts import Cut, cuts
from trialtrace.run.methods.analysing.rows import Place, Result
from trialtrace.run.methods.analysing.run import run_analysis
from trialtrace.run.multiverse.rules import data_of
from trialtrace.run.multiverse.scores import SCORE_OF, Sampled, score_of
from trialtrace.run.tables.blocks import Blocks, Progress, key_of
from trialtrace.run.tables.contracts.rows import MemberRow, ResultRow
from trialtrace.run.tables.frames import Frames
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.multiverse.load import SpecifiedTrial
from trialtrace.run.trial.outcomes import Outcomes
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.study.source import Synthetic
from trialtrace.stats.results import StatsError

# Specifications a block, some seconds of work, which is what an interrupted run does again; and the
# most cells of their scores, 16 MiB.
SIZE, CELLS = 64, 1 << 21
PREFIX = "estimates-"
# Of levels 1 to 9 the quickest.
DEFLATED = 1
# Selections of rows that are kept for the specifications that follow, which often share them.
SELECTIONS = 4
DATA_SETS = ("adsl", "bds", "adtte", "occds")
CONFIGURATION = ("trial.yaml", "dictionary.csv", "endpoints.yaml", "plan.yaml")


@dataclass(frozen=True)
class Kept:
    """Scores in a block: in which row, of how many subjects, and their digest."""

    block: str
    at: int
    subjects: int
    digest: str


@dataclass(frozen=True)
class Estimated:
    """One estimate of a specification, and where its scores are, or why it has none.

    `text` is its row and its members as JSON, deflated: of many thousands that is a twentieth of
    the objects.
    """

    analysis: str
    text: bytes
    score: str | None
    untested: str | None
    scores: Kept | None

    @property
    def row(self) -> ResultRow:
        row: ResultRow = json.loads(zlib.decompress(self.text))[0]
        return row

    @property
    def members(self) -> list[MemberRow]:
        members: list[MemberRow] = json.loads(zlib.decompress(self.text))[1]
        return members


@dataclass(frozen=True)
class Work:
    """The specifications of a trial over its derived data, with the blocks of what is done.

    `code` is the hash of what computes: estimates of other code are others.
    """

    trial: SpecifiedTrial
    derived: Path
    blocks: Blocks
    code: str

    @cached_property
    def frames(self) -> Frames:
        return Frames(self.derived)

    @cached_property
    def _ruled(self) -> dict[str, tuple[SpecifiedTrial, Frames, str]]:
        """By rule of endpoints: the trial, its data, their digest."""
        folder = self.blocks.folder.parent
        found = {"": (self.trial, self.frames, "")}
        for rule in {*self.trial.rules.values()} - {""}:
            place, digest = data_of(folder, rule)
            found[rule] = self.trial.ruled(rule), Frames(place), digest
        return found

    def ruled(self, name: str) -> tuple[SpecifiedTrial, Frames]:
        """The trial with the endpoints of a specification, and the data that these give."""
        trial, frames, _ = self._ruled[self.trial.rules[name]]
        return trial, frames

    @cached_property
    def origin(self) -> str:
        """A digest of what all estimates come from, but for multiverse.yaml."""
        folder = self.trial.at.trial_config(self.trial.name)
        files = [folder / name for name in CONFIGURATION]
        files += [self.derived / f"{name}.parquet" for name in DATA_SETS]
        return key_of(self.code, *map(sha256_file, files))

    @cached_property
    def keys(self) -> dict[str, str]:
        """The key of each specification's estimates by its analysis: what they come from."""
        plan = self.trial.document("plan")
        return {
            name: key_of(self.origin, json.dumps(self._entry(plan, name), sort_keys=True))
            for name in self.trial.specifications
        }

    def _entry(self, plan: Content, name: str) -> list[object]:
        entry = plan["analyses"][name]
        late = self.trial.multiverse.late(self.trial.specifications[name])
        told = [name, entry, plan["estimands"].get(entry.get("estimand")), late]
        rule = self.trial.rules[name]
        return [*told, rule, self._ruled[rule][2]] if rule else told

    @cached_property
    def _arms(self) -> Labels:
        arms = self.frames.column("adsl", "TRT01P").to_pylist()
        return np.array([arm or "" for arm in arms])

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where each subject stands in ADSL."""
        names = self.frames.column("adsl", "USUBJID").to_pylist()
        return {name: place for place, name in enumerate(names)}

    @property
    def subjects(self) -> int:
        """How many there are, of all arms."""
        return len(self._arms)

    def _among(self, pair: Iterable[str]) -> Flags:
        return np.isin(self._arms, list(pair))

    def arms(self, pair: Iterable[str]) -> Labels:
        """The arm of each subject who was randomised to these arms, in the order of ADSL."""
        return self._arms[self._among(pair)]

    def places(self, pair: Iterable[str], names: Labels) -> Places:
        """Where these subjects stand among those randomised to these arms."""
        of_all = np.cumsum(self._among(pair)) - 1
        found: Places = of_all[[self._places[name] for name in names]]
        return found

    def column(self, name: str, pair: Iterable[str]) -> Labels:
        """A variable of the subjects randomised to these arms; None where it is missing."""
        values = self.frames.column("adsl", adsl_code(name)).to_pylist()
        return np.array(values, dtype=object)[self._among(pair)]


def estimates(work: Work) -> dict[str, list[Estimated]]:
    """The estimates of the specifications, those that are not there computed now."""
    known = _known(work)
    todo = [name for name in work.trial.specifications if work.keys[name] not in known]
    log = Progress("specifications", len(todo))
    size = block_size(work)
    for first in range(0, len(todo), size):
        names = todo[first : first + size]
        block = PREFIX + key_of(*(work.keys[name] for name in names))
        work.blocks.write(block, _arrays(work, {name: _computed(work, name) for name in names}))
        known |= _in_block(work, block)
        log.done(first + len(names))
    return {name: known[work.keys[name]] for name in work.trial.specifications}


def block_size(work: Work) -> int:
    """How many specifications a block has."""
    return max(1, min(SIZE, CELLS // max(1, work.subjects)))


def _computed(work: Work, name: str) -> "list[Computed]":
    found = [*estimated(work, name)]
    work.ruled(name)[1].forget(SELECTIONS)
    return found


@dataclass(frozen=True)
class Computed:
    """An estimate as it was computed, before it is in a block."""

    analysis: str
    row: ResultRow
    members: list[MemberRow]
    score: str | None
    untested: str | None
    scores: Floats | None


def estimated(work: Work, name: str) -> Iterator[Computed]:
    """The estimates of a specification: of each comparison and visit. A failure is one with its
    reason, whatever failed; of a fault of the program the log has the place."""
    analysis = work.trial.plan.analyses[name]
    try:
        found = [each for each in run_analysis(*_inputs(work, name)) if _asked(each, analysis)]
        reason = "the analysis gives no single estimate of a comparison."
    except UserError as error:
        found, reason = [], " ".join(str(error).split())
    except Exception as error:  # noqa: BLE001  one specification must not stop the others
        found, reason = [], f"a fault of the program ({type(error).__name__})."
        tell(work.trial.name, type(error), error, error.__traceback__)
    if not found:
        found = [_failed(work.trial, analysis, reason)]
    for result in found:
        yield _with_scores(work, name, result)


def _inputs(work: Work, name: str) -> tuple[SpecifiedTrial, Analysis, Frames]:
    """What a specification is run on."""
    trial, frames = work.ruled(name)
    return trial, work.trial.plan.analyses[name], frames


def _asked(result: Result, analysis: Analysis) -> bool:
    """Whether a result is the estimate of a comparison, and nothing that stands beside it."""
    place = result.place
    return (
        result.stat == analysis.estimates[0].statistic
        and place.pair is not None
        and (place.second is None or place.second[0] == "time")
    )


def _failed(trial: SpecifiedTrial, analysis: Analysis, reason: str) -> Result:
    estimand, step = analysis.estimand, analysis.estimates[0]
    place = Place(
        trial.name,
        analysis.name,
        estimand.population,
        estimand.name,
        estimand.variable,
        pair=analysis.pairs[0],
    )
    options = items_of(step.options)
    return Result(place, step.statistic, step.method, nan, options, {}, error=reason)


def _with_scores(work: Work, name: str, result: Result) -> Computed:
    step = work.trial.plan.analyses[name].estimates[0]
    reason, scores = untested(work, name, result), None
    if reason is None:
        try:
            scores = _scores(work, name, result)
        except StatsError as refused:
            reason = str(refused)
    score = SCORE_OF.get(step.key) if reason is None else None
    return Computed(name, result.row(), result.member_rows(), score, reason, scores)


def untested(work: Work, name: str, result: Result) -> str | None:
    """Why a specification is shown and not tested, as far as what is declared says it."""
    trial = work.trial
    if result.error is not None:
        return "there is no estimate"
    if isinstance(trial.source, Synthetic):
        return "the patients are drawn to published numbers, so that their variation is false"
    if trial.design.kind != "parallel":
        return "re-randomisation is of trials in which each patient has one arm"
    if trial.design.randomisation.scheme == "unknown":
        return "how patients were randomised is not known (trial.yaml: design.randomisation)"
    population = trial.populations[result.place.population]
    ruled, _ = work.ruled(name)
    if chosen := Outcomes(ruled.endpoints, trial.subjects).chosen_by(population):
        return f"the population {population.name} is chosen after randomisation, by {chosen[0]}"
    late = trial.multiverse.late(trial.specifications[name])
    return f"it rests on what may follow the arm ({'; '.join(late)})" if late else None


def _scores(work: Work, name: str, result: Result) -> Floats:
    pair = result.place.pair
    assert pair is not None
    trial, analysis, frames = _inputs(work, name)
    step = analysis.estimates[0]
    cut = _cut(trial, analysis, frames, result.place)
    given = result.members["analysed"].predicate
    rows = frames.select(cut.dataset, given | {"TRTP": {"in": list(pair)}})
    places = work.places(pair, rows.column("USUBJID"))
    sample = Sampled(cut, rows, items_of(step.options))
    return score_of(step.key, sample, places, len(work.arms(pair)))


def _cut(trial: SpecifiedTrial, analysis: Analysis, frames: Frames, place: Place) -> Cut:
    """The cut of the analysis at which a result stands."""
    together = card_of(analysis.estimates[0].key).visits != "each"
    for cut in cuts(trial, analysis, frames, together=together):
        if (cut.place.parameter, cut.place.visit) == (place.parameter, place.visit):
            return cut
    raise StatsError("the estimate is of several visits at once, and has no score here.")


def blocks_in_use(work: Work) -> list[str]:
    """The blocks that have an estimate of a present specification, by their names."""
    present = set(work.keys.values())
    return [
        name
        for name in work.blocks.names()
        if name.startswith(PREFIX) and not present.isdisjoint(_in_block(work, name))
    ]


def _known(work: Work) -> dict[str, list[Estimated]]:
    """Every estimate of a present specification that a block has, by its key; two blocks may have
    the same."""
    known: dict[str, list[Estimated]] = {}
    present = set(work.keys.values())
    for name in work.blocks.names():
        if name.startswith(PREFIX):
            for key, those in _in_block(work, name).items():
                if key in present:
                    known.setdefault(key, those)
    return known


def _in_block(work: Work, name: str) -> dict[str, list[Estimated]]:
    """The estimates of a block by their keys; nothing where another job has deleted it."""
    arrays = work.blocks.read(name) or {}
    found: dict[str, list[Estimated]] = {}
    columns = [arrays[column].tolist() if arrays else [] for column in COLUMNS]
    for at, (key, analysis, text, score, untested, subjects, digest) in enumerate(
        zip(*columns, strict=True)
    ):
        kept = Kept(name, at, subjects, digest) if score else None
        deflated = zlib.compress(text.encode(), DEFLATED)
        each = Estimated(analysis, deflated, score or None, untested or None, kept)
        found.setdefault(key, []).append(each)
    return found


COLUMNS = ("key", "analysis", "text", "score", "untested", "subjects", "digest")


def _arrays(work: Work, block: Mapping[str, Sequence[Computed]]) -> dict[str, Labels]:
    """A block as arrays; comparisons differ in their subjects, so scores end where these do."""
    every = [(work.keys[name], each) for name, those in block.items() for each in those]
    subjects = [0 if each.scores is None else len(each.scores) for _, each in every]
    scores = np.zeros((len(every), max(subjects, default=0)))
    rows = []
    for at, (key, each) in enumerate(every):
        if each.scores is not None:
            scores[at, : subjects[at]] = each.scores
        text = json.dumps([each.row, each.members])
        digest = hashlib.sha256(scores[at, : subjects[at]].tobytes()).hexdigest()
        told = (key, each.analysis, text, each.score or "", each.untested or "", subjects[at])
        rows.append((*told, digest))
    columns = zip(COLUMNS, zip(*rows, strict=True), strict=True)
    return {name: np.array(column) for name, column in columns} | {"scores": scores}
