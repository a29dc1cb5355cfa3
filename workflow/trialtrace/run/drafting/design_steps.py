"""Steps of a draft where patients are in clusters, or have several treatments."""

from collections.abc import Mapping

from trialtrace.run.drafting.design import CLUSTER, CROSSOVER
from trialtrace.run.drafting.draft import Draft
from trialtrace.run.drafting.names import words_of
from trialtrace.run.drafting.outcomes import EVENT, MEASURE, Outcome, label_of
from trialtrace.run.drafting.people import People
from trialtrace.run.drafting.yaml_text import Quoted

Steps = Mapping[str, object]
TWO_SIDED = {"sides": "two_sided"}


def designed(draft: Draft, who: People, outcome: Outcome, steps: Steps) -> Steps:
    """The steps of an endpoint where the design asks for others than those of a parallel one."""
    if outcome.kind not in (MEASURE, EVENT):
        return steps
    if draft.design.own_treatment:
        return _within(draft, who, outcome, steps)
    if draft.design.kind == CLUSTER:
        return _clustered(who.named(draft.design.cluster), outcome, steps)
    return steps


def _within(draft: Draft, who: People, outcome: Outcome, steps: Steps) -> Steps:
    """Two periods by their sequence, where that is known; else the treatments of a patient."""
    given = {"describe": steps["describe"]}
    if draft.design.kind == CROSSOVER and draft.design.sequence:
        column = draft.home.column(draft.design.sequence)
        arms = {code: arm for arm, (_, code) in draft.arms.items()}
        starts = {
            Quoted(words_of(label_of(column, code)) or code): arms[first]
            for code, first in draft.design.starts.items()
        }
        by = {"sequence": who.named(draft.design.sequence), "starts_with": starts}
        if outcome.kind == EVENT:
            return {**given, "tests": [{"mainland_gart": {**by, **TWO_SIDED}}]}
        test = {"crossover_t": {**by, "compared": "treatment", **TWO_SIDED}}
        return {
            **given,
            "estimates": [{"mean_difference": {"method": "crossover", **by}}],
            "tests": [test],
        }
    if outcome.kind == EVENT:
        return {
            **given,
            "estimates": [{"risk_difference": "newcombe_paired"}],
            "tests": [{"mcnemar_exact": {**TWO_SIDED, "mid_p": "none"}}],
        }
    return {
        **given,
        "estimates": [{"mean_difference": "paired_t"}],
        "tests": [{"paired_t": TWO_SIDED}],
    }


def _clustered(cluster: str, outcome: Outcome, steps: Steps) -> Steps:
    """Errors that allow for clusters, corrected for few of them; clusters as wholes."""
    model = {
        "method": "clustered",
        "cluster": cluster,
        "working": "independence",
        "variance": "kauermann_carroll",
        "reference": "t",
        "covariates": [],
    }
    name, whole = (
        ("odds_ratio", "risk_difference") if outcome.kind == EVENT else ("mean_difference",) * 2
    )
    means = {"method": "cluster_means", "cluster": cluster}
    return {"describe": steps["describe"], "estimates": [{name: model}, {whole: means}]}
