"""The audit of a ledger on print alone: a row a component in the form of the claims contract."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.lacking import LACKS, Facts, lacking
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.sentences import brief, house, named, told_apart
from trialtrace.audit.printed.verdicts import HOLDS, NOT_CHECKED, UNCHECKED
from trialtrace.audit.relations.engine import Judgement
from trialtrace.audit.relations.tables import Stated, judgements, states
from trialtrace.audit.verdicts.flips import flips, level_in

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


@dataclass(frozen=True)
class PrintAudit:
    """The rows of the claims contract, and the judgements behind them."""

    rows: list[dict[str, Any]]
    judgements: list[Judgement]


def audit_ledger(ledger: Ledger) -> PrintAudit:
    """Every relation of a ledger, and the state of every number in its order.

    A ledger by itself has no data: what the columns on data hold is empty.
    """
    found = judgements(ledger)
    turned = flips(found, ledger)
    lacks = lacking({name: _facts(entry) for name, entry in ledger.entries.items()})
    names = told_apart((one.name, one.label, one.printed) for one in ledger.entries.values())
    rows = []
    for stated in states(ledger, found):
        entry = ledger.entries[stated.claim]
        texts = _texts(stated, names) or [_unchecked(ledger, entry, stated.part, lacks)]
        told = brief(texts)
        if entry.name in turned and stated.part in ("p", "statistic"):
            told += f" What is recomputed lies on the other side of {level_in(ledger, entry)}."
        asked = dict.fromkeys(one.question for one in stated.judgements if one.question)
        rows.append(
            {
                "claim_id": entry.name,
                "component": stated.part,
                "paper": ledger.papers[entry.paper],
                "place": entry.place,
                "label": entry.label,
                "quote": entry.printed,
                "printed": entry.parts[stated.part].text,
                "against_data": None,
                "on_print": stated.state,
                "exact": stated.exact,
                "print_finding": told,
                "print_more": " ".join(asked) or None,
            }
        )
    return PrintAudit(rows, found)


def _texts(stated: Stated, names: Mapping[str, str]) -> list[str]:
    """What is said of a number: the judgements that decide, and the checks that it served."""
    said = [one.sentence for one in stated.judgements]
    if stated.state != HOLDS or any(one.state == HOLDS for one in stated.judgements):
        return said
    return [ENTERS.format(named(names[one] for one in stated.enters)), *said]


def _facts(entry: Claim) -> Facts:
    about = entry.about
    named = about.outcome or "", about.group or "", about.compared, about.visit or ""
    return Facts(*named, about.change)


def _unchecked(ledger: Ledger, entry: Claim, component: str, lacks: Mapping[str, str]) -> str:
    """What is said of a number that no relation is about: what the ledger lacks."""
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
        "judgements": [_judgement(one) for one in audit.judgements if one.state != NOT_CHECKED],
        **({"registration": [*registration]} if registration else {}),
    }


def _judgement(one: Judgement) -> Mapping[str, Any]:
    return {
        "relation": one.relation,
        "claim": one.claim,
        "component": one.part,
        "state": one.state,
        "exact": one.exact,
        "finding": house(one.sentence),
        "question": one.question,
        "beside": list(one.beside),
        "way": list(one.way),
        "excuse": one.excuse,
        "repair": None if one.repair is None else list(one.repair),
    }
