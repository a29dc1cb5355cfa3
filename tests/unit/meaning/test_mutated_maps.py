"""Maps that say something else than their paper are refused, where the paper can tell."""

from dataclasses import replace

import pytest
from paper_of import paper, table

from trialtrace.audit.meaning.claims import ledger_of
from trialtrace.audit.meaning.mapping import MapSentence, Said
from trialtrace.audit.meaning.rules import propose
from trialtrace.audit.meaning.verify import refusals

BASE = table(
    [
        " ; Training (n = 27) ; Usual care (n = 29) ; P",
        "Men, n (%) ; 13 (48.1) ; 12 (41.4) ; 0.611",
        "Age, mean (SD) ; 62.1 (8.8) ; 61.1 (8.5) ; 0.724",
        "Stay, median (IQR) ; 6 (4–9) ; 7 (5–11) ; .20",
    ],
    caption="Table 1. Characteristics",
)
VISITS = table(
    [
        "|2 ; Training (n = 27)>2 ; Usual care (n = 29)>2",
        "Baseline ; Week 12 ; Baseline ; Week 12",
        "Pain ; 5.1 ± 1.0 ; 4.1 ± 1.2 ; 5.3 ± 1.1 ; 5.0 ± 1.2",
        "Sleep ; 6.1 ± 1.0 ; 7.1 ± 1.2 ; 6.3 ± 1.1 ; 6.0 ± 1.2",
    ],
    heads=2,
    caption="Table 2. Values are mean ± SD",
    name="table 2",
)
EVENTS = table(
    [
        " ; Training (n = 25) ; Usual care (n = 20) ; P value",
        "Falls, n (%) ; 5 (20.0) ; 9 (45.0) ; 0.07",
        "Death, n (%) ; 1 (4.0) ; 3 (15.0) ; 0.3",
        "Pain, n (%) ; 10 (40.0) ; 12 (60.0) ; 0.2",
    ],
    name="table 3",
)
PAPER = paper(BASE, VISITS, EVENTS, text="Strength rose, t(54) = 2.10, p = .04, as hoped.")
MAP = propose(PAPER)
MAPPED = ("t1", "t2", "t3")


def column(name, at, **changes):
    of = MAP.tables[name]
    columns = {**of.columns, at: replace(of.columns[at], **changes)}
    return replace(MAP, tables={**MAP.tables, name: replace(of, columns=columns)})


def row(name, at, **changes):
    of = MAP.tables[name]
    rows = {**of.rows, at: replace(of.rows[at], **changes)}
    return replace(MAP, tables={**MAP.tables, name: replace(of, rows=rows)})


def exchanged():
    for name, first, second in (
        ("t1", "c2", "c3"),
        ("t2", "c2", "c4"),
        ("t2", "c3", "c5"),
        ("t3", "c2", "c3"),
        ("t1", "c3", "c4"),
        ("t3", "c2", "c4"),
    ):
        of = MAP.tables[name]
        columns = {**of.columns, first: of.columns[second], second: of.columns[first]}
        yield (
            f"{name} {first} {second}",
            replace(MAP, tables={**MAP.tables, name: replace(of, columns=columns)}),
        )


def shifted():
    for name in ("t1", "t3"):
        of = MAP.tables[name]
        for at in ("r2", "r3"):
            other = f"{name}.r{int(at[1:]) + 1}.c1"
            rows = {**of.rows, at: replace(of.rows[at], outcome=(other,))}
            yield f"{name} {at}", replace(MAP, tables={**MAP.tables, name: replace(of, rows=rows)})
        keys = list(of.rows)
        rows = {key: of.rows[keys[(k + 1) % len(keys)]] for k, key in enumerate(keys)}
        if name == "t1":
            yield f"{name} all", replace(MAP, tables={**MAP.tables, name: replace(of, rows=rows)})


def wrong_kinds():
    for name, at, kinds in (
        ("t1", "r2", ("mean_sd", "percent", "size", "count", "median_iqr", "fraction")),
        ("t1", "r3", ("mean_se", "count_percent", "median_iqr", "mean", "ls_mean_se")),
        ("t1", "r4", ("median_range", "mean_ci", "mean_sd", "estimate_ci")),
        ("t3", "r2", ("mean_sd", "mean_se", "percent")),
    ):
        for kind in kinds:
            yield f"{name} {at} {kind}", row(name, at, kind=kind)
    yield "t2 r3 mean_se", row("t2", "r3", kind="mean_se")
    yield "t1 c4 n", column("t1", "c4", kind="size")


