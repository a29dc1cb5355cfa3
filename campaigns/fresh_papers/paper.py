"""A paper: printed expressions with what is behind them, and the ledger that an auditor types."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import yaml
from numpy.random import Generator

from fresh_papers.habits import Habits, number, p_text, percent, whole

Raw = Mapping[str, float]


@dataclass
class Claim:
    """One printed expression: a form and the parts that fill it."""

    section: str
    role: str
    label: str
    form: str
    parts: dict[str, str]
    about: dict[str, object]
    place: str
    arm: str = ""
    raw: dict[str, float] = field(default_factory=dict)

    @property
    def printed(self) -> str:
        return self.form.format(**self.parts)


@dataclass
class Arm:
    name: str
    label: str
    randomised: int
    analysed: int


@dataclass
class Paper:
    """A drawn report. `rng` draws its patients; errors draw from another."""

    seed: int
    habits: Habits
    arms: list[Arm]
    control: str
    rng: Generator
    claims: dict[str, Claim] = field(default_factory=dict)
    outcomes: dict[str, dict[str, object]] = field(default_factory=dict)
    some_lost: bool = False

    @property
    def treated(self) -> Arm:
        return next(arm for arm in self.arms if arm.name != self.control)

    @property
    def reference(self) -> Arm:
        return next(arm for arm in self.arms if arm.name == self.control)

    @property
    def pair(self) -> list[str]:
        return [self.treated.name, self.reference.name]

    def observed(self, lost: float) -> dict[str, object]:
        """The population of an outcome that some patients lack, where the paper tells it."""
        if not lost or self.habits.silent_missing:
            return {}
        self.some_lost = True
        return {"population": "observed"}

    def outcome(self, name: str, label: str, **known: object) -> None:
        self.outcomes[name] = {"label": label, **known}

    def add(
        self,
        section: str,
        role: str,
        label: str,
        form: str,
        parts: dict[str, str],
        about: dict[str, object],
        *,
        place: str = "table 2",
        arm: str = "",
        name: str = "",
        **raw: float,
    ) -> str:
        """A claim of this section; its name tells section, role and a number."""
        base = (name or f"{section}_{role}")[:32]
        number = sum(1 for each in self.claims if each.startswith(f"{base}_")) + 1
        key = f"{base}_{number}"
        about = dict(about)
        if arm:
            about["group"] = arm
        self.claims[key] = Claim(section, role, label, form, parts, about, place, arm, raw)
        return key

    def p(self, section: str, p: float, compare: object, **about: object) -> str:
        """A p-value that stands alone; `test` is kept only where the paper names its tests."""
        if not self.habits.named:
            about.pop("test", None)
        sign = self.habits.p_sign[0]
        named: dict[str, object] = {"outcome": section, "compare": compare, **about}
        parts = {"p": sign + p_text(p, self.habits)}
        return self.add(section, "p", "Between the groups", "{p}", parts, named, p=p)

    def share(
        self,
        section: str,
        x: int,
        n: int,
        *,
        label: str,
        arm: str,
        place: str = "table 2",
        role: str = "share",
        told: bool = True,
        **about: object,
    ) -> str:
        """A count with its denominator and percentage, in the paper's form."""
        habits = self.habits
        parts = {"x": whole(x, habits), "n": whole(n, habits), "pct": percent(x, n, habits)}
        form = {
            "of": "{x} of {n} ({pct}%)",
            "slash": "{x}/{n} ({pct}%)",
            "bracket": "{x} ({pct}%)",
        }[habits.share]
        known: dict[str, object] = {"outcome": section, **about}
        if habits.share == "bracket" and told:
            known["patients"] = str(n)
        return self.add(section, role, label, form, parts, known, place=place, arm=arm, x=x, n=n)

    def limits(self, low: float, high: float, places: int, unit: str = "") -> dict[str, str]:
        return {
            "low": number(low, places, self.habits) + unit,
            "high": number(high, places, self.habits) + unit,
        }

    @property
    def interval(self) -> str:
        """The bracket of an interval; without its level where the methods told it once."""
        ends = "{low}" + self._to + "{high}"
        return f"(95% CI {ends})" if self.habits.level_told else f"({ends})"

    @property
    def _to(self) -> str:
        # A dash between numbers that may have a sign is no one's habit.
        return " to " if self.habits.to == "–" else self.habits.to

    def copy(self) -> Self:
        """With claims, outcomes and arms of its own."""
        rng, self.rng = self.rng, np.random.default_rng(0)
        made = copy.deepcopy(self)
        self.rng = rng
        return made

    def ledger(self) -> str:
        """As a typing auditor writes it: sizes where the paper has them, labels, places."""
        groups = {
            arm.name: {"label": arm.label, "randomised": str(arm.randomised)}
            | ({"control": True} if arm.name == self.control else {})
            for arm in self.arms
        }
        everyone = all(arm.randomised == arm.analysed for arm in self.arms)
        analysed: dict[str, object] = {
            "label": "Intention to treat" if everyone else "Analysed",
            "everyone": everyone,
        }
        if self.habits.sizes != "randomised" or not everyone:
            analysed["sizes"] = {arm.name: str(arm.analysed) for arm in self.arms}
        populations = {"itt": analysed}
        if self.some_lost:
            populations["observed"] = {"label": "Patients with the outcome"}
        claims = {}
        for name, claim in self.claims.items():
            written: dict[str, object] = {
                "from": "main",
                "place": claim.place,
                "label": claim.label,
                "printed": claim.printed,
            }
            if claim.about:
                written["about"] = claim.about
            claims[name] = written
        ledger = {
            "papers": {"main": f"A drawn report, seed {self.seed}"},
            "groups": groups,
            "populations": populations,
            "outcomes": self.outcomes,
            "claims": claims,
        }
        return yaml.dump(
            ledger,
            Dumper=_Dumper,
            allow_unicode=True,
            sort_keys=False,
            width=1000,
            default_flow_style=None,
        )


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True
