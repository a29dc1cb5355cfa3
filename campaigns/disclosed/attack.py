"""What anyone can reckon from a release: the values that each hidden count can still have.

It reads the analysis results data as they are published, and nothing else: no condition of a
member list, no data, none of the code that hides. It knows which arms, levels and subgroups make
up a whole, that events are patients, the digits that numbers are rounded to, and the rule of the
preset. Shares, intervals, differences and tests bound the counts they are of.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.stats import fisher_exact

from disclosed.trials import association, wilson

Key = tuple[str, ...]
ALL, HALF = "all", 0.00051
MOST_PAIRS, MOST_TABLES, UNKNOWN = 400, 20_000, 10_000


@dataclass
class Attack:
    """`hidden` are the results, with `value` or `whole`, whose count or whose number of patients is
    hidden; without it those are that are not printed. They are what is looked for, and no help."""

    lines: list[dict[str, Any]]
    rounding: str = "exact"
    hidden: set[tuple[str, str]] | None = None
    low: dict[Key, float] = field(default_factory=dict)
    high: dict[Key, float] = field(default_factory=dict)
    open: set[Key] = field(default_factory=set)
    equal: list[tuple[Key, tuple[Key, ...]]] = field(default_factory=list)
    within: list[tuple[Key, Key]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    over: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    few: dict[Key, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Where nothing is told nobody knows how many there are.
        most = max((x["stat"][0] for x in self.lines if x["stat_name"] == "N"), default=UNKNOWN)
        self._most = span(int(most), self.rounding)[1]
        self._beside: dict[str, dict[str, float]] = {}
        for line in self.lines:
            if line["stat"] is not None:
                found = self._beside.setdefault(line["result_id"], {})
                found[line["stat_name"]] = line["stat"][0]
        for line in self.lines:
            self._read(line)
        self._sums()
        self._statistics()
        for (name, variable), lines in self.over.items():
            self._strata(name, variable, lines)

    def _read(self, line: Mapping[str, Any]) -> None:
        name, arm, stratum, level = self._place(line)
        if line["stat_name"] in ("count", "missing", "randomised"):
            part = level or ("missing" if line["stat_name"] == "missing" else "events")
            if line["stat_name"] == "randomised":
                key: Key = ("n", "", "", arm)
            elif line["analysis_id"] == "baseline":
                key = ("entry", name, part, arm)
            else:
                key = ("x", name, stratum, arm)
            self._set(key, line["stat"])
            self._look_for(key, line, "value", shown=line["stat"])
            whole: Key = ("n", "", "", arm) if key[0] == "entry" else ("n", name, stratum, arm)
            beside = self._beside.get(line["result_id"], {})
            of = beside.get("denominator", beside.get("N"))
            if key[0] == "x":
                self._set(whole, None if of is None else [of])
                self._look_for(whole, line, "whole", shown=of)
                self.within.append((key, whole))
        elif line["context"].endswith(".cmh_general_association"):
            if line["stat_name"] in ("chi_squared", "p_value") and line["stat"] is not None:
                variable = line["context"].partition("/")[0].rpartition("_over_")[2]
                self.over.setdefault((name, variable), []).append(dict(line))
        elif line["stat_name"] in ("proportion", "risk_difference", "p_value"):
            self.told.append(dict(line))

    def _place(self, line: Mapping[str, Any]) -> tuple[str, str, str, str]:
        groups = {
            line[f"group{number}"]: line[f"group{number}_level"]
            for number in (1, 2, 3)
            if line.get(f"group{number}")
        }
        arms = groups.pop("TRT01P", [ALL])
        stratum = next((f"{name}={level[0]}" for name, level in groups.items()), "")
        level = line["variable_level"]
        return line["variable"], "-".join(arms), stratum, level[0] if level else ""

    def _set(self, key: Key, stat: list[float] | None) -> None:
        if stat is None or key not in self.low:
            self.low.setdefault(key, 0)
            self.high.setdefault(key, self._most)
        if stat is not None:
            low, high = span(int(stat[0]), self.rounding)
            self.low[key] = max(self.low[key], low)
            self.high[key] = min(self.high[key], high)

    def _look_for(self, key: Key, line: Mapping[str, Any], which: str, *, shown: Any) -> None:
        name = line["result_id"], which
        if name in self.hidden if self.hidden is not None else shown is None:
            self.open.add(key)

    def _sums(self) -> None:
        keys = list(self.low)
        arms = sorted({key[3] for key in keys} - {ALL})
        for kind, name, part, arm in keys:
            if arm == ALL and (parts := [(kind, name, part, one) for one in arms]):
                self.equal.append(((kind, name, part, ALL), tuple(parts)))
        entry = {(key[1], key[3]): [] for key in keys if key[0] == "entry"}
        strata: dict[tuple[str, str, str, str], list[Key]] = {}
        for key in keys:
            if key[0] == "entry":
                entry[key[1], key[3]].append(key)
            elif key[2]:
                variable = key[2].split("=")[0]
                strata.setdefault((key[0], key[1], variable, key[3]), []).append(key)
        for (_, arm), parts in entry.items():
            self.equal.append((("n", "", "", arm), tuple(parts)))
        for (kind, name, variable, arm), parts in strata.items():
            lacking = ("entry", variable, "missing", arm)
            if self.high.get(lacking) == 0:
                self.equal.append(((kind, name, "", arm), tuple(parts)))
            self.within += [(part, (kind, name, "", arm)) for part in parts]
            for part in parts if kind == "n" else ():
                self.within.append((part, ("entry", variable, part[2].split("=")[1], arm)))
        for key in keys:
            if key[0] == "n" and key[1] and not key[2]:
                self.within.append((key, ("n", "", "", key[3])))

    def _statistics(self) -> None:
        """Shares and their intervals bound the events of a known number; differences and tests
        the events of two arms."""
        for line in sorted(self.told, key=lambda line: line["stat_name"] != "proportion"):
            if line["stat"] is None:
                continue
            name, arm, stratum, level = self._place(line)
            beside = self._beside[line["result_id"]]
            if line["stat_name"] == "proportion":
                entry = line["analysis_id"] == "baseline"
                key = ("entry", name, level, arm) if entry else ("x", name, stratum, arm)
                self._bound(key, lambda x, n, beside=beside: share_fits(x, n, beside), beside)
            else:
                keys = [("x", name, stratum, one) for one in arm.split("-")]
                wholes = [("n", name, stratum, one) for one in arm.split("-")]
                self._pair(keys, wholes, line["stat_name"], beside)

    def _bound(self, key: Key, fits: Any, beside: Mapping[str, float]) -> None:
        whole = beside.get("denominator")
        if whole is None or key not in self.low or self.rounding != "exact":
            return
        values = [x for x in self._range(key) if x <= whole and fits(x, whole)]
        self._narrow(key, values)

    def _pair(
        self, keys: list[Key], wholes: list[Key], stat: str, beside: Mapping[str, float]
    ) -> None:
        known = all(key in self.low for key in (*keys, *wholes))
        if not known or any(self.low[key] != self.high[key] for key in wholes):
            return
        n, m = (int(self.low[key]) for key in wholes)
        ranges = [self._range(key) for key in keys]
        if np.prod([len(one) for one in ranges]) > MOST_PAIRS:
            return
        pairs = [
            (a, c)
            for a, c in product(*ranges)
            if a <= n and c <= m and pair_fits(a, n, c, m, stat, beside)
        ]
        for key, values in zip(keys, zip(*pairs, strict=True), strict=False):
            self._narrow(key, values)

    def _strata(self, name: str, variable: str, lines: list[dict[str, Any]]) -> None:
        """Tests over strata bound the events of their arms together: all tables of known sizes that
        go with the counts told are tried."""
        arms = sorted({key[3] for key in self.low} - {ALL})
        strata = sorted({key[2] for key in self.low if key[2].startswith(f"{variable}=")})
        keys = [[("x", name, stratum, arm) for stratum in strata] for arm in arms]
        every = [
            self._arm(of, lacking=("entry", variable, "missing", of[0][3])) for of in keys if of
        ]
        if not strata or any(not one for one in every) or np.prod([*map(len, every)]) > MOST_TABLES:
            return
        tables = np.array([*product(*every)], float)
        sizes = np.array([[self.low["n", *key[1:]] for key in of] for of in keys])
        for line in lines:
            _, arm, _, _ = self._place(line)
            chosen = [*map(arms.index, arm.split("-"))] if arm != ALL else [*range(len(arms))]
            found = association(sizes[chosen], tables[:, chosen])
            tables = tables[printed_alike(found[line["stat_name"] == "p_value"], line)]
        for at, of in enumerate(keys):
            for place, key in enumerate(of):
                values = np.unique(tables[:, at, place])
                self.few[key] = len(values)
                self._narrow(key, map(int, values))

    def _arm(self, keys: list[Key], lacking: Key) -> list[tuple[int, ...]]:
        """What the events of an arm can be in its strata; nothing where sizes are not known."""
        wholes = [("n", *key[1:]) for key in keys]
        known = all(key in self.low for key in (*keys, *wholes))
        if not known or any(self.low[key] != self.high[key] for key in wholes):
            return []
        ranges = [
            range(int(self.low[key]), int(min(self.high[key], self.high[whole])) + 1)
            for key, whole in zip(keys, wholes, strict=True)
        ]
        if np.prod([*map(len, ranges)]) > MOST_TABLES:
            return []
        total = ("x", keys[0][1], "", keys[0][3])
        sums = self.high.get(lacking) == 0 and total in self.low
        low, high = (self.low[total], self.high[total]) if sums else (0, np.inf)
        return [each for each in product(*ranges) if low <= sum(each) <= high]

    def _range(self, key: Key) -> range:
        return range(int(self.low[key]), int(self.high[key]) + 1)

    def _narrow(self, key: Key, values: Iterable[int]) -> None:
        if values := list(values):
            self.low[key], self.high[key] = min(values), max(values)

    def values(self) -> dict[Key, int]:
        """Of each hidden count how many values it can have; 3 stands for three and more."""
        keys = list(self.low)
        at = {key: place for place, key in enumerate(keys)}
        rows, low, high = [], [], []
        for whole, parts in self.equal:
            if whole in at and all(part in at for part in parts):
                rows.append(self._line(at, whole, parts))
                low.append(0.0)
                high.append(0.0)
        for part, whole in self.within:
            if whole in at and part in at:
                rows.append(self._line(at, whole, (part,)))
                low.append(0.0)
                high.append(np.inf)
        self._rules = [LinearConstraint(np.array(rows), low, high)] if rows else []
        seen = {key: set() for key in keys}
        for key in sorted(self.open):
            self._look(keys, at, key, seen)
        return {key: min(len(seen[key]), 3, self.few.get(key, 3)) for key in self.open}

    def _line(self, at: Mapping[Key, int], whole: Key, parts: tuple[Key, ...]) -> Any:
        line = np.zeros(len(at))
        line[at[whole]] = 1
        for part in parts:
            line[at[part]] -= 1
        return line

    def _look(self, keys: list[Key], at: Mapping[Key, int], key: Key, seen: Any) -> None:
        for sign in (1, -1):
            if len(seen[key]) < 3:
                self._solve(keys, at[key], sign, None, seen)
        for value in range(min(seen[key]) + 1, max(seen[key])):
            if len(seen[key]) < 3 and value not in seen[key]:
                self._solve(keys, at[key], 1, value, seen)

    def _solve(self, keys: list[Key], place: int, sign: int, value: int | None, seen: Any) -> None:
        low = np.array([self.low[key] for key in keys], dtype=float)
        high = np.array([self.high[key] for key in keys], dtype=float)
        if value is not None:
            low[place] = high[place] = value
        cost = np.zeros(len(keys))
        cost[place] = sign
        for presolve in (True, False):  # with it some programs are infeasible that are not
            found = milp(
                cost,
                integrality=np.ones(len(keys)),
                bounds=Bounds(low, high),
                constraints=self._rules,
                options={"presolve": presolve},
            )
            if found.x is not None or value is not None:
                break
        if found.x is None and value is None:
            raise ValueError("what is published contradicts itself")
        for key, count in zip(keys, found.x if found.x is not None else (), strict=False):
            seen[key].add(round(count))


def span(count: int, rounding: str) -> tuple[int, int]:
    """The counts that are printed as this one, by the published rules."""
    if rounding == "exact" or count == 0:
        return count, count
    if rounding == "opensafely":
        return max(count - 2, 8), count + 2
    return count - 2, count + 3


def share_fits(x: int, n: float, beside: Mapping[str, float]) -> bool:
    if abs(x / n - beside["proportion"]) > HALF:
        return False
    if "conf.low" not in beside:
        return True
    low, high = wilson(x, int(n))
    return abs(low - beside["conf.low"]) <= HALF and abs(high - beside["conf.high"]) <= HALF


def pair_fits(a: int, n: int, c: int, m: int, stat: str, beside: Mapping[str, float]) -> bool:
    if stat == "risk_difference":
        return abs(a / n - c / m - beside[stat]) <= HALF
    p = fisher_exact([[a, n - a], [c, m - c]]).pvalue
    return abs(p - beside[stat]) <= (0.0051 if beside[stat] >= 0.01 else 0.00051)


def printed_alike(values: Any, line: Mapping[str, Any]) -> Any:
    """Which numbers are printed as that of a line."""
    text = line["stat_fmt"]
    if text.startswith("<"):
        return values < float(text[1:])
    return np.abs(values - float(text)) <= 0.501 * 10.0 ** -len(text.partition(".")[2])


def tally(values: Mapping[Key, int]) -> Counter[int]:
    return Counter(values.values())
