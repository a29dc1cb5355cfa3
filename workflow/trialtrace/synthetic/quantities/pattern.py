"""pattern: the parts of a composite, yes or no, in numbers that agree with the composite.

Each part may have a margin of its own. In a display cohort all margins and all rows are met at once
(an assignment with the least cost, by linear programming); what they leave open is drawn with each
part's odds. In simulate mode a row's parts are drawn from independent odds, given that their number
agrees with the composite; the odds are those under which the margins hold on average.
"""

from dataclasses import replace

import numpy as np

from trialtrace.synthetic.assignment import NoAssignment, Sum, assign, assign_with_gaps
from trialtrace.synthetic.profiles import draw_profiles, solve_odds
from trialtrace.synthetic.quantities.share import tell_margin
from trialtrace.synthetic.room import Room, groups, told
from trialtrace.synthetic.rows import Rows
from trialtrace.synthetic.streams import uniforms
from trialtrace.synthetic.values import Values, yes_no
from trialtrace.trial.cohort.model import Quantity

STATES = ("yes", "no", "unknown")


def draw(room: Room, rows: Rows, one: Quantity) -> dict[str, Values]:
    names = list(one.given["parts"])
    margins = {name: _margins(rows, one, name) for name in names}
    state = _states(rows, one)
    open_ = _open(one, state)
    gaps = _gaps(room, rows, one, margins, open_)
    if room.simulates:
        known = open_ & ~_drawn_gaps(room, rows, one, margins, (state, open_))
    elif any(wanted for _, _, wanted, _ in gaps):
        known = _known(room, rows, one, margins, (state, open_), gaps)
    else:
        known = open_
    low, high = _numbers(one, state, known)
    odds = _odds(room, rows, one, margins, (known, low, high))
    if room.simulates:
        place = uniforms(room.stream(one.name), rows.all)[rows.serial]
        yes = draw_profiles(odds, known, low, high, place)
    else:
        gain = np.log(np.maximum(odds, 1e-12)) + _noise(room, rows, names)
        yes = _assigned(room, one, (known, low, high), gain, _sums(one, margins, known))
    room.truth.parameters(one, {key: one.given[key] for key in STATES if key in one.given})
    made = {}
    for at, name in enumerate(names):
        made[name] = yes_no(yes[:, at], known[:, at])
        _tell(room, rows, one, name, yes[:, at], known[:, at])
    return made


def _margins(rows: Rows, one: Quantity, name: str) -> list:
    """(path, leaf, rows) of a part's margin; none where it has only a propensity."""
    table = one.given["parts"][name].get("share")
    if table is None:
        return []
    return [entry for entry in groups(rows, table, rows.met(one.where)) if "count" in entry[1]]


def _states(rows: Rows, one: Quantity) -> np.ndarray:
    """0 yes, 1 no, 2 unknown, -1 where the parts have no values."""
    whole = rows[one.given["of"]]
    state = np.where(whole.is_yes(), 0, 1)
    state = np.where(whole.known, state, 2 if "unknown" in one.given else -1)
    return np.where(rows.met(one.where), state, -1)


def _open(one: Quantity, state: np.ndarray) -> np.ndarray:
    """Which parts of which rows can have a value by their state, shape (rows, parts)."""
    names = list(one.given["parts"])
    open_ = np.repeat((state >= 0)[:, None], len(names), axis=1)
    for number, key in enumerate(STATES):
        for name in one.given.get(key, {}).get("missing", ()):
            open_[state == number, names.index(name)] = False
    return open_


def _gaps(room: Room, rows: Rows, one: Quantity, margins: dict, open_: np.ndarray) -> list[Sum]:
    """How many rows each denominator leaves without a value: (part, rows, number, name)."""
    found = []
    for at, (name, entries) in enumerate(margins.items()):
        for path, leaf, mask in entries:
            here = mask & open_[:, at]
            wanted = int(here.sum()) - leaf.get("of", int(here.sum()))
            if wanted < 0 and not room.simulates:
                raise room.fail(
                    one,
                    f"parts.{name}, {told(path)}: its denominator cannot be",
                    found=f"of {leaf['of']}, {int(here.sum())} rows that can have a value",
                    expected="at most the rows that can have a value",
                )
            found.append((at, here, wanted, f"parts.{name}, {told(path)}"))
    return found


def _known(
    room: Room, rows: Rows, one: Quantity, margins: dict, able: tuple, gaps: list[Sum]
) -> np.ndarray:
    """Which parts of which rows have a value, so that counts and denominators hold together.

    Rows with an unknown composite lose theirs first.
    """
    state, open_ = able
    names = list(one.given["parts"])
    low, high = _numbers(one, state, open_)
    gain = _noise(room, rows, names)
    loss = _noise(room, rows, [f"{name}.known" for name in names])
    loss = np.where(state[:, None] == 2, loss + 20, loss - 20)
    counts = (state == 2, state == 1)
    try:
        known = assign_with_gaps(
            (gain, loss), open_, (low, high), counts, (_sums(one, margins, open_), gaps)
        )
    except NoAssignment as reason:
        raise room.fail(
            one, str(reason), expected="margins of parts that can hold together with the composite"
        ) from None
    noted = room.noted.setdefault(one.name, {})
    for at, name in enumerate(names):
        for path, _, mask in margins[name]:
            here = mask & open_[:, at]
            noted[name, path] = _shares(here, ~known[:, at], state)
    return known


