"""The audit of a ledger on print alone: checks, search over alternatives, verdicts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from trialtrace.audit.candidates.coincidence import Displacement
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.lacking import LACKS, Facts, lacking
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.sentences import (
    brief,
    chance_text,
    house,
    named,
    thousands,
    told_apart,
)
from trialtrace.audit.printed.verdicts import MORE, PRINT, UNCHECKED, WORST_FIRST
from trialtrace.audit.prints.agreements import ALTERNATIVE, COMPATIBLE, EXACT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.registry import findings
from trialtrace.audit.search.bundles import USUAL, bundles
from trialtrace.audit.search.search import MAY_SAY, Searched, search
from trialtrace.audit.verdicts.flips import flips, level_in

# The verdict of print on each component of a claim: the gravest finding of all checks on it.

USED = "used"
ENTERS = "Used in the check of {}."
NOT_ALL = (
    "How many patients are behind it? Not every percentage of {} is one of the {} randomised "
    "(`patients`, or `sizes` of a population)."
)
HOW_MANY = (
    "How many patients are behind it? The ledger has no number for {} (`patients`, `sizes` of a "
    "population, or `randomised` of the group)."
)
OF_A_CURVE = (
    "Nothing was checked: a share of a survival curve is compared with the number at risk at its "
    "`visit` (`size: at_risk`), the median or the same curve at another time; the ledger has none."
)
NO_KIND = (
    "Nothing was checked: the number alone does not say what it is. Type it with its word, such "
    "as {}."
)
NO_TEST = (
    "Nothing was checked: the ledger has no p and no interval of the same comparison. Only the "
    "direction stated can be compared with other numbers."
)


def verdicts(ledger: Ledger, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Rows in the form of the claims contract, a row a component, in the order of the ledger.

    A ledger by itself has no data: what the columns on data hold is empty.
    """
    by_part: dict[tuple[str, str], list[Finding]] = {}
    entering: dict[str, list[str]] = {}
    for finding in findings:
        for component in (finding.component, *finding.covers):
            by_part.setdefault((finding.claim, component), []).append(finding)
        if finding.made:
            for name in finding.beside:
                entering.setdefault(name, []).append(finding.claim)
    lacks = lacking({name: _facts(entry) for name, entry in ledger.entries.items()})
    rows, names = (
        [],
        told_apart((entry.name, entry.label, entry.printed) for entry in ledger.entries.values()),
    )
    for entry in ledger.entries.values():
        others = [names[one] for one in dict.fromkeys(entering.get(entry.name, ()))]
        for name, part in entry.parts.items():
            data = by_part.get((entry.name, name), [])
            rows.append(
                {
                    "claim_id": entry.name,
                    "component": name,
                    "paper": ledger.papers[entry.paper],
                    "place": entry.place,
                    "label": entry.label,
                    "quote": entry.printed,
                    "printed": part.text,
                    "against_data": None,
                    **_verdict(data, others, _asked(ledger, entry, name, lacks)),
                }
            )
    return rows


def _facts(entry: Claim) -> Facts:
    about = entry.about
    named = about.outcome or "", about.group or "", about.compared, about.visit or ""
    return Facts(*named, about.change)


def _asked(ledger: Ledger, entry: Claim, component: str, lacks: Mapping[str, str]) -> str:
    """What is told of a number that nothing was held against."""
    if component == "significance":
        return NO_TEST
    rests = {"percent", "count", "sd", "se"} & set(entry.parts)
    if entry.about.group and entry.stated_basis == "curve" and "percent" in entry.parts:
        return OF_A_CURVE
    if _bare(entry):
        p, mean = f"“p = {entry.printed}”", f"“mean {entry.printed}” or “{entry.printed}%”"
        return NO_KIND.format(f"{p}, or name its `measure`" if entry.about.compared else mean)
    if not entry.about.group or not rests or ledger.size(entry) is not None:
        lack = lacks.get(entry.name)
        return f"{LACKS}{lack}" if lack else UNCHECKED
    group = ledger.groups.get(entry.about.group or "")
    if group is not None and group.size and "percent" in entry.parts and not ledger.populations:
        return NOT_ALL.format(group.label, group.size)
    return HOW_MANY.format(ledger.group_label(entry))


def _bare(entry: Claim) -> bool:
    """Whether nothing says what a number is; a whole one of a group is a count of it."""
    about, part = entry.about, entry.parts.get("value")
    if part is None or len(entry.parts) > 1 or part.number != entry.printed.strip():
        return False
    named = (about.size, about.fact, about.concludes, entry.measure)
    return not any(named) and (bool(about.compared) or (bool(about.group) and part.places > 0))


