"""What an analysis is: what the data are, how many printed numbers conflict, what was left out,
which other choices disagree."""

import re
from collections.abc import Iterator, Mapping

from trialtrace.audit.ledger.texts import without_text
from trialtrace.audit.printed.verdicts import CONTRADICTS, DATA, DIFFERS, PRINT, QUESTION
from trialtrace.audit.verdicts.tally import Row, of_claims, worst, worst_first
from trialtrace.base.synthetic import SET_MARK
from trialtrace.base.words import LABELS
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import AUDIT_PAGE, choices_place, place_link
from trialtrace.report.material import Material
from trialtrace.report.page_one.published import of_primary
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.key_sentences import leaves_out_no_effect
from trialtrace.report.sections.losses import declared_in_short, rejected
from trialtrace.report.sections.questions import alongside, leading
from trialtrace.report.sections.readings import includes_no_effect, readings
from trialtrace.report.sections.registered import registered_otherwise
from trialtrace.report.sections.results_in_short import others_in_short, pair_in_text
from trialtrace.report.sections.sections import by_chance, of_data, recomputed_by
from trialtrace.report.sections.subgroups import interactions_in_short
from trialtrace.report.tables import NO_BREAK, link, unit_of, with_sign
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import FORMULA, ResultRow
from trialtrace.run.trace.text import HOW

# The section of the report that explains the mark of numbers that were set.
METHODS = "sec-methods"
# More other choices are counted.
MOST = 8
# Letters of a clause; what parts the sentences of a finding.
CLAUSE, _SENTENCE = 130, re.compile(r"\.\s(?=[A-Z\d“])")


def this_reanalysis(material: Material, places: Mapping[str, str]) -> str:
    """The section as Markdown; `places` has the page of the report for each section."""
    trial = material.trial
    left_out = " ".join([*rejected(material, places), *declared_in_short(material)])
    beside = [*others_in_short(material, places)]
    beside += [
        interactions_in_short(material, one, lambda name: place_link(name, places))
        for one in leading(material)
    ]
    told = [
        " ".join(
            filter(
                None,
                [
                    escape_markdown(trial.reanalysis or ""),
                    *of_data(material),
                    _of_mark(material, places),
                    *registered_otherwise(material),
                    _printed(material),
                ],
            )
        ),
        f"**Other analyses.** {' '.join(filter(None, beside))}" if any(beside) else "",
        f"**Data.** {left_out}" if left_out else "",
        f"**Other choices.** {against}"
        if (against := " ".join(_against(material, places)))
        else "",
        _recomputed(material),
    ]
    return "\n\n".join(filter(None, told)) + "\n"


def _of_mark(material: Material, places: Mapping[str, str]) -> str:
    """Where the report explains the mark behind numbers of a synthetic cohort."""
    if not material.tracer.set_to_published:
        return ""
    at = place_link(METHODS, places)
    return f"{SET_MARK}: see {f'[Methods]({at})' if at else 'Methods'}."


def _printed(material: Material) -> str:
    """How many printed numbers conflict, with the data or with each other, and which of them are of
    the primary result; the list is on the page of the audit."""
    if not material.claims:
        return "No published numbers are configured for this trial."
    claims = of_claims(material.claims)
    states = {name: (worst(rows, DATA), worst(rows, PRINT)) for name, rows in claims.items()}
    differ, against = (
        [name for name, own in states.items() if state in own] for state in (DIFFERS, CONTRADICTS)
    )
    asked = [
        name for name, own in states.items() if QUESTION in own and name not in (*differ, *against)
    ]
    counts = (
        (differ, ("differs", "differ"), "from the data"),
        (against, ("contradicts", "contradict"), "other printed numbers"),
        (asked, ("is a question", "are questions"), "to the authors"),
    )
    told = [
        f"{len(names)} {verbs[len(names) > 1]} {words}" for names, verbs, words in counts if names
    ]
    of = f"[Of {len(claims)} printed numbers]({AUDIT_PAGE})"
    document = material.trial.claims_document
    unread, entries = without_text(document["papers"]), document["claims"]
    if listed := sum(entries.get(name, {}).get("from") in unread for name in claims):
        many = "all" if listed == len(claims) else listed
        of += f", {many} of them from a list and not compared with a text,"
    if not told:
        return f"{of} none conflicts with the data or with another."
    found = dict.fromkeys([*differ, *against, *asked])
    touched = [name for name in found if of_primary(material, name)]
    whose = f"{len(touched)} of these {'is' if len(touched) == 1 else 'are'}"
    twice = sum(len(names) for names, *_ in counts) > len(found)
    text = f"{of} {in_a_row(told)}" + f", together {len(found)}" * twice
    text += f"; {whose if touched else 'none is'} of the primary result"
    if touched:
        such = ": " if len(touched) == 1 else ", such as "
        return f"{text}{such}{_claim(claims[touched[0]])}."
    first = next(rows for rows in worst_first(material.claims) if rows[0]["claim_id"] in found)
    return f"{text}; the first of the others: {_claim(first)}."


