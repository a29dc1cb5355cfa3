"""Random trials with tables of every kind that tells counts: rows, member lists and who is in them.

Patients at entry with missing values, outcomes with missing values, subgroups, adverse events of
few, curves at times. Shares, intervals and tests stand beside the counts as a report has them.
"""

import json
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
from scipy.stats import chi2, fisher_exact, norm

from trialtrace.base.words import stat_text

Where = dict[str, Any]
Z = norm.ppf(0.975)


@dataclass
class RandomTrial:
    """A trial by its number. `rows` and `members` are as a run stores them."""

    number: int
    rows: list[dict[str, Any]] = field(default_factory=list)
    members: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    least: ClassVar[int] = 30
    evenness: ClassVar[float] = 0.8

    def __post_init__(self) -> None:
        draw = self._draw = np.random.default_rng(self.number)
        self.arms = [f"arm{number}" for number in range(draw.integers(2, 4))]
        self.n = int(draw.integers(self.least, 300))
        self.arm = draw.choice(self.arms, self.n)
        self.at_entry = {}
        for name in ("sex", "stage", "centre")[: draw.integers(1, 4)]:
            levels = [f"{name}{level}" for level in range(draw.integers(2, 6))]
            shares = draw.dirichlet(np.full(len(levels), self.evenness))
            self.at_entry[name] = np.where(
                draw.random(self.n) < draw.choice([0, 0, 0.02]),
                "",
                draw.choice(levels, self.n, p=shares),
            )
        self.outcomes = {}
        for name in ("relief", "death")[: draw.integers(1, 3)]:
            events = draw.random(self.n) < draw.uniform(0.03, 0.6)
            lost = draw.random(self.n) < draw.choice([0, 0, 0.05])
            self.outcomes[name] = np.where(lost, -1, events.astype(int))
        for arm in [*self.arms, "all"]:
            self._count("flow", "randomised", arm, {}, "adsl", self._of_arm(arm), None)
        self._entry()
        for name in self.outcomes:
            self._over(name, next(iter(self.at_entry)))
            self._outcome(name, None)
            for variable in self.at_entry:
                if draw.random() < 0.7:
                    for level in self._levels(variable):
                        self._outcome(name, (variable, level))

    def subjects(self, dataset: str, where: Where) -> list[str]:
        """Who meets a predicate."""
        kept = np.ones(self.n, dtype=bool)
        outcome = self.outcomes.get(where.get("PARAMCD", {}).get("is", ""))
        for column, test in where.items():
            values = {
                "TRTP": self.arm,
                "TRT01P": self.arm,
                "AVAL": outcome,
                **{name.upper(): found for name, found in self.at_entry.items()},
            }.get(column)
            if values is None:
                continue
            if test == "present":
                kept &= values != (-1 if column == "AVAL" else "")
            elif test == "missing":
                kept &= values == ""
            else:
                kept &= np.isin(values, test.get("in", [test.get("is")]))
        return [str(number) for number in np.flatnonzero(kept)]

    def levels(self, column: str) -> list[list[str]]:
        """Who has each value of a column of patients."""
        values = self._levels(column.lower())
        return [self.subjects("adsl", {column: {"is": value}}) for value in values]

    def _levels(self, variable: str) -> list[str]:
        return sorted(set(self.at_entry[variable]) - {""})

    def _of_arm(self, arm: str, column: str = "TRT01P") -> Where:
        chosen = {"in": self.arms} if arm == "all" else {"is": arm}
        return {"ITTFL": {"is": "Y"}, column: chosen}

    def _entry(self) -> None:
        for name in self.at_entry:
            for arm in [*self.arms, "all"]:
                column = name.upper()
                there = self._of_arm(arm) | {column: "present"}
                for level in self._levels(name):
                    inner = there | {column: {"is": level}}
                    about = {"parameter": name, "group2": "level", "group2_level": level}
                    self._share("baseline", "descriptive", arm, about, "adsl", inner, there)
                missing = self._of_arm(arm) | {column: "missing"}
                about = {"parameter": name}
                self._count("baseline", "missing", arm, about, "adsl", missing, self._of_arm(arm))

    def _outcome(self, name: str, stratum: tuple[str, str] | None) -> None:
        about: dict[str, Any] = {"parameter": name}
        more: Where = {"PARAMCD": {"is": name}}
        if stratum:
            about["stratum"] = "=".join(stratum)
            more[stratum[0].upper()] = {"is": stratum[1]}
        analysis = f"{name}_by_{stratum[0]}" if stratum else name
        found = {}
        for arm in self.arms if stratum else [*self.arms, "all"]:
            there = self._of_arm(arm, "TRTP") | more | {"AVAL": "present"}
            inner = there | {"AVAL": {"is": 1}}
            found[arm] = self._share(analysis, "wilson", arm, about, "bds", inner, there)
        for treated, reference in combinations(self.arms, 2):
            pair = {"TRTP": {"in": [treated, reference]}}
            there = self._of_arm("all", "TRTP") | more | {"AVAL": "present"} | pair
            roles = {"analysed": there, "numerator": there | {"AVAL": {"is": 1}}}
            self._compared(analysis, about, (treated, reference), found, roles)

    def _over(self, name: str, variable: str) -> None:
        """Tests over the strata of a variable, of all arms and of each two."""
        column, levels = variable.upper(), self._levels(variable)
        for arms in (self.arms, *combinations(self.arms, 2)):
            where = {"PARAMCD": {"is": name}, "AVAL": "present", column: "present"}
            where["TRTP"] = {"in": [*arms]}
            counts = [
                [self._crossed(where, arm, column, level, value) for level in levels]
                for arm in arms
                for value in ("present", {"is": 1})
            ]
            statistic, p = association(np.array(counts[::2]), np.array(counts[1::2]))
            if not np.isfinite(p):
                continue
            about = {"parameter": name, "n_used": int(np.sum(counts[::2]))}
            if len(arms) == 2:
                about |= {"comparison": arms[0], "reference": arms[1]}
            options = {"strata": [variable], "sides": "two_sided", "correction": "none"}
            about["options"], analysis = json.dumps(options), f"{name}_over_{variable}"
            roles = {"analysed": where, "numerator": where | {"AVAL": {"is": 1}}}
            for stat, value in (("chi_squared", statistic), ("p_value", p)):
                method = f"{stat}.cmh_general_association"
                self._row(analysis, method, float(value), about, "bds", roles, None)

    def _crossed(self, where: Where, arm: str, column: str, level: str, value: Any) -> int:
        inner = {"TRTP": {"is": arm}, column: {"is": level}, "AVAL": value}
        return len(self.subjects("bds", where | inner))

    def _compared(
        self,
        analysis: str,
        about: dict[str, Any],
        pair: tuple[str, str],
        found: dict[str, tuple[int, int]],
        roles: dict[str, Where],
    ) -> None:
        (a, n), (c, m) = (found[arm] for arm in pair)
        if not n or not m:
            return
        about = about | {"comparison": pair[0], "reference": pair[1], "n_used": n + m}
        (low, high), (lower, upper) = wilson(a, n), wilson(c, m)
        p, q = a / n, c / m
        ends = (
            p - q - np.hypot(p - low, upper - q),
            p - q + np.hypot(high - p, q - lower),
        )
        self._row(analysis, "risk_difference.newcombe", p - q, about, "bds", roles, ends)
        test = fisher_exact([[a, n - a], [c, m - c]]).pvalue
        self._row(analysis, "p_value.fisher", float(test), about, "bds", roles, None)

    def _count(
        self,
        analysis: str,
        stat: str,
        arm: str,
        about: dict[str, Any],
        dataset: str,
        inner: Where,
        there: Where | None,
    ) -> int:
        count = len(self.subjects(dataset, inner))
        roles = {"analysed": inner} if there is None else {"numerator": inner, "denominator": there}
        if stat == "missing":
            roles = {"analysed": inner, "denominator": there or {}}
        of = len(self.subjects(dataset, there)) if there is not None else count
        about = about | {"group1": "TRT01P", "group1_level": arm, "n_used": of}
        if there is not None and stat != "missing":
            about["denominator"] = of
        self._row(analysis, f"{stat}.count", float(count), about, dataset, roles, None)
        return count

    def _share(
        self,
        analysis: str,
        method: str,
        arm: str,
        about: dict[str, Any],
        dataset: str,
        inner: Where,
        there: Where,
    ) -> tuple[int, int]:
        events = self._count(analysis, "count", arm, about, dataset, inner, there)
        whole = len(self.subjects(dataset, there))
        if whole:
            about = about | {"group1": "TRT01P", "group1_level": arm}
            about |= {"n_used": whole, "denominator": whole}
            ends = wilson(events, whole) if method == "wilson" else None
            roles = {"numerator": inner, "denominator": there}
            share = events / whole
            self._row(analysis, f"proportion.{method}", share, about, dataset, roles, ends)
        return events, whole

    def _row(
        self,
        analysis: str,
        method: str,
        value: float,
        about: dict[str, Any],
        dataset: str,
        roles: dict[str, Where],
        ends: tuple[float, float] | None,
    ) -> None:
        stat = method.partition(".")[0]
        low, high = ends or (None, None)
        level = 0.95 if ends else None
        empty = dict.fromkeys(
            (
                *("parameter", "visit", "stratum", "group1", "group1_level", "group2"),
                *("group2_level", "comparison", "reference", "n_used", "denominator", "seed"),
                *("n_draws", "mc_se", "warning", "error", "unit", "estimand"),
            )
        )
        row = empty | {
            "result_id": f"made/{analysis}/{len(self.rows)}",
            "analysis_id": analysis,
            "method": method,
            "options": "{}",
            "population": "itt",
            "stat_name": stat,
            "stat_label": stat,
            "stat_value": value,
            "ci_low": low,
            "ci_high": high,
            "ci_level": level,
            "stat_text": stat_text(stat, value, ends, level, None),
            "synthetic": True,
        }
        self.rows.append(row | about)
        self.members[row["result_id"]] = [
            {
                "result_id": row["result_id"],
                "role": role,
                "dataset": dataset,
                "predicate": json.dumps(where),
                "n": len(self.subjects(dataset, where)),
                "sha256": "",
            }
            for role, where in roles.items()
        ]