def _verdict(findings: list[Finding], others: list[str], unchecked: str) -> dict[str, Any]:
    """`others` are the claims in whose checks this one took part, in words.

    `unchecked` is told where there are neither.
    """
    judged = [finding for finding in findings if finding.agreement != NOT_CHECKABLE]
    if not judged:
        reasons = [finding.sentence for finding in findings]
        # A check that was made on it, and could not decide, says more than where it was used.
        if others and not any(finding.made for finding in findings):
            return _on_print(USED, [ENTERS.format(named(others)), *reasons])
        told = _on_print(NOT_CHECKABLE, reasons or [unchecked])
        return told | {"no_usual_test": any(finding.open for finding in findings)}
    # A remark decides only where nothing else does, or where it is graver than compatible.
    deciding = [one for one in judged if not (one.remark and one.agreement == COMPATIBLE)]
    judged = deciding or judged
    worst = min(judged, key=lambda finding: WORST_FIRST.index(finding.agreement))
    as_grave = [finding for finding in judged if finding.agreement == worst.agreement]
    remarks = [finding for finding in findings if finding.remark and finding not in as_grave]
    other = worst.detail.get("alternative")
    row = _on_print(worst.agreement, [finding.sentence for finding in (worst, *as_grave, *remarks)])
    left = [brief([finding.sentence]) for finding in remarks]
    left = [text for text in left if text not in row["print_finding"]]
    row |= {"print_more": brief(left) if left else None}
    return row | {"alternative": ", ".join(other) if isinstance(other, list) else other}


def _on_print(verdict: str, texts: list[str]) -> dict[str, Any]:
    return {
        "on_print": verdict,
        "print_finding": brief(texts),
        "no_usual_test": False,
        "alternative": None,
    }


CAUSES = {"alternative", "exchanged", "misnamed"}
"""What a finding holds that tells what a printed number is."""
SETTLED = (EXACT, COMPATIBLE, USED)


@dataclass(frozen=True)
class PrintAudit:
    """Verdicts (rows of the claims contract), the findings behind them, and every search."""

    rows: list[dict[str, Any]]
    findings: list[Finding]
    searches: list[Searched]

    @property
    def expected_by_chance(self) -> float:
        """How many of the searched bundles would find some match by chance: the sum of their CP.

        A bundle whose CP cannot be told counts as one that would.
        """
        return sum(1.0 if search.cp[-1] is None else search.cp[-1] for search in self.searches)


def audit_ledger(ledger: Ledger) -> PrintAudit:
    """All checks on print, then a search where a stated or usual choice did not give a number."""
    print_audit = [*findings(ledger)]
    made = (search(bundle, Displacement()) for bundle in bundles(ledger, print_audit))
    searches = [one for one in made if one.candidates[-1]]
    rows = verdicts(ledger, print_audit)
    turned = flips(print_audit, ledger)
    for row in rows:
        if row["claim_id"] in turned and row["component"] in ("p", "statistic"):
            level = level_in(ledger, ledger.entries[row["claim_id"]])
            row["print_finding"] += f" What is recomputed lies on the other side of {level}."
    known = {
        (finding.claim, component)
        for finding in print_audit
        if finding.agreement != NOT_CHECKABLE and CAUSES & set(finding.detail)
        for component in (finding.component, *finding.covers)
    }
    note_searches(rows, searches, known=known)
    return PrintAudit(rows, print_audit, searches)


def note_searches(
    rows: Sequence[dict[str, Any]],
    searches: Sequence[Searched],
    column: str = PRINT,
    known: Collection[tuple[str, str]] = (),
) -> None:
    """Write what each search found into the rows of its targets, and what that does to `column`.

    A verdict that a check has settled stays as it is. That nothing was found is not told of what is
    `known` to be something else, as a ratio of the groups the other way round.
    """
    by_part = {(row["claim_id"], row["component"]): row for row in rows}
    labels = told_apart((row["claim_id"], row["label"], row["quote"]) for row in rows)
    for searched in searches:
        bundle = searched.bundle
        targets = bundle.targets or tuple(product(bundle.claims, bundle.components))
        for target in targets:
            row = by_part.get(target)
            if row is not None and row[column] not in SETTLED:
                _note(row, searched, labels, column, told=target not in known)


