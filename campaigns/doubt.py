"""Fits the chance that a drafted claim is right, and holds it against other papers.

python campaigns/doubt.py sample PAPERS --per 8 --seed 931   # claims beside what is printed
python campaigns/doubt.py fit PAPERS --of sentence   # or table
PAPERS is a folder of JATS files called PMC<number>.nxml, which are not kept here. `sample` prints
claims of each paper, those of sentences and those in doubt more often than they are, and a line of
campaigns/read_claims/labels.csv for each, in which a person writes what was found: right, or what
is wrong (value, group, no group, outcome). `fit` writes the weights from the claims of the set
"fit" whose papers are in the folder (workflow/trialtrace/audit/reading/chances.csv) and the
section of docs/measured.md that holds them against those of the set "check", of tables or of
sentences. A label is of a claim as it was read then: one that another reader reads otherwise is
named and left out, to be judged anew. Those left are oftener right than all were, for what was
wrong is what was mended; so claims that were judged blind stand in as_read.csv, with what was known
of each when it was read, and none of them is lost.
"""

import argparse
import csv
import hashlib
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from honest_papers.tally import share
from record import ROOT, table, write_section
from trialtrace.audit.ledger.shape import READ
from trialtrace.audit.reading.doubt import WEIGHTS, Known, features, read_weights
from trialtrace.audit.reading.draft import Draft, draft
from trialtrace.audit.reading.read import parsed

LABELS = ROOT / "campaigns" / "read_claims" / "labels.csv"
AS_READ = LABELS.with_name("as_read.csv")
PAGE, TITLE = ROOT / "docs" / "measured.md", "The chance that a claim is read right"
RIGHT, RIDGE = "right", 2.0
# Those with weights of their own for a table and a sentence are hardly drawn towards 0.
FREE = ("table", "sentence")
BANDS = (0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)
SHARES = {(True, True): 0.40, (True, False): 0.28, (False, True): 0.12, (False, False): 0.20}
"""Of a sample: those of tables or not, with a doubt or not."""


@dataclass(frozen=True)
class Label:
    """What a person found of a claim."""

    set: str
    paper: str
    place: str
    mark: str
    found: str


def drafted(file: Path) -> Draft:
    paper, typed = parsed(file.read_bytes(), str(file), ".nxml")
    return draft(paper, typed=typed)


def mark(found: Draft, name: str) -> str:
    """Eight digits that change with the value, the groups, the outcome or the visit of a claim."""
    claim = found.claims[name]
    about = claim.get("about", {})

    def label(group: object) -> object:
        if isinstance(group, list):
            return [label(one) for one in group]
        return found.groups.get(group, {}).get("label", group) if group else None

    outcome = about.get("outcome")
    told = [claim["printed"], label(about.get("group")), label(about.get("compare"))]
    told += [found.outcomes[outcome]["label"] if outcome else ""]
    told += [about.get(key) for key in ("category", "visit", "change", "size")]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:8]


def sample(folder: Path, per: int, seed: int) -> None:
    """Print claims, each with its row or quote, and a line for the labels."""
    for file in sorted(folder.glob("*.nxml")):
        found = drafted(file)
        rng = random.Random(f"{seed}{file.name}")
        tables = {one.name: one for one in found.paper.tables}
        print(f"\n{file.stem}: {found.paper.title}")
        for name in _drawn(found, per, rng):
            claim, item = found.claims[name], found.items[name]
            printed = tables.get(claim["place"].partition(",")[0])
            if item.cells and printed:
                rows = [*range(printed.heads), item.cells[0][0]]
                columns = [0, *(at for _, at in item.cells)]
                beside = [" | ".join(printed.rows[row][at] for at in columns) for row in rows]
                print(f"  {printed.caption} // {' // '.join(beside)} // {printed.notes}")
            else:
                print(f"  “{claim['quote']}”")
            told = {key: claim[key] for key in ("printed", "label", "about") if key in claim}
            print(f"    {json.dumps(told, ensure_ascii=False)} {claim.get('unconfirmed', '')}")
            print(f'fit,{file.stem[3:]},"{claim["place"]}",{mark(found, name)},?')