def twice_or_left_out():
    for name in MAPPED:
        of = MAP.tables[name]
        for at in of.columns:
            rest = {key: one for key, one in of.columns.items() if key != at}
            yield (
                f"{name} without {at}",
                replace(MAP, tables={**MAP.tables, name: replace(of, columns=rest)}),
            )
    for at in ("r2", "r3"):
        rest = {key: one for key, one in MAP.tables["t1"].rows.items() if key != at}
        yield (
            f"t1 without {at}",
            replace(MAP, tables={**MAP.tables, "t1": replace(MAP.tables["t1"], rows=rest)}),
        )
    (one,) = MAP.sentences["s1"]
    yield "s1 twice", replace(MAP, sentences={"s1": (one, one)})
    yield "t1 c3 as c2", column("t1", "c3", group=MAP.tables["t1"].columns["c2"].group)
    yield "t3 c3 as c2", column("t3", "c3", group=MAP.tables["t3"].columns["c2"].group)


def invented():
    yield "visit", column("t2", "c2", visit=Said(at="t2.r2.c2", quote="Week 24"))
    yield "visit elsewhere", column("t2", "c2", visit=Said(at="t2.r2.c3", quote="Week 12"))
    yield "kind", row("t1", "r3", says=Said(at="t1.r3.c1", quote="mean (SE)"))
    yield "id", row("t1", "r3", says=Said(at="t9.r3.c1", quote="mean (SD)"))
    yield "group", column("t1", "c2", group="nobody")
    group = replace(MAP.groups["training"], quote="Exercise")
    yield "name", replace(MAP, groups={**MAP.groups, "training": group})
    for quote in ("t(54) = 2.10, p = .03", "t(55) = 2.10, p = .04", "Strength rose"):
        made = MapSentence(
            quote=quote,
            group=None,
            compare=None,
            outcome=None,
            visit=None,
            correction=None,
            confirmed=False,
        )
        yield quote, replace(MAP, sentences={"s1": (made,)})
    yield "other paper", replace(MAP, sha256="f" * 64)


def other_patients():
    yield "t1 c2 of t3", column("t1", "c2", size="t3.r1.c2.n1")
    yield "t3 c2 of t1", column("t3", "c2", size="t1.r1.c2.n1")
    yield "t1 c2 of c3", column("t1", "c2", size="t1.r1.c3.n1")
    yield "t3 c3 of c2", column("t3", "c3", size="t3.r1.c2.n1")
    yield "t3 c2 a count", column("t3", "c2", size="t3.r2.c2.n1")
    yield "t1 c2 none", column("t1", "c2", size="t1.r9.c9.n1")
    group = replace(MAP.groups["training"], size="t1.r1.c3.n1")
    yield "group", replace(MAP, groups={**MAP.groups, "training": group})


def without_visits():
    for at in ("c2", "c3", "c4", "c5"):
        yield at, column("t2", at, visit=None)
    of = MAP.tables["t2"]
    columns = {key: replace(one, visit=None) for key, one in of.columns.items()}
    yield "all", replace(MAP, tables={**MAP.tables, "t2": replace(of, columns=columns)})


KINDS = {
    "columns exchanged": exchanged,
    "rows shifted": shifted,
    "wrong kind": wrong_kinds,
    "used twice or left out": twice_or_left_out,
    "invented quote": invented,
    "other patients": other_patients,
    "visit dropped": without_visits,
}


def test_the_map_itself_holds_and_gives_every_number_of_its_tables():
    assert refusals(PAPER, MAP) == []
    assert all(MAP.tables[name].leave is None for name in MAPPED)
    assert len(ledger_of(PAPER, MAP).claims) == 9 + 8 + 9 + 1


@pytest.mark.parametrize("kind", KINDS)
def test_mutated_maps_are_refused(kind):
    assert [name for name, said in KINDS[kind]() if not refusals(PAPER, said)] == []


def test_what_the_paper_cannot_tell_is_not_refused():
    """The order of the groups in a comparison, and a count of patients taken for one of others."""
    turned = column("t1", "c4", compare=tuple(reversed(MAP.tables["t1"].columns["c4"].compare)))
    assert refusals(PAPER, turned) == []