def _note(
    row: dict[str, Any], searched: Searched, labels: Mapping[str, str], column: str, *, told: bool
) -> None:
    row["candidates"], row["chance"] = searched.candidates[-1], searched.chance
    found = _match(row["claim_id"], searched, labels, told=told)
    row[MORE[column]] = " ".join(filter(None, [row.get(MORE[column]), found])) or None
    if searched.within(MAY_SAY):
        row["alternative"] = searched.matches[0]
    if searched.other_choice:
        row[column] = ALTERNATIVE
    elif row[column] == ALTERNATIVE and searched.bundle.last == USUAL:
        # A usual test gives it, and so would one of them most numbers nearby.
        row[column] = NOT_CHECKABLE if searched.bundle.unnamed else INCONSISTENT
        row["no_usual_test"] = searched.bundle.unnamed


def _match(claim: str, searched: Searched, labels: Mapping[str, str], *, told: bool) -> str:
    """What a search says of a claim; nothing where a match would say nothing."""
    first = searched.bundle.claims[0]
    if searched.tier is None:
        return search_sentence(searched) if told and claim == first else ""
    if not searched.within(MAY_SAY):
        return ""
    if claim == first:
        return search_sentence(searched)
    what = "By" if searched.other_choice else "May be"
    with_it = f"together with “{labels.get(first, first)}”"
    return house(f"{what} another choice, {with_it}: {searched.matches[0]}.")


def search_sentence(searched: Searched) -> str:
    """What a search found: the nearest choice, how many there are, and what that is worth."""
    tried = thousands(searched.candidates[-1])
    if searched.tier is None:
        return _none(searched, tried)
    verb = "gives" if searched.ties == 1 else "give"
    of = f"{thousands(searched.ties)} of {tried} choices tried {verb} it"
    if searched.tier == USUAL and not searched.within(MAY_SAY):
        # The verdict may say that no usual test does, which is of its own patients.
        of += f", such as {searched.matches[0]}"
    if searched.chance is None:
        return f"{of}; no other number of so few digits lies nearby, so this says nothing."
    near = f"a number nearby would be matched with chance {chance_text(searched.chance)}"
    if not searched.within(MAY_SAY):
        return f"{of}; {near}, so this says nothing."
    if searched.misnamed:
        return house(f"Under another name: {searched.matches[0]}. {of}; {near}.")
    may = "By" if searched.other_choice else "May be"
    return house(f"{may} another choice: {searched.matches[0]}. {of}; {near}.")


def _none(searched: Searched, tried: str) -> str:
    text = f"None of {tried} choices tried gives what is printed"
    if searched.nearest:
        given, name = searched.nearest
        text += f" for all groups; {name} does for {given} of {len(searched.bundle.windows)}"
    if searched.alone:
        number, name = searched.alone
        text += f" together with the numbers linked to it; {thousands(number)} "
        text += f"give{'s' if number == 1 else ''} it alone, such as {name}"
    return house(f"{text}.")


def as_json(
    audit: PrintAudit,
    names: Sequence[str],
    registration: Sequence[Mapping[str, object]] = (),
) -> dict[str, Any]:
    """The whole audit as plain data; `names` are the columns of the claims contract.

    `registration` is that of `registration.rows.as_json`; a paper without any has no such key.
    """
    return {
        "claims": [{name: row.get(name) for name in names} for row in audit.rows],
        "findings": [_finding(finding) for finding in audit.findings],
        "searches": [search_as_json(search) for search in audit.searches],
        "expected_matches_by_chance": audit.expected_by_chance,
        **({"registration": [*registration]} if registration else {}),
    }


def _finding(finding: Finding) -> Mapping[str, Any]:
    return {
        "check": finding.check,
        "claim": finding.claim,
        "component": finding.component,
        "agreement": finding.agreement,
        "finding": house(finding.sentence),
        "beside": list(finding.beside),
        "open": finding.open,
        "detail": finding.detail,
    }


def search_as_json(searched: Searched) -> Mapping[str, Any]:
    """A search as plain data."""
    return {
        "claims": list(searched.bundle.claims),
        "components": list(searched.bundle.components),
        "checks": list(searched.bundle.checks),
        "finding": search_sentence(searched),
        "inputs": searched.bundle.inputs,
        "candidates": list(searched.candidates),
        "distinct": list(searched.distinct),
        "chance": list(searched.cp),
        "chance_half": searched.cp_half,
        "chance_double": searched.cp_double,
        "tier": searched.tier,
        "ties": searched.ties,
        "matches": list(searched.matches),
    }
