"""Draws a cohort in the place of the patients of sprave2019, who are not public.

Published counts, means and SDs are hit (PUT_IN has each); everything else is an assumption, the
same in both arms. What is published of those who began treatment, 27 and 29, holds for them; the
four who did not are drawn like the others.
"""

import numpy as np
from scipy.special import ndtr

from trialtrace.run.synthetic.drawing import (
    Draw,
    Frames,
    Mess,
    between,
    by_arm,
    day_of,
    highest,
    iso,
    likely,
    lognormal,
    only,
    ordinal,
    to_moments,
)

ARMS = ("int", "con")
# Counts by arm: of all, of those treated, and of those treated in the home phase.
# 60 were randomised 1:1, taken as 30 and 30. 18 of 27 had 80 % of their planned sessions although
# only 14 were in the home phase: what was planned for the others were the sessions of radiotherapy.
TRUTH = {
    "patients": {"int": 30, "con": 30},
    "treated": {"int": 27 / 30, "con": 29 / 30},
    "home_phase": {"int": 14 / 27, "con": 0.52},
    "feasible": {"int": 18 / 27, "con": 16 / 29},
    "fracture": {"int": 1 / 13, "con": 3 / 16},
    "male": {"int": 13 / 27, "con": 12 / 29},
    "thoracic": {"int": 20 / 27, "con": 24 / 29},
}
TREATED = {"int": 27, "con": 29}
# With muscle relaxation no number of the home phase is published.
COUNTS = {
    "home_phase": {"int": 14},
    "feasible": {"int": 18, "con": 16},
    "male": {"int": 13, "con": 12},
    "thoracic": {"int": 20, "con": 24},
    "fracture": {"int": 1, "con": 3},
}
AT_HOME = 9
# Mean and SD by arm, step, limits. The body mass index is published beside weight and height and
# met as such, so that it is not weight over squared height to the digit.
MOMENTS = {
    "age": ((("62.1", "8.8"), ("61.1", "8.5")), 1, (35, 85)),
    "weight": ((("71.5", "11.3"), ("75.1", "15.4")), 0.5, (42, 130)),
    "height": ((("172.2", "8.6"), ("170.4", "9.0")), 1, (148, 198)),
    "bmi": ((("24.4", "4.1"), ("25.8", "4.6")), 0.1, (15, 45)),
}
SPREAD = {"age": (61.6, 8.6), "weight": (73.4, 13.5), "height": (171.3, 8.8), "bmi": (25.1, 4.4)}
BUILD = {"age": 0.0, "weight": 0.92, "height": 0.35, "bmi": 0.9}
# Of muscle relaxation 3 with another tumour are published beside 24.1 %, which is 7 of 29 and makes
# the column add up to 29.
TUMOURS = {
    "int": {"lung": 8, "breast": 7, "prostate": 4, "other": 8},
    "con": {"lung": 14, "breast": 6, "prostate": 2, "other": 7},
}
LABELS = {
    "lung": "Lung cancer",
    "breast": "Breast cancer",
    "prostate": "Prostate cancer",
    "other": "Other",
}
# Mean survival, published without its kind: here of all treated, to death or last contact.
MONTHS = "4.4"
PRINTED = {
    "male": ("13 (48.1%)", "12 (41.4%)"),
    "thoracic": ("20 (74.1%)", "24"),
    "feasible": ("18/27 (67%)", "16/29 (55%)"),
    "fracture": ("n = 1", "n = 3"),
}
PLACES = {
    "male": {"endpoint": "sex", "level": "male", "population": "treated"},
    "thoracic": {"endpoint": "thoracic", "level": "Yes", "population": "treated"},
    "feasible": {"endpoint": "feasible", "population": "treated"},
    # The denominator is not published; a fracture is taken to be seen on the CT at three months.
    "fracture": {"endpoint": "fracture", "population": "imaged"},
}


