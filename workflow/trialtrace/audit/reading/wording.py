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
    *("fifty", "sixty", "seventy", "eighty", "ninety", "eyes", "eye", "students", "individuals"),
    *("given", "recipients", "quarter", "third", "overall", "majority"),
}
ENDED = re.compile(
    r"(?:[,;]|\b(?:and|or|while|whereas|but))\s*"
    r"(?:only|another|the|about|nearly|almost|approximately|some)?\s*$"
)


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
            if place > at and not (telling(behind) or _OF_SEX.search(behind)):
                # Nothing is said behind the last: "were assigned to", right behind the number.
                end = numbers[at][1]
                behind = without(text, end, numbers[at + 1][0], mentions)
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
    little, those behind it too, and before them those at the first number of its clause."""
    text = _CLOSED.sub(")", text)
    outside = _outside(text)
    opened = outside != text
    own = own_clause(outside)
    verb = _VERB.search(own) or (PREDICATE.search(own) if ";" in outside else None)
    if own != outside and (
        is_subject(own[: verb.start()]) if verb else not opened and _SAYS.match(behind)
    ):
        outside, first = own, ""
    outside = re.sub(r"^\W*respectively\b\W*", "", outside)
    bare = re.sub(r"^[^\w(]*\)?[^\w(]*|[^\w)]*$", "", outside)
    clause = _last(_TWO_VERBS.sub("", bare))
    after = _AFTER.match(_CALLED.sub("\xa0", behind))
    beyond = " ".join(after[1].split()[:WORDS]) if after else ""
    named = _COPULA.search(text) and len(telling(clause)) > 1
    enclosed = opened and not _SAYS.match(behind)
    if (named and not _OF_WHAT.match(behind)) or (
        opened and len(telling(clause)) > (0 if enclosed else 2)
    ):
        # In brackets behind the words for it.
        beyond = ""
    listed = first or _WITH.match(behind)
    subject = _SAYS.match(behind) or _WITH.match(behind)
    told = len(telling(beyond)) - (0 if subject else bool(telling(clause)))
    if listed and ENDED.search(text) and told > 0:
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
    lead = _shared(first, clause, listed=_ITEM.match(text) is not None)
    if len({*telling(clause)}) > 3 and not (_ITEM.match(text) and _HEADED.search(lead)):
        return clause
    if _COPULA.search(text) and telling(clause) and _COPULA.search(first):
        # "The mean age was 57 years, the mean score was 7.6": each has words of its own.
        lead = ""
    parts: list[str] = []
    for one in (lead, clause, beyond):
        parts += [one] if one and not any(one in other for other in parts) else []
    return " … ".join(parts)


def own_clause(text: str) -> str:
    """What stands behind the last turn of a text: "; ", ", while", "Although X was Y, "."""
    own = re.split(TURN, text)[-1]
    while (subordinate := _SUBORDINATE.search(text)) and len(subordinate["rest"]) < len(own):
        own = subordinate["rest"]
    return own


def turned(text: str) -> bool:
    """Whether another clause begins in a text, with a noun of its own."""
    own = own_clause(text)
    nouns = [word for word in telling(own) if not re.search(r"(?:ed|ing|ly)$", word)]
    return own != text and any(not _GENERAL.fullmatch(word.lower()) for word in nouns)


TURN = re.compile(
    r";\s|,? (?:and |but |yet )?(?:whil(?:e|st)|whereas|although|though|but) |,? and thus,? |"
    r"\.\s(?=[A-Z])"
)
_SUBORDINATE = re.compile(
    r"(?:^|[,;] )(?:[Ww]hile|[Ww]hereas|[Aa]lthough|[Tt]hough) "
    r"[^,;]*\b(?:was|were|had|did|is|are)\b[^,;]*, "
    r"(?P<rest>.*\b(?:was|were|had|did|is|are|\w{3,}ed|showed)\b.*)$"
)
# "And 10 patients with hernia".
_WITH = re.compile(r"\W*(?:with|who|whose|without)\b")
# The rest of a bracket that opened before another number.
_CLOSED = re.compile(r"^[^()\[\]]*[)\]]")
# "38 min of therapy".
_OF_WHAT = re.compile(
    r"\W*(?:min|minutes|hours|days|weeks|points|mg|g|ml|L|l)? ?of (?!(?:the|all|those|them)\b)\w"
)


def _shared(first: str, clause: str, *, listed: bool) -> str:
    """What of the words at the first number of a clause another one shares: of a list all up to
    the first thing that is listed, a visit in the place of another, nothing before a subject and
    verb of its own."""
    if len(telling(first)) < 2:
        return ""
    verb = _VERB.search(clause)
    if not listed:
        return first
    if _NUMBERED.fullmatch(clause):
        # "Types II (23.9%), III (69.6%)".
        return first.rsplit(" ", 1)[0]
    if verb is not None:
        # "A raised X (5%) and lowered Y (6%)"; "X fell (5%) and Y was lower (6%)".
        own = is_subject(clause[: verb.start()])
        return "" if own else PREDICATE.split(first, maxsplit=1)[0].strip()
    visits = [*_VISIT.finditer(first)]
    if visits and _VISIT.fullmatch(clause.removeprefix("and ").removeprefix("at ")):
        return first[: visits[-1].start()].rstrip()
    if not {*re.findall(r"[a-z]+", clause.lower())} - LINKS:
        return first
    shared = _HEADED.match(first) or _SHARED.match(first)
    if shared is None or (not _HEADED.match(first) and re.search(r" (?:of|to|in) ", clause)):
        return ""
    return shared[1] if telling(shared[1]) else ""


_NUMBERED = re.compile(r"(?:(?:and|or) )?(?:[IVX]+|[A-Z]|[0-9]+)")
_VISIT = re.compile(
    r"(?:baseline|(?:days?|weeks?|months?|years?|visits?) ?[0-9]+|[0-9]+(?:\.[0-9]+)?[ -]"
    r"(?:hours?|hrs?|h|days?|weeks?|months?|years?|min|minutes)|[DWMTVY][0-9]+)\b",
    re.IGNORECASE,
)
# "The events were" of "the events were nausea (5%), cough (4%)": up to a verb and what it governs.
_HEADED = re.compile(
    r"(.*(?:\b(?:was|were|are|is|had|have|showed?|shown|seen|observed|found|reported|experienced|"
    r"developed|caused|included?|including|improvements?|differences?|reductions?|increases?|"
    r"decreases?|changes?|relief|noted)\b[:,]?|:)"
    r"(?:[^:]*\s(?:in|of|for|regarding|by|as|on|from|to|with|at))?)\s(?:the )?\S"
)


# "At 3 and 6 months", "X, Y and Z", "between baseline and".
_NO_PAIR = re.compile(r"\d$|,(?: \S+){1,3}$|\bbetween \S+$")


def parted(clause: str, count: int) -> Sequence[str] | None:
    """The words for each of as many numbers as a clause lists: of "hip and spine density was" "hip
    … density was" and "spine density was", each with what stands before both; None where it lists
    no such number."""
    if count > 2:
        listed = _LISTED.fullmatch(clause)
        told = listed.groups("") if listed else ("",) * 6
        lead, every, behind = (
            first or second for first, second in zip(told, told[3:], strict=False)
        )
        own = re.split(r",? and |, ", every)
        if len(own) == count + 1 and _FRAME.match(own[0]):
            # "At six months, X, Y and Z were".
            lead, own = f"{lead}{own[0]}, ", own[1:]
        each = len(own) == count and all(re.search("[A-Za-z]{2}", one) for one in own)
        return [f"{lead}{one} … {behind.strip()}" for one in own] if each else None
    clause = re.sub(r", (?:adjust|controll|correct)(?:ed|ing)\b[^,]*,", "", clause)
    sides = re.split(r" (?:and|or) ", re.sub(r"\bboth ", "", clause))
    if len(sides) != 2 or _NO_PAIR.search(sides[0]) or re.match(r"\d", sides[1]):
        return None
    left, right = sides
    noun = re.match(
        r"(?P<own>(?:(?!(?:was|were|did|had|at|after|in|for|of|on|between)\b)\S+ )*)(?P<rest>.*)",
        right,
    )
    own = noun["own"].split() if noun else []
    if noun is None or not own or not (telling(left) or re.search("[A-Z]{2}", left)):
        return None
    shared = own[-1:] if len(own) > 1 else []
    before = re.match(r"(.*\b(?:in|of|for|regarding|on))\s", left)
    first = " ".join([left, "…", *shared, noun["rest"]]).rstrip(" …")
    return first, f"{before[1]} {right}" if before else right


# "(The rates of) X, Y and Z were", "noted for X, Y, and Z at six months".
_LISTED = re.compile(
    r"(?P<of>.*\b(?:in|of|for)\s)?(?P<own>[^,]+(?:, (?!and\b)[^,]+)+,? and .+?)\s"
    r"(?P<verb>(?:was|were|is|are|fell|rose|improved|decreased|increased|changed|differed)"
    r"\b.*)|"
    r"(?P<for>.*\b(?:noted|seen|found|observed|improvement|difference|reduction|increase)s? "
    r"(?:for|in)\s)(?P<each>[^,]+(?:, (?!and\b)[^,]+)+,? and .+?)"
    r"(?P<when>\s(?:at|after|when|between|compared|in)\b.*)?"
)


def is_subject(text: str) -> bool:
    """Whether words before a verb say of what it is."""
    found = re.findall(r"[^\W\d_]{2,}", text.lower())
    return any(
        word not in LINKS and not word.endswith("ly") and not _GENERAL.fullmatch(word)
        for word in found
    )


# Words for what another clause has named.
_GENERAL = re.compile(
    r"(?:difference|increase|decrease|change|improvement|reduction|effect|trend|value|result)s?|"
    r"it|we|no|larg\w+|great\w+|small\w+|high\w+|low\w+|more|less|similar|however|same|further"
)


# Words in a bracket that can tell what its number is of.
_INNER = re.compile(
    r"\b(?!(?:mean|median|versus|ratio|risk|odds|hazard|difference|relative|group|range|interquartile|"
    r"total|only|about|with|from|table|figure|respectively|adjusted|patients|participants|baseline|"
    r"confidence|interval|standard|deviation|average|rate|control|intervention)s?\b)"
    r"(?:[a-z]{4,}|(?!CI|SD|SE|IQR|OR|RR|HR|NS)[A-Za-z]*[A-Z][A-Za-z]*[0-9]*)\b"
)
# "The incidence of" of "the incidence of nausea (5%), cough (4%)".
_SHARED = re.compile(
    r"(.*\b(?:in|of|for|regarding|including|by|as|on|from|to|with|at))\s(?:the )?\S"
)
_ITEM = re.compile(r"\W*[)\]]?\W*(?:,|and\b|or\b|as well as\b|;)")
# "Most patients (92%) were men".
_SAYS = re.compile(
    r"\W*(?:(?:was|were|had|have|has|did|is|are|felt|fell|got|gave|took|lost|became|chose|underwent)\b|"
    r"\w{3,}ed\b)"
)
_CHANGED = r"(?:decreased|increased|reduced|improved|shortened|prolonged|lowered|raised|enhanced)"
_VERB = re.compile(rf"\b(?:had|was|were|showed|did|is|are|{_CHANGED})\b")
PREDICATE = re.compile(r"\b(?:had|was|were|did|is|are|\w{3,}ed)\b")
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
    r"[\s%)\],]*((?:[^\d,;:.(\[]|[<>≤≥]\s?\d+|(?<=[A-Za-z\xa0-])\d+|(?<=\d)\([A-Z]+\)(?=\w)){4,}?)"
    r"(?=(?<![A-Za-z\xa0<>≤≥-])(?<![<>≤≥]\s)\d|[,;:.\[]|\((?![A-Z]+\)\w)|$)"
)
# "Grade 1 haze", "at 6 months": such a number ends no words.
_CALLED = re.compile(
    r"(?<=grade|stage) (?=\d)|(?<=month) (?=\d)|(?<=week) (?=\d)|(?<=day) (?=\d)|"
    r"(?<= [A-Z]{2}) (?=\d)|(?<= a) (?=\d+\W?[(A-Z])|(?<= over) (?=\d)|"
    r"(?<= than) (?=\d)|(?<= least) (?=\d)|"
    r"(?<=[A-Za-z]) (?=\d+(?:\.\d+)?(?:% of (?!the\b)|[\s-](?:h\b|hour|day|week|month|year|min|"
    r"or (?:more|less|fewer|older|younger|higher|lower))))"
)


def telling(text: str) -> list[str]:
    found = re.findall(r"[^\W\d_]{4,}", text)
    return [word for word in found if word.lower() not in LINKS]


def with_inner(clause: str, text: str) -> str:
    """A clause with the words of the bracket that is open where a text ends, where they can tell
    what its number is of: "fewer events (especially nausea; 24.5 vs 35.1%)"; these alone where
    what stands before the bracket is said of another number."""
    outside = _outside(text)
    inner = text[len(outside) :]
    if not clause or not _INNER.search(inner) or len(inner) >= 80:
        return clause
    words = " ".join(re.sub(r"[^a-zA-Z0-9<>≤≥/ -]", " ", inner).split())
    alone = re.match(r"(?:mean|median)\b", words) and not telling(outside)
    return words if alone else f"{clause} … {words}"


# What a number is counted in, right behind it: "cmH2O", "μg/mg Cr", "kg/m²", "h".
UNIT = re.compile(
    r"^[\s)\]]*(?:[^\s\d,;()]+/[^\s\d,;()/]+(?: Cr\b)?|[^\s\d,;()]*[²³°]\w*|cmH2O|mm ?Hg|"
    r"[kmnpμµ]?g|[cmknμµ]?m|[dmμµ]?l|[mnpμµ]mol|k?cal|[km]J|bpm|Hz|m?IU|min(?:utes)?|h|hours|days|"
    r"weeks|months|years|points)(?!\w)",
    re.IGNORECASE,
)


def measured_between(text: str, begin: int, end: int, mentions: Sequence[Mention]) -> bool:
    """Whether words between two numbers name something that was measured, and not an arm alone."""
    first = next((one for one in mentions if one.begin >= begin), None)
    after = next((one for one in mentions if one.begin >= end), None)
    if first and after and _BARE.fullmatch(text, end, after.begin):
        # "4 (17%) cats with A, 6 (24%) with B", "23 of 60 A users, 10 of 61 in B".
        counted = _COUNTED.fullmatch(text, begin, first.begin)
        begin = first.begin if counted else begin
        called = _WHO.match(text, first.end) if counted and not counted["of"] else None
        begin = called.end() if called else begin
    between = UNIT.sub("", without(text, begin, end, mentions))
    found = re.findall(r"[^\W\d_]+", between.lower())
    named = {word for word in found if len(word) > 1} - LINKS
    return bool(named or _OF_SEX.search(between) or _VISIT_OF.search(between))


_OF = r"(?:in|with|for|on|of|among|after|under|receiving) (?:the )?"
# A number that no word parts from the arm behind it, and what is counted before an arm, or of it.
_BARE = re.compile(rf"[-−\d\s().,%/]+(?:of [\d\s().,%/]+)?{_OF}")
_COUNTED = re.compile(
    r"[\s)\]%]*(?P<of>(?:of )?(?:(?!(?:had|have|were|was|did|fell|rose|felt|got|\w{3,}ed)\b)"
    rf"[a-z-]+ ){{1,2}}?{_OF})?"
)
_WHO = re.compile(r" [a-z-]+(?=,|;| and\b| or\b)")
# "And M18 (2.9".
_VISIT_OF = re.compile(r"\b(?:and|,) (?:at )?[DWMTVY][0-9]+[\s(,:]*$")
# "(64%) were women", and not "12% of women".
_OF_SEX = re.compile(r"\b(?:was|were|are) (?:wo)?men\b")


def without(text: str, begin: int, end: int, mentions: Sequence[Mention]) -> str:
    """A piece of a text with spaces in the place of the arms that it names."""
    piece = list(text[begin:end])
    for one in mentions:
        for at in range(max(begin, one.begin), min(end, one.end)):
            piece[at - begin] = " "
    return "".join(piece)
