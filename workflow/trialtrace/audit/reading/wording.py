"""The words for what a number of a sentence is of: those before it, behind it, and in brackets."""

import re
from collections.abc import Sequence

from trialtrace.audit.reading.item import Seen
from trialtrace.audit.reading.mentions import Mention

WORDS = 18
"""Of an outcome that a sentence names."""
# Words between numbers of one outcome, of which none names what was measured.
LINKS = {
    *("and", "or", "vs", "v", "versus", "to", "compared", "with", "than", "in", "for", "of", "at"),
    *("the", "a", "group", "groups", "arm", "arms", "was", "were", "respectively", "both", "those"),
    *("receiving", "who", "while", "whereas", "but", "only", "also", "n", "p", "by", "on", "from"),
    *("patients", "participants", "subjects", "treated", "assigned", "randomized", "randomised"),
    *("kg", "mm", "mg", "ml", "min", "h", "hours", "days", "weeks", "months", "years", "minutes"),
    *("mmhg", "points", "g", "l", "cm", "s", "sd", "ci", "iqr", "range", "mean", "median", "all"),
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve"),
    *("eleven", "fifteen", "fourteen", "twenty", "thirty", "forty", "them", "there", "this"),
    *("these", "which", "have", "had", "total", "more", "most", "half", "been", "they", "their"),
    *("children", "women", "men", "infants", "adults", "among", "that", "other"),
    *("difference", "significant", "significantly", "statistically", "not", "an", "is", "are"),
    *("percent", "cent", "nearly", "almost", "about", "approximately", "thirds", "quarters"),
    *("fifty", "sixty", "seventy", "eighty", "ninety"),
}
ENDED = re.compile(r"(?:[,;]|\b(?:and|or|while|whereas|but))\s*(?:only|another|the)?\s*$")


def words_behind(numbers: Sequence[Seen], at: int, mentions: Sequence[Mention], text: str) -> str:
    """The words behind a number, past others between which nothing is said."""
    for place in range(at, len(numbers)):
        end = max(one[1] for one in numbers[: place + 1])
        to = numbers[place + 1][0] if place + 1 < len(numbers) else len(text)
        other = (
            place + 1 < len(numbers)
            and numbers[place + 1][2].kind not in (numbers[at][2].kind, "p")
            and _outside(text[:to]) == text[:to]
        )
        if numbers[place][2].kind == "p" or other or measured_between(text, end, to, mentions):
            behind = without(text, end, to, mentions)
            if _NEXT.match(behind) and place + 1 < len(numbers) and _VERB.search(behind):
                return ""
            if _outside(text[:end]) != text[:end]:
                behind = re.sub(r"^[^()]*[)\]]", "", behind)
            return _FILLED.sub("", re.sub(r"\(\s*[Nn]\s*=\s*[0-9,]+\s*\)", "", behind))
    return ""


# What is told of the next number: "and pulse rates fell by".
_NEXT = re.compile(r"[\s%)\]]*,?\s(?:and|but|while|whereas)\s")
# Links and closed brackets where an arm's name was.
_FILLED = re.compile(
    r"^[\s%)\],]*(?:(?:in|for|of|with|on|the|groups?|arms?|and|or|patients|participants|"
    r"subjects|receiving|treated|taking|respectively)\b[\s%)\],]*)*"
)


