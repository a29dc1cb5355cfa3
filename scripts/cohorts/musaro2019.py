"""Draws a cohort in the place of the patients of musaro2019, who are not public.

Of the trial only the number of patients is published. Every other value is an assumption, the same
for real and sham stimulation, and fitted to no F, p or epsilon.
"""

import numpy as np

from trialtrace.run.synthetic.drawing import (
    Draw,
    Frames,
    Mess,
    between,
    day_of,
    iso,
    lognormal,
    only,
    ordinal,
)

# `correlation` of the strength of a muscle at two visits: of any two, or of neighbours ("chain").
TRUTH = {"patients": 22, "correlation": 0.75, "chain": False}
PUT_IN = ({"population": "itt", "statistic": "patients", "value": 22, "published": "22"},)

SIDES = ("r", "l")
VISITS = ("before", "after", "follow_up_1", "follow_up_2")
MUSCLES = ("deltoid", "biceps", "triceps", "fcr", "ecr", "fdi")
GRADES = np.array(["0", "1", "2", "3", "4-", "4", "4+", "5"])
SHARES = (0.02, 0.05, 0.12, 0.2, 0.16, 0.2, 0.13, 0.12)
# Strength falls over time, after a little more of it at once.
SHIFTS = np.array([0, 0.1, -0.05, -0.2])
GRIPS = np.array([18, 18.5, 17.5, 16.5])
# Threshold cycles of each gene: mean and SD.
GENES = {
    **{"ACTB": (18, 0.5), "GAPDH": (19, 0.5), "IGF1": (27, 0.9), "PAX7": (29, 0.9)},
    **{"MYOG": (28, 0.9), "FBXO32": (25, 0.9), "TRIM63": (26, 0.9), "HDAC4": (27.5, 0.9)},
    **{"CHRNA1": (28.5, 0.9), "CHRNG": (36.5, 2)},
}
REPLICATES, CELLS, FIBRES, DAYS = 3, 12, 120, 14
FIRST, LAST = day_of("2016-02-01"), day_of("2017-11-30")
GUESSES = {"r": 0.35, "l": 0.35, "unknown": 0.3}


def draw(seed: int, truth: dict | None = None) -> Frames:
    """The files of the export; under a `truth` without errors."""
    told, made = TRUTH | (truth or {}), Draw(seed)
    n = told["patients"]
    record = np.array([f"N{number:02d}" for number in range(1, n + 1)])
    # Two groups are published, real on the right and real on the left; their sizes are not.
    real = made.choice("real side", {"r": 0.5, "l": 0.5}, n)
    weakness, biopsied = made.score("weakness", n), made.yes("biopsied", 0.8, n)
    # A row a side of a patient, which all tables but the first have below them.
    who, side = np.repeat(np.arange(n), 2), np.tile(SIDES, n)
    health = made.score("side health", 2 * n)
    head = {
        "record_id": record[who],
        "side": side,
        "treatment": np.where(side == real[who], "real", "sham"),
    }

    def below(times: int, where: np.ndarray | None = None) -> tuple[np.ndarray, dict]:
        """So many rows a side: the number of the side, and the columns that name it."""
        there = np.repeat(np.arange(2 * n) if where is None else np.flatnonzero(where), times)
        return there, {name: values[there] for name, values in head.items()}

    def loads(sides: np.ndarray, of_weakness: float, of_side: float) -> list:
        return [(of_weakness, weakness[who[sides]]), (of_side, health[sides])]

    frames = {
        "patients.csv": _patients(made, record, real),
        "stimulation.csv": {
            "record_id": np.repeat(record, DAYS),
            "day": np.tile(np.arange(1, DAYS + 1), n),
            "done": made.yes("done", 0.97, DAYS * n),
        },
        "strength.csv": _strength(made, told, below, loads),
        **_exams(made, below, loads),
        **_biopsies(made, below, loads, biopsied[who]),
        # No side effect is reported.
        "adverse_events.csv": {
            name: np.array([], dtype=object)
            for name in ("record_id", "event", "term", "began_on", "grade", "serious", "related")
        },
    }
    if truth is None:
        _mess(Mess(frames, made))
    return frames


def _patients(made: Draw, record: np.ndarray, real: np.ndarray) -> dict:
    n = len(record)
    # What was guessed is not published; nobody knows the side here, so that a guess is a coin.
    return {
        "record_id": record,
        "real_side": real,
        "randomised_on": iso(np.sort(made.integers("randomised", FIRST, LAST, n))),
        "age": between(made.score("age", n), 58, 10, 30, 80, 1),
        "sex": made.choice("sex", {"m": 0.6, "f": 0.4}, n),
        "dominant": made.choice("dominant", {"r": 0.9, "l": 0.1}, n),
        "onset_months": lognormal(made.score("onset", n), 20, 10, 4, 90, 1),
        "onset_side": made.choice("onset side", {"r": 0.45, "l": 0.4, "b": 0.15}, n),
        "guess_patient": made.choice("guess of the patient", GUESSES, n),
        "guess_examiner": made.choice("guess of the examiner", GUESSES, n),
    }


