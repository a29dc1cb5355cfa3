"""Draws a cohort in the place of the patients of streckmann2024, who are not public.

Published counts are hit (PUT_IN has each); everything else is an assumption, the same in all arms.
Drugs, doses and cut-offs are the usual ones of such treatments; none is from the trial.
"""

import numpy as np

from trialtrace.run.synthetic.drawing import (
    Draw,
    Frames,
    Mess,
    between,
    by_arm,
    day_of,
    highest,
    iso,
    lognormal,
    only,
    ordinal,
)

# Probabilities by arm, those of the published counts: under a truth each patient is drawn by them.
TRUTH = {
    "patients": {"smt": 55, "wbv": 53, "tau": 50},
    "adherent": {"smt": 48 / 55, "wbv": 50 / 53, "tau": 44 / 50},
    # Who has an outcome, and neuropathy among them.
    "known": {"smt": 40 / 55, "wbv": 34 / 53, "tau": 34 / 50},
    "cipn": {"smt": 12 / 40, "wbv": 14 / 34, "tau": 24 / 34},
    "vibration": {"smt": 18 / 55, "wbv": 0.41, "tau": 25 / 50},
    "touch": {"smt": 0.0, "wbv": 0.04, "tau": 4 / 50},
    "strength": {"smt": 1 / 55, "wbv": 0.07, "tau": 6 / 50},
    "dose_reduced": {"smt": 17 / 53, "wbv": 28 / 52, "tau": 28 / 50},
    "dose_recorded": {"smt": 53 / 55, "wbv": 52 / 53, "tau": 1.0},
    # Of whole-body vibration no deaths are published; its risk is that of the others together.
    "died": {"smt": 1 / 54, "wbv": 0.083, "tau": 7 / 42},
    "status": {"smt": 54 / 55, "wbv": 1.0, "tau": 42 / 50},
}
# Patients by arm, per protocol or not, with neuropathy, without and unknown: one of the sets of
# counts that print the percentages of all randomised and of those per protocol.
CELLS = {
    "smt": {"yes yes": 10, "yes no": 25, "yes ": 13, "no yes": 2, "no no": 3, "no ": 2},
    "wbv": {"yes yes": 12, "yes no": 20, "yes ": 18, "no yes": 2, "no no": 0, "no ": 1},
    "tau": {"yes yes": 22, "yes no": 8, "yes ": 14, "no yes": 2, "no no": 2, "no ": 2},
}
# Yes, and known, with the largest denominators within the randomised that print the percentages.
REDUCED = {"smt": (17, 53, "32%"), "wbv": (28, 52, "54%"), "tau": (28, 50, "56%")}
DIED = {"smt": (1, 54, "1.9%"), "tau": (7, 42, "17%")}
# Findings that are published by arm.
SIGNS = {
    "vibration": {"smt": (18, 55, "33%"), "tau": (25, 50, "50%")},
    "touch": {"smt": (0, 55, "0%"), "tau": (4, 50, "8%")},
    "strength": {"smt": (1, 55, "1.8%"), "tau": (6, 50, "12%")},
}
CIPN = {"smt": (12, 40, "30.0%"), "wbv": (14, 34, "41.2%"), "tau": (24, 34, "70.6%")}
PER_PROTOCOL = {"smt": (10, 35, "28.6%"), "wbv": (12, 32, "37.5%"), "tau": (22, 30, "73.3%")}
MEN, EVENTS, SERIOUS = 93, 7, 1


def _counts(endpoint: str, by: dict, population: str = "itt", visit: str = "") -> list[dict]:
    place = {"endpoint": endpoint, "population": population, "visit": visit, "statistic": "count"}
    return [
        place | {"arm": arm, "value": yes, "of": of, "published": text}
        for arm, (yes, of, text) in by.items()
    ]


