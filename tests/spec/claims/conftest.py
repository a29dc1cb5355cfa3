"""A small trial with a few results, and a ledger written in the test."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from shipped_trials import shipped

from trialtrace.audit.ledger.claim import Claim, read_claim
from trialtrace.audit.ledger.shape import LedgerClaim
from trialtrace.base.config.spec import structure
from trialtrace.base.paths import project
from trialtrace.run.claims.audit import audit_rows
from trialtrace.run.tables.contracts import RESULTS, from_rows, read_table
from trialtrace.run.tables.frames import Frames
from trialtrace.run.trial.load import load_trial

PAPER = "Someone A et al. J Trials 2020;1:1-9"


def result(
    analysis: str, method: str, value: float | None, who: str = "all", **more: Any
) -> dict[str, Any]:
    """A row of the results contract. `who` is a group, a comparison "a-b", or "" for neither."""
    pair = who.split("-") if "-" in who else None
    group = who if who and pair is None else None
    suffix = "".join(f";{k}={more[k]}" for k in ("visit", "stratum", "parameter") if k in more)
    if "group2" in more:
        suffix += f";{more['group2']}={more['group2_level']}"
    return {
        "result_id": f"toy/{analysis}/{method}@{who or 'all'}{suffix}",
        "analysis_id": analysis,
        "method": method,
        "options": "{}",
        "population": "itt",
        "group1_level": group,
        "comparison": pair[0] if pair else None,
        "reference": pair[1] if pair else None,
        "stat_name": method.split(".")[0],
        "stat_label": method.split(".")[0],
        "stat_value": value,
        "stat_text": "not estimable" if value is None else str(value),
        "synthetic": False,
    } | more


def proportion(analysis: str, group: str, events: int, total: int, **more: Any) -> list[dict]:
    common = {"denominator": total, **more}
    return [
        result(analysis, "count.events", float(events), group, **common),
        result(
            analysis,
            "proportion.wilson",
            events / total,
            group,
            ci_low=0.1,
            ci_high=0.4,
            ci_level=0.95,
            **common,
        ),
    ]


RESULT_ROWS = [
    result("flow", "randomised.count", 100.0),
    result("flow", "randomised.count", 51.0, "drug"),
    *proportion("pain", "drug", 10, 51),
    *proportion("pain", "sham", 20, 49),
    *proportion("pain", "all", 30, 100),
    result(
        "pain",
        "risk_difference.newcombe",
        10 / 51 - 20 / 49,
        "drug-sham",
        ci_low=-0.375,
        ci_high=-0.031,
        ci_level=0.95,
    ),
    result("pain", "risk_difference.wald", 10 / 51 - 20 / 49, "drug-sham"),
    result(
        "pain",
        "risk_ratio.katz_log",
        0.480392156863,
        "drug-sham",
        ci_low=0.251,
        ci_high=0.918,
        ci_level=0.95,
    ),
    result("pain", "number_needed_to_treat.newcombe", 12.2, "drug-sham"),
    result("pain", "p_value.fisher", 0.0291, "drug-sham"),
    *proportion("pain_each", "drug", 5, 50, visit="1 h"),
    *proportion("pain_each", "drug", 6, 48, visit="2 h"),
    *proportion("pain_each", "sham", 5, 50, visit="1 h"),
    *proportion("pain_each", "sham", 3, 48, visit="2 h"),
    result("pain_each", "p_value.fisher", 0.5, "drug-sham", visit="1 h"),
    result("pain_each", "p_value.fisher", 0.3, "drug-sham", visit="2 h"),
    result("score", "mean.t_interval", 54.23, "drug", ci_low=51.0, ci_high=57.5, ci_level=0.95),
    result("score", "sd.descriptive", 10.08, "drug"),
    result("score", "mean.t_interval", 56.0, "sham"),
    result(
        "score",
        "mean_difference.welch",
        -1.77,
        "drug-sham",
        ci_low=-5.5,
        ci_high=1.96,
        ci_level=0.95,
    ),
    result("time", "p_value.log_rank", 0.001, ""),
    result("time", "p_value.log_rank", 0.002, "drug-sham"),
    result("time", "follow_up.reverse_kaplan_meier", 2374.0, "all", unit="days"),
    result("anova", "f.mixed_anova", 5.907, "", group2="effect", group2_level="visit"),
    result("anova", "df1.mixed_anova", 3.0, "", group2="effect", group2_level="visit"),
    result("anova", "df2.mixed_anova", 63.0, "", group2="effect", group2_level="visit"),
    result("anova", "p_value.mixed_anova", 0.0012, "", group2="effect", group2_level="visit"),
    result("rare", "risk_ratio.katz_log", None, "drug-sham", error="no event in an arm"),
]


def claim(name: str, printed: str, selects: dict | None = None, **more: Any) -> Claim:
    given = {"from": "main", "place": "abstract", "label": name, "printed": printed} | more
    given |= {} if selects is None else {"is": selects}
    return read_claim(name, structure(LedgerClaim, given), PAPER, f"claims.{name}")


def toy_trial(*, synthetic: bool = False) -> SimpleNamespace:
    levels = {"pain": 0.041, "pain_each": 0.05, "time": 0.05, "anova": 0.05, "empty": 0.05}
    arms = {
        "drug": SimpleNamespace(name="drug", label="Drug"),
        "sham": SimpleNamespace(name="sham", label="Sham treatment"),
    }
    return SimpleNamespace(
        name="toy",
        at=project(),
        synthetic=synthetic,
        design=SimpleNamespace(arms=arms),
        plan=SimpleNamespace(
            analyses={k: SimpleNamespace(decision_level=v) for k, v in levels.items()}
        ),
    )


@pytest.fixture(scope="session")
def results() -> list[dict[str, Any]]:
    return from_rows(RESULT_ROWS, RESULTS).to_pylist()


@pytest.fixture
def audit(results) -> Callable[..., list[dict[str, Any]]]:
    """A function: the rows that the audit makes of claims."""

    def rows(
        *claims: Claim, synthetic: bool = False, further: Sequence[dict] = ()
    ) -> list[dict[str, Any]]:
        known = [*results, *from_rows(list(further), RESULTS).to_pylist()]
        by_name = {each.name: each for each in claims}
        return audit_rows(toy_trial(synthetic=synthetic), by_name, known)

    return rows


@pytest.fixture
def make_result() -> Callable[..., dict[str, Any]]:
    return result


@pytest.fixture
def make_claim() -> Callable[..., Claim]:
    return claim


@pytest.fixture(scope="session")
def analysed(tmp_path_factory):
    """A function: a real trial with its derived data and results, made once from its raw data."""
    made: dict[str, Any] = {}

    def one(name: str):
        if name not in made:
            trial, at = load_trial(name), shipped(name, tmp_path_factory)
            results = read_table(at / "analysis" / "results.parquet", RESULTS).to_pylist()
            made[name] = trial, Frames(at / "derived"), results
        return made[name]

    return one
