"""Patients planned against those randomised."""

from collections.abc import Iterator

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.design import ToldDesign
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.finding import COMPATIBLE, INCONSISTENT
from trialtrace.audit.registration.rows import NOTHING, REMARK, Held


def patients(ledger: Ledger, source: str, design: ToldDesign) -> Iterator[Held]:
    if design.planned is None:
        return
    check, what, key = "registered.patients", "Patients", f"registered.{source}.planned"
    for one in ledger.every_size("planned").get(ALL, []):
        if one.paper == source and one.whole_count not in (None, int(design.planned)):
            text = f"{design.planned} patients were planned; “{one.printed}” is another number."
            yield Held(
                check,
                source,
                what,
                design.planned,
                NOTHING,
                INCONSISTENT,
                text,
                (key, f"claims.{one.name}"),
                (one.name,),
            )
    randomised, claims = _randomised(ledger)
    if randomised is None:
        return
    planned = int(design.planned)
    if randomised == planned:
        verdict, text = COMPATIBLE, f"{planned} patients were planned and randomised."
    else:
        share = 100 * randomised / planned
        text = f"{planned} patients were planned, {randomised} randomised ({share:.0f} %)."
        verdict = REMARK
    said = f"{randomised} randomised"
    yield Held(check, source, what, f"{planned} planned", said, verdict, text, (key,), claims)


def _randomised(ledger: Ledger) -> tuple[int | None, tuple[str, ...]]:
    """How many were randomised, as a claim prints it or as the sizes of the groups add up."""
    total = ledger.sizes("randomised").get(ALL)
    if total is not None and total.whole_count is not None:
        return total.whole_count, (total.name,)
    sizes = [ledger.groups[name].size for name in ledger.apart]
    known = [size for size in sizes if size is not None]
    return (sum(known), ()) if known and len(known) == len(sizes) else (None, ())