def _put_in() -> list[dict]:
    rows = [
        {"population": "itt", "statistic": "patients", "value": 60, "published": "60"},
        {"population": "treated", "statistic": "patients", "value": 56, "published": "56"},
        {
            **{"endpoint": "home", "level": "Yes", "population": "treated", "arm": "int"},
            **{"statistic": "count", "value": 14, "of": 27, "published": "14"},
        },
        {
            **{"endpoint": "feasible_home", "population": "home", "arm": "int"},
            **{"statistic": "count", "value": AT_HOME, "of": 14, "published": "9/14 (64%)"},
        },
    ]
    for at, (arm, treated) in enumerate(TREATED.items()):
        own = {"population": "treated", "arm": arm}
        rows += [
            own | {"statistic": "patients", "value": treated, "published": str(treated)},
            {
                **{"endpoint": "treated", "level": "Yes", "population": "itt", "arm": arm},
                **{"statistic": "count", "value": treated, "of": 30, "published": str(treated)},
            },
            {"endpoint": "adverse_event", "arm": arm, "statistic": "occurrences", "value": 0}
            | {"published": "0"},
            own
            | {"endpoint": "survival", "statistic": "mean", "unit": "months"}
            | {"published": MONTHS},
        ]
        for name, texts in PRINTED.items():
            of = None if name == "fracture" else treated
            told = {"statistic": "count", "value": COUNTS[name][arm], "of": of}
            rows.append(PLACES[name] | told | {"arm": arm, "published": texts[at]})
        for name, (texts, _, _) in MOMENTS.items():
            for statistic, text in zip(("mean", "sd"), texts[at], strict=True):
                rows.append(own | {"endpoint": name, "statistic": statistic, "published": text})
        for level, count in TUMOURS[arm].items():
            told = {"endpoint": "tumour", "level": LABELS[level], "statistic": "count"}
            rows.append(own | told | {"value": count, "of": treated, "published": str(count)})
    return rows


PUT_IN = _put_in()

VISITS = ("baseline", "end_rt", "month_3")
MONTH = 30.4375
DRUGS = {
    **{"morphine": 0.22, "oxycodone": 0.25, "hydromorphone": 0.2, "fentanyl": 0.2},
    **{"tramadol": 0.05, "tapentadol": 0.02, "tilidine": 0.03, "buprenorphine": 0.03},
}
LATER = {"morphine": 0.2, "oxycodone": 0.2, "hydromorphone": 0.35, "fentanyl": 0.25}
# Doses are multiples of these; a patch is in µg an hour.
UNITS = {
    **{"fentanyl": 12.5, "buprenorphine": 17.5, "hydromorphone": 4, "none": 0},
    **{"tramadol": 50, "tapentadol": 50, "tilidine": 50},
}
PATCHES = ("fentanyl", "buprenorphine")


def draw(seed: int, truth: dict | None = None) -> Frames:
    """The files of the export; under a `truth`, whose shares are probabilities, without errors."""
    cohort = _Cohort(seed, truth)
    frames = cohort.frames()
    if truth is None:
        _mess(Mess(frames, cohort.made), frames)
    return frames