def _strength(made: Draw, told: dict, below, loads) -> dict:
    """A grade from a score of the same distribution on both sides. The degrees of freedom that are
    published, 63 = 3 × 21, ask for that of the forearm in all patients at all visits."""
    sides, columns = below(len(MUSCLES) * len(VISITS))
    rows, visits = len(sides), len(VISITS)
    visit = np.tile(np.arange(visits), rows // visits)
    muscle = np.tile(np.repeat(MUSCLES, visits), rows // visits // len(MUSCLES))
    own = made.chain("grade", rows, visits, told["correlation"])
    if not told["chain"]:
        series = np.arange(rows) // visits
        own = made.score("grade", rows, within=series, correlation=told["correlation"])
    common = loads(sides, -0.6, 0.4)
    left = np.sqrt(1 - sum(weight**2 for weight, _ in common))
    score = sum(weight * shared for weight, shared in common) + left * own
    tested = (muscle != "fdi") | ~made.yes("not tested", 0.04, rows)
    grade = ordinal(score, SHARES, SHIFTS[visit])
    return {
        "record_id": columns["record_id"],
        "visit": np.array(VISITS)[visit],
        "side": columns["side"],
        "treatment": columns["treatment"],
        "muscle": muscle,
        "mrc": only(GRADES[grade], tested),
    }


def _exams(made: Draw, below, loads) -> Frames:
    sides, columns = below(len(VISITS))
    rows = len(sides)
    visit = np.tile(np.arange(len(VISITS)), rows // len(VISITS))
    came = (visit < 2) | ~made.yes("skipped", 0.1, rows)
    first = {"record_id": columns["record_id"], "visit": np.array(VISITS)[visit]}
    first |= {name: columns[name] for name in ("side", "treatment")}
    grip = made.score("grip", rows, loads(sides, -0.6, 0.4), within=sides, correlation=0.9)
    size = made.score("amplitude", rows, loads(sides, -0.5, 0.5), within=sides, correlation=0.8)
    return {
        "handgrip.csv": first | {"grip": only(between(grip, GRIPS[visit], 8, 0, 60, 0.5), came)},
        "cmap.csv": first | {"amplitude": only(between(size, 4.2, 2.2, 0.1, 18, 0.1), came)},
    }


def _biopsies(made: Draw, below, loads, biopsied: np.ndarray) -> Frames:
    """Of both sides of who agreed to it, after stimulation only."""
    sides, cells = below(CELLS, biopsied)
    current = made.score("current", len(sides), loads(sides, -0.3, 0.3))
    cells |= {"cell": np.tile(np.arange(1, CELLS + 1), len(sides) // CELLS)}
    cells |= {"current": lognormal(current, 110, 70, 2, 900, 0.1)}
    sides, fibres = below(FIBRES, biopsied)
    area = made.score("area", len(sides), loads(sides, -0.25, 0.25))
    fibres |= {
        "fibre": np.tile(np.arange(1, FIBRES + 1), len(sides) // FIBRES),
        "area": lognormal(area, 3100, 1500, 120, 12000, 1),
        "fibre_type": made.choice("fibre type", {"1": 0.45, "2": 0.55}, len(sides)),
        "central_nucleus": made.yes("nucleus", 0.03, len(sides)),
    }
    return {"currents.csv": cells, "ct.csv": _genes(made, below, biopsied), "fibres.csv": fibres}


def _genes(made: Draw, below, biopsied: np.ndarray) -> dict:
    sides, columns = below(len(GENES) * REPLICATES, biopsied)
    # What all genes of a sample have in common is of its side; a gene is measured three times.
    sample = made.score("rna", int(biopsied.size))
    gene = np.arange(len(sides)) // REPLICATES
    mean, sd = (np.array(each)[gene % len(GENES)] for each in zip(*GENES.values(), strict=True))
    own = made.score("expression", len(sides) // REPLICATES)[gene]
    expressed = mean + sd * (0.6 * sample[sides] + 0.8 * own)
    cycles = np.round(expressed + 0.15 * made.score("pipetting", len(sides)), 2)
    return columns | {
        "gene": np.array(list(GENES))[gene % len(GENES)],
        "replicate": np.arange(len(sides)) % REPLICATES + 1,
        # 40 cycles: not detected.
        "ct": np.minimum(cycles, 40),
    }


def _mess(mess: Mess) -> None:
    mess.cells("strength.csv", "mrc", "4/5", "4/5")
    mess.repeat("strength.csv", 2)
    mess.cells("handgrip.csv", "grip", "could not")
    mess.cells("cmap.csv", "amplitude", "3,9", "3,9")
    mess.cells("cmap.csv", "amplitude", "410")
    mess.repeat("fibres.csv", 1, record_id="N99")
    mess.spaces("patients.csv", "sex", 3)
