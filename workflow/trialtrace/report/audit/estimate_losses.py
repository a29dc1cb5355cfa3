"""Who was randomised and is in no primary estimate: how many, of which arm, with which outcome."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from trialtrace.base.words import percent
from trialtrace.run.cleaning.losses import TOLD
from trialtrace.run.endpoints.known import chance_of_losses
from trialtrace.run.integrity.look import UNEQUAL
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.methods.displays.analyse import entered
from trialtrace.run.tables.contracts.rows import MemberRow, ResultRow
from trialtrace.run.tables.frames import Frames, Predicate, Selection
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.plan.displays.why import NO_VALUE, OUTSIDE
from trialtrace.run.trial.plan.methods import BINARY, OWN_TREATMENT, TIMES

# Arm -> patients; where a patient has every treatment, or arms are hidden, they are of none: "".
ByArm = dict[str, int]
# Of a trial whose flow begins with patients who are not all that were randomised.
UNKNOWN = (
    "The data do not record how many patients were randomised, so losses before analysis cannot be "
    "counted."
)


@dataclass(frozen=True)
class Behind:
    """The rows that a result was made from, over all subgroups that are known."""

    trial: Trial
    frames: Frames
    result: ResultRow
    dataset: str
    where: Predicate

    @cached_property
    def arms(self) -> list[str]:
        hidden = self.trial.pooled or self.trial.at.purpose.hides_arms
        hidden |= self.trial.design.kind in OWN_TREATMENT
        return [""] if hidden else [*self.trial.design.arms]

    def rows(self, arm: str) -> Selection:
        """The rows of an arm."""
        test = {"TRT01P": {"is": arm}} if arm else {}
        by = self.trial.plan.analyses[self.result["analysis_id"]].by
        return entered(self.frames, self.dataset, self.where, test, by)

    @cached_property
    def used(self) -> ByArm:
        return {arm: self.rows(arm).subjects for arm in self.arms}

    @cached_property
    def randomised(self) -> ByArm:
        return {
            arm: self.frames.select(
                "adsl", {"TRT01P": {"is": arm}} if arm else {"USUBJID": "present"}
            ).n
            for arm in self.arms
        }

    def by_outcome(self) -> list[tuple[int, int]]:
        """Of those with and without the event who is used, of how many; of nothing but events and
        times none."""
        endpoint = self.trial.endpoints.get(self.result["parameter"] or "")
        if endpoint is None or endpoint.kind not in BINARY + TIMES or self.dataset == "adsl":
            return []
        kept = {"PARAMCD", "AVISIT", "AVAL"}
        known = {name: test for name, test in self.where.items() if name in kept}
        code, met, not_met = ("CNSR", 0, 1) if endpoint.kind in TIMES else ("AVAL", 1, 0)
        inside = {subject for arm in self.arms for subject in self.rows(arm).column("USUBJID")}
        counts = []
        for value in (met, not_met):
            rows = self.frames.select(self.dataset, known | {code: {"is": value}})
            subjects = {*rows.column("USUBJID")}
            counts.append((len(subjects & inside), len(subjects)))
        return counts


def behind(trial: Trial, frames: Frames, result: ResultRow, members: Sequence[MemberRow]) -> Behind:
    """The rows behind a result, by the conditions that are stored with it."""
    roles = {row["role"]: row for row in members}
    of = roles.get("denominator") or roles["analysed"]
    return Behind(trial, frames, result, of["dataset"], json.loads(of["predicate"]))


def estimate_losses(
    trial: Trial,
    frames: Frames,
    results: Sequence[ResultRow],
    members: Mapping[str, Sequence[MemberRow]],
) -> Iterator[str]:
    """A sentence for each primary analysis whose estimate lacks more than a few of those
    randomised, or those of one arm or with one outcome beyond chance; at the visit with the fewest.
    One where nobody knows who was randomised.
    """
    if trial.plan.displays.get("flow", {}).get("patients"):
        yield UNKNOWN
    yield from map(str, primary_losses(trial, frames, results, members))


def primary_losses(
    trial: Trial,
    frames: Frames,
    results: Sequence[ResultRow],
    members: Mapping[str, Sequence[MemberRow]],
) -> "Iterator[Lost]":
    """Whom the estimates of primary analyses lack, of those that `estimate_losses` tells of."""
    for analysis in trial.plan.analyses.values():
        if analysis.role != "primary" or analysis.of is not None:
            continue
        own = [row for row in results if row["analysis_id"] == analysis.name]
        places: dict[tuple[str | None, str | None], ResultRow] = {}
        for of in (_estimates, _compares, _of_all):
            for row in filter(of, () if places else own):
                places.setdefault((row["parameter"], row["visit"]), row)
        found = [
            behind(trial, frames, row, members.get(row["result_id"], ())) for row in places.values()
        ]
        if found:
            least = min(found, key=lambda each: sum(each.used.values()))
            flow = [row for row in results if row["parameter"] == analysis.name]
            why = {row["group2_level"] or "": row["stat_value"] for row in filter(_reasons, flow)}
            lost = Lost(analysis.label, least, why, several=len(found) > 1)
            if lost.told:
                yield lost


def _estimates(row: ResultRow) -> bool:
    return row["comparison"] is not None and row["ci_level"] is not None


def _compares(row: ResultRow) -> bool:
    return row["comparison"] is not None


def _of_all(row: ResultRow) -> bool:
    """Whether a result describes all patients together, as those of a blinded run do."""
    return row["group1_level"] == ALL and row["stratum"] is None and row["group2"] is None


def _reasons(row: ResultRow) -> bool:
    """Whether a result counts those whom an analysis lacks for a reason that the plan gives."""
    told = row["group1_level"] == ALL and row["group2_level"] not in (NO_VALUE, OUTSIDE)
    return row["stat_name"] == "not_analysed" and told and bool(row["stat_value"])


@dataclass(frozen=True)
class Lost:
    """Whom a primary estimate lacks, for the reasons `why` the plan gives."""

    label: str
    of: Behind
    why: Mapping[str, float | None]
    several: bool

    @cached_property
    def randomised(self) -> int:
        return sum(self.of.randomised.values())

    @cached_property
    def lost(self) -> int:
        return self.randomised - sum(self.of.used.values())

    @cached_property
    def arms(self) -> dict[str, tuple[int, int]]:
        """Of each arm how many are in the estimate, of how many randomised."""
        return {arm: (self.of.used[arm], n) for arm, n in self.of.randomised.items() if n}

    @cached_property
    def outcomes(self) -> list[tuple[int, int]]:
        return self.of.by_outcome() if self.lost else []

    @cached_property
    def p_arms(self) -> float:
        """The chance of losses that part so much by arm; of clusters it is not reckoned."""
        return 1.0 if self._clustered else chance_of_losses(self.arms)

    @cached_property
    def p_outcome(self) -> float:
        every = dict(zip("+-", self.outcomes, strict=False))
        return 1.0 if self._clustered else chance_of_losses(every)

    @property
    def _clustered(self) -> bool:
        return self.of.trial.design.kind == "cluster"

    @property
    def told(self) -> bool:
        """Whether these are more than a few, or of one arm or outcome beyond chance."""
        many = self.lost > TOLD * self.randomised
        return many or min(self.p_arms, self.p_outcome) < UNEQUAL

    def __str__(self) -> str:
        lost, whole = self.lost, self.randomised
        at = self.of.result["visit"] if self.several else None
        text = f"{lost} of {whole} patients randomised ({percent(lost / whole)} %) are not in the "
        text += f"primary estimate, {self.label}{f' at {at}' if at else ''}"
        if len(self.arms) > 1:
            labels = self.of.trial.design.arms
            each = [f"{labels[arm].label} {n - k} of {n}" for arm, (k, n) in self.arms.items()]
            text += f": {', '.join(each)}"
            text += f" (p {self.p_arms:.2g} by chance)" * (self.p_arms < UNEQUAL)
        if self.p_outcome < UNEQUAL:
            (met, n), (other, m) = self.outcomes
            text += f"; with the event {n - met} of {n}, without {m - other} of {m} (p "
            text += f"{self.p_outcome:.2g} by chance)"
        reasons = "; ".join(f"{reason}: {n:g}" for reason, n in self.why.items())
        return f"{text}. By reason: {reasons}." if reasons else f"{text}."