class _Cohort:
    """The patients, and what of them several tables have."""

    def __init__(self, seed: int, truth: dict | None):
        self.exact, self.told, self.made = truth is None, TRUTH | (truth or {}), Draw(seed)
        made = self.made
        self.arm = made.shuffled("arm", self.told["patients"])
        n = self.n = len(self.arm)
        self.record = np.array([f"S{number:03d}" for number in range(1, n + 1)])
        first, last = day_of("2016-08-01"), day_of("2018-05-31")
        self.randomised = np.sort(made.integers("randomised", first, last, n))
        # What survival, training and well-being of a patient have in common.
        self.vigour = made.score("vigour", n)
        everyone = np.ones(n, dtype=bool)
        self.treated = self.share("treated", everyone, 0.0, TREATED)
        self.home = self.share("home_phase", self.treated, 0.9)
        self.feasible = self._feasible()
        self.start = self.randomised + made.integers("start", 1, 7, n)
        self.fractions = made.integers("fractions", 5, 10, n)
        # Fractions on days that follow each other, with one weekend after the fifth.
        self.rt_last = self.fractions - 1 + 2 * (self.fractions > 5)
        self.last = np.round(self._months() * MONTH).astype(int)
        self._ends()

    def share(self, name: str, among: np.ndarray, load: float, counts: dict | None = None):
        """Yes in so many of each arm exactly, or under a truth each by its probability."""
        score = self.made.score(name, self.n, [(load, self.vigour)])
        found = likely(score, by_arm(self.told[name], self.arm)) & among
        for arm, count in (counts or COUNTS[name]).items() if self.exact else ():
            own = np.where(among & (self.arm == arm), score, -np.inf)
            found[self.arm == arm] = highest(own, count)[self.arm == arm]
        return found

    def _feasible(self) -> np.ndarray:
        """Who has 80 % of all sessions has 80 % at home."""
        found = self.share("feasible", self.treated, 0.4)
        if self.exact:
            score = self.made.score("feasible", self.n, [(0.4, self.vigour)])
            count = COUNTS["feasible"]["int"]
            for there, number in ((self.home, AT_HOME), (~self.home, count - AT_HOME)):
                own = (self.arm == "int") & self.treated & there
                found[own] = highest(np.where(own, score, -np.inf), number)[own]
        return found

    def _months(self) -> np.ndarray:
        """From the first day of radiotherapy to death or last contact."""
        score = self.made.score("months", self.n, [(0.9, self.vigour)])
        low = np.where(self.home, 1.3, 0.5)
        found = np.maximum(lognormal(score, 4.4, 4, 0.5, 20, 0.01), low)
        for arm in ARMS if self.exact else ():
            own, stream = (self.arm == arm) & self.treated, self.made.stream(f"months {arm}")
            found[own] = to_moments(found[own], 0.01, MONTHS, None, (low[own], 20), stream)
        return found

    def _ends(self) -> None:
        """Death, last contact and the visits that a patient comes to."""
        made, n = self.made, self.n
        late = self.treated & (self.last > 6 * MONTH) & made.yes("alive late", 0.4, n)
        self.died = ~(late | made.yes("lost", 0.06, n))
        untreated = self.randomised + made.integers("untreated", 10, 240, n)
        self.contact = np.where(self.treated, self.start + self.last, untreated)
        # From day 98 on: at most 12 days of radiotherapy, and three months.
        month_3 = 98 + made.integers("late by", 0, 10, n)
        self.seen = self.treated & (month_3 <= self.last) & ~made.yes("stays away", 0.08, n)
        dead = self.died & (self.last < month_3)
        self.end = np.select(
            [~self.treated, self.seen, dead], ["untreated", "seen", "died"], "away"
        )
        days = np.stack([np.zeros(n, dtype=int), self.rt_last, month_3], axis=1)
        there = np.stack([self.treated, self.treated, self.seen], axis=1)
        self.who, self.visit = np.nonzero(there)
        self.day = self.start[self.who] + days[there]

    def at_visits(self, name: str = "visit_on") -> dict:
        """The columns that name a visit."""
        named = {"record_id": self.record[self.who], "visit": np.array(VISITS)[self.visit]}
        return named | ({name: iso(self.day)} if name else {})

    def frames(self) -> Frames:
        """The files without errors."""
        events = ("record_id", "event", "term", "began_on", "grade", "serious", "related")
        return {
            "patients.csv": self._patients(),
            "sessions.csv": self._sessions(),
            "pain.csv": self._pain(),
            "opioids.csv": self._opioids(),
            "imaging.csv": self._imaging(),
            **self._answers(),
            "follow_up.csv": {
                "record_id": self.record,
                "last_contact_on": iso(self.contact),
                "died": self.died,
                "died_on": iso(self.contact, self.died),
            },
            "adverse_events.csv": {name: np.array([], dtype=object) for name in events},
        }

    def _patients(self) -> dict:
        made, n, treated = self.made, self.n, self.treated
        build = made.score("build", n)
        drawn = {}
        for name, (texts, step, limits) in MOMENTS.items():
            values = made.score(name, n, [(BUILD[name], build)])
            values = between(values, *SPREAD[name], *limits, step)
            for arm, (mean, sd) in zip(ARMS, texts, strict=True) if self.exact else ():
                own, stream = treated & (self.arm == arm), made.stream(f"{name} {arm}")
                values[own] = to_moments(values[own], step, mean, sd, limits, stream)
            drawn[name] = values
        shares = {"lung": 0.4, "breast": 0.25, "prostate": 0.1, "other": 0.25}
        tumour = made.choice("tumour", shares, n)
        for arm, counts in TUMOURS.items() if self.exact else ():
            tumour[treated & (self.arm == arm)] = made.shuffled(f"tumour {arm}", counts)
        male = np.where(treated, self.share("male", treated, 0), made.yes("man", 0.45, n))
        thoracic = self.share("thoracic", treated, 0)
        reasons = made.choice("reason", {"withdrew": 0.4, "worse": 0.4, "other": 0.2}, n)
        confirmed = {"histology": 0.3, "radiology": 0.4, "both": 0.3}
        return {
            "record_id": self.record,
            "arm": self.arm,
            "randomised_on": iso(self.randomised),
            "age": drawn["age"],
            "sex": np.where(male, "m", "f"),
            **{name: drawn[name] for name in ("weight", "height", "bmi")},
            "tumour": tumour,
            "thoracic": np.where(treated, thoracic, made.yes("thorax", 0.79, n)),
            # That all were unstable is published, not their types.
            "taneichi": made.choice("taneichi", {"d": 0.4, "e": 0.35, "f": 0.25}, n),
            "confirmed_by": made.choice("confirmed", confirmed, n),
            "management": np.full(n, "none"),
            "treated": treated,
            "not_treated_because": only(reasons, ~treated),
            "rt_start": iso(self.start, treated),
            "rt_fractions": self.fractions,
            "planned_sessions": 90 + self.fractions,
            "home_phase": self.home,
            "end_of_trial": self.end,
        }

    def _sessions(self) -> dict:
        """A line for each planned day, also for those after a death."""
        made, n = self.made, self.n
        low = np.where(self.feasible, 0.86, 0.05)[:, None]
        wide = np.where(self.feasible, 0.14, 0.64)[:, None]
        parts = low + wide * made.stream("part done").random((n, 2))
        empty, stream = made.yes("empty line", 0.2, n), made.stream("done")
        days = np.where(self.home, np.minimum(90, self.last - self.rt_last), 0)
        rows: list[tuple] = []
        for p in np.flatnonzero(self.treated):
            left = 90 - days[p] if self.home[p] and self.died[p] else 0
            left = int(empty[p]) if not self.home[p] else left
            counts = (self.fractions[p], days[p])
            did = [
                stream.permutation(count) < round(count * part)
                for count, part in zip(counts, parts[p], strict=True)
            ]
            done = [*np.concatenate(did).astype(int).astype(str), *[""] * left]
            for at, each in enumerate(done):
                home = at >= self.fractions[p]
                day = self.rt_last[p] + at + 1 - self.fractions[p] if home else at + 2 * (at > 4)
                day = None if home and not self.home[p] else self.start[p] + day
                phase = "home" if home and self.home[p] else "rt"
                rows.append((self.record[p], at + 1, phase, day, each))
        record, number, phase, day, done = (np.array(each) for each in zip(*rows, strict=True))
        there = np.array([one is not None for one in day])
        minutes = made.choice("minutes", {"10": 0.1, "15": 0.8, "20": 0.1}, len(done))
        return {
            "record_id": record,
            "session": number,
            "phase": phase,
            "planned_on": iso([one or 0 for one in day], there),
            "done": done,
            "minutes": only(minutes, done == "1"),
        }

    def _pain(self) -> dict:
        made, who, rows = self.made, self.who, len(self.who)
        free = np.array([0, 0.06, 0.15])[self.visit]
        free = made.yes("free of pain", free, rows, [(0.3, self.vigour[who])])
        felt = made.score("pain", rows, [(-0.2, self.vigour[who])], within=who, correlation=0.5)
        felt = between(felt, np.array([5.5, 4.5, 3.5])[self.visit], 2.4, 0, 10, 0.5)
        return self.at_visits() | {
            "vas": only(np.where(free, 0, felt), made.yes("asked", 0.92, rows))
        }

    def _opioids(self) -> dict:
        made, n, visits = self.made, self.n, len(self.who)
        need = made.score("need", n)
        takes = np.array([0.75, 0.75, 0.7])[self.visit]
        takes = made.yes("takes opioids", takes, visits, [(0.9, need[self.who])])
        rescue = takes & made.yes("rescue", 0.35, visits, [(0.5, need[self.who])])
        at = np.repeat(np.arange(visits), 1 + rescue)
        line = np.where(np.r_[True, at[1:] != at[:-1]], 1, 2)
        who, rows = self.who[at], len(at)
        switched = (self.visit[at] == 2) & made.yes("switches", 0.2, n)[who]
        drug = np.where(
            switched, made.choice("later drug", LATER, n)[who], made.choice("drug", DRUGS, n)[who]
        )
        drug = np.where(takes[at], np.where(line == 2, "morphine", drug), "none")
        drug[takes[at] & made.yes("line left empty", 0.04, rows)] = ""
        score = made.score("strength", rows, [(0.7, need[who])], within=at, correlation=0.3)
        strength = np.round(0.5 + 5.99 * ndtr(score))
        unit = np.array([UNITS.get(name, 20) for name in drug])
        unit = np.where((line == 2) & (drug != ""), 5, unit)
        patch, opioid = np.isin(drug, PATCHES), ~np.isin(drug, ["none", ""])
        return {
            "record_id": self.record[who],
            "visit": np.array(VISITS)[self.visit[at]],
            "line": line,
            "drug": drug,
            "route": np.select([patch, opioid], ["transdermal", "oral"], ""),
            "dose": only(strength * unit, drug != ""),
            "dose_unit": np.select([patch, opioid], ["ug_h", "mg_day"], ""),
        }

    def _imaging(self) -> dict:
        made, visit, rows = self.made, self.visit, len(self.who)
        late = self.seen & made.yes("CT at three months", 0.9, self.n)
        fracture = self.share("fracture", late, 0)[self.who]
        imaged = np.where(visit == 2, late[self.who], made.yes("CT", 0.93, rows))
        density = made.score("density", rows, within=self.who, correlation=0.8)
        density = between(density, np.array([160, 165, 195])[visit], 60, 20, 600, 1)
        density = only(density, made.yes("density read", 0.93, rows))
        progress = made.yes("progress", np.array([0, 0.02, 0.15])[visit], rows)
        frame = self.at_visits("imaged_on") | {
            "density": np.where((density == "") & (visit == 0), "9999", density),
            "new_fracture": only(fracture & (visit == 2), visit > 0),
            "local_progress": only(progress, visit > 0),
        }
        return {name: values[imaged] for name, values in frame.items()}

    def _answers(self) -> Frames:
        made, who, rows = self.made, self.who, len(self.who)
        answered = made.yes("answered", 0.92, rows)
        module = answered & ~made.yes("module left out", 0.08, rows)
        # What the answers of one visit have in common.
        mood, vigour = made.score("mood", rows, within=who, correlation=0.5), self.vigour[who]

        def items(numbers: range, of_vigour: float, of_mood: float, there, shares) -> dict:
            loads = [(of_vigour, vigour), (of_mood, mood)]
            return {
                f"q{q}": only(ordinal(made.score(f"q{q}", rows, loads), shares, 0, 1), there)
                for q in numbers
            }

        whole = (0.06, 0.12, 0.22, 0.25, 0.2, 0.1, 0.05)
        core = items(range(1, 29), -0.4, 0.4, answered, (0.3, 0.3, 0.25, 0.15))
        core |= items(range(29, 31), 0.4, -0.4, answered, whole)
        more = items(range(31, 53), -0.3, 0.4, module, (0.35, 0.3, 0.2, 0.15))
        return {
            "qlq_c30.csv": self.at_visits("") | core,
            "qlq_bm22.csv": self.at_visits("answered_on") | more,
        }


