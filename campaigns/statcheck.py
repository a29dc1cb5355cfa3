"""The audit compared with statcheck: F, t and χ², true ones and with an error, read by both.

Needs R with the package statcheck (Debian: r-cran-statcheck), which is no part of the environment;
the first argument is its Rscript. `trace` says whether the error can be seen in the rounded numbers
at all: on lines without a trace nothing can be expected of either.
"""

import argparse
import csv
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import yaml
from scipy import stats

from fresh import share
from fresh_papers.judged import ALARM, OTHER, audited_ledgers
from record import ROOT, circumstances, table

# The audit is told of the correction; statcheck takes degrees of freedom as printed, so that whole
# ones beside a corrected p are no fair comparison.
CLAIMS = {
    "f_whole": "F, corrected, whole degrees of freedom",
    "f_corrected": "F, corrected degrees of freedom",
    "t": "t",
    "chi": "χ²",
}
SYMBOLS = {"f_whole": "F", "f_corrected": "F", "t": "t", "chi": "χ²"}
KINDS = ("a digit of p", "a digit of the value", "degrees of freedom", "one-sided p")
Rng = np.random.Generator


@dataclass(frozen=True)
class Printed:
    """A test statistic as a paper prints it, and the ε of its correction, unrounded."""

    name: str
    df: tuple[str, ...]
    value: str
    p: str
    epsilon: float = 1.0

    @property
    def text(self) -> str:
        return f"{SYMBOLS[self.name]}({', '.join(self.df)}) = {self.value}, {self.p}"

    @property
    def holds(self) -> bool:
        """Whether some value and, for whole degrees of freedom, some ε print so."""
        df, cell = [float(each) for each in self.df], Decimal(self.value)
        half = float(Decimal(1).scaleb(cell.as_tuple().exponent)) / 2
        ends = (max(abs(float(cell)) - half, 0.0), abs(float(cell)) + half)
        free = np.linspace(1 / df[0], 1, 200) if self.name == "f_whole" else [1.0]
        found = [
            p_of(self.name, end, [scale * each for each in df]) for end in ends for scale in free
        ]
        sign, number = self.p.split()[1:]
        step = float(Decimal(1).scaleb(Decimal(number).as_tuple().exponent)) / 2
        low = 0.0 if sign == "<" else float(number) - step
        high = float(number) + (0.0 if sign == "<" else step)
        return min(found) < high and low <= max(found)

    def ledger(self) -> str:
        about = {"correction": "greenhouse_geisser"} if self.name[0] == "f" else {"test": "other"}
        groups = {
            "new": {"label": "New", "randomised": "60"},
            "usual": {"label": "Usual", "randomised": "60", "control": True},
        }
        claim = {"from": "main", "place": "text", "label": self.name, "printed": self.text}
        return yaml.safe_dump(
            {
                "papers": {"main": "A simulated line"},
                "groups": groups,
                "populations": {"itt": {"label": "All", "everyone": True}},
                "outcomes": {},
                "claims": {"line": claim | {"about": about}},
            },
            allow_unicode=True,
        )


def p_of(name: str, value: float, df: Sequence[float]) -> float:
    if name == "t":
        return float(2 * stats.t.sf(abs(value), df[0]))
    return float(stats.chi2.sf(value, df[0]) if name == "chi" else stats.f.sf(value, *df))


