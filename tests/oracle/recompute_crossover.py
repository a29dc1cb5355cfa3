"""Our side of the oracle: two treatments in two periods."""

from itertools import product

import numpy as np
from recompute import SIDES, Numbers, cases

from trialtrace.stats.continuous import crossover as c


def crossover() -> Numbers:
    for case, columns in cases("crossover.csv"):
        data = [columns[key] for key in ("first", "second", "treated_first")]
        for effect, level in product(c.EFFECTS, (0.95, 0.8)):
            found = c.crossover_effect(*data, effect=effect, confidence=level)
            for part in ("estimate", "low", "high"):
                yield case, f"{effect}@{level}.{part}", getattr(found, part)
        for effect, sides in product(c.EFFECTS, SIDES):
            test = c.crossover_t(*data, effect=effect, sides=sides)
            for part in ("statistic", "df", "p_value"):
                yield case, f"{effect}.{sides}.{part}", getattr(test, part)
        if not np.isin(data[:2], (0, 1)).all():
            continue
        for sides in SIDES:
            yield (
                case,
                f"mainland_gart.{sides}.p_value",
                c.mainland_gart(*data, sides=sides).p_value,
            )
            test = c.prescott(*data, sides=sides)
            yield case, f"prescott.{sides}.statistic", test.statistic
            yield case, f"prescott.{sides}.p_value", test.p_value
