"""Draws a cohort from cohort.yaml: `display` hits its margins, `simulate` draws from them."""

from collections.abc import Mapping

import numpy as np

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.synthetic.quantities import draw_of
from trialtrace.run.synthetic.room import Reference, Room, streams, uniforms
from trialtrace.run.synthetic.rows import Drawn, Level, Rows, counted, labelled, patients
from trialtrace.run.synthetic.truth import Truth
from trialtrace.run.trial.cohort.file import CohortFile
from trialtrace.run.trial.cohort.forms import MOST_ROWS
from trialtrace.run.trial.cohort.order import in_order
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.source import Synthetic

MODES = ("display", "simulate")


def draw(
    trial: Trial,
    *,
    mode: str | None = None,
    seed: int | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Drawn:
    """The cohort of a trial; mode and seed are those of its source where they are not given.

    `sizes`: patients of each arm, or {"patients": n} where there are no arms; only for simulate.
    Raises UserError where the rows cannot have what cohort.yaml asks for.
    """
    if isinstance(trial.source, Synthetic):
        mode = mode or trial.source.mode
        seed = trial.source.seed if seed is None else seed
    mode = mode or "display"
    if mode not in MODES or seed is None or seed < 0:
        place = f"{trial.name}: source"
        expected = f"a mode ({one_of(MODES)}) and a seed of at least 0"
        raise UserError(place, found=f"mode {mode!r}, seed {seed!r}", expected=expected)
    return draw_cohort(trial.cohort, trial.name, mode=mode, seed=seed, sizes=sizes)


def draw_cohort(
    cohort: CohortFile,
    name: str,
    *,
    mode: str,
    seed: int,
    sizes: Mapping[str, int] | None = None,
    reference: Reference | None = None,
) -> Drawn:
    """As `draw`, from the cohort itself. Of many draws the `reference` is made once."""
    wanted = _sizes(cohort, name, mode, sizes)
    if mode == "simulate" and reference is None:
        reference = reference_of(cohort, name)
    room = Room(name, cohort, mode, streams(seed, name), Truth(), reference=reference)
    _room(room, wanted)
    levels: dict[str, Level] = {}
    for level in cohort.levels.values():
        above = levels[level.of] if level.of else None
        levels[level.name] = room.levels[level.name].drawn(above)
    return Drawn(name, mode, seed, levels, room.truth.rows, room.stream)


def reference_of(cohort: CohortFile, name: str) -> Reference:
    """The shares of cells that margins leave open: those of a display cohort, of one seed."""
    own = _sizes(cohort, name, "display", None)
    return _room(Room(name, cohort, "display", streams(0, name), Truth()), own).noted


def _sizes(
    cohort: CohortFile, name: str, mode: str, sizes: Mapping[str, int] | None
) -> Mapping[str, int]:
    root = cohort.root
    own = root.arms or {root.name: root.size or 0}
    if sizes is None:
        return own
    whole = all(isinstance(size, int) and size >= 0 for size in sizes.values())
    if mode == "display" or set(sizes) != set(own) or not whole:
        expected = f"sizes of {one_of(own)}, in mode simulate alone"
        raise UserError(f"{name}: sizes", found=f"{dict(sizes)} in mode {mode}", expected=expected)
    return {arm: sizes[arm] for arm in own}


def _room(room: Room, sizes: Mapping[str, int]) -> Room:
    for what, name in in_order(room.cohort):
        if what == "level":
            room.levels[name] = _level(room, name, sizes)
        elif what == "kept":
            rows = room.levels[name]
            if rows.level.keep:
                rows.keep(rows.met(rows.level.keep))
        else:
            quantity = room.cohort.quantities[name]
            rows = room.levels[quantity.level]
            rows.own |= draw_of(quantity.kind)(room, rows, quantity)
    return room


def _level(room: Room, name: str, sizes: Mapping[str, int]) -> Rows:
    level = room.cohort.levels[name]
    if level.of is None:
        _held(room, name, sum(sizes.values()))
        keys = uniforms(room.stream(f"{name}.arm"), sum(sizes.values()))
        return patients(level, sizes, np.argsort(keys, kind="stable"))
    above = room.levels[level.of]
    if level.labels:
        _held(room, name, above.size * len(level.labels))
        return labelled(level, above)
    if isinstance(level.count, int):
        _held(room, name, above.size * level.count)
        return counted(level, above, np.full(above.size, level.count))
    number = above[level.count or ""]
    counts = np.where(number.known, number.data, 0)
    if (counts < 0).any() or (counts != np.floor(counts)).any():
        place = f"config/trials/{room.trial}/cohort.yaml: levels.{name}.count"
        found = f"{level.count} with values that count no rows"
        raise UserError(place, found=found, expected="whole numbers of at least 0")
    _held(room, name, int(counts.sum()))
    return counted(level, above, counts.astype(np.int64))


def _held(room: Room, name: str, rows: int) -> None:
    """Refuse a level of more rows than can be held, before memory is asked for."""
    if rows > MOST_ROWS:
        place = f"config/trials/{room.trial}/cohort.yaml: levels.{name}"
        raise UserError(place, found=f"{rows} rows", expected=f"at most {MOST_ROWS} rows")
