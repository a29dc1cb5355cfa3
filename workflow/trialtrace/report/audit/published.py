"""Published numbers in a report: how many by verdict; and who took them from where."""

from trialtrace.audit.ledger.texts import without_text
from trialtrace.audit.verdicts.tally import tally, tally_text
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import AUDIT_PAGE
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.sections import OF_PRINT

UNRECORDED = (
    " Who typed them and when is not recorded, nor that anybody else compared them with their "
    "source."
)
BY_HAND = "typed by whoever wrote the configuration of this trial"


def published(material: Material) -> str:
    """How many printed numbers there are by verdict; the page of the audit has each of them."""
    if not material.claims:
        return "No published numbers are configured for this trial."
    verdicts = escape_markdown(tally_text(tally(material.claims)))
    return (
        f"{verdicts} [The audit]({AUDIT_PAGE}) has each number with its place, both verdicts and "
        "the finding; its papers; and the other choices tried."
    )


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
