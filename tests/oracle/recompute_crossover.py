"""Our side of the oracle: two treatments in two periods."""

from itertools import product

import numpy as np
from oracle_tables import SIDES, Numbers, cases, ends, fields_of, subject, tested

from trialtrace.stats.continuous import crossover as c


@subject("crossover")
def crossover() -> Numbers:
    for case, columns in cases("crossover.csv"):
        data = [columns[key] for key in ("first", "second", "treated_first")]
        for effect, level in product(c.EFFECTS, (0.95, 0.8)):
            found = c.crossover_effect(*data, effect=effect, confidence=level)
            yield from ends(case, f"{effect}@{level}", found)
        for effect, sides in product(c.EFFECTS, SIDES):
            test = c.crossover_t(*data, effect=effect, sides=sides)
            yield from fields_of(case, f"{effect}.{sides}", test, "statistic", "df", "p_value")
        if not np.isin(data[:2], (0, 1)).all():
            continue
        for sides in SIDES:
            yield (
                case,
                f"mainland_gart.{sides}.p_value",
                c.mainland_gart(*data, sides=sides).p_value,
            )
            test = c.prescott(*data, sides=sides)
            yield from tested(case, f"prescott.{sides}", test)