def _drawn(found: Draft, per: int, rng: random.Random) -> list[str]:
    strata: dict[tuple[bool, bool], list[str]] = defaultdict(list)
    for name, claim in found.claims.items():
        of = bool(found.items[name].cells), claim.get("unconfirmed") == READ
        strata[of].append(name)
    drawn = set[str]()
    for of, part in SHARES.items():
        rng.shuffle(strata[of])
        drawn |= set(strata[of][: round(part * per + rng.random() - 0.5)])
    return [name for name in found.claims if name in drawn]


@dataclass(frozen=True)
class Judged:
    """Claims with what is known of each, the papers they are of and whether they are right; how
    many others are `lost`, as they are read otherwise by now."""

    known: list[dict[str, float]]
    right: np.ndarray
    papers: list[str]
    lost: int

    def only(self, of: str) -> "Judged":
        """Those of tables, or of sentences."""
        at = [here for here, one in enumerate(self.known) if of in one]
        known, papers = [self.known[here] for here in at], [self.papers[here] for here in at]
        return Judged(known, self.right[at], papers, self.lost)

    def matrix(self, names: Sequence[str]) -> np.ndarray:
        return np.array([[one.get(name, 0.0) for name in names] for one in self.known])


def judged(labels: Sequence[Label], folder: Path) -> Judged:
    """The claims that a reader still reads as they were judged; the others are named."""
    by_paper: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    for one in labels:
        by_paper[one.paper][one.place, one.mark] = one.found
    known, right, papers, lost = list[dict[str, float]](), list[bool](), list[str](), 0
    for paper, open_ in by_paper.items():
        if not (file := folder / f"PMC{paper}.nxml").exists():
            lost += len(open_)
            continue
        found = drafted(file)
        arms = [str(entry["label"]) for entry in found.groups.values()]
        of = Known(found.items.values(), found.left, arms)
        for name, claim in found.claims.items():
            told = open_.pop((str(claim["place"]), mark(found, name)), None)
            if told is not None:
                known.append(features(found.items[name], of))
                right.append(told == RIGHT)
                papers.append(paper)
        for (place, _), told in open_.items():
            print(f"judge anew: PMC{paper}, {place} (was: {told})", file=sys.stderr)
        lost += len(open_)
    print(f"{len(known)} claims as they were judged, {lost} read otherwise", file=sys.stderr)
    return Judged(known, np.array(right, float), papers, lost)


def as_read(of: str) -> Judged:
    """The claims of tables, or of sentences, that were judged blind, with what was known of them
    then; whether one is right was in doubt of some, which are left out."""
    with AS_READ.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["found"] != "doubtful"]
    known = [
        {name: float(value or 1) for name, _, value in (one.partition("=") for one in each)}
        for each in (row["features"].split("|") for row in rows)
    ]
    right = np.array([row["found"] == RIGHT for row in rows], float)
    return Judged(known, right, [row["paper"] for row in rows], 0).only(of)


def joined(one: Judged, other: Judged) -> Judged:
    right = np.concatenate((one.right, other.right))
    return Judged(one.known + other.known, right, one.papers + other.papers, one.lost + other.lost)


