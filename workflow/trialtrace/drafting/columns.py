"""A column of a profile: what its cells show and what is said of it, with the evidence."""

from trialtrace.drafting.declared import declared
from trialtrace.drafting.described import Described
from trialtrace.drafting.kinds import inferred, reads
from trialtrace.drafting.names import identifies, unit_of
from trialtrace.drafting.profile import Column
from trialtrace.drafting.tally import Tally

SHOWN = 12


def column(name: str, tally: Tally, about: Described, sign: str) -> Column:
    """A column by its counts and what its file says of it. `sign` is the table's decimal sign."""
    said = about.type or about.choices or about.missing
    kind = declared(name, tally, about, sign) if said else inferred(name, tally, sign)
    unit = about.unit or unit_of(about.label, name)
    evidence = {"type": kind.why, **dict(kind.also)}
    if unit:
        evidence["unit"] = f"{about.by or 'The name'} says {unit}."
    known = about.identifier or identifies(name)
    if known and not about.identifier:
        evidence["identifier"] = "Columns of this name often tell who a patient is."
    absent = set(kind.missing)
    values = [(text, count) for text, count in tally.values.items() if text not in absent]
    values.sort(key=lambda one: (-one[1], one[0]))
    return Column(
        name=name,
        label=about.label or name,
        type=kind.type,
        validation=kind.validation,
        choices=kind.choices,
        low=kind.low,
        high=kind.high,
        unit=unit,
        missing_codes=kind.missing,
        rows=tally.rows,
        blank=tally.blank,
        distinct=len(tally.values) - sum(code in tally.values for code in absent),
        values=tuple(values[:SHOWN]),
        identifier=known,
        constant_within=None,
        evidence=evidence,
        field=about.field or name,
        form=about.form,
        given=about.given,
        date_orders=kind.orders,
    )


def decimal_sign(tallies: list[Tally]) -> tuple[str, str]:
    """The decimal sign of a table's numbers, and why."""
    commas = sum(reads(one.comma, one) and one.comma.fractions > 0 for one in tallies)
    points = sum(reads(one.point, one) and one.point.fractions > 0 for one in tallies)
    if commas > points:
        told = f"{commas} column(s) hold numbers with a comma, {points} with a point."
        return ",", told
    if points:
        told = f"{points} column(s) hold numbers with a point"
        return ".", f"{told}, {commas} with a comma." if commas else f"{told}."
    return ".", "No number has decimals."