def _shares(here: np.ndarray, gap: np.ndarray, state: np.ndarray) -> np.ndarray:
    """The share of rows with a gap in each state."""
    every = np.bincount(state[here], minlength=3)
    return np.bincount(state[here & gap], minlength=3) / np.maximum(every, 1)


def _drawn_gaps(room: Room, rows: Rows, one: Quantity, margins: dict, able: tuple) -> np.ndarray:
    """Simulate: a part is missing with the share of a display cohort, where the state allows it."""
    state, open_ = able
    known = open_.copy()
    for at, (name, entries) in enumerate(margins.items()):
        place = uniforms(room.stream(f"{name}.known"), rows.all)[rows.serial]
        for path, _, mask in entries:
            rates = (room.reference or {}).get(one.name, {}).get((name, path), np.zeros(3))
            out = mask & known[:, at] & (place < rates[state]) & (_room(one, state, known) > 0)
            known[out, at] = False
    return open_ & ~known


def _noise(room: Room, rows: Rows, names: list[str]) -> np.ndarray:
    """Logistic noise by part: with log odds added, its sign is yes with the odds' probability."""
    place = np.column_stack([uniforms(room.stream(name), rows.all)[rows.serial] for name in names])
    return np.log(place) - np.log1p(-place)


def _sums(one: Quantity, margins: dict, known: np.ndarray) -> list[Sum]:
    return [
        (at, mask & known[:, at], leaf["count"], f"parts.{name}, {told(path)}")
        for at, (name, entries) in enumerate(margins.items())
        for path, leaf, mask in entries
    ]


def _room(one: Quantity, state: np.ndarray, known: np.ndarray) -> np.ndarray:
    """How many more parts of each row may be missing."""
    parts = known.shape[1]
    there = known.sum(axis=1)
    yes = there - one.given["yes"].get("at_least", 0)
    no = one.given["no"].get("at_most", parts) - (parts - there)
    return np.select([state == 0, state == 1], [yes, no], there)


def _numbers(one: Quantity, state: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest number of parts that are yes, for each row."""
    there = known.sum(axis=1)
    missing = known.shape[1] - there
    low, high = np.zeros(len(state), dtype=np.int64), there.copy()
    for number, key in enumerate(STATES):
        given, here = one.given.get(key, {}), state == number
        least, most = given.get("at_least", 0), given.get("at_most", known.shape[1])
        low[here] = np.maximum(least - missing[here] * (key == "unknown"), 0)
        high[here] = np.minimum(there[here], most - missing[here] * (key == "no"))
    low[state < 0] = 0
    return low, high


def _odds(room: Room, rows: Rows, one: Quantity, margins: dict, bounds: tuple) -> np.ndarray:
    """The odds of yes for each row and part, so that every margin is met on average."""
    names = list(one.given["parts"])
    odds = np.ones((rows.size, len(names)))
    wanted = []
    noted = room.noted.setdefault(one.name, {})
    for at, name in enumerate(names):
        given = one.given["parts"][name]
        p = given.get("propensity", 0.5)
        odds[:, at] = p / (1 - p)
        for path, leaf, mask in margins[name]:
            here = mask & bounds[0][:, at]
            of = leaf.get("of", int(here.sum()))
            if room.simulates:
                odds[here, at] = (
                    (room.reference or {}).get(one.name, {}).get(("odds", name, path), 1.0)
                )
            elif of:
                wanted.append((at, here, leaf["count"] / of, ("odds", name, path)))
        for _, leaf, mask in _by_probability(rows, one, name):
            odds[mask, at] = leaf["probability"] / max(1 - leaf["probability"], 1e-9)
    if not room.simulates:
        odds = solve_odds(odds, *bounds, [entry[:3] for entry in wanted])
        for at, here, _, key in wanted:
            noted[key] = float(odds[here, at][0]) if here.any() else 1.0
    return odds


def _by_probability(rows: Rows, one: Quantity, name: str) -> list:
    table = one.given["parts"][name].get("share")
    return [] if table is None else [e for e in groups(rows, table) if "count" not in e[1]]


def _assigned(
    room: Room, one: Quantity, bounds: tuple, gain: np.ndarray, sums: list[Sum]
) -> np.ndarray:
    try:
        return assign(np.clip(gain, -40, 40), *bounds, sums)
    except NoAssignment as reason:
        raise room.fail(
            one, str(reason), expected="margins of parts that can hold together with the composite"
        ) from None


def _tell(room: Room, rows: Rows, one: Quantity, name: str, yes: np.ndarray, known) -> None:
    given = one.given["parts"][name]
    part = replace(one, name=name, tag=given.get("tag", one.tag))
    if "share" not in given:
        room.truth.add(part, (), "propensity", value=given.get("propensity", 0.5), tag="assumed")
        return
    leaves = list(groups(rows, given["share"], rows.met(one.where)))
    named = (given["share"].get("set"), given.get("check"))
    tell_margin(room, part, leaves, "", named, (yes, known))
