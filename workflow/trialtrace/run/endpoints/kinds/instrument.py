"""Instruments: the scores of a questionnaire or an examination by its own rule."""

from trialtrace.run.endpoints.records import Records
from trialtrace.run.endpoints.scores.derived import DERIVATIONS
from trialtrace.run.endpoints.scores.items import read_items, scale_of, scored, wide_cells
from trialtrace.run.endpoints.study import Study
from trialtrace.run.trial.model import Endpoint


def derive_instrument(endpoint: Endpoint, study: Study) -> Records:
    """The records of one scale: a subject, visit, location and side, as far as these are declared.

    AVAL is the score, missing where the rule gives none; every item's cell of a record leads to it.
    """
    scale = scale_of(endpoint)
    if derive_scale := DERIVATIONS.get(endpoint.entry.instrument):
        return derive_scale(endpoint, scale, study)
    layout, items, columns = read_items(endpoint, scale, study)
    values = endpoint.entry.score(scale, items)
    cells = wide_cells(endpoint.entry, scale, layout)
    return scored(endpoint, study, layout, scale, values, columns, cells=cells)