def _cause(row: Row) -> str:
    """What the audit knows of a conflict, where it says that in a clause: of a number that differs,
    what other numbers say of it, such as that it is of rounded percentages."""
    differs = row[DATA] == DIFFERS
    if differs and row[PRINT] not in (CONTRADICTS, QUESTION):
        return ""
    text = _SENTENCE.split(row["print_finding"] or "", maxsplit=1)[0].rstrip(".")
    text = lower_first(text.split("; ")[-1 if differs else 0])
    return f"; {text}" if len(text) <= CLAUSE else ""


def _claim(rows: list[Row]) -> str:
    """ "“Absolute reduction”, 7.7, data 7.8; 7.7 is that of the two rounded percentages"."""
    found = (row for row in rows if row[DATA] == DIFFERS or row[PRINT] in (CONTRADICTS, QUESTION))
    row = next(found, rows[0])
    data = f", data {row['recomputed_text']}" if row[DATA] == DIFFERS else ""
    return escape_markdown(f"“{row['label']}”, printed {row['quote']}{data}{_cause(row)}")


def _against(material: Material, places: Mapping[str, str]) -> Iterator[str]:
    """ "Drug against placebo: unlike the result above, these … include no effect: …", each by name,
    without a score of others that are hardly distinct; then of what kinds all are."""
    counted = dict[str, None]()
    for analysis in leading(material):
        place = place_link(choices_place(analysis.name), places)
        above = alongside(material, analysis)
        for one in readings(material, analysis):
            unlike = one.unlike() if one.first["ci_low"] is not None else []
            bounds = leaves_out_no_effect(one.first) and any(
                includes_no_effect(*bound) for bound in one.bounds
            )
            if unlike or bounds:
                named = [_choice(material, row, one.first) for row in unlike[:MOST]]
                named += [f"and {len(unlike) - MOST} more"] * (len(unlike) > MOST)
                named += ["the worst-case bounds"] * bounds
                pair = pair_in_text(material, one.first)
                lead = f"[{pair}]({place})" if place else pair
                several = len(analysis.visits or ()) > 1
                at = escape_markdown(f", {one.first['visit']}" if several else "")
                what = escape_markdown(f"{LABELS[one.first['stat_name']]}{_unit(one.first)}")
                holds = "include" if leaves_out_no_effect(one.first) else "exclude"
                kinds = {words.partition(" (")[0]: n for _, n, words in one.counts() if n}
                parts = in_a_row([f"{n} {words}" for words, n in kinds.items()])
                looked = f"Looked at, some with the same numbers: {parts}."
                counted |= {looked: None} if len(kinds) > 1 else {}
                yield (
                    f"{lead}{at}: unlike the {'first ' * bool(above)}result above, these {holds} "
                    f"no effect ({what}, where no other is named): {'; '.join(named)}."
                )
    yield from counted


def _unit(row: ResultRow) -> str:
    unit = unit_of(row).strip()
    return f" in {unit}" if unit else ""


def _choice(material: Material, row: ResultRow, first: ResultRow) -> str:
    """ "“Relief, imputed” −18.8 (…)"; a test with its p, and another measure than that of the
    `first` estimate with its name."""
    label = material.trial.plan.analyses[row["analysis_id"]].label
    name = escape_markdown(f"“{(material.parameter_words(row) or [label])[0]}”")
    if row["stat_name"] == "p_value":
        return f"{name} p{NO_BREAK}{with_sign(row)}"
    other = row["stat_name"] != first["stat_name"]
    return f"{name} {(LABELS[row['stat_name']] + ' ') * other}{link(row)}"


def _recomputed(material: Material) -> str:
    ways = recomputed_by(material)
    own = ways.pop(FORMULA, 0)
    drawn = len({row["result_id"] for row, _ in by_chance(material)})
    against = f" ({drawn} against a simulation)" if drawn else ""
    other = f"; {own} more {HOW[FORMULA]}" if own else ""
    return (
        f"{ways.total()} of {len(material.results)} results were computed twice, by independent "
        f"code{against}{other}: this checks the arithmetic, neither data nor plan."
    )
