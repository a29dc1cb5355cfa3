"""pattern: the parts of a composite, yes or no, in numbers that agree with the composite.

Each part may have a margin of its own. In a display cohort all margins and all rows are met at once
(an assignment with the least cost, by linear programming); what they leave open is drawn with each
part's odds. In simulate mode a row's parts are drawn from independent odds, given that their number
agrees with the composite; the odds are those under which the margins hold on average.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from trialtrace.run.synthetic.assignment import NoAssignment, Sum, assign, assign_with_gaps
from trialtrace.run.synthetic.quantities.share import Cell, ToldMargin, tell_margin
from trialtrace.run.synthetic.room import Room, group_text, groups, parameter, uniforms
from trialtrace.run.synthetic.rows import Rows, Values, yes_no
from trialtrace.run.trial.cohort.margins import CountsOfShare
from trialtrace.run.trial.cohort.quantities.pattern import Part, Pattern

# Profiles of yes and no over a few parts, given how many are yes.
# Parts are independent with their odds, given that the number of yes lies in the row's range: the
# conditional Bernoulli distribution, by enumeration of the 2^m profiles.

BLOCK, ROUNDS = 4096, 500


def _profiles(parts: int) -> np.ndarray:
    return (np.arange(2**parts)[:, None] >> np.arange(parts)) & 1


def _weights(
    odds: np.ndarray, known: np.ndarray, low: np.ndarray, high: np.ndarray
) -> Iterator[tuple[slice, np.ndarray]]:
    """Probabilities of all profiles, shape (rows, 2^m), block by block."""
    whole = _profiles(odds.shape[1])
    number = whole.sum(axis=1)
    for start in range(0, len(odds), BLOCK):
        at = slice(start, start + BLOCK)
        with np.errstate(divide="ignore"):
            logs = np.log(np.where(known[at], odds[at], 0.0))
        logs = np.maximum(logs, -700.0)
        weight = np.exp(logs @ whole.T)
        fits = (number >= low[at, None]) & (number <= high[at, None])
        weight = np.where(fits & ((~known[at]) @ whole.T == 0), weight, 0.0)
        total = weight.sum(axis=1, keepdims=True)
        yield at, weight / np.where(total > 0, total, 1.0)


def draw_profiles(
    odds: np.ndarray, known: np.ndarray, low: np.ndarray, high: np.ndarray, place: np.ndarray
) -> np.ndarray:
    """A profile for each row, from a uniform number each; shape (rows, parts).

    Oracle: frequencies against enumeration.
    """
    whole = _profiles(odds.shape[1]).astype(bool)
    found = np.zeros(odds.shape, dtype=bool)
    for at, weight in _weights(odds, known, low, high):
        border = np.cumsum(weight, axis=1)
        pick = (border < place[at, None] * border[:, -1:]).sum(axis=1)
        found[at] = whole[np.minimum(pick, len(whole) - 1)]
    return found & known


def solve_odds(
    odds: np.ndarray,
    known: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    wanted: list[tuple[int, np.ndarray, float]],
) -> np.ndarray:
    """Odds under which the mean of each wanted (part, rows) is its share; by iterated scaling.

    Odds of parts that are not wanted stay. Oracle: the mean by enumeration.
    """
    odds = odds.copy()
    for _ in range(ROUNDS):
        mean = _means(odds, known, low, high)
        worst = 0.0
        for part, rows, share in wanted:
            if not rows.any():
                continue
            now = float(mean[rows, part].mean())
            worst = max(worst, abs(now - share))
            if share in (0.0, 1.0):
                odds[rows, part] = 0.0 if share == 0 else 1e6
            elif 0 < now < 1:
                odds[rows, part] *= np.clip(share / (1 - share) * (1 - now) / now, 0.2, 5.0)
        if worst < 1e-8:
            break
    return np.clip(odds, 0.0, 1e12)


def _means(odds: np.ndarray, known: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    whole = _profiles(odds.shape[1])
    found = np.zeros(odds.shape)
    for at, weight in _weights(odds, known, low, high):
        found[at] = weight @ whole
    return found


# The counted groups of each part.
Margins = dict[str, list[Cell]]
# Which parts have a value, and the least and greatest number of yes of each row.
Bounds = tuple[np.ndarray, np.ndarray, np.ndarray]


def _draw_pattern(room: Room, rows: Rows, quantity: Pattern) -> dict[str, Values]:
    parts = quantity.pattern.parts
    margins = {name: _margins(rows, quantity, part) for name, part in parts.items()}
    state = _states(rows, quantity)
    open_ = _open(quantity, state)
    gaps = _gaps(room, quantity, margins, open_)
    if room.simulates:
        known = open_ & ~_drawn_gaps(room, rows, quantity, margins, (state, open_))
    elif any(wanted for _, _, wanted, _ in gaps):
        known = _known(room, rows, quantity, margins, (state, open_), gaps)
    else:
        known = open_
    low, high = _numbers(quantity, state, known)
    odds = _odds(room, rows, quantity, margins, (known, low, high))
    if room.simulates:
        place = uniforms(room.stream(quantity.name), rows.all)[rows.serial]
        yes = draw_profiles(odds, known, low, high, place)
    else:
        gain = np.log(np.maximum(odds, 1e-12)) + _noise(room, rows, list(parts))
        with _told_together(room, quantity):
            yes = assign(np.clip(gain, -40, 40), known, low, high, _sums(margins, known))
    states = quantity.pattern.states
    room.truth.parameters(quantity, {key: of for key, of in states.items() if of is not None})
    made = {}
    for at, part in enumerate(parts.values()):
        made[part.name] = yes_no(yes[:, at], known[:, at])
        _tell(room, rows, quantity, part, (yes[:, at], known[:, at]))
    return made


def _margins(rows: Rows, quantity: Pattern, part: Part) -> list[Cell]:
    """The counted groups of a part's margin; none where it has only a propensity."""
    if part.table is None:
        return []
    leaves = groups(rows, part.table, rows.met(quantity.where))
    return [entry for entry in leaves if entry[1].count is not None]