def wilson(events: int, of: int) -> tuple[float, float]:
    """The score interval of a share at 95 % (Wilson 1927)."""
    share = events / of
    middle = (share + Z**2 / (2 * of)) / (1 + Z**2 / of)
    half = Z / (1 + Z**2 / of) * np.sqrt(share * (1 - share) / of + Z**2 / (4 * of**2))
    return float(middle - half), float(middle + half)


class EvenTrial(RandomTrial):
    """A trial with strata of many, so that tests over them are told more often."""

    least, evenness = 90, 20


def association(sizes: Any, events: Any) -> tuple[Any, Any]:
    """The statistic of general association and its p (Landis and others 1978), by arm and stratum;
    `events` may be many tables. NaN where no stratum allows a comparison."""
    n, x = np.asarray(sizes, float), np.asarray(events, float)
    more = len(n) - 1
    apart, spread = np.zeros((*x.shape[:-2], more)), np.zeros((*x.shape[:-2], more, more))
    for k in range(n.shape[1]):
        whole, having = n[:, k].sum(), x[..., k].sum(-1)[..., None]
        if whole > 1:
            apart += (x[..., k] - n[:, k] * having / whole)[..., :-1]
            shape = whole * np.diag(n[:, k]) - np.outer(n[:, k], n[:, k])
            share = having * (whole - having) / (whole**2 * (whole - 1))
            spread += share[..., None] * shape[:-1, :-1]
    fits = np.linalg.matrix_rank(spread) == more
    inverse = np.linalg.pinv(spread)
    statistic = np.einsum("...i,...ij,...j->...", apart, inverse, apart)
    statistic = np.where(fits, statistic, np.nan)
    return statistic, chi2.sf(statistic, more)
