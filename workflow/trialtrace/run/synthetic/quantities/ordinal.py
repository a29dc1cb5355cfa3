"""ordinal: whole numbers from a latent score, cut where the probabilities say.

With cumulative probabilities c_k the cuts are Phi^-1(c_k); a shift moves the score, so that with a
shift the probabilities are those of an ordered probit model.
"""

import numpy as np

from trialtrace.run.synthetic.room import Room, groups, parameter, score
from trialtrace.run.synthetic.rows import Rows
from trialtrace.run.synthetic.values import INTEGER, Values
from trialtrace.run.trial.cohort.quantities.ordinal import Ordinal


def draw(room: Room, rows: Rows, quantity: Ordinal) -> dict[str, Values]:
    from scipy.special import ndtri

    scale = quantity.ordinal
    z, known = score(room, rows, quantity.name, quantity.loads, quantity.correlation)
    known &= rows.met(quantity.where)
    shift = parameter(rows, 0 if scale.shift is None else scale.shift)
    known &= ~np.isnan(shift)
    found, reached = np.zeros(rows.size, dtype=np.int64), np.zeros(rows.size, dtype=bool)
    for _, probabilities, mask in groups(rows, scale.probabilities, known):
        weights = np.asarray(probabilities, dtype=np.float64)
        cuts = ndtri(np.cumsum(weights / weights.sum())[:-1])
        place = np.searchsorted(cuts, (z + shift)[mask], side="right")
        found[mask] = scale.from_ + np.minimum(place, np.flatnonzero(weights)[-1])
        reached |= mask
    room.truth.parameters(quantity)
    return {quantity.name: Values(INTEGER, found, known & reached)}