def _states(rows: Rows, quantity: Pattern) -> np.ndarray:
    """0 yes, 1 no, 2 unknown, -1 where the parts have no values."""
    whole = rows[quantity.pattern.of]
    state = np.where(whole.is_yes(), 0, 1)
    state = np.where(whole.known, state, -1 if quantity.pattern.unknown is None else 2)
    return np.where(rows.met(quantity.where), state, -1)


def _open(quantity: Pattern, state: np.ndarray) -> np.ndarray:
    """Which parts of which rows can have a value by their state, shape (rows, parts)."""
    names = list(quantity.pattern.parts)
    open_ = np.repeat((state >= 0)[:, None], len(names), axis=1)
    for number, numbers in enumerate(quantity.pattern.states.values()):
        for name in (numbers and numbers.missing) or ():
            open_[state == number, names.index(name)] = False
    return open_


def _gaps(room: Room, quantity: Pattern, margins: Margins, open_: np.ndarray) -> list[Sum]:
    """How many rows each denominator leaves without a value: (part, rows, number, name)."""
    gaps = []
    for at, (name, entries) in enumerate(margins.items()):
        for group, leaf, mask in entries:
            here = mask & open_[:, at]
            wanted = 0 if leaf.of is None else int(here.sum()) - leaf.of
            if wanted < 0 and not room.simulates:
                raise room.fail(
                    quantity,
                    f"parts.{name}, {group_text(group)}: its denominator cannot be",
                    found=f"of {leaf.of}, {int(here.sum())} rows that can have a value",
                    expected="at most the rows that can have a value",
                )
            gaps.append((at, here, wanted, f"parts.{name}, {group_text(group)}"))
    return gaps


def _known(
    room: Room,
    rows: Rows,
    quantity: Pattern,
    margins: Margins,
    able: tuple[np.ndarray, np.ndarray],
    gaps: list[Sum],
) -> np.ndarray:
    """Which parts of which rows have a value, so that counts and denominators hold together.

    Rows with an unknown composite lose theirs first.
    """
    state, open_ = able
    names = list(quantity.pattern.parts)
    low, high = _numbers(quantity, state, open_)
    gain = _noise(room, rows, names)
    loss = _noise(room, rows, [f"{name}.known" for name in names])
    loss = np.where(state[:, None] == 2, loss + 20, loss - 20)
    counts = (state == 2, state == 1)
    with _told_together(room, quantity):
        known = assign_with_gaps(
            (gain, loss), open_, (low, high), counts, (_sums(margins, open_), gaps)
        )
    noted = room.noted.setdefault(quantity.name, {})
    for at, name in enumerate(names):
        for group, _, mask in margins[name]:
            here = mask & open_[:, at]
            noted[name, group] = _shares(here, ~known[:, at], state)
    return known


def _shares(here: np.ndarray, gap: np.ndarray, state: np.ndarray) -> np.ndarray:
    """The share of rows with a gap in each state."""
    every = np.bincount(state[here], minlength=3)
    return np.bincount(state[here & gap], minlength=3) / np.maximum(every, 1)