def clause_of(text: str, behind: str, first: str) -> str:
    """The words before a number, at most so many that a reader knows it by them; where they name
    little, those behind it too, and before them those at the sentence's first number."""
    outside = _outside(text)
    opened = outside != text
    outside = re.sub(r"^\W*respectively\b\W*", "", outside)
    bare = re.sub(r"^[^\w(]*\)?[^\w(]*|[^\w)]*$", "", outside)
    clause = _last(_TWO_VERBS.sub("", bare))
    after = _AFTER.match(behind)
    beyond = " ".join(after[1].split()[:WORDS]) if after else ""
    named = _COPULA.search(text) and len(telling(clause)) > 1
    enclosed = opened and not _SAYS.match(behind)
    if named or (opened and len(telling(clause)) > (0 if enclosed else 2)):
        # In brackets behind the words for it.
        beyond = ""
    if first and ENDED.search(text) and len(telling(beyond)) > bool(telling(clause)):
        # "…, 28 (35%) had none": what stands before belongs to the number before.
        return beyond
    if (
        not first
        and _FRAME.match(clause)
        and "," not in clause
        and text.rstrip().endswith(",")
        and beyond
    ):
        # "At six months, 40% (20/50) had relapsed".
        return f"{clause} … {beyond}"
    if len({*telling(clause)}) > 3:
        return clause
    lead = first if len(telling(first)) > 1 else ""
    if _COPULA.search(text) and telling(clause):
        # "The mean age was 57 years, the mean score was 7.6": each has words of its own.
        lead = "" if _COPULA.search(first) else lead
    elif lead and _ITEM.match(text):
        verb, shared = _VERB.search(clause), _SHARED.match(lead)
        if verb is not None:
            # "A raised X (5%) and lowered Y (6%)"; "X fell (5%) and Y was lower (6%)".
            lead = (
                "" if _subject(clause[: verb.start()]) else _VERB.split(lead, maxsplit=1)[0].strip()
            )
        elif shared is not None and len(telling(shared[1])) > 1:
            lead = shared[1]
    parts: list[str] = []
    for one in (lead, clause, beyond):
        parts += [one] if one and not any(one in other for other in parts) else []
    return " … ".join(parts)


# "At 3 and 6 months", "X, Y and Z", "between baseline and".
_NO_PAIR = re.compile(r"\d$|,(?: \S+){1,3}$|\bbetween \S+$")


def parted(clause: str) -> tuple[str, str] | None:
    """The words for each of two numbers of "hip and spine density was": "hip … density was" and
    "spine density was", each with what stands before both; None where no two are named."""
    sides = re.split(r" (?:and|or) ", re.sub(r"\bboth ", "", clause))
    if len(sides) != 2 or _NO_PAIR.search(sides[0]) or re.match(r"\d", sides[1]):
        return None
    left, right = sides
    noun = re.match(
        r"(?P<own>(?:(?!(?:was|were|did|had|at|after|in|for|of|on)\b)\S+ )*)(?P<rest>.*)", right
    )
    own = noun["own"].split() if noun else []
    if noun is None or not own or not telling(left):
        return None
    shared = own[-1:] if len(own) > 1 else []
    before = re.match(r"(.*\b(?:in|of|for|regarding|on))\s", left)
    first = " ".join([left, "…", *shared, noun["rest"]]).rstrip(" …")
    return first, f"{before[1]} {right}" if before else right


def _subject(text: str) -> bool:
    """Whether words before a verb say of what it is."""
    found = re.findall(r"[^\W\d_]{2,}", text.lower())
    return any(word not in LINKS and not word.endswith("ly") for word in found)


# Words in a bracket that can tell what its number is of.
_INNER = re.compile(
    r"\b(?!(?:mean|median|versus|ratio|risk|odds|hazard|difference|relative|group|range|interquartile|"
    r"total|only|about|with|from|table|figure|respectively|adjusted|patients|participants|baseline|"
    r"confidence|interval|standard|deviation|average|rate|control|intervention)s?\b)[a-z]{4,}\b"
)
# "No difference in" of "no difference in redness (P = 0.7), swelling (P = 0.3)".
_SHARED = re.compile(
    r"(.*\b(?:in|of|for|regarding|including|by|as|on|were|was|are|included))\s(?:the )?"
    r"(?:(?!had\b|was\b|were\b|showed\b)\S+\s){0,4}(?!had\b|was\b|were\b|showed\b)\S+$"
)
_ITEM = re.compile(r"\W*[)\]]?\W*(?:,|and\b|or\b|as well as\b|;)")
# "Most patients (92%) were men".
_SAYS = re.compile(
    r"\W*(?:(?:was|were|had|have|has|did|is|are|felt|fell|got|gave|took|lost|became|chose|underwent)\b|"
    r"\w{3,}ed\b)"
)
_CHANGED = r"(?:decreased|increased|reduced|improved|shortened|prolonged|lowered|raised|enhanced)"
_VERB = re.compile(rf"\b(?:had|was|were|showed|did|is|are|{_CHANGED})\b")
# "Increased X and" of "increased X and reduced Y by 5%".
_TWO_VERBS = re.compile(rf"\b{_CHANGED} [^,;]*? and (?=(?:\w+ly )?{_CHANGED} )")
# A number behind these is of the words before it.
_COPULA = re.compile(
    r"(?<!\bthere )\b(?:was|were|is|of|=|:)\s*(?:only|about|approximately)?\s*[(\[]?$",
    re.IGNORECASE,
)
_FRAME = re.compile(
    r"(?:of|in|at|among|after|during|under|within|by|from|overall|regarding|for|on|with|before)\b",
    re.IGNORECASE,
)


