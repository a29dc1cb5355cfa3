"""Beside statcheck: F, t and χ² of made-up papers, true ones and with an error, read by both.

Writes a section of docs/audit-accuracy.md. Needs R with the package statcheck (Debian:
r-cran-statcheck), which is no part of the environment; the first argument is its Rscript.
"""

import argparse
import copy
import csv
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from accuracy import alarms, audited
from accuracy_page import share
from made_papers import formulas as f
from made_papers.paper import Paper, paper
from made_papers.planted import degrees
from made_papers.slips import Done, Rng, digit
from made_papers.trace import HOLDS
from record import ROOT, circumstances, table, write_section

PAGE = ROOT / "docs" / "audit-accuracy.md"
TITLE = "Beside statcheck"
CLAIMS = {
    "f_whole": "F, corrected, whole degrees of freedom",
    "f_corrected": "F, corrected degrees of freedom",
    "t": "t",
    "chi": "χ²",
}
PARTS = ("p", "value", "df1", "df2")


@dataclass
class Line:
    """A printed test statistic: what was done to it, and who objects to it."""

    claim: str
    kind: str | None
    text: str
    trace: bool
    here: bool
    there: bool | None = None


def one_sided(made: Paper, rng: Rng) -> Done:
    """P of one side where two are meant."""
    value, (df, *_), _ = made.truth["t"]
    made.claims["t"].parts["p"] = f.show_p(f.statistic_p("t", value, df, None) / 2, made.p)
    return ("t",), ()


def alone(true: Paper, name: str) -> Paper:
    """The paper with this claim only."""
    made = copy.deepcopy(true)
    made.claims = {name: made.claims[name]}
    made.links = [link for link in made.links if link.claims == (name,)]
    return made


def altered(true: Paper, name: str, rng: Rng) -> tuple[str, Paper] | None:
    """A mistyped digit, wrong degrees of freedom, or p of one side for t."""
    made = alone(true, name)
    kinds = [f"a digit of {part}" for part in PARTS if part in made.claims[name].parts]
    kinds += ["degrees of freedom"] + (["one-sided p"] if name == "t" else [])
    kind = str(rng.choice(kinds))
    if "<" in made.claims[name].parts["p"] and kind == "a digit of p":
        return None
    if kind == "one-sided p":
        done = one_sided(made, rng)
    elif kind == "degrees of freedom":
        done = degrees(made, rng, name)
    else:
        done = digit(made, rng, kind.rpartition(" ")[2])
    changed = made.claims[name].printed != true.claims[name].printed
    possible = all(float(made.claims[name].parts.get(df, 1)) > 0 for df in ("df1", "df2"))
    return (kind, made) if done and changed and possible else None


def lines(seeds: range) -> Iterator[Line]:
    for seed in seeds:
        true = paper(seed)
        for number, name in enumerate(CLAIMS):
            yield _line(name, None, alone(true, name))
            rng = np.random.default_rng([20261123, seed, number])
            if (found := altered(true, name, rng)) is not None:
                yield _line(name, *found)


def _line(name: str, kind: str | None, made: Paper) -> Line:
    (link,) = made.links
    text = made.claims[name].printed.replace("²", "2")
    return Line(name, kind, text, not HOLDS[link.kind](made, link), bool(alarms(audited(made))))


def read_by_statcheck(interpreter: str, found: Sequence[Line]) -> str:
    """Fill in what statcheck says, and return its version."""
    with tempfile.TemporaryDirectory() as folder:
        texts, result = Path(folder) / "lines.txt", Path(folder) / "result.csv"
        texts.write_text("".join(f"{one.text}\n" for one in found), encoding="utf-8")
        script = ROOT / "campaigns" / "statcheck.R"
        subprocess.run([interpreter, str(script), str(texts), str(result)], check=True)
        with result.open(encoding="utf-8") as rows:
            read = list(csv.DictReader(rows))
    for row in read:
        found[int(row["source"]) - 1].there = row["error"] == "TRUE"
    return read[0]["version"]


def rates(found: Sequence[Line]) -> str:
    head = (
        "",
        "true lines",
        "false alarms, statcheck",
        "false alarms, here",
        "errors with a trace found, statcheck",
        "errors with a trace found, here",
    )
    rows = [
        _row(text, [one for one in found if one.claim == name]) for name, text in CLAIMS.items()
    ]
    plain = [one for one in found if one.claim != "f_whole"]
    rows.append(_row("**all but the first**", plain))
    kinds = sorted({one.kind for one in found if one.kind})
    rows += [
        _row(f"of these: {kind}", [one for one in plain if one.kind == kind]) for kind in kinds
    ]
    return table(head, rows)


def _row(name: str, found: Sequence[Line]) -> tuple:
    true = [one for one in found if one.kind is None]
    wrong = [one for one in found if one.kind is not None and one.trace]
    return (
        name,
        len(true) or "–",
        share(sum(bool(one.there) for one in true), len(true)),
        share(sum(one.here for one in true), len(true)),
        share(sum(bool(one.there) for one in wrong), len(wrong)),
        share(sum(one.here for one in wrong), len(wrong)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rscript", nargs="?", default="Rscript", help="an R that has statcheck")
    parser.add_argument("--papers", type=int, default=500)
    parser.add_argument("--first", type=int, default=100_000, help="seed of the first paper")
    chosen = parser.parse_args()
    found = list(lines(range(chosen.first, chosen.first + chosen.papers)))
    version = read_by_statcheck(chosen.rscript, found)
    unread = sum(one.there is None for one in found)
    text = f"""{circumstances()} {len(found)} lines of {chosen.papers} papers, seeds from
{chosen.first}; statcheck {version}, which did not read {unread} of them and is given its defaults.

The lines are the same, such as “{found[2].text}”; the ledger says besides that a correction was
made, which running text does not tell statcheck. With whole degrees of freedom, which are the
uncorrected ones, that decides, so that the first line of the table is no fair comparison: statcheck
takes them as they stand. A trace is that of the definition above, which is the arithmetic of
rounding that both use: on such lines nothing else was to be expected of either.

{rates(found)}"""
    write_section(TITLE, text, PAGE)


if __name__ == "__main__":
    main()
