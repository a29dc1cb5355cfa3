"""Numbers of sentences that name no group, and are of everyone."""

import re
from collections.abc import Sequence

from trialtrace.audit.reading.forms import PEOPLE_COUNTED
from trialtrace.audit.reading.mentions import Mention, strangers

TAKEN = "no group is named beside it: taken for one of everyone"
_WAS = r"(?:was|were|had been) (?:\w+ly )?"
# "A total of 194", "Overall, 12%", "At a median follow-up of 27 months".
_LED = re.compile(
    r"(?:^|[;:] )(?:in total|overall|in all|altogether|(?:[^,;]{1,40}, )?an? total of|"
    r"(?:at|after) an? (?:mean|median|average) follow[\s-]?up(?: time| period)? of),? $",
    re.IGNORECASE,
)
_JOINED = r"(?:randomi[sz]ed|enrolled|recruited|included|analy[sz]ed|participated)"
_ENROLLED = re.compile(
    rf"[\w,-]+(?: [a-z]+)?(?: {PEOPLE_COUNTED})? {_WAS}(?:randomi[sz]ed|enrolled|recruited)\b", re.I
)
_OF_ALL = re.compile(
    r"\b(?:overall|in total|total of|altogether|most were|the (?:study )?population was|"
    r"(?:whole|entire|total|full|study|patient|the) (?:cohort|sample|population)|"
    rf"(?:all|most|majority of)(?: of)?(?: the)? (?:study )?{PEOPLE_COUNTED}|"
    r"(?:of|among)(?: all)?(?: (?:the|our)(?: [0-9]+)?)?"
    rf"(?: (?:study|trial|enrolled|randomi[sz]ed|included))? {PEOPLE_COUNTED}|"
    rf"{PEOPLE_COUNTED} (?:{_WAS})?{_JOINED}|(?:we|trial|study) (?:\w+ly )?{_JOINED}|"
    r"(?:mean|median|average) (?:\([^()]*\) )?(?:patient )?(?:age|BMI|follow[\s-]?up)"
    r"(?: (?:time|duration|period))?(?: \([^()]*\))? (?:was|of)|(?:mean|average) baseline|"
    r"(?:were|was|predominantly|mostly|mainly) (?:predominantly |mostly |mainly )?"
    r"(?:(?:fe)?males?|women|men|boys|girls|white|Caucasian|smokers))\b",
    re.IGNORECASE,
)
# Words for some of all, for each of several groups, for who came before these, or for others.
_PART = re.compile(
    r"\b(?:who|whom|whose|th[eo]se|them|remaining|not|(?:non-?)?(?:respond|surviv|adher)\w*|complet(?:ers?|ing)|"
    r"latter|former|samples|(?:of|in|among) \S+-(?:positive|negative)|each|both|n?either|others?|"
    r"per|one of|(?:in|among|for) (?:(?:fe)?males?|(?:wo)?men)|arms?|subgroups?|sub-?study|"
    r"groups?(?! were (?:\w+ )?(?:comparable|similar|balanced))|qualitative|interview\w*|"
    r"screen\w*|eligib\w*|assessed|invit\w*|approach\w*|declin\w*|refus\w*|exclu\w*|consent\w*|"
    r"withdr\w*|lost|drop\w*|discontinu\w*|vs|versus|than|compared|respectively|cells?|[a-z]+ists|"
    r"to the (?:intervention|treatment)|physicians|clinicians|doctors|nurses|carers|"
    rf"{PEOPLE_COUNTED} (?:with|without|having|treated|receiving|given|from|aged|under|over))\b",
    re.IGNORECASE,
)
# "Mean age was 45 years in 4PRF".
_ABBREVIATED = re.compile(r"(?:in|with|for) (?:the )?[\w+]*[A-Z+]{2}[\w+]*")


def is_of_everyone(start: int, text: str, mentions: Sequence[Mention], *, named: bool) -> bool:
    """Whether a number without an arm is of all patients: its clause says so of a total or of who
    was enrolled, or its sentence of all, and neither it nor the one before has `named` a group."""
    clause = re.split(r"[.;:(](?!\d)|, |\band\b", text[start:], maxsplit=1)[0]
    apart = any(start <= one.begin < start + len(clause) for one in mentions)
    begun = any(one.begin < start for one in mentions)
    led = _LED.search(text, 0, start) or (not named and _ENROLLED.match(text, start))
    if led and not (apart or begun or _PART.search(clause)):
        return True
    if mentions or named or strangers(text, mentions) or _ABBREVIATED.search(text):
        return False
    return bool(_OF_ALL.search(text)) and not _PART.search(text)
