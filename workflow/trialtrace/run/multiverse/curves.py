"""Curves: specifications of one estimand on one scale, tested together by re-randomisation."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from trialtrace.base.arrays import Floats, Labels
from trialtrace.base.config.spec import items_of
from trialtrace.base.errors import UserError, one_of
from trialtrace.run.multiverse.estimates import Estimated, Kept, Work, blocks_in_use
from trialtrace.run.tables.blocks import WHOLE, Blocks, Chunk, Progress, key_of
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.study.file import Design
from trialtrace.stats.resampling.curves import (
    Curve,
    CurveDraws,
    curve,
    curve_draws,
    joined,
)
from trialtrace.stats.resampling.schemes import Scheme, fixed_margins, stratified, unfit_cells
from trialtrace.stats.resampling.sums import whole_scores
from trialtrace.stats.results import StatsError

# Cells of scores that are worked on at once, 32 MiB; and so many that they stay in memory, 256 MiB:
# of more, each block of draws reads them again.
SLAB_CELLS, HELD_CELLS = 1 << 22, 1 << 25
# Draws a block: whichever are in one, the draws are the same.
DRAWS = 500
PREFIX = "draws-"

UNTOLD = "a stratum of the randomisation is missing in some subjects"
SAME = "its score is the same in all subjects of each stratum"


@dataclass(frozen=True)
class Place:
    """What a curve is of: one statistic of one comparison under one estimand."""

    statistic: str
    comparison: str
    reference: str
    population: str
    parameter: str
    visit: str | None
    rows: str | None
    value: str
    time: float | None
    asking: str | None

    @property
    def name(self) -> str:
        """ "risk_difference@indomethacin-placebo;population=itt;variable=pancreatitis"."""
        text = f"{self.statistic}@{self.comparison}-{self.reference}"
        text += f";population={self.population};variable={self.parameter}"
        text += f";visit={self.visit}" if self.visit is not None else ""
        text += f";value={self.value}" if self.value != "value" else ""
        text += f";time={self.time:g}" if self.time is not None else ""
        if self.rows is not None:
            text += f";where={hashlib.sha256(self.rows.encode()).hexdigest()[:6]}"
        if self.asking is not None:
            text += "".join(
                f";{factor}={level}" for factor, level in json.loads(self.asking).items()
            )
        return text

    @property
    def pair(self) -> tuple[str, str]:
        """Treated and reference arm."""
        return self.comparison, self.reference


@dataclass(frozen=True)
class Group:
    """The estimates of a curve in the order of their specifications, and what is observed of those
    that are tested; None where none is, or before any was looked at."""

    place: Place
    estimates: Sequence[Estimated]
    observed: Curve | None = None

    @cached_property
    def tested(self) -> list[Estimated]:
        """Those that have scores."""
        return [estimate for estimate in self.estimates if estimate.scores is not None]


def groups(work: Work, estimates: Mapping[str, Sequence[Estimated]]) -> list[Group]:
    """The estimates by curve, curves in the order in which they begin."""
    found: dict[Place, list[Estimated]] = {}
    for name, those in estimates.items():
        analysis = work.trial.plan.analyses[name]
        rows = None if analysis.where is None else json.dumps(analysis.where, sort_keys=True)
        asking = work.trial.multiverse.asking(work.trial.specifications[name])
        for each in those:
            row = each.row
            place = Place(
                row["stat_name"],
                present(row["comparison"]),
                present(row["reference"]),
                row["population"],
                present(row["parameter"]),
                row["visit"],
                rows,
                analysis.value,
                time_of(analysis),
                json.dumps(asking, ensure_ascii=False) if asking else None,
            )
            found.setdefault(place, []).append(each)
    return [Group(place, those) for place, those in found.items()]


def time_of(analysis: Analysis) -> float | None:
    """The time that an estimate is at, or goes up to; None of others."""
    options = items_of(analysis.estimates[0].options)
    return next((float(options[key]) for key in ("time", "horizon") if key in options), None)


def prepared(work: Work, group: Group) -> Group:
    """With the observed curve. Specifications that no assignment tells apart are not tested."""
    if not group.tested:
        return group
    try:
        scheme = _scheme(work, group.place.pair)
    except StatsError as refused:
        estimates = [_without_scores(estimate, str(refused)) for estimate in group.estimates]
        return replace(group, estimates=estimates)
    try:
        return _observed(work, group, scheme)
    except StatsError:
        group = _told_apart(work, group, scheme)
    return _observed(work, group, scheme) if group.tested else group


def _observed(work: Work, group: Group, scheme: Scheme) -> Group:
    observed = curve(scheme, _columns(work, group), arm=group.place.comparison)
    return replace(group, observed=observed)


def _told_apart(work: Work, group: Group, scheme: Scheme) -> Group:
    """Without the scores that are the same under every assignment, which have no curve."""
    spread = np.concatenate([whole_scores(scheme, s).sd() for s in _columns(work, group)()])
    same = {id(each) for each, sd in zip(group.tested, spread, strict=True) if not sd > 0}
    estimates = [
        _without_scores(estimate, SAME) if id(estimate) in same else estimate
        for estimate in group.estimates
    ]
    return replace(group, estimates=estimates)


def _columns(work: Work, group: Group) -> "Columns":
    return Columns(work.blocks, tuple(each.scores for each in group.tested if each.scores))


@dataclass(frozen=True)
class Columns:
    """Scores of estimates in their order as slabs (subjects, estimates), read from their blocks."""

    blocks: Blocks
    kept: tuple[Kept, ...]

    def __call__(self) -> Iterator[Floats]:
        held = self.kept[0].subjects * len(self.kept) <= HELD_CELLS
        yield from self._slabs if held else self._read()

    @cached_property
    def _slabs(self) -> list[Floats]:
        return [*self._read()]

    def _read(self) -> Iterator[Floats]:
        """No more estimates at a time than fit a slab, each block read once for a slab: jobs of
        several parts leave neighbours in several blocks."""
        width = max(1, SLAB_CELLS // self.kept[0].subjects)
        for first in range(0, len(self.kept), width):
            part = self.kept[first : first + width]
            slab = np.empty((part[0].subjects, len(part)))
            by_block: dict[str, list[int]] = {}
            for at, each in enumerate(part):
                by_block.setdefault(each.block, []).append(at)
            for block, places in by_block.items():
                rows = self._scores(block)[:, : len(slab)]
                slab[:, places] = rows[[part[at].at for at in places]].T
            yield slab

    def _scores(self, block: str) -> Floats:
        arrays = self.blocks.read(block)
        if arrays is None:
            raise UserError(block, "is there no more", do="let one run work here at a time")
        scores: Floats = arrays["scores"]
        return scores


def _without_scores(estimated: Estimated, reason: str) -> Estimated:
    return replace(estimated, scores=None, score=None, untested=estimated.untested or reason)


def _scheme(work: Work, pair: tuple[str, str]) -> Scheme:
    """The trial's own scheme for the patients of two arms, as far as it is known.

    Raises StatsError where it cannot have made the data.
    """
    _check_blocks(work)
    cells = _cells(work, pair)
    if cells is None:
        return fixed_margins(work.arms(pair))
    return stratified(work.arms(pair), cells)


def _cells(work: Work, arms: Sequence[str]) -> Labels | None:
    """The stratum of each subject of these arms; None where there are none."""
    strata = work.trial.design.strata
    if not strata:
        return None
    columns = [work.column(name, arms) for name in strata]
    if any(value is None for column in columns for value in column):
        raise StatsError(UNTOLD)
    return np.array([", ".join(map(str, cell)) for cell in zip(*columns, strict=True)])


def _check_blocks(work: Work) -> None:
    """Raise StatsError with the counts where blocks of the declared sizes cannot have made them."""
    sizes = getattr(work.trial.design.randomisation, "block_sizes", None)
    if not sizes:
        return
    declared = work.trial.design.arms
    arm = work.arms(declared)
    cells = _cells(work, [*declared])
    names, cell = np.unique(np.zeros(len(arm)) if cells is None else cells, return_inverse=True)
    counts = np.array([np.bincount(cell[arm == name], minlength=len(names)) for name in declared]).T
    unfit = unfit_cells(counts, sizes)
    if unfit.size:
        first = int(unfit[0])
        told = zip(counts[first].tolist(), declared.values(), strict=True)
        where = f" in {names[first]}" if cells is not None else ""
        more = f", and {unfit.size - 1} of {len(names)} strata more" if unfit.size > 1 else ""
        raise StatsError(
            f"blocks of {one_of(sorted(sizes))} patients cannot have made "
            f"{', '.join(f'{n} {one.label}' for n, one in told)}{where}{more}: the scheme was "
            "another, or patients are missing from the data"
        )


def drawn(work: Work, curves: Sequence[Group], chunk: Chunk = WHOLE) -> list[CurveDraws | None]:
    """The re-randomised curves of a chunk of the blocks of draws, joined; what is not there is
    drawn now. None of a curve that is not tested, or has no block in the chunk."""
    file = work.trial.multiverse.file
    level = work.trial.plan.analyses[file.of].decision_level
    starts = first_draws(work, chunk)
    kept, found = [], []
    log = Progress("blocks of draws", len(starts) * len(curves))
    for at, each in enumerate(curves):
        parts = []
        for done, first in enumerate(starts if each.observed is not None else (), 1):
            stop = min(first + DRAWS, file.draws)
            name = _block_name(work, each, level, first, stop)
            kept.append(name)
            parts.append(_draws(work, name, each, level, first, stop))
            log.done(at * len(starts) + done)
        found.append(joined(parts) if parts else None)
    if chunk == WHOLE:
        work.blocks.keep([*blocks_in_use(work), *kept])
    return found


def first_draws(work: Work, chunk: Chunk) -> range:
    """The first draw of each block of a chunk."""
    number, of = chunk
    return range(number * DRAWS, work.trial.multiverse.file.draws, of * DRAWS)


def _block_name(work: Work, each: Group, level: float, first: int, stop: int) -> str:
    """What a block of draws comes from: scores, scheme, level, seed and numbers of the draws."""
    assert each.observed is not None
    seed = _seed(work, each.place)
    scheme = each.observed.scheme
    contents = [kept.digest for one in each.tested if (kept := one.scores)]
    contents += [hashlib.sha256(part.tobytes()).hexdigest() for part in (scheme.code, scheme.cell)]
    words = (*contents, repr(level), repr(seed), f"{first}-{stop}")
    return PREFIX + key_of(work.code, each.place.comparison, *words)


def _draws(work: Work, name: str, each: Group, level: float, first: int, stop: int) -> CurveDraws:
    assert each.observed is not None
    arrays = work.blocks.read(name)
    if arrays is not None:
        return CurveDraws(**arrays)
    seed = _seed(work, each.place)
    draws = curve_draws(each.observed, level=level, seed=seed, start=first, stop=stop)
    work.blocks.write(name, {key.name: getattr(draws, key.name) for key in fields(draws)})
    return draws


def _seed(work: Work, place: Place) -> tuple[int, int]:
    """The stream of a comparison: curves of one share their assignments."""
    file = work.trial.multiverse.file
    digest = hashlib.sha256("/".join((file.of, *place.pair)).encode()).digest()
    return file.seed, int.from_bytes(digest[:8], "big")


def scheme_words(design: Design) -> str:
    """How the assignment is made again, in words."""
    strata = ", ".join(design.strata)
    within = f"within each stratum ({strata})" if strata else "in the whole trial"
    blocks = design.randomisation.scheme in ("blocked", "stratified_blocks")
    more = "; which patients were of one block is not recorded" if blocks else ""
    return f"the sizes of the arms kept {within}{more}"
