"""The chance that a drafted claim is right, in value, group and outcome, from how it was read.

A logistic formula: the weights of what is known of a claim are added, and the chance is
1 / (1 + exp(−sum)). They stand in chances.csv, fitted to claims that a person compared with
their papers.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from math import exp
from pathlib import Path

from trialtrace.audit.reading.arms import ALL
from trialtrace.audit.reading.everyone import TAKEN
from trialtrace.audit.reading.expressions import is_share_of
from trialtrace.audit.reading.item import OF_ARM_BEFORE, OF_BOTH_ARMS, Item, Left

WEIGHTS = Path(__file__).with_name("chances.csv")
LEAST, MOST = 0.01, 0.99
_FORM = re.compile(r"taken for|caption|arithmetic|SD or SE|kind", re.IGNORECASE)
_GROUP = re.compile(r"\barms?\b|\bgroups?\b", re.IGNORECASE)
# Doubts that say nothing against a table as a whole.
_USUAL = re.compile(r"order of the groups|SD or SE|arithmetic|by the test", re.IGNORECASE)
# Of what analysis a number is says nothing against its value, group and outcome.
_ANALYSIS = "by the test"
_SHARE = re.compile(r"([0-9,]+) \(([0-9.]+)%\)")
# Of columns that no paper held against its print had: chances as without a group.
_UNTRIED = ("ratio", "geometric_mean_ratio")
_COMPARING = ("p", "statistic", "effect", "estimate")
_LONE = ("count", "percent", "mean", "median", "value")
_WORD = re.compile(r"[^\W\d_]{4,}")
_NO_OUTCOME = frozenset(
    _WORD.findall(
        "after also been before between both compared difference differences during from group "
        "groups have higher less lower mean median more number only participants patients "
        "significant significantly table than that their there this those total treatment were "
        "which with"
    )
)


class Known:
    """What the claims of one paper tell of each other: tables, their arms and the words of rows."""

    def __init__(self, items: Collection[Item], left: Iterable[Left], arms: Collection[str]):
        self.arms = len(arms)
        self.arm_words = _content(" ".join(arms))
        self.outcome_words = set[str]()
        self.claims, self.doubted = Counter[str](), Counter[str]()
        self.left = Counter(_place(one.place) for one in left)
        self.counted = set[str]()
        self.beside = Counter(item.place for item in items if not item.cells)
        self.arms_of, self.places_of = (
            defaultdict[str, set[str]](set),
            defaultdict[str, set[str]](set),
        )
        for item in items:
            place = _place(item.place) if item.cells else ""
            for arm in _arms(item):
                self.places_of[arm].add(place)
            if not item.cells:
                continue
            self.claims[place] += 1
            self.doubted[place] += any(not _USUAL.search(doubt) for doubt in item.doubts)
            self.outcome_words |= _content(" ".join(item.path))
            if item.arm and item.arm != ALL:
                self.arms_of[place].add(item.arm)
                self.arms_of[_row(item)].add(item.arm)
            if item.size:
                self.counted.add(place)


def features(item: Item, known: Known) -> dict[str, float]:
    """What is known of a claim, by name; what does not hold of it is left out."""
    untried = item.measure in _UNTRIED or bool({OF_BOTH_ARMS, OF_ARM_BEFORE} & {*item.doubts})
    grouped = bool(item.arm or item.compare) and not untried
    told = [doubt for doubt in item.doubts if not doubt.startswith(_ANALYSIS)]
    form = any(_FORM.search(doubt) for doubt in told)
    group = any(_GROUP.search(doubt) and "order" not in doubt for doubt in told)
    other = any(not _FORM.search(doubt) and not _GROUP.search(doubt) for doubt in told)
    if not item.cells:
        outcome = re.sub(r" \([^()]*\)$", "", item.outcome or "")
        words = _content(outcome) - known.arm_words
        of = {
            "sentence": True,
            "sentence, no group": not grouped,
            "sentence, group guessed": group and grouped,
            "sentence, taken for everyone": TAKEN in item.doubts,
            "sentence, no group of a p or an estimate": not grouped and item.kind in _COMPARING,
            "sentence, fewer than two arms known": known.arms < 2,
            "sentence, no other number in it": known.beside[item.place] < 2,
            "sentence, more than three numbers in it": known.beside[item.place] > 3,
            "sentence, p alone": item.kind == "p",
            "sentence, estimate": item.kind in ("effect", "estimate"),
            "sentence, count with its share": bool(_SHARE.fullmatch(item.printed)),
            "sentence, share of its words that rows of tables have": (
                len(words & known.outcome_words) / max(1, len(words))
            ),
            "sentence, fewer than two words of an outcome": len(words) < 2,
            "sentence, words begin midway": bool(re.match(r"[a-z(]", outcome)),
            "sentence, numbers among its words": bool(re.search(r"[0-9]", outcome)),
        }
        return {name: float(value) for name, value in of.items() if value}
    place, arms = _place(item.place), _arms(item)
    share = _SHARE.fullmatch(item.printed)
    of = {
        "table": True,
        "table, no group": not grouped,
        "table, group guessed": group and grouped,
        "table, form guessed": form,
        "table, another doubt": other and grouped,
        "table, p": item.kind == "p",
        "table, estimate": item.kind == "effect",
        "table, lone number": item.kind in _LONE and not item.is_size,
        "table, n known": bool(item.size),
        "table, n known of others": place in known.counted and not item.size,
        "table, share adds up": bool(
            share and item.size and is_share_of(share[1], share[2], item.size)
        ),
        "table, below a section": (len(item.path) > 1 or item.stratum is not None)
        and not item.category,
        "table, more than three arms": known.arms > 3,
        "table, arm of other places too": bool(arms)
        and all(len(known.places_of[arm]) > 1 for arm in arms),
        "table, row has every arm": item.arm is not None
        and known.arms_of[place] <= known.arms_of[_row(item)] | {item.arm},
        "table, share of numbers left": known.left[place]
        / (known.left[place] + known.claims[place]),
        "table, share of claims in doubt": known.doubted[place] / known.claims[place],
    }
    return {name: float(value) for name, value in of.items() if value}


def chances(
    items: Mapping[str, Item], left: Sequence[Left], arms: Collection[str]
) -> dict[str, float]:
    """The chance of each claim of a paper with the labels of its arms; never 0 and never 1."""
    known, weights = Known(items.values(), left, arms), read_weights(WEIGHTS)
    made = {}
    for name, item in items.items():
        total = sum(value * weights.get(of, 0.0) for of, value in features(item, known).items())
        made[name] = min(MOST, max(LEAST, 1 / (1 + exp(-total))))
    return made


@cache
def read_weights(path: Path) -> dict[str, float]:
    """The weight of each feature."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["feature"]: float(row["weight"]) for row in csv.DictReader(file)}


def _place(place: str) -> str:
    """The table, or the section, of a place."""
    return place.partition(",")[0]


def _row(item: Item) -> str:
    return item.place.rpartition(", column")[0]


def _arms(item: Item) -> list[str]:
    return [one for one in (item.arm, *item.compare) if one and one != ALL]


def _content(text: str) -> set[str]:
    """The words of a text that can name an outcome."""
    return {word.lower() for word in _WORD.findall(text)} - _NO_OUTCOME
