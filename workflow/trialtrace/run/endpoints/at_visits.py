"""Records of other endpoints as visits × subjects: what findings and composites are made from."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError
from trialtrace.run.endpoints.adsl import OWN_TREATMENT
from trialtrace.run.endpoints.records import Cells, Records, moved, values_of
from trialtrace.run.endpoints.study import Study
from trialtrace.run.trial.model import Endpoint
from trialtrace.run.trial.visits import chosen_visits


def looked_at_visits(study: Study, endpoint: Endpoint) -> list[str]:
    """The labels of the visits that a made endpoint looks at; [] where its parts have none."""
    return chosen_visits(endpoint.name, study.trial.endpoints.get)


@dataclass(frozen=True)
class Grid:
    """Visits × subjects. A cell is visit number × subjects + subject; without visits one visit."""

    labels: list[str]
    size: int

    @property
    def visits(self) -> int:
        return max(len(self.labels), 1)

    def __len__(self) -> int:
        return self.visits * self.size

    def cells_of(self, records: Records) -> np.ndarray:
        """The cell of each record; -1 for a visit that is not looked at.

        Records without a visit have the cell of the first visit.
        """
        if "AVISIT" not in records.columns or not self.labels:
            return records.subject
        number = pc.index_in(records.columns["AVISIT"], value_set=pa.array(self.labels))
        number = pc.fill_null(number, -1).to_numpy().astype(np.int64)
        return np.where(number >= 0, number * self.size + records.subject, -1)

    def place(self) -> dict[str, pa.Array]:
        """AVISIT and AVISITN of a record a cell; nothing without visits."""
        if not self.labels:
            return {}
        number = np.repeat(np.arange(self.visits), self.size)
        return {"AVISIT": pa.array(self.labels).take(number), "AVISITN": pa.array(number + 1)}

    @property
    def subjects(self) -> np.ndarray:
        return np.tile(np.arange(self.size), self.visits)


def refuse_own_treatment(study: Study, endpoint: Endpoint, parent: Records) -> None:
    """Records of several treatments of a subject cannot be drawn together over sides."""
    if study.trial.design.kind in OWN_TREATMENT and "TRTP" in parent.columns:
        raise UserError(
            study.place(endpoint),
            found="an endpoint whose records each have a treatment of their own",
            expected="an endpoint with one treatment a subject",
        )


def one_each(
    study: Study, endpoint: Endpoint, grid: Grid, name: str, what: str
) -> tuple[np.ndarray, list[Cells]]:
    """An endpoint's values in the cells of the grid (NaN where missing), and the raw cells behind.

    A value without visits stands at every visit. Raises UserError where several records share a
    cell, as of several sides.
    """
    parent = study.parent(endpoint, name, ("bds",))
    refuse_own_treatment(study, endpoint, parent)
    cell = grid.cells_of(parent)
    if (np.bincount(cell[cell >= 0], minlength=1) > 1).any():
        raise UserError(
            study.place(endpoint),
            found=f"several records a visit of {name}",
            expected="one, as of an endpoint without sides and locations",
            do=f"make a finding of {name} first, which draws sides and locations together",
        )
    values = np.full(len(grid), np.nan)
    known = values_of(parent, what).to_numpy(zero_copy_only=False).astype(np.float64)
    values[cell[cell >= 0]] = known[cell >= 0]
    wanted = ("AVAL",) if what == "value" else ("AVAL", "BASE")
    if "AVISIT" in parent.columns or grid.visits == 1:
        return values, moved(parent.cells, cell, wanted)
    behind = []
    for visit in range(grid.visits):
        values[visit * grid.size + parent.subject] = known
        behind += moved(parent.cells, visit * grid.size + parent.subject, wanted)
    return values, behind
