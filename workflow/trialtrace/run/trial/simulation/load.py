"""A trial as it is simulated: under a truth, and no more of it than is looked at."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from trialtrace.audit.ledger.shape import Unread as Content
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError, did_you_mean, one_of
from trialtrace.run.trial.cohort_script import known_script, truth_of_script
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.outcomes import texts
from trialtrace.run.trial.simulation.file import FILE, SimulationFile, Truth

PRIMARY, PATIENTS = "primary", "patients"


def simulation_of(trial: Trial) -> SimulationFile:
    """What simulation.yaml says. Raises UserError where the trial has none, or a wrong one."""
    if not trial.has_simulation:
        raise UserError(
            f"trial {trial.name}", f"has no {FILE}", do="write one; docs/simulation.md says how"
        )
    file: SimulationFile = structure(SimulationFile, trial.document("simulation"))
    return file


def merged(parameters: Mapping[str, Any], truth: Truth) -> dict[str, Any]:
    """The parameters of a script with those that a truth has otherwise, and its patients."""
    patients = {} if truth.patients is None else {PATIENTS: truth.patients}
    return {**parameters, **(truth.parameters or {}), **patients}


def analyses_of(file: SimulationFile, plan: Content) -> list[str]:
    """The names of the analyses that are looked at."""
    primary = [name for name, entry in plan["analyses"].items() if entry.get("role") == PRIMARY]
    return list(file.of or primary)


@dataclass(frozen=True)
class SimulatedTrial(Trial):
    """The trial under a truth: the analyses that are looked at, and what these need.

    Subjects are known by text, since those of several trials stand in one table.
    """

    truth: str

    @cached_property
    def simulation(self) -> SimulationFile:
        return simulation_of(Trial(self.name, self.at))

    @cached_property
    def review(self) -> None:
        """None: what was decided is of patients who were not drawn anew."""
        return None

    @property
    def stated(self) -> Truth:
        """What the truth says."""
        return self.simulation.truths[self.truth]

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """What a synthetic trial is drawn from: TRUTH of its script, but for what is stated."""
        own = truth_of_script(known_script(self.at, self.name))
        return merged(own, self.stated)

    @cached_property
    def analyses(self) -> list[str]:
        """The analyses that are looked at."""
        return analyses_of(self.simulation, super().document("plan"))

    def document(self, text: str) -> Content:
        data: Content = super().document(text)
        if text == "plan":
            return self._plan(data)
        if text == "endpoints":
            return {name: entry for name, entry in data.items() if name in self._used}
        if text == "trial":
            populations = data["populations"]
            used = {name: entry for name, entry in populations.items() if name in self._used}
            return data | {"populations": used}
        return data

    def _plan(self, plan: Content) -> Content:
        """The analyses that are looked at, those that they inherit from, and their estimands."""
        kept = {name: plan["analyses"][name] for name in _heirs(plan, self.analyses)}
        named = {entry["estimand"] for entry in kept.values() if "estimand" in entry}
        estimands = {name: entry for name, entry in plan["estimands"].items() if name in named}
        whole = {key: plan[key] for key in plan if key not in ("displays", "multiplicity")}
        whole.pop("planning", None)
        return whole | {"analyses": kept, "estimands": estimands}

    @cached_property
    def _used(self) -> set[str]:
        """Every name that stands in the plan, and in what it names: of endpoints, populations and
        variables. More than is needed does no harm; what lacked would."""
        read = super().document
        plan = self._plan(read("plan"))
        ahead = list(texts([plan["analyses"], plan["estimands"]]))
        entries = {**read("endpoints"), **read("trial")["populations"]}
        found: set[str] = set()
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                families = [
                    entry for entry in entries if name == entry or name.startswith(f"{entry}_")
                ]
                for family in families:
                    found.add(family)
                    ahead += texts([entries[family]])
        return found

    @cached_property
    def dictionary(self) -> dict[str, dict[str, Variable]]:
        """That of the trial, in which subjects are known by text."""
        whole = super().dictionary
        return {table: self._by_text(table, columns) for table, columns in whole.items()}

    def _by_text(self, table: str, columns: dict[str, Variable]) -> dict[str, Variable]:
        subject = self.tables[table].subject if table in self.tables else ""
        if subject not in columns:
            return columns
        text = replace(columns[subject], kind="text", choices={}, minimum=None, maximum=None)
        return columns | {subject: text}


def under(trial: Trial, truth: str) -> SimulatedTrial:
    """The trial under a truth. Raises UserError for one that is none of the file's."""
    truths = simulation_of(trial).truths
    if truth not in truths:
        place, expected = f"{trial.name}: truth", f"one of {one_of(truths)}"
        do = did_you_mean(truth, truths)
        raise UserError(place, found=f'"{truth}"', expected=expected, do=do)
    return SimulatedTrial(trial.name, trial.at, truth)


def _heirs(plan: Content, names: Iterable[str]) -> Iterator[str]:
    """These analyses and those that they inherit from."""
    for name in names:
        following: str | None = name
        while following is not None:
            yield following
            following = plan["analyses"][following].get("of")
