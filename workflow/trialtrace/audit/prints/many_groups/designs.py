"""Which designs have the printed degrees of freedom of F, and what their effects test.

With n subjects and no factor between them, an effect of d degrees of freedom within them has
d (n - 1) for its error; each further level of a factor between subjects takes d more.

Of g groups with N patients at v visits the error within patients has (N - g)(v - 1). Where F has
just so many, there is no other factor or covariate, which would take its own, and its effect is one
of visits (v - 1 or, as trends, fewer), of groups by visits (g - 1 times as many), of both (g times)
or of groups at all visits (v (g - 1)): k times 1, g - 1 or g for a k of 1 to v.
"""

from collections.abc import Iterator

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.agreements import COMPATIBLE, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict


@checks(
    "the designs that have the degrees of freedom of F, and which of their effects tests "
    "the treatment; the effects that groups at visits have, where the error is theirs",
    {
        "statistic.design": "The designs that have the printed degrees of freedom.",
        "statistic.effects": "The degrees of freedom of F, and the printed groups and visits.",
    },
)
def check_designs(ledger: Ledger) -> Iterator[Finding]:
    """The designs of an effect within subjects, for whole degrees of freedom above 1."""
    for entry in ledger.entries.values():
        parts = entry.parts
        if not {"statistic", "df1", "df2"} <= set(parts) or parts["statistic"].symbol != "f":
            continue
        df1, df2 = (parts[name].value or 0 for name in ("df1", "df2"))
        if df1 > 1 and df1 == int(df1) and df2 == int(df2):
            yield from _design(ledger, entry, int(df1), int(df2))
            yield from _effects(ledger, entry, int(df1), int(df2))


def _effects(ledger: Ledger, entry: Claim, df1: int, df2: int) -> Iterator[Finding]:
    """An effect that groups at visits do not have, over the error within their patients."""
    groups = ledger.compared_groups(entry)
    cells = [_at_visits(ledger, entry, group) for group in groups]
    visits = {tuple(sorted(cell)) for cell in cells}
    if len(groups) < 2 or len(visits) != 1 or len(v := visits.pop()) < 3:
        return
    sizes = [{ledger.size(claim) for claim in cell.values()} for cell in cells]
    known = [n for own in sizes if len(own) == 1 for n in own if n is not None]
    g, of, n = len(groups), len(v), sum(known)
    if len(known) < g or df2 != (n - g) * (of - 1):
        return
    if any(df1 == k * by for by in (1, g - 1, g) for k in range(1, of + 1)):
        return
    text = f"{df2} = ({n} − {g}) × ({of} − 1) is the error within {n} patients of {g} groups at "
    text += f"{of} visits, over which visits have {of - 1} degrees of freedom and groups by visits "
    text += f"{(g - 1) * (of - 1)}; printed is {df1}."
    effects = [claim for cell in cells for claim in cell.values()]
    yield verdict("statistic.effects", entry, "df1", INCONSISTENT, text, effects)


def _at_visits(ledger: Ledger, entry: Claim, group: str) -> dict[str, Claim]:
    """The values of a group by visit."""
    visits = (entry.about.outcome, entry.about.population, entry.about.stratum)
    return {
        claim.about.visit: claim
        for claim in ledger.of_group()
        if claim.about.group == group and "value" in claim.parts and not claim.about.change
        if claim.about.visit and claim.about.category is None and claim.about.size is None
        if (claim.about.outcome, claim.about.population, claim.about.stratum) == visits
    }


def _design(ledger: Ledger, entry: Claim, df1: int, df2: int) -> Iterator[Finding]:
    if df2 % df1 or _of_groups(ledger, entry, df1, df2):
        return
    n, patients = df2 // df1 + 1, ledger.patients_of_every_group
    if patients is None:
        text = (
            f"{df2} = {df1} × {n - 1} fits {n} subjects with {df1 + 1} visits or conditions each "
            f"and no factor between subjects, and {n + 1} in two groups, for the effect of visits "
            "or its interaction with the group."
        )
    else:
        printed = ", as printed" if n == patients else f" (printed are {patients})"
        text = f"{df2} = {df1} × {n - 1} fits {n} subjects{printed}. "
        text += _under_every_condition(len(ledger.apart), df1, df2, n)
    detail = {"subjects": n, "cells": df1 + 1}
    yield verdict("statistic.design", entry, "df2", COMPATIBLE, text, detail=detail)


def _of_groups(ledger: Ledger, entry: Claim, df1: int, df2: int) -> bool:
    """Whether they are those of an analysis of the groups that are compared, without visits."""
    groups = ledger.compared_groups(entry)
    sizes = [ledger.size_of(entry, group) for group in groups]
    known = [n for n in sizes if n is not None]
    one_way = len(known) == len(groups) == df1 + 1
    return one_way and sum(known) - len(known) == df2 and not ledger.patients_of_every_group


def _under_every_condition(conditions: int, df1: int, df2: int, n: int) -> str:
    """The readings where each subject is treated under every condition."""
    cells, found = df1 + 1, []
    if cells % conditions == 0 and cells > conditions:
        visits = cells // conditions
        found.append(f"{conditions} conditions by {visits} visits taken as one factor of {cells}")
    if df1 % (conditions - 1) == 0:
        visits = df1 // (conditions - 1) + 1
        found.append(
            f"{conditions} conditions by {visits} visits, where it is their interaction"
            + (" or the effect of visits" if visits == cells else "")
        )
    found.append(f"{cells} visits under one condition, without the others")
    few = conditions - 1
    named = "; ".join(f"({letter}) {one}" for letter, one in zip("abc", found, strict=False))
    return (
        f"It may be {named}. Only the interaction tests the treatment: every other effect can be "
        "large from change over time alone, alike under all conditions. With two visits it "
        f"is F({few}, {few * (n - 1)}), and its p does not follow from F({df1}, {df2}). With a "
        f"factor of two levels between subjects it would be F({df1}, {df1 * (n - 2)})."
    )
