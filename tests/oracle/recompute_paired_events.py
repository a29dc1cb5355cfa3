"""Our side of the oracle: yes or no under two conditions of the same subjects."""

from collections.abc import Iterator
from itertools import product

from oracle_tables import SIDES, Numbers, cases, ends, fields_of, subject, tested_by

from trialtrace.stats import StatsError
from trialtrace.stats.categorical import paired

LEVELS = (0.95, 0.9)


@subject("paired_events")
def paired_events() -> Numbers:
    for case, columns in cases("paired_events.csv"):
        table = [
            float(columns[key][0]) for key in ("both", "treated_only", "reference_only", "neither")
        ]
        yield from _tests(case, table)
        for level in LEVELS:
            found = paired.paired_risk_difference_newcombe(*table, confidence=level)
            yield from ends(case, f"newcombe@{level}", found)
    for case, columns in cases("conditions.csv"):
        outcomes = columns["event"].reshape(-1, int(columns["condition"].max()))
        try:
            found = paired.cochran_q(outcomes)
        except StatsError:
            found = None
        yield from fields_of(case, "cochran_q", found, "statistic", "df", "p_value")


def _tests(case: str, table: list[float]) -> Iterator[tuple[str, str, float]]:
    discordant = table[1:3]
    for correction, sides in product(("none", "continuity"), SIDES):
        name = f"mcnemar.{correction}.{sides}"
        yield from tested_by(
            case, name, paired.mcnemar, *discordant, sides=sides, correction=correction
        )
    for mid_p, sides in product(paired.MID_P, SIDES):
        found = paired.mcnemar_exact(*discordant, sides=sides, mid_p=mid_p)
        yield case, f"exact.{mid_p}.{sides}.p_value", found.p_value