def rounded(value: float, places: int) -> str:
    return str(Decimal(f"{value:.11e}").quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def p_text(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {rounded(p, 3)}"


def drawn(name: str, rng: Rng) -> Printed:
    """A true line."""
    epsilon, places, patients = 1.0, 0, int(rng.integers(18, 121))
    if name[0] == "f":
        df1 = int(rng.integers(2, 5))
        df, value = [df1, df1 * (patients - 1)], float(rng.gamma(2, 1.5))
        epsilon = float(rng.uniform(1 / df1 + 0.05, 0.98))
        places = 2 if name == "f_corrected" else 0
    elif name == "t":
        df, value = [2 * patients - 2], float(rng.normal(0, 2))
    else:
        df, value = [int(rng.integers(1, 5))], float(rng.gamma(1.5, 2))
    p = p_of(name, value, [epsilon * each for each in df])
    shown = [rounded(epsilon * each, places) if places else str(each) for each in df]
    return Printed(name, tuple(shown), rounded(value, 2), p_text(p), epsilon)


def altered(true: Printed, kind: str, rng: Rng) -> Printed | None:
    """The line with an error of this kind; None where it has no place for one."""
    if kind == "degrees of freedom":
        place = int(rng.integers(len(true.df)))
        df = [Decimal(each) for each in true.df]
        df[place] += int(rng.choice([-1, 1, 2]))
        return replace(true, df=tuple(map(str, df))) if df[place] > 0 else None
    if kind == "one-sided p":
        p = p_of("t", float(true.value), [float(true.df[0])]) / 2
        return replace(true, p=p_text(p)) if true.name == "t" else None
    text = true.p.split()[2] if kind == "a digit of p" else true.value
    if "<" in true.p and kind == "a digit of p":
        return None
    place = int(rng.choice([k for k, sign in enumerate(text) if sign.isdigit() and k]))
    other = str(rng.choice([d for d in "0123456789" if d != text[place]]))
    text = text[:place] + other + text[place + 1 :]
    return replace(true, p=f"p = {text}") if kind == "a digit of p" else replace(true, value=text)


@dataclass
class Line:
    """A printed line: what was done to it, and who objects to it."""

    printed: Printed
    kind: str | None
    here: bool = False
    there: bool | None = None


def lines(seeds: range) -> Iterator[Line]:
    for seed in seeds:
        for number, name in enumerate(CLAIMS):
            rng = np.random.default_rng([20261123, seed, number])
            true = drawn(name, rng)
            yield Line(true, None)
            kind = str(rng.choice(KINDS))
            made = altered(true, kind, rng)
            if made is not None and made.text != true.text:
                yield Line(made, kind)


def read_here(found: Sequence[Line]) -> None:
    said = audited_ledgers([one.printed.ledger() for one in found])
    for one, verdicts in zip(found, said, strict=True):
        if verdicts.refused:
            raise SystemExit(f"{one.printed.text}: {verdicts.refused}")
        one.here = verdicts.worst["line"] in (ALARM, OTHER)


def read_by_statcheck(interpreter: str, found: Sequence[Line]) -> str:
    """Fill in what statcheck says, and return its version."""
    with tempfile.TemporaryDirectory() as folder:
        texts, result = Path(folder) / "lines.txt", Path(folder) / "result.csv"
        shown = (one.printed.text.replace("²", "2") for one in found)
        texts.write_text("".join(f"{text}\n" for text in shown), encoding="utf-8")
        script = ROOT / "campaigns" / "statcheck.R"
        subprocess.run([interpreter, str(script), str(texts), str(result)], check=True)
        with result.open(encoding="utf-8") as rows:
            read = list(csv.DictReader(rows))
    for row in read:
        found[int(row["source"]) - 1].there = row["error"] == "TRUE"
    return read[0]["version"]


def rates(found: Sequence[Line]) -> str:
    head = ("", "true lines", "false alarms: statcheck", "here")
    head += ("errors with a trace found: statcheck", "here")
    groups = {
        text: [one for one in found if one.printed.name == name] for name, text in CLAIMS.items()
    }
    fair = [one for one in found if one.printed.name != "f_whole"]
    groups |= {"all but the first": fair}
    groups |= {f"of these: {kind}": [one for one in fair if one.kind == kind] for kind in KINDS}
    return table(head, [_row(name, own) for name, own in groups.items()])


def _row(name: str, found: Sequence[Line]) -> tuple:
    true = [one for one in found if one.kind is None]
    wrong = [one for one in found if one.kind is not None and not one.printed.holds]
    shares = (
        share(sum(told), len(own))
        for own in (true, wrong)
        for told in ([bool(one.there) for one in own], [one.here for one in own])
    )
    return (name, len(true) or "–", *shares)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rscript", nargs="?", default="Rscript", help="an R that has statcheck")
    parser.add_argument("--papers", type=int, default=500, help="four lines each")
    parser.add_argument("--first", type=int, default=100_000, help="seed of the first paper")
    chosen = parser.parse_args()
    found = list(lines(range(chosen.first, chosen.first + chosen.papers)))
    read_here(found)
    version = read_by_statcheck(chosen.rscript, found)
    unread = sum(one.there is None for one in found)
    print(f"{circumstances()} {len(found)} lines, seeds from {chosen.first}; statcheck {version}, ")
    print(f"which did not read {unread} of them.\n\n{rates(found)}")


if __name__ == "__main__":
    main()
