"""pattern: the parts of a composite, yes or no, in numbers that agree with the composite.

Each part may have a margin of its own. In a display cohort all margins and all rows are met at once
(an assignment with the least cost, by linear programming); what they leave open is drawn with each
part's odds. In simulate mode a row's parts are drawn from independent odds, given that their number
agrees with the composite; the odds are those under which the margins hold on average.
"""

from dataclasses import replace

import numpy as np

from trialtrace.config.cohort import Quantity
from trialtrace.sources.synthetic.assignment import NoAssignment, assign
from trialtrace.sources.synthetic.profiles import draw_profiles, solve_odds
from trialtrace.sources.synthetic.quantities.share import tell_margin
from trialtrace.sources.synthetic.room import Room, groups, told
from trialtrace.sources.synthetic.rows import Rows
from trialtrace.sources.synthetic.streams import uniforms
from trialtrace.sources.synthetic.values import Values, yes_no

STATES = ("yes", "no", "unknown")


def draw(room: Room, rows: Rows, one: Quantity) -> dict[str, Values]:
    names = list(one.given["parts"])
    margins = {name: _margins(rows, one, name) for name in names}
    state = _states(rows, one)
    known = _known(room, rows, one, state, margins)
    low, high = _numbers(one, state, known)
    odds = _odds(room, rows, one, margins, (known, low, high))
    if room.simulates:
        place = uniforms(room.stream(one.name), rows.all)[rows.serial]
        yes = draw_profiles(odds, known, low, high, place)
    else:
        yes = _assigned(room, rows, one, margins, (known, low, high), odds)
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


def _known(room: Room, rows: Rows, one: Quantity, state: np.ndarray, margins: dict) -> np.ndarray:
    """Which parts of which rows have a value, shape (rows, parts).

    Besides the parts that a state has not, each margin's denominator leaves rows out: those with an
    unknown composite first, then where the number of parts still allows it.
    """
    names = list(one.given["parts"])
    known = np.repeat((state >= 0)[:, None], len(names), axis=1)
    for number, key in enumerate(STATES):
        for name in one.given.get(key, {}).get("missing", ()):
            known[state == number, names.index(name)] = False
    for at, name in enumerate(names):
        for path, leaf, mask in margins[name]:
            here = np.flatnonzero(mask & known[:, at])
            z = uniforms(room.stream(f"{name}.known"), rows.all)[rows.serial[here]]
            if room.simulates:
                rates = (room.reference or {}).get(one.name, {}).get((name, path), np.zeros(3))
                out = here[(z < rates[state[here]]) & (_room(one, state, known)[here] > 0)]
            else:
                out = _left_out(room, one, (name, path, leaf), here, z, state, known)
            known[out, at] = False
    return known


def _left_out(room, one, named, here, z, state, known) -> np.ndarray:
    name, path, leaf = named
    excess = len(here) - leaf.get("of", len(here))
    free = _room(one, state, known)[here]
    order = np.lexsort((z, state[here] != 2, free <= 0))
    if excess < 0 or (excess and free[order][excess - 1] <= 0):
        raise room.fail(
            one, f"parts.{name}, {told(path)}: its denominator cannot be",
            found=f"of {leaf['of']}, {len(here)} rows that can have a value",
            expected="a denominator that agrees with the numbers of parts of yes, no and unknown",
        )  # fmt: skip
    out = here[order[:excess]]
    rates = [
        float((state[out] == s).sum()) / max(int((state[here] == s).sum()), 1) for s in range(3)
    ]
    room.noted.setdefault(one.name, {})[name, path] = np.array(rates)
    return out


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


def _assigned(room, rows: Rows, one: Quantity, margins: dict, bounds: tuple, odds) -> np.ndarray:
    known, low, high = bounds
    names = list(one.given["parts"])
    noise = np.column_stack([
        uniforms(room.stream(name), rows.all)[rows.serial] for name in names
    ])  # fmt: skip
    with np.errstate(divide="ignore"):
        gain = np.log(odds) + np.log(noise) - np.log1p(-noise)
    sums = [
        (at, mask & known[:, at], leaf["count"], f"parts.{name}, {told(path)}")
        for at, name in enumerate(names)
        for path, leaf, mask in margins[name]
    ]
    try:
        return assign(np.clip(gain, -40, 40), known, low, high, sums)
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