def fitted(x: np.ndarray, right: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Weights by penalised likelihood (Newton's method)."""
    weights = np.zeros(len(names))
    ridge = np.array([0.1 if name in FREE else RIDGE for name in names])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (right - chance) - ridge * weights
        curve = (x.T * (chance * (1 - chance))) @ x + np.diag(ridge)
        weights += np.linalg.solve(curve, slope)
    return weights


def left_out(of: Judged, names: Sequence[str]) -> np.ndarray:
    """The chance of each claim by weights fitted without its paper."""
    x, made = of.matrix(names), np.zeros(len(of.papers))
    for paper in set(of.papers):
        here = np.array([one == paper for one in of.papers])
        made[here] = 1 / (1 + np.exp(-x[here] @ fitted(x[~here], of.right[~here], names)))
    return made


def bands(*sets: tuple[np.ndarray, np.ndarray]) -> Iterator[tuple[object, ...]]:
    """Rows of stated against found."""
    for low, high in pairwise(BANDS):
        row: list[object] = [f"{low:.2f} to {min(high, 1):.2f}"]
        for chance, right in sets:
            here = (chance >= low) & (chance < high)
            row += [f"{chance[here].mean():.2f}" if here.any() else "", _share(right[here])]
        yield tuple(row)


def _share(right: np.ndarray) -> str:
    return share(int(right.sum()), len(right)) if len(right) else "none"


def write_fit(folder: Path, of: str) -> None:
    """Write the weights of claims of tables or of sentences, and the page's section."""
    with LABELS.open(newline="") as file:
        labels = [Label(**row) for row in csv.DictReader(file)]
    fit, other = (
        judged([each for each in labels if each.set == one], folder).only(of)
        for one in ("fit", "check")
    )
    blind = as_read(of)
    own = joined(blind, fit)
    names = sorted({name for one in own.known for name in one}, key=lambda name: (name[0], name))
    weights = fitted(own.matrix(names), own.right, names)
    kept = {name: one for name, one in read_weights(WEIGHTS).items() if not name.startswith(of)}
    every = sorted({**kept, **dict(zip(names, weights, strict=True))}.items())
    with WEIGHTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("feature", "weight"))
        writer.writerows((name, f"{one:.2f}") for name, one in every)
    read_weights.cache_clear()
    rounded = np.array([read_weights(WEIGHTS)[name] for name in names])
    # Where there are claims that were judged blind, these tell how well the others do.
    tested = slice(len(blind.right) or None)
    sets = {"papers left out": (left_out(own, names)[tested], own.right[tested])}
    if len(other.right):
        checked = 1 / (1 + np.exp(-other.matrix(names) @ rounded))
        sets["other papers"] = (checked, other.right)
    head = ("chance", *(each for one in sets for each in (f"stated, {one}", "right")))
    judged_blind = (
        f" {len(blind.right)} of those fitted on, of {len(set(blind.papers))} papers, were judged "
        "blind and keep what was known of them when they were read; the first columns hold these "
        "alone. The others are oftener right than all that were judged, for what was wrong is what "
        "was mended."
        if len(blind.right)
        else ""
    )
    counts = [f"{len(one.right)} claims of {len(set(one.papers))} papers" for one in (own, other)]
    apart = [f"{((chance - right) ** 2).mean():.3f}" for chance, right in sets.values()]
    whole = [f"{right.var():.3f}" for _, right in sets.values()]
    text = (
        f"Fitted on {counts[0]} (the chance of a claim is here by weights fitted without its "
        f"paper), checked on {counts[1]} not used in it; {own.lost} and {other.lost} "
        "that were judged as an earlier reader read them, or whose papers are not at hand, are "
        f"left out.{judged_blind} Claims were drawn so that sentences and doubts come more often "
        "than in a draft, "
        "and judged by the rules of "
        "[papers nobody had looked at](#papers-nobody-had-looked-at).\n\n"
        f"{table(head, list(bands(*sets.values())))}\n\nThe mean squared distance of chance and "
        f"truth is {' and '.join(apart)}; one chance for all would have {' and '.join(whole)}."
    )
    write_section(f"{TITLE}, of {of}s", text, PAGE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("do", choices=("sample", "fit"))
    parser.add_argument("papers", type=Path)
    parser.add_argument("--per", type=int, default=8)
    parser.add_argument("--seed", type=int, default=931)
    parser.add_argument("--of", choices=FREE, default="sentence")
    given = parser.parse_args()
    if given.do == "sample":
        sample(given.papers, given.per, given.seed)
    else:
        write_fit(given.papers, given.of)


if __name__ == "__main__":
    main()
