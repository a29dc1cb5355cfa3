"""The author of one paper: patients, habits, and the claims that most sections share."""

import numpy as np

from honest_papers import methods as by
from honest_papers.ledger import Claim, Ledger
from honest_papers.prints import TABLE, TEXT, draw_habits
from honest_papers.trial import draw_trial


class Author:
    """Holds a trial, the habits, and the ledger that a careful reader would type."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng([2718, seed])
        self.habits = draw_habits(self.rng)
        self.trial = draw_trial(self.rng)
        self.arms = list(self.trial.arms)
        self._analysis_sets()
        self.ledger = Ledger(seed, self.habits, self._groups(), self._populations())
        self.whether = {x: bool(self.rng.random() < 0.6) for x in "abcdefghij"}

    def _analysis_sets(self) -> None:
        d = self.trial.data
        if self.habits.lost == "as failures":
            d.loc[d.dropped, "event"] = 1.0
        else:
            d.loc[d.dropped, "event"] = np.nan
        everyone = np.ones(len(d), bool)
        known = d.event.notna().to_numpy()
        self.sets = {"itt": everyone, "safety": d.treated.to_numpy()}
        self.primary = "itt" if known.all() else "analysed"
        self.sets |= {} if known.all() else {"analysed": known}
        if (d.protocol.groupby(d.arm).sum() >= 6).all():
            self.sets["pp"] = d.protocol.to_numpy() & known

    def _groups(self) -> dict:
        sizes, shown = self.sizes("itt"), self.rng.random() < 0.85
        groups = {}
        for arm, label in self.trial.arms.items():
            groups[arm] = {"label": label} | ({"randomised": str(sizes[arm])} if shown else {})
        groups[self.trial.control]["control"] = True
        return groups

    def _populations(self) -> dict:
        labels = {"itt": "Intention to treat", "analysed": "Patients with the primary outcome"}
        labels |= {"pp": "Per protocol", "safety": "Treated"}
        found = {}
        for key, label in labels.items():
            if key in self.sets:
                sizes = {arm: str(n) for arm, n in self.sizes(key).items()}
                found[key] = {"label": label, "sizes": sizes}
        found["itt"]["everyone"] = True
        found["available"] = {"label": "Patients with data"}
        return found

    def sizes(self, key: str) -> dict[str, int]:
        d = self.trial.data[self.sets[key]]
        return {arm: int((d.arm == arm).sum()) for arm in self.trial.arms}

    def outcome(self, key: str, label: str, **more) -> str:
        self.ledger.outcomes.setdefault(key, {"label": label} | more)
        return key

    def pairs(self) -> list[tuple[str, str]]:
        """Each treatment with the control, in the order of the paper."""
        found = [(arm, self.trial.control) for arm in self.trial.treated]
        return [(b, a) for a, b in found] if self.habits.flipped else found

    def add(self, kind, form, args, place, label, about, **more) -> str:
        group = about.get("group") or "_".join(about.get("compare") or ["all"])[:24]
        name = "_".join(
            str(x) for x in (about.get("outcome", ""), kind, group, about.get("stratum")) if x
        )
        return self.ledger.add(name, Claim(kind, form, args, place, label, about, **more))

    # what several sections need

    def shows_count(self, where: str) -> bool:
        return "{k}" in (TABLE if where == "table" else TEXT)[getattr(self.habits, where)]

    def shows_size(self, where: str) -> bool:
        return "{n}" in (TABLE if where == "table" else TEXT)[getattr(self.habits, where)]

    def counts(self, column, rows) -> dict[str, tuple[int, int]]:
        """Events and patients by arm; of `rows`, those with a value."""
        d = self.trial.data[rows]
        values = column[rows]
        known = d[values.notna()]
        return {
            arm: (int(values[known.index][known.arm == arm].sum()), int((known.arm == arm).sum()))
            for arm in self.arms
        }

    def shares(self, counts, label, place, where, about, kind="share", **errors) -> dict:
        """A share for every arm; returns the names of the claims."""
        names = {}
        for arm, (k, n) in counts.items():
            this = about | {"group": arm}
            if self.shows_count(where):
                errors = errors | {"count": (k, n)}
            names[arm] = self.add(
                kind,
                "share",
                {"k": k, "n": n, "where": where},
                place,
                f"{label}, {self.trial.arms.get(arm, 'all')}",
                this,
                errors=dict(errors),
            )
        return names

    def test_of_counts(self, table) -> tuple[float, str | None]:
        """p, and the test where the paper names it."""
        test = self.habits.counts_test
        wide = np.asarray(table).shape != (2, 2)
        if test == "either":
            small = by.expected_small(table)
            return by.p_counts(table, "fisher" if small else "chi_squared"), None
        if wide:
            test = "chi_squared"
        return by.p_counts(table, test), test if self.habits.named else None

    def named(self, method: str | None) -> str | None:
        return method if self.habits.named else None

    def p_claim(self, p, label, place, about, **errors) -> str:
        return self.add("p", "p", {"p": float(p)}, place, label, about, errors=errors)


def two_by_two(counts, pair) -> tuple[int, int, int, int]:
    (k1, n1), (k2, n2) = counts[pair[0]], counts[pair[1]]
    return k1, n1, k2, n2


def table_of(counts, arms) -> list[list[int]]:
    return [[counts[a][0], counts[a][1] - counts[a][0]] for a in arms]