def _last(text: str) -> str:
    """The last words of a text, of which those that name nothing do not count."""
    words = re.sub(r"\s*[(\[][^()\[\]]*[0-9][^()\[\]]*[)\]]", "", text).split()
    kept, telling = len(words), 0
    while kept and telling < WORDS and len(words) - kept < 2 * WORDS:
        kept -= 1
        telling += words[kept].strip(".,;:()").lower() not in LINKS
    return " ".join(words[kept:])


def _outside(text: str) -> str:
    """A text up to the bracket that is still open where it ends."""
    open_at: list[int] = []
    for at, sign in enumerate(text):
        if sign in "([":
            open_at.append(at)
        elif sign in ")]" and open_at:
            open_at.pop()
    return text[: open_at[0]] if open_at else text


# Words up to a number or a stop; "≥1" and "DAS28" are words of them.
_AFTER = re.compile(
    r"[\s%)\],]*((?:[^\d,;:.(\[]|[<>≤≥]\s?\d+|(?<=[A-Za-z-])\d+){4,}?)"
    r"(?=(?<![A-Za-z<>≤≥-])(?<![<>≤≥]\s)\d|[,;:.(\[]|$)"
)


def telling(text: str) -> list[str]:
    found = re.findall(r"[^\W\d_]{4,}", text)
    return [word for word in found if word.lower() not in LINKS]


def with_inner(clause: str, text: str) -> str:
    """A clause with the words of the bracket that is open where a text ends, where they can tell
    what its number is of: "fewer events (especially nausea; 24.5 vs 35.1%)"."""
    inner = text[len(_outside(text)) :]
    if not clause or not _INNER.search(inner) or len(inner) >= 80:
        return clause
    return f"{clause} … {' '.join(re.sub(r'[^a-zA-Z0-9<>≤≥/ -]', ' ', inner).split())}"


# What a number is counted in, right behind it: "cmH2O", "μg/mg Cr", "kg/m²", "h".
UNIT = re.compile(
    r"^[\s)\]]*(?:[^\s\d,;()]+/[^\s\d,;()/]+(?: Cr\b)?|[^\s\d,;()]*[²³°]\w*|cmH2O|mm ?Hg|"
    r"[kmnpμµ]?g|[cmknμµ]?m|[dmμµ]?l|[mnpμµ]mol|k?cal|[km]J|bpm|Hz|m?IU|min(?:utes)?|h|hours|days|"
    r"weeks|months|years|points)(?!\w)",
    re.IGNORECASE,
)


def measured_between(text: str, begin: int, end: int, mentions: Sequence[Mention]) -> bool:
    """Whether words between two numbers name something that was measured, and not an arm alone."""
    between = UNIT.sub("", without(text, begin, end, mentions))
    found = re.findall(r"[^\W\d_]+", between.lower())
    return bool({word for word in found if len(word) > 1} - LINKS or _OF_SEX.search(between))


# "(64%) were women", and not "12% of women".
_OF_SEX = re.compile(r"\b(?:was|were|are) (?:wo)?men\b")


def without(text: str, begin: int, end: int, mentions: Sequence[Mention]) -> str:
    """A piece of a text with spaces in the place of the arms that it names."""
    piece = list(text[begin:end])
    for one in mentions:
        for at in range(max(begin, one.begin), min(end, one.end)):
            piece[at - begin] = " "
    return "".join(piece)