AFTER = "after chemotherapy"
PUT_IN = [
    {"population": "itt", "statistic": "patients", "value": 158, "published": "158"},
    *(
        {"population": "itt", "arm": arm, "statistic": "patients"}
        | {"value": count, "published": str(count)}
        for arm, count in TRUTH["patients"].items()
    ),
    {"endpoint": "sex", "level": "male", "population": "itt", "statistic": "count"}
    | {"value": MEN, "of": 158, "published": "59%"},
    *(
        {"endpoint": "age", "population": "itt", "statistic": statistic, "published": text}
        for statistic, text in (("mean", "49"), ("minimum", "18"), ("maximum", "82"))
    ),
    *_counts("cipn", CIPN, "itt", AFTER),
    *_counts("cipn", PER_PROTOCOL, "pp", AFTER),
    *(row for name, by in SIGNS.items() for row in _counts(f"{name}_new", by, "itt", AFTER)),
    *_counts("dose_reduced", REDUCED),
    *_counts("died", DIED),
    {"endpoint": "adverse_event", "statistic": "occurrences", "value": EVENTS, "published": "7"},
    {"endpoint": "serious_adverse_event", "statistic": "count", "value": SERIOUS, "published": "1"},
    {"endpoint": "related_adverse_event", "statistic": "count", "value": 0, "published": "0 of 7"},
]

PARTS = ("vibration", "touch", "strength", "reflex", "joint", "conduction")
VISITS = ("baseline", "week_12", "post")
SITES = ("ankle", "knuckle", "knee", "hand")
# Motor and sensory nerves: mean and SD of amplitude, velocity and latency.
NERVES = {
    "peroneal": ((5, 1.5), (47, 4), (4.3, 0.6)),
    "tibial": ((10, 3), (46, 4), (4.6, 0.6)),
    "sural": ((12, 4), (50, 4), (3.2, 0.6)),
}
SWAY = {
    **{"two_open": (13, 4), "two_closed": (19, 6), "one_open": (43, 12)},
    **{"one_closed": (77, 18), "walking": (30, 8)},
}
HOURS = {
    **{"walking": (3.5, 2.5), "cycling": (1.2, 1.5), "stairs": (0.5, 0.4)},
    **{"garden": (1, 1.2), "sport": (0.8, 1.2), "household": (6, 4)},
}
REASONS = ("neurological", "treated", "vibration", "angina", "infarction", "cardiovascular")
EXCLUSIONS = ("neurological", "treated_before", "no_vibration", *REASONS[3:])
NOT_FOR = {
    **{"neurological": 0.2, "treated": 0.2, "vibration": 0.1, "angina": 0.05},
    **{"infarction": 0.05, "cardiovascular": 0.1, "declined": 0.25, "other": 0.05},
}
SESSIONS, ITEMS = 48, 11
CUT = day_of("2021-06-30")


def draw(seed: int, truth: dict | None = None) -> Frames:
    """The files of the export; under a `truth`, whose shares are probabilities, without errors."""
    cohort = _Cohort(seed, truth)
    frames = cohort.frames()
    if truth is None:
        _mess(Mess(frames, cohort.made), frames, cohort)
    return frames


