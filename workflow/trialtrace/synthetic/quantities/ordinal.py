"""ordinal: whole numbers from a latent score, cut where the probabilities say.

With cumulative probabilities c_k the cuts are Phi^-1(c_k); a shift moves the score, so that with a
shift the probabilities are those of an ordered probit model.
"""

import numpy as np

from trialtrace.synthetic.room import Room, groups, parameter
from trialtrace.synthetic.rows import Rows
from trialtrace.synthetic.scores import score
from trialtrace.synthetic.values import INTEGER, Values
from trialtrace.trial.cohort.model import Quantity


def draw(room: Room, rows: Rows, one: Quantity) -> dict[str, Values]:
    from scipy.special import ndtri

    z, known = score(room, rows, one.name, one.options)
    known &= rows.met(one.where)
    shift = parameter(rows, one.given.get("shift", 0))
    known &= ~np.isnan(shift)
    found, reached = np.zeros(rows.size, dtype=np.int64), np.zeros(rows.size, dtype=bool)
    for _, probabilities, mask in groups(rows, one.given["probabilities"], known):
        weights = np.asarray(probabilities, dtype=np.float64)
        cuts = ndtri(np.cumsum(weights / weights.sum())[:-1])
        place = np.searchsorted(cuts, (z + shift)[mask], side="right")
        found[mask] = one.given["from"] + np.minimum(place, np.flatnonzero(weights)[-1])
        reached |= mask
    room.truth.parameters(one)
    return {one.name: Values(INTEGER, found, known & reached)}