def _mess(mess: Mess, frames: Frames) -> None:
    """Errors in cells that no published number rests on."""
    mess.spaces("patients.csv", "tumour", 3)
    sessions = frames["sessions.csv"]
    left, dated = sessions["done"] == "", sessions["planned_on"] != ""
    mess.cells("sessions.csv", "done", *"1111", where=left & dated)
    mess.cells("sessions.csv", "done", *"11", where=left & ~dated)
    mess.cells("sessions.csv", "minutes", "150", "150", "150")
    mess.cells("sessions.csv", "minutes", "about 15", "about 15")
    mess.repeat("sessions.csv", 5)
    mess.repeat("sessions.csv", 1, record_id="")
    mess.cells("pain.csv", "vas", "45", "45")
    mess.cells("pain.csv", "vas", "5,5")
    opioids = frames["opioids.csv"]
    none = opioids["drug"] == ""
    mess.cells("opioids.csv", "drug", "dipidolor")
    mess.cells("opioids.csv", "dose", "40", where=none)
    rows = mess.cells("opioids.csv", "drug", "oxycodone", where=none)
    opioids["dose"][rows] = "40"
    mess.cells("imaging.csv", "density", "-900")
    mess.cells("qlq_c30.csv", "q17", "9")
    mess.cells("qlq_c30.csv", "q29", "4.5")
    mess.repeat("qlq_c30.csv", 1, record_id="S999")
    mess.cells("follow_up.csv", "died_on", "2017-02-30")