class _Cohort:
    """The patients, and what of them several tables have."""

    def __init__(self, seed: int, truth: dict | None):
        self.exact, self.told, self.made = truth is None, TRUTH | (truth or {}), Draw(seed)
        made = self.made
        self.arm = made.shuffled("arm", self.told["patients"])
        n = self.n = len(self.arm)
        self.record = np.array([f"S{number:03d}" for number in range(1, n + 1)])
        first, last = day_of("2014-05-12"), day_of("2020-11-13")
        self.randomised = np.sort(made.integers("randomised", first, last, n))
        self.start = self.randomised + made.integers("start", 3, 10, n)
        # What the symptoms of a patient have in common.
        self.frailty = made.score("frailty", n)
        self.oxaliplatin = np.zeros(n, dtype=bool)
        for arm in self.told["patients"]:
            own = self.arm == arm
            drug = made.stream(f"drug {arm}").permutation(own.sum())
            self.oxaliplatin[own] = drug < own.sum() // 2
        self.adherent, self.known, self.cipn = self._outcomes()
        self.reduced = self._known_of("dose_reduced", "dose_recorded", REDUCED)
        self.dead = self._known_of("died", "status", DIED)
        self.parts = self._findings()
        alone = sum(self.parts[name] for name in PARTS[:-1]) == 1
        # One finding alone leaves the outcome to the symptoms; of these patients they are unknown.
        self.no_symptoms = ~self.known & alone & made.yes("open by symptoms", 0.25, n)
        self.conducted = self.known | self.no_symptoms
        self.one_finding = self.known & ~self.cipn & (sum(self.parts.values()) > 0)
        self._cycles()
        self.who, self.visit = np.repeat(np.arange(n), 3), np.tile(np.arange(3), n)
        jitter = made.integers("day", [-3, 80, 0] * n, [-1, 88, 0] * n, 3 * n)
        day = np.where(self.visit == 2, self.post[self.who], jitter)
        self.examined = self.start[self.who] + day
        answered = made.yes("answered", np.array([0.97, 0.88, 0.85])[self.visit], 3 * n)
        self.answered = answered
        self.mood = made.score("mood", 3 * n, within=self.who, correlation=0.5)

    def _probability(self, name: str) -> np.ndarray:
        return by_arm(self.told[name], self.arm)

    def _outcomes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Who is per protocol, has an outcome, has neuropathy: exactly, or by probabilities."""
        made, n = self.made, self.n
        adherent = made.yes("adherent", self._probability("adherent"), n)
        known = made.yes("known", self._probability("known"), n)
        score = made.score("cipn", n, [(0.6, self.frailty)])
        cipn = made.yes("cipn", self._probability("cipn"), n, [(0.6, self.frailty)])
        for arm, cells in CELLS.items() if self.exact else ():
            own = np.flatnonzero(self.arm == arm)
            # Those with neuropathy have the highest scores of each kind of adherence.
            drawn = made.shuffled(f"cells {arm}", cells)
            adherent[own] = np.char.startswith(drawn, "yes")
            known[own] = ~np.char.endswith(drawn, " ")
            for kind in ("yes", "no"):
                of = own[known[own] & (adherent[own] == (kind == "yes"))]
                cipn[of] = highest(score[of], cells[f"{kind} yes"])
        return adherent, known, cipn & known

    def _known_of(self, name: str, known: str, counts: dict) -> tuple[np.ndarray, np.ndarray]:
        """Who is one, and of whom it is known."""
        made, n = self.made, self.n
        there = made.yes(known, self._probability(known), n)
        found = made.yes(name, self._probability(name), n)
        for arm, (yes, of, _) in counts.items() if self.exact else ():
            own = np.flatnonzero(self.arm == arm)
            order = made.stream(f"{name} {arm}").permutation(own)
            there[own], found[own] = False, False
            there[order[:of]], found[order[:yes]] = True, True
        if self.exact and "wbv" not in counts:
            there[self.arm == "wbv"] = True
        return found & there, there

    def _findings(self) -> dict[str, np.ndarray]:
        """Two findings or more with neuropathy, else one at most: of an unknown outcome one besides
        nerve conduction, which was not examined."""
        stream, found = self.made.stream("findings"), np.zeros((self.n, len(PARTS)), dtype=bool)
        shares = np.stack(
            [self._probability(name) for name in PARTS[:3]]
            + [np.full(self.n, share) for share in (0.4, 0.15, 0.4)],
            axis=1,
        )
        for p in range(self.n):
            able = np.arange(len(PARTS) - (not self.known[p]))
            weights = shares[p, able] + 1e-9
            drawn = stream.random(len(able)) < weights
            while (drawn.sum() >= 2) != self.cipn[p]:
                drawn = stream.random(len(able)) < weights
            found[p, able] = drawn
        for name, counts in SIGNS.items() if self.exact else ():
            for arm, (count, _, _) in counts.items():
                self._move(found, PARTS.index(name), np.flatnonzero(self.arm == arm), count, stream)
        return {name: found[:, at] for at, name in enumerate(PARTS)}

    def _move(self, found, part: int, own: np.ndarray, count: int, stream) -> None:
        """Give a finding to patients of an arm, or take it from them, until so many have it; what
        they lose or get in its place is one of which no number is published."""
        free = [PARTS.index("reflex"), PARTS.index("joint")]
        while (off := int(found[own, part].sum()) - count) != 0:
            p = stream.choice(own[found[own, part] == (off > 0)])
            others = [at for at in free if found[p, at] == (off < 0)]
            trade = (found[p].sum() <= 2) if self.cipn[p] else True
            if off > 0 and (not self.cipn[p] or not trade or others):
                found[p, part] = False
                if self.cipn[p] and trade:
                    found[p, others[0]] = True
            elif off < 0 and (self.cipn[p] or not found[p].any() or others):
                found[p, part] = True
                if not self.cipn[p] and others:
                    found[p, others[0]] = False

    def _cycles(self) -> None:
        """Cycles of chemotherapy, and the day of the examination after the last one given."""
        made, n, oxaliplatin = self.made, self.n, self.oxaliplatin
        reduced, recorded = self.reduced
        count = np.where(oxaliplatin, 12, 8)
        change = made.choice("change", {"lower": 0.5, "delay": 0.3, "stop": 0.2}, n)
        self.stopped_early = reduced & (change == "stop")
        earliest = np.where(self.stopped_early, np.where(oxaliplatin, 9, 7), 2)
        since = np.where(reduced, made.integers("since", earliest, count, n), 99)
        who = np.repeat(np.arange(n), count)
        cycle = np.concatenate([np.arange(1, number + 1) for number in count])
        changed = cycle >= since[who]
        stopped, delayed = (changed & (change[who] == kind) for kind in ("stop", "delay"))
        lower = changed & (change[who] == "lower")
        planned = (cycle - 1) * np.where(oxaliplatin, 14, 21)[who]
        given = planned + 7 * delayed
        last = np.zeros(n, dtype=int)
        np.maximum.at(last, who[~stopped], given[~stopped])
        self.post = last + made.integers("after last", 1, 10, n)
        dose = np.where(oxaliplatin, 85, 1.4)[who]
        delivered = np.where(stopped, 0, np.where(lower, np.round(0.75 * dose, 2), dose))
        why = {"neuropathy": 0.6, "blood": 0.2, "infection": 0.1, "other": 0.1}
        why = np.where(stopped, "neuropathy", made.choice("why", why, n)[who])
        self.cycles = {
            "record_id": self.record[who],
            "cycle": cycle,
            "agent": np.where(oxaliplatin, "oxaliplatin", "vincristine")[who],
            "planned_on": iso(self.start[who] + planned),
            "given_on": iso(self.start[who] + given, ~stopped),
            "planned_dose": dose,
            "delivered_dose": only(delivered, recorded[who] | (cycle != 3)),
            "reason": only(why, changed),
        }

    def frames(self) -> Frames:
        """The files without errors."""
        return {
            "screening.csv": self._screening(),
            "patients.csv": self._patients(),
            **self._signs(),
            **self._questionnaires(),
            **self._measured(),
            "cycles.csv": self.cycles,
            "sessions.csv": self._sessions(),
            "adverse_events.csv": self._events(),
            "follow_up.csv": self._follow_up(),
        }

    def at_visits(self) -> dict:
        """The columns that name a visit."""
        return {"record_id": self.record[self.who], "visit": np.array(VISITS)[self.visit]}

    def below(self, name: str, levels) -> tuple[np.ndarray, np.ndarray, dict]:
        """A row a level of each visit: its visit, its level, and the columns that name them."""
        rows = np.repeat(np.arange(len(self.who)), len(levels))
        level = np.tile(np.arange(len(levels)), len(self.who))
        named = {each: values[rows] for each, values in self.at_visits().items()}
        return rows, level, named | {name: np.array(levels)[level]}

    def _screening(self) -> dict:
        """A line of each patient, after those of who was assessed and not randomised. How many were
        screened is not published."""
        made, n = self.made, self.n
        lines = made.choice("lines", {"1": 0.7, "2": 0.2, "3": 0.08, "4": 0.02}, n).astype(int)
        who = np.repeat(np.arange(n), lines)
        last, rows = np.r_[who[1:] != who[:-1], True], len(who)
        not_for = only(made.choice("not for", NOT_FOR, rows), ~last)
        return {
            "record_id": only(self.record[who], last),
            "assessed_on": iso(self.randomised[who] + made.integers("assessed", -10, -1, rows)),
            **{
                column: not_for == reason
                for column, reason in zip(EXCLUSIONS, REASONS, strict=True)
            },
            "excluded_for": not_for,
        }

    def _patients(self) -> dict:
        made, n, exact = self.made, self.n, self.exact
        man, age = made.score("man", n), made.score("age", n)
        man = highest(man, MEN if exact else round(0.59 * n))
        age = between(age, 49, 15, 18, 82, 1)
        if exact:
            # The youngest and the oldest are published; the mean is 49 for values around it.
            age[[age.argmin(), age.argmax()]] = 18, 82
            middle = np.flatnonzero((age > 20) & (age < 80))
            age[middle[: abs(int(age.sum()) - 49 * n)]] -= np.sign(age.sum() - 49 * n)
        self.age = age
        centre = {"1": 0.4, "2": 0.3, "3": 0.2, "4": 0.1}
        self.centre = made.choice("centre", centre, n)
        return {
            "record_id": self.record,
            "centre": self.centre,
            "arm": self.arm,
            "drug": np.where(self.oxaliplatin, "oxaliplatin", "vinca"),
            "age": age,
            "sex": np.where(man, "m", "f"),
            "randomised_on": iso(self.randomised),
            # Of treatment as usual the percentages of the two populations differ.
            "deviation": (self.arm == "tau") & ~self.adherent,
            "conduction_done": self.conducted,
            "end_of_trial": np.where(self.stopped_early, "stopped", "completed"),
        }

    def now(self, part: str) -> np.ndarray:
        """Whether a finding is there at a visit; it stays once it is."""
        early = self.made.yes(f"{part} early", 0.4, self.n)[self.who]
        there = self.parts[part][self.who] & (part != "conduction" or self.known[self.who])
        return there & ((self.visit == 2) | ((self.visit == 1) & early))

    def _signs(self) -> Frames:
        """What was examined. Of an unknown outcome more is missing, in week 12 alone."""
        made, rows = self.made, len(self.who)
        week_12 = (self.visit == 1) & ~self.conducted[self.who]
        low = made.choice("achilles", {"0": 0.3, "1": 0.7}, rows)
        position = [np.where(self.now("joint"), a, b) for a, b in ((2, 8), (7, 10))]
        weak = (self.visit == 2) & made.yes("calf", 0.06, self.n)[self.who]
        examination = self.at_visits() | {
            "exam_date": iso(self.examined, ~(week_12 & made.yes("date lost", 0.1, rows))),
            "achilles": np.where(self.now("reflex"), low, "2"),
            "patellar": made.choice("patellar", {"1": 0.04, "2": 0.92, "3": 0.04}, rows),
            "touch_leg": made.choice("touch of the leg", {"1": 0.02, "2": 0.98}, rows),
            "touch_foot": np.where(self.now("touch"), 1, 2),
            "position": made.integers("position", *position, rows),
            "mrc_calf": np.where(weak, 4, 5),
            "mrc_leg": np.where(self.now("strength"), 4, 5),
        }
        at, site, fork = self.below("site", SITES)
        # Limits of what is normal by age, of the lower and of the upper limb.
        limit = 4.5 - 0.5 * np.searchsorted([40, 60, 85], self.age[self.who][at])
        limit = limit + 2 * (site == 3)
        lost = self.now("vibration")[at] & (site < 2)
        ends = np.where(lost, 0, limit), np.where(lost, limit - 0.5, 8)
        felt = between(made.score("fork", len(at)), limit + 0.8, 1.2, *ends, 0.5)
        skipped = (week_12 & made.yes("fork skipped", 0.1, rows))[at]
        fork["fork"] = np.where(skipped, "-99", only(felt, ~skipped))
        return {
            "examination.csv": examination,
            "tuning_fork.csv": fork,
            "nerve_conduction.csv": self._nerves(),
        }

    def _nerves(self) -> dict:
        made = self.made
        at, nerve, frame = self.below("nerve", list(NERVES))
        health, done = made.score("nerves", self.n)[self.who[at]], self.conducted[self.who[at]]
        amplitude, velocity, latency = (
            np.array(each)[nerve].T for each in zip(*NERVES.values(), strict=True)
        )
        loss, sural = self.now("conduction")[at], nerve == 2
        low = np.where(sural, np.where(loss, 0.5, 6), 0.5)
        high = np.where(sural & loss, 5.9, 40)
        score = made.score("amplitude", len(at), [(0.6, health)])
        size = between(score, *amplitude, low, high, 0.1)
        fast = between(made.score("velocity", len(at), [(0.6, health)]), *velocity, 25, 75, 0.1)
        late = between(made.score("latency", len(at), [(-0.5, health)]), *latency, 1.5, 9, 0.1)
        return frame | {
            "amplitude_motor": only(size, done & ~sural),
            "amplitude_sensory": only(size, done & sural),
            "velocity": np.where(done, only(fast, done), "-99"),
            "latency": np.where(done, only(late, done), "-99"),
        }

    def _items(self, prefix: str, numbers, shares, shift, loads, first: int, there=None) -> dict:
        """Answers to items, which come back together; shifted by the visit."""
        rows, shift = len(self.who), np.array(shift)[self.visit]
        loads = list(zip(loads, (self.frailty[self.who], self.mood), strict=False))
        drawn = {
            f"{prefix}{item}": self.made.score(f"{prefix}{item}", rows, loads) for item in numbers
        }
        there = self.answered if there is None else there
        return {
            name: only(ordinal(score, shares, shift, first), there) for name, score in drawn.items()
        }

    def _questionnaires(self) -> Frames:
        made, rows, visits = self.made, len(self.who), self.at_visits()
        later, whole = (0, 0.3, 0.4), (0.03, 0.05, 0.12, 0.2, 0.3, 0.2, 0.1)
        core = self._items("q", range(1, 29), (0.62, 0.24, 0.1, 0.04), later, (0.4, 0.4), 1)
        core |= self._items("q", (29, 30), whole, (0, -0.3, -0.3), (-0.4, -0.4), 1)
        pain = (0.55, 0.2, 0.12, 0.08, 0.03, 0.02)
        pain = self._items("pd", range(1, 8), pain, later, (0.4, 0.3), 0)
        course = {"1": 0.5, "2": 0.2, "3": 0.2, "4": 0.1}
        pain["pd_course"] = only(made.choice("course", course, rows), self.answered)
        pain["pd_radiation"] = only(made.yes("radiation", 0.15, rows), self.answered)
        every = np.ones(rows, dtype=bool)
        grades, shift = (0.8, 0.12, 0.05, 0.02, 0.01), (-0.8, 0.3, 0.7)
        tns = self._items("tns", range(1, 8), grades, shift, (0.6,), 0, every)
        return {
            "qlq_c30.csv": visits | core,
            "ntx.csv": visits | self._symptoms(),
            "paindetect.csv": visits | pain,
            "tns.csv": visits | tns,
        }

    def _symptoms(self) -> dict:
        """Of one finding a drop by 4 points would be neuropathy: who has none drops by less, and
        has answered; who has no outcome for want of symptoms has not."""
        made, rows, who, visit = self.made, len(self.who), self.who, self.visit
        start = between(made.score("ntx", self.n, [(0.6, self.frailty)]), 4, 3, 0, 14, 1)[who]
        score = made.score("worse", rows, [(0.4, self.frailty[who])])
        high = np.where(self.one_finding[who], 3, 20)
        worse = between(score, np.array([0, 3, 5])[visit], 4, -2, high, 1)
        points = np.maximum(0, start + np.where(visit == 0, 0, worse))
        slots = made.stream("ntx items").random((rows, 4 * ITEMS)).argsort(axis=1)
        hits = (slots < points[:, None]).reshape(rows, ITEMS, 4).sum(axis=2)
        unknown = self.no_symptoms[who] & (visit > 0)
        there = self.one_finding[who] | (self.answered & ~unknown)
        return {f"ntx{item + 1}": only(hits[:, item], there) for item in range(ITEMS)}

    def _measured(self) -> Frames:
        made, rows, who, visit = self.made, len(self.who), self.who, self.visit
        frail = [(0.5, self.frailty[who])]
        # One centre reads the scale in mm.
        mm = (self.centre == "4")[who]
        vas = self.at_visits()
        for name, means, sd in (("pain", (1, 1.8, 2.2), 1.8), ("burning", (0.5, 1.2, 1.6), 1.6)):
            score = made.score(name, rows, frail, within=who, correlation=0.4)
            cm = between(score, np.array(means)[visit], sd, 0, 10, 0.1)
            vas[name] = only(np.where(mm, np.round(10 * cm), cm), self.answered)
        vas["vas_unit"] = np.where(mm, "mm", "cm")
        at, condition, sway = self.below("condition", list(SWAY))
        steady, vigour = (made.score(name, self.n) for name in ("steadiness", "vigour"))
        mean, sd = np.array(list(SWAY.values()))[condition].T
        path = made.score("sway", len(at), [(-0.7, steady[who[at]])])
        measured = made.yes("measured", np.array([0.98, 0.9, 0.88])[visit], rows)[at]
        sway["path_speed"] = only(lognormal(path, mean, sd, 2, 300, 0.1), measured)
        activity = self.at_visits()
        for name, moments in HOURS.items():
            hours = made.score(name, rows, [(0.6, vigour[who])], within=who, correlation=0.3)
            activity[f"h_{name}"] = only(lognormal(hours, *moments, 0, 60, 0.5), self.answered)
        return {"vas.csv": vas, "sway.csv": sway, "activity.csv": activity}

    def _sessions(self) -> dict:
        """Twice a week for the planned 24 weeks; treatment as usual has none."""
        made, trains = self.made, np.flatnonzero(self.arm != "tau")
        number = made.integers(
            "attended", np.where(self.adherent, 37, 12), np.where(self.adherent, 48, 35), self.n
        )
        order = made.stream("sessions").random((self.n, SESSIONS)).argsort(axis=1)
        attended = (order < number[:, None])[trains].ravel()
        who, rows = np.repeat(trains, SESSIONS), len(trains) * SESSIONS
        at = np.tile(np.arange(SESSIONS), len(trains))
        return {
            "record_id": self.record[who],
            "session": at + 1,
            "session_on": iso(self.start[who] + np.round(3.5 * at).astype(int)),
            "attended": attended,
            "minutes": only(made.integers("minutes", 15, 30, rows), attended),
            "supervised": only(made.yes("supervised", 0.97, rows), attended),
        }

    def _events(self) -> dict:
        """Seven in all; their split by arm is not published."""
        made = self.made
        who = np.sort(made.stream("events").integers(0, self.n, EVENTS))
        serious = highest(made.score("serious", EVENTS), SERIOUS)
        terms = {"Muscle soreness": 0.4, "Fall": 0.2, "Dizziness": 0.2, "Knee pain": 0.2}
        first = np.searchsorted(who, who)
        return {
            "record_id": self.record[who],
            "ae_number": np.arange(EVENTS) - first + 1,
            "ae_term": made.choice("term", terms, EVENTS),
            "ae_onset": iso(self.start[who] + made.integers("onset", 10, 100, EVENTS)),
            "ae_grade": np.where(serious, 3, 1),
            "ae_serious": serious,
            "ae_related": np.zeros(EVENTS, dtype=bool),
        }

    def _follow_up(self) -> dict:
        """To the end of June 2021. Beside death no outcome is published."""
        made, n = self.made, self.n
        died, known = self.dead
        post = self.start + self.post
        ends = np.where(died, 0.1, 0.85), np.where(died, 0.9, 1.0)
        part = ends[0] + (ends[1] - ends[0]) * made.stream("part of time").random(n)
        after = np.round((CUT - post) * part).astype(int)
        response = made.choice("response", {"cr": 0.3, "pr": 0.35, "sd": 0.25, "pd": 0.1}, n)
        worse = made.yes("progression", np.where(died, 0.8, 0.2), n) | (response == "pd")
        worse &= known
        day = np.round(after * (0.05 + 0.9 * made.stream("progress").random(n))).astype(int)
        admitted = made.score("admissions", n, [(0.4, self.frailty)])
        return {
            "record_id": self.record,
            "last_contact": iso(post + after, known),
            "died": only(died, known),
            "died_on": iso(post + after, died),
            "response": response,
            "admissions": ordinal(admitted, (0.7, 0.2, 0.07, 0.03)),
            "progressed": only(worse, known),
            "progressed_on": iso(np.where(response == "pd", post, post + day), worse),
        }


def _mess(mess: Mess, frames: Frames, cohort: _Cohort) -> None:
    """Errors in cells that no published number rests on."""
    mess.repeat("examination.csv", 2)
    mess.cells("examination.csv", "exam_date", "2019-02-30")
    (row,) = mess.cells("examination.csv", "exam_date", "")
    too_early = iso(cohort.randomised[cohort.who[row]] - 12)
    frames["examination.csv"]["exam_date"][row] = str(too_early)
    fork = frames["tuning_fork.csv"]["fork"] == "-99"
    mess.cells("tuning_fork.csv", "fork", "9", "9", where=fork)
    mess.repeat("nerve_conduction.csv", 1, record_id="S999")
    mess.cells("qlq_c30.csv", "q6", "5")
    mess.cells("qlq_c30.csv", "q11", "2.5")
    mess.cells("qlq_c30.csv", "q28", *["-99"] * 6)
    mess.repeat("ntx.csv", 1, record_id="")
    rows = mess.cells("vas.csv", "pain", "35", "35")
    frames["vas.csv"]["vas_unit"] = frames["vas.csv"]["vas_unit"].astype(object)
    frames["vas.csv"]["vas_unit"][rows] = ""
    rows = mess.cells("vas.csv", "burning", "2")
    frames["vas.csv"]["vas_unit"][rows] = "inch"
    mess.cells("sway.csv", "path_speed", "412,5", "412,5", "412,5")
    mess.cells("sway.csv", "path_speed", *["-99"] * 9)
    mess.cells("activity.csv", "h_sport", "now and then", "now and then")
    for value in ("as planned", "-65", "-99"):
        mess.cells("cycles.csv", "delivered_dose", value)
    mess.spaces("patients.csv", "sex", 4)
