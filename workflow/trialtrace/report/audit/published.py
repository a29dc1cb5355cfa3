"""The section of a report on published numbers: each claim, what the data and print say of it,
and what the searches over other choices are worth."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trialtrace.audit.ledger.texts import without_text
from trialtrace.audit.printed.sentences import unbroken
from trialtrace.audit.printed.verdicts import COLUMNS, FAILS, SYNTHETIC, UNCHECKED
from trialtrace.audit.verdicts.tally import (
    numbered_readings,
    tally,
    tally_text,
    worst,
    worst_first,
    worst_shown,
)
from trialtrace.audit.verdicts.text import by_verdict
from trialtrace.base.words import upper_first
from trialtrace.report.audit.audit_page import (
    CHANCE,
    NO_CAUSE,
    OF_SYNTHETIC,
    READ_SO,
    SUMMARY,
    TIERS,
    expected_sentence,
    further,
    glossary,
    search_cells,
)
from trialtrace.report.audit.claims_page import searches_of
from trialtrace.report.audit.cohort_words import LEAD as COHORT_LEAD
from trialtrace.report.audit.cohort_words import of_claim, put_in
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import AUDIT_PAGE, COHORT, claim_anchor, component_link, config_page
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.sections import OF_PRINT
from trialtrace.report.tables import texts_table

Row = Mapping[str, Any]
# What the lead says of all claims that have it: told of a claim of which nothing else is.
UNSAID = (UNCHECKED, SYNTHETIC, "", None)
UNRECORDED = (
    " Who typed them and when is not recorded, nor that anybody else compared them with their "
    "source."
)
BY_HAND = "typed by whoever wrote the configuration of this trial"
# The columns of what the data give, and of what set a synthetic cohort.
EITHER = (2, 6)
# The end of the finding of a search whose match would be had by chance.
SAYS_NOTHING = "so this says nothing."


def published(material: Material) -> str:
    """The papers, the claims table, and the searches."""
    if not material.claims:
        return "No published numbers are configured for this trial."
    papers = dict.fromkeys(row["paper"] for row in material.claims)
    sources = "\n".join(f"- {escape_markdown(paper)}" for paper in papers)
    counts = tally(material.claims)
    alone = f" {OF_SYNTHETIC}" if material.trial.synthetic else ""
    if told := put_in(material):
        alone += f" **{told}** [Settings of the cohort]({config_page(COHORT)})."
    more = f"[{AUDIT_PAGE}]({AUDIT_PAGE}) has pictures, and what numbers contradict each other."
    verdicts = escape_markdown(tally_text(counts))
    means = escape_markdown(f"What the verdicts mean. {glossary(counts)}")
    lead = f"{verdicts}{alone} {SUMMARY}{NO_CAUSE} {more}\n\n{means}"
    if searches_of(material):
        lead += f"\n\n{escape_markdown(READ_SO)}"
    taken = escape_markdown(typed(material))
    taken = taken.replace(escape_markdown(OF_PRINT), f"[{OF_PRINT}]({config_page(OF_PRINT)})")
    lead = f"{taken}\n\n{lead}"
    return "\n\n".join([sources, lead, _claims(material), *_searches(material)])


def typed(material: Material) -> str:
    """Who took the printed numbers from where: by hand or by a program, with which places, that a
    text which was not at hand had no say, and what is not recorded of it. Plain text."""
    document = material.trial.claims_document
    entries, unread = document["claims"].values(), without_text(document["papers"])
    n, read = len(entries), sum("quote" in entry or "unconfirmed" in entry for entry in entries)
    seen = sum("place" in entry and entry.get("from") not in unread for entry in entries)
    named = [entry["place"] for entry in entries if "place" in entry and entry["from"] in unread]
    kinds = {"read from the texts by a program": read, BY_HAND: n - read}
    made = [who for who, number in kinds.items() if number]
    who = " or ".join(made if len(made) == 1 else [f"{each} ({kinds[each]})" for each in made])
    place = "all" if seen == n else f"{seen or 'none'} of {n}"
    text = f"The printed numbers in {OF_PRINT} were {who}; {place} "
    told = UNRECORDED if read < n else ""
    if not unread:
        return f"{text}{'have' if seen else 'has'} their place in the text.{told}"
    text += f"{'were' if seen else 'was'} compared with a text"
    if named:
        places = in_a_row(list(dict.fromkeys(named)))
        text += f"; for {len(named)} the list names a place ({places})"
    text += ". Where a text was not available, its numbers are those of the list or description "
    return f"{text}named with the paper, with any mistakes of it.{told}"


def _claims(material: Material) -> str:
    """A row a claim: both verdicts, each with its sentence and its second line."""
    body = []
    for rows in worst_first(material.claims):
        claim_id = rows[0]["claim_id"]
        shown = [
            escape_markdown(lead) + ", ".join(numbers)
            for lead, own in numbered_readings(rows)
            if (numbers := [_recomputed(row) for row in own if row["recomputed_text"]])
        ]
        printed = f"{rows[0]['quote']} ({rows[0]['place']})"
        body.append(
            [
                f"[]{{#{claim_anchor(claim_id)}}}{escape_markdown(rows[0]['label'])}",
                escape_markdown(printed),
                "; ".join(shown),
                *(_verdict(rows, column) for column in COLUMNS),
                " ".join(_findings(material, rows)) or _unsaid(rows),
                of_claim(material, claim_id).removeprefix(COHORT_LEAD).strip(),
            ]
        )
    header = [
        "Claim",
        "Printed (where)",
        "From the data",
        "Against the data",
        "Internal consistency",
        "Finding",
        "What set it in the cohort",
    ]
    caption = "Published numbers, against the data and against each other."
    # A column without anything in it is none.
    kept = [at for at in range(len(header)) if at not in EITHER or any(row[at] for row in body)]
    header, *body = ([row[at] for at in kept] for row in (header, *body))
    return texts_table(material, header, body, "claims", caption)


def _verdict(rows: Sequence[Row], column: str) -> str:
    shown = worst_shown(rows, column)
    return f"**{shown}**" if worst(rows, column) in FAILS else shown


def _searches(material: Material) -> Iterator[str]:
    """Each search over other choices, and what a chance of a coincidental fit is."""
    searches = searches_of(material)
    if not searches:
        return
    yield f"{escape_markdown(expected_sentence(searches))} {TIERS} {CHANCE}"
    cells = [dict(search_cells(search, material.claims)) for search in searches]
    header = [
        "Searched",
        "Choices by tier",
        "First match",
        "Chance by tier",
    ]
    body = [
        [*(escape_markdown(cell[name]) for name in header), escape_markdown(search["finding"])]
        for cell, search in zip(cells, searches, strict=True)
        if not search["finding"].endswith(SAYS_NOTHING)
    ]
    caption = "Other choices tried."
    if without := len(cells) - len(body):
        caption += f" Left out: {without} of which a match says nothing."
    if body:
        yield texts_table(material, [*header, "What it says"], body, "searches", caption)


def _findings(material: Material, rows: Sequence[Row]) -> Iterator[str]:
    """The sentence and the second line of the worst verdict of each column, and of a p that no
    usual test gives; of a claim that fails those of every verdict, and what else the checks say,
    which may speak for it: whoever has the report in print has no other page."""
    failing = any(worst(rows, column) in FAILS for column in COLUMNS)
    for column, name in COLUMNS.items():
        told = by_verdict(rows, column)
        for verdict, finding, more, _ in told:
            if failing or verdict in (told[0][0], "not_checkable"):
                text = " ".join(each for each in (finding, more) if each not in UNSAID)
                if not text:
                    continue
                yield f"*{upper_first(name)}:* {escape_markdown(unbroken(text))}"
    if failing and (rest := further(material.printed, rows)):
        yield f"*Also:* {escape_markdown(unbroken(rest))}"


def _unsaid(rows: Sequence[Row]) -> str:
    """Why nothing is said of a claim: what the lead says of all such, once."""
    told = dict.fromkeys(one[1] for column in COLUMNS for one in by_verdict(rows, column))
    return escape_markdown(" ".join(text for text in told if text))


def _recomputed(row: Row) -> str:
    if row["result_id"] is None:
        return escape_markdown(row["recomputed_text"])
    link = component_link(row["result_id"], row["component"])
    step = f" ({escape_markdown(row['step'])})" if row["step"] else ""
    return f"[{escape_markdown(row['recomputed_text'])}]({link}){step}"