def _drawn_gaps(
    room: Room,
    rows: Rows,
    quantity: Pattern,
    margins: Margins,
    able: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """Simulate: a part is missing with the share of a display cohort, where the state allows it."""
    state, open_ = able
    known = open_.copy()
    for at, (name, entries) in enumerate(margins.items()):
        place = uniforms(room.stream(f"{name}.known"), rows.all)[rows.serial]
        for group, _, mask in entries:
            rates = (room.reference or {}).get(quantity.name, {}).get((name, group), np.zeros(3))
            spare = _spare(quantity, state, known)
            out = mask & known[:, at] & (place < rates[state]) & (spare > 0)
            known[out, at] = False
    return open_ & ~known


def _noise(room: Room, rows: Rows, names: list[str]) -> np.ndarray:
    """Logistic noise by part: with log odds added, its sign is yes with the odds' probability."""
    place = np.column_stack([uniforms(room.stream(name), rows.all)[rows.serial] for name in names])
    return np.log(place) - np.log1p(-place)


def _sums(margins: Margins, known: np.ndarray) -> list[Sum]:
    return [
        (at, mask & known[:, at], leaf.count or 0, f"parts.{name}, {group_text(group)}")
        for at, (name, entries) in enumerate(margins.items())
        for group, leaf, mask in entries
    ]


def _spare(quantity: Pattern, state: np.ndarray, known: np.ndarray) -> np.ndarray:
    """How many more parts of each row may be missing."""
    parts = known.shape[1]
    there = known.sum(axis=1)
    yes = there - (quantity.pattern.yes.at_least or 0)
    most = quantity.pattern.no.at_most
    no = (parts if most is None else most) - (parts - there)
    return np.select([state == 0, state == 1], [yes, no], there)


def _numbers(
    quantity: Pattern, state: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest number of parts that are yes, for each row."""
    there = known.sum(axis=1)
    missing = known.shape[1] - there
    low, high = np.zeros(len(state), dtype=np.int64), there.copy()
    for number, (key, numbers) in enumerate(quantity.pattern.states.items()):
        if numbers is None:
            continue
        here, least = state == number, numbers.at_least or 0
        most = known.shape[1] if numbers.at_most is None else numbers.at_most
        # A missing part may be yes: under `unknown` it helps to reach the least number, under `no`
        # it uses up the greatest one.
        low[here] = np.maximum(least - missing[here] * (key == "unknown"), 0)
        high[here] = np.minimum(there[here], most - missing[here] * (key == "no"))
    low[state < 0] = 0
    return low, high


def _odds(
    room: Room, rows: Rows, quantity: Pattern, margins: Margins, bounds: Bounds
) -> np.ndarray:
    """The odds of yes for each row and part, so that every margin is met on average."""
    parts = quantity.pattern.parts
    odds = np.ones((rows.size, len(parts)))
    wanted = []
    noted = room.noted.setdefault(quantity.name, {})
    for at, (name, part) in enumerate(parts.items()):
        odds[:, at] = part.likely / (1 - part.likely)
        for group, leaf, mask in margins[name]:
            here = mask & bounds[0][:, at]
            of = int(here.sum()) if leaf.of is None else leaf.of
            if room.simulates:
                reference = (room.reference or {}).get(quantity.name, {})
                odds[here, at] = reference.get(("odds", name, group), 1.0)
            elif of:
                wanted.append((at, here, (leaf.count or 0) / of, ("odds", name, group)))
        for mask, p in _by_probability(room, rows, quantity, part):
            odds[mask, at] = p / np.maximum(1 - p, 1e-9)
    if not room.simulates:
        odds = solve_odds(odds, *bounds, [entry[:3] for entry in wanted])
        for at, here, _, key in wanted:
            noted[key] = float(odds[here, at][0]) if here.any() else 1.0
    return odds


def _by_probability(
    room: Room, rows: Rows, quantity: Pattern, part: Part
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows of the groups of a part that have a probability, and this in each of them."""
    made = []
    for group, leaf, mask in () if part.table is None else groups(rows, part.table):
        if leaf.probability is not None:
            p = parameter(rows, leaf.probability)[mask]
            if not ((p >= 0) & (p <= 1)).all():
                where = f"parts.{part.name}, {group_text(group)}"
                raise room.fail(quantity, f"{where}: probability has to be 0 to 1 in every row")
            made.append((mask, p))
    return made


@contextmanager
def _told_together(room: Room, quantity: Pattern) -> Iterator[None]:
    """Margins that cannot hold together are a mistake of the quantity."""
    try:
        yield
    except NoAssignment as reason:
        raise room.fail(
            quantity,
            str(reason),
            expected="margins of parts that can hold together with the composite",
        ) from None


def _tell(
    room: Room,
    rows: Rows,
    quantity: Pattern,
    part: Part,
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    """Rows of the truth for a part, a quantity of its own name."""
    told_part = replace(quantity, name=part.name, tag=part.tag or quantity.tag)
    if part.share is None:
        room.truth.add(told_part, (), "propensity", value=part.likely, tag="assumed")
        return
    table: CountsOfShare = part.share
    leaves = list(groups(rows, table, rows.met(quantity.where)))
    tell_margin(room, ToldMargin(told_part, part.share.set, part.check), leaves, drawn)


DRAWS = {"pattern": _draw_pattern}
