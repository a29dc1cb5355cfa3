"""What a careful reader types of a paper: claims, and the YAML that holds them."""

from copy import deepcopy
from dataclasses import dataclass, field

import yaml

from honest_papers.prints import Habits


@dataclass
class Claim:
    """One printed expression: `form` and `args` print it by the habits of the paper."""

    kind: str
    form: str
    args: dict
    place: str
    label: str
    about: dict
    linked: list[str] = field(default_factory=list)
    errors: dict = field(default_factory=dict)  # what an error could contradict


@dataclass
class Ledger:
    """The head of a ledger, and its claims by name."""

    seed: int
    habits: Habits
    groups: dict
    populations: dict
    outcomes: dict = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)

    def add(self, name: str, claim: Claim) -> str:
        clean = "".join(c if c.isalnum() else "_" for c in name.lower())
        clean = f"{clean[:34]}_{len(self.claims) + 1}"
        claim.about = {k: v for k, v in claim.about.items() if v is not None}
        self.claims[clean] = claim
        return clean

    def printed(self, name: str) -> str:
        claim = self.claims[name]
        return getattr(self.habits, claim.form)(**claim.args)

    def copy(self) -> "Ledger":
        return deepcopy(self)

    def yaml(self) -> str:
        claims = {name: self._claim(name) for name in self.claims}
        page = {"papers": {"main": f"Made-up paper {self.seed}"}, "groups": self.groups}
        page |= {"populations": self.populations, "outcomes": self.outcomes, "claims": claims}
        return yaml.dump(_quoted(page), Dumper=_Dumper, allow_unicode=True, sort_keys=False)

    def _claim(self, name: str) -> dict:
        claim = self.claims[name]
        entry = {"from": "main", "place": claim.place, "label": claim.label}
        entry["printed"] = self.printed(name)
        if claim.linked:
            entry["with"] = claim.linked
        return entry | ({"about": claim.about} if claim.about else {})


class _Quoted(str):
    """Text that is written in quotes."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


_Dumper.add_representer(
    _Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def _quoted(value):
    if isinstance(value, dict):
        return {k: _quoted(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_quoted(v) for v in value]
    return _Quoted(value) if isinstance(value, str) else value
