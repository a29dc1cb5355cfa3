"""Rows of a table by the arm of their subjects, so that a loss is told by arm."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.typed import Typed
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.treatment import arm_origin


@dataclass(frozen=True)
class Arms:
    """Label of each arm -> its subjects as text; none where a patient has every treatment, and none
    of a blinded draft."""

    subjects: Mapping[str, pa.Array] = field(default_factory=dict)

    def rows(self, typed: Typed) -> dict[str, np.ndarray]:
        """Label of each arm -> a mask of the rows of a table."""
        return {
            label: pc.is_in(typed.subject, value_set=subjects).to_numpy(zero_copy_only=False)
            for label, subjects in self.subjects.items()
        }


def arms_of(trial: Trial, typed: Mapping[str, Typed]) -> Arms:
    """The subjects of each arm, by the column that says it."""
    origin = arm_origin(trial)
    if origin is None or trial.blinded:
        return Arms()
    one = typed[origin.table]
    code = one.text(origin.column)
    return Arms(
        {
            arm.label: pc.unique(
                pc.drop_null(
                    one.subject.filter(
                        pc.fill_null(pc.is_in(code, value_set=pa.array(arm.codes)), False)
                    )
                )
            )
            for arm in trial.design.arms.values()
        }
    )


def told_by_arm(arms: Mapping[str, np.ndarray], gone: np.ndarray, there: np.ndarray) -> str:
    """ "By arm: Active 2 of 20, Control 0 of 20", of masks of rows; empty where no arm has any."""
    parts = [
        f"{label} {int((gone & mask).sum())} of {int((there & mask).sum())}"
        for label, mask in arms.items()
        if (there & mask).any()
    ]
    return f"By arm: {', '.join(parts)}" if len(arms) > 1 and parts else ""
