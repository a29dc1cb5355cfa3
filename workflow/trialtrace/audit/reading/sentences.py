"""Running text: statistics in sentences, the arms that the words beside them name, and their p."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from trialtrace.audit.reading.arms import Arms
from trialtrace.audit.reading.called import called
from trialtrace.audit.reading.characters import (
    BY_POINT,
    decimal_commas,
    plain,
    thousands_by_point,
    verbatim,
    words,
)
from trialtrace.audit.reading.clauses import told_apart
from trialtrace.audit.reading.context import Context, is_bare, usual_order, with_before
from trialtrace.audit.reading.expressions import NO_SPREAD_SAID
from trialtrace.audit.reading.forms import FORMS, IN_WORDS, PEOPLE_COUNTED
from trialtrace.audit.reading.item import Item, Left, Seen
from trialtrace.audit.reading.matches import CHANGE_BEHIND, is_its_form, is_no_result, numbers_of
from trialtrace.audit.reading.mentions import Names, names_of
from trialtrace.audit.reading.paper import Passage, Table
from trialtrace.audit.reading.sentence_visits import times_of, visits_of_numbers
from trialtrace.audit.reading.text_arms import with_others

# Sections, also of an abstract, that tell of other studies, of plans, or of nothing measured.
_SKIPPED = re.compile(
    r"(?:abstract, )?(?:(?:[0-9]+(?:\.[0-9]+)*|[ivx]+)\.?\s+)?"
    r"(?!.*\b(?:results?|findings|outcomes)\b)"
    r"(?:introduction|(?:summary (?:of )?)?background|aims?\b|objectives?|purpose|context|"
    r"rationale|importance|"
    r"[\w ,-]*\b(?:methods?|methodology)|(?:study |trial )?design|setting|"
    r"[\w -]*\bdiscussion|[\w ]*conclusions?|interpretation|significance|limitations?|"
    r"references|acknowledg|supporting|author|funding|competing|statistic|sample size|ethics|"
    r"(?:clinical )?trial registr|registration)",
    re.IGNORECASE,
)
# Of a paper without results, "Conclusion" before the discussion holds them.
_CONCLUDES = re.compile(r"(?:[0-9.]+\s+)?conclusions?,", re.IGNORECASE)
_DISCUSSES = re.compile(r"(?:[0-9.]+\s+)?discussion,", re.IGNORECASE)
# "Results: Pain fell", as a label before the first sentence.
_LABEL = re.compile(
    r"(?i:(?:main |key )?(?:results?|findings|outcomes?))\s?(?:[:.—–-]\s*|\s)(?=[A-Z0-9])"
)
_OF_RESULTS = re.compile(r"\b(?:results?|findings)\b", re.IGNORECASE)
_NO_RESULT = re.compile(
    r"\b(?:considered (?:to be )?(?:statistically )?significant|significance "
    r"(?:level|was set|threshold)|"
    r"level of significance|alpha(?! scores?\b)(?= ?(?:[=<(]|level|of|was|error|value|risk|set))|"
    r"cronbach\S* alpha|power of|(?:80|90)\s?% power|sample size|"
    r"previous(?:ly)? (?:stud|report|publish)|"
    r"[Pp][\s-]?values?\s*(?:of\s*)?[<>≤≥=]\s*0?\.[0-9]+\s+(?:(?:was|were|is|are|indicat\w+)\s+)?"
    r"(?:considered|regarded|taken|accepted|defined|used|deemed|that|set)|to detect an?\b)",
    re.IGNORECASE,
)
# "* p < 0.05; ** p < 0.01": what signs in a table mean.
_LEGEND = re.compile(
    r"(?:\b(?:statistically|significan(?:t|ce)|results?|differen(?:t|ce)s?|at|with|indicates?|"
    r"denotes?|if|specified|the|were|was|is|not|a|value|used|as)\b|"
    r"\b[Pp](?:[\s-]?values?)?\s?[<>≤≥=]\s?0?\.[0-9]+|[\s,;.():*†‡§#])+",
    re.IGNORECASE,
)
_MARKED = re.compile(r"[*†‡§#]{0,3}\s?[Pp]\s?[<>≤≥=]|.*\bNS[,:=]")
_ENDS = re.compile(
    r"(?<=[.!?])\s+(?=[A-Z(])|(?:(?<=[a-z][a-z)]{2}\.)|(?<=[0-9%][)\]]\.))\s+"
    r"(?=[0-9]+\s?(?:%|\(|of\b|[a-z]{3}))"
)
_SHORTENED = re.compile(
    r"(?:\b(?:vs|v|no|nos|[Ff]igs?|e\.g|i\.e|al|approx|resp|ca|Dr|St|P|p)|"
    r"(?<!group )(?<!arm )(?<!-)\b[A-Z])\.$"
)
# "… than at the start. (P < 0.05)."
_P_ALONE = re.compile(r"[(\[]\s?[Pp]\s?[<>≤≥=]\s?0?\.[0-9]+\s?[)\]]\.?")
# What looks like a result, read or not: shares, counts of others, pairs, deviations, p, intervals.
_NUMBER = r"[0-9][0-9,.]{0,24}"
_RESULT = re.compile(
    rf"(?<![\w.]){_NUMBER}\s+(?:out\s+)?(?:of|among|vs?\.?|versus)\s+(?:the\s+)?{_NUMBER}|"
    rf"(?<![\w.]){_NUMBER}\s?%(?!\s?(?:CIs?\b|confidence))|"
    rf"(?<![\w.]){_NUMBER}(?:\s[a-z]+)?\s*(?:±\s*|[(\[]\s*){_NUMBER}(?:\s*to\s*{_NUMBER})?|"
    rf"(?<!\w)[Pp](?:[\s-]?(?:[Vv]alue|interaction|trend))?\s*[=<>≤≥]\s*{_NUMBER}|"
    rf"9[059]\s?%\s?(?:CI|confidence interval)\W*-?{_NUMBER}|"
    rf"\b(?:was|were|and|vs\.?|versus) {_NUMBER}\s?/\s?{_NUMBER}(?![\w.])"
)
# What a number that is read can leave beside it: an interval, the others of a list, a statistic.
_DECIMAL = r"-?[0-9]{1,6}\.[0-9]{1,6}"
_UNIT = r"(?:\s[^\s\d,;()]{1,15})?"
_BESIDE = re.compile(
    rf"[(\[][^()\[\]\d]{{0,20}}(?:9[059]\s?%[^()\[\]\d]{{1,30}})?{_DECIMAL}%?\s*(?:[-−–;,]|to)\s*"
    rf"{_DECIMAL}%?(?:\s[^\s()\[\]]{{1,15}})?[)\]]|"
    rf"{_DECIMAL}{_UNIT}(?:\s+(?:vs\.?|versus)\s+{_DECIMAL}{_UNIT})+|"
    rf"{_DECIMAL}{_UNIT} and {_DECIMAL}{_UNIT},? respectively|"
    r"(?<![\w.])(?:[FtzrbBβ]|SE|[xXχ]\s?²|η²|df)\s?(?:\([0-9., ]{1,12}\))?\s?=\s?-?[0-9.]*[0-9]"
)
# Numbers alone of several groups or times: "six of 31", "and with the splint 9", "and in 11 of IG",
# "18, 16 and 9 women".
_OF_UNITS = re.compile(
    rf"(?<![\w-])(?:{'|'.join(IN_WORDS)}) (?:out )?of (?:the )?{_NUMBER}|"
    rf"\b(?:and|but|versus|vs\.?) (?:in|with|for|of|on|after) (?:the )?(?:[A-Za-z-]+ ){{1,4}}"
    rf"(?<!day )(?<!week )(?<!month )(?<!group )(?<!than )(?<!grade ){_NUMBER}(?=[.,;]|$)|"
    rf"(?<![\w.-]){_NUMBER} (?:animal|calve|cat|cow|dog|goat|horse|pig|rat)s? "
    r"(?:fed|given|had|in|on|w)|"
    rf"\band in {_NUMBER} (?:of|in|with|after) |\b[Tt]here were {_NUMBER} |"
    rf"(?<![\w.-])(?<!groups ){_NUMBER}, (?:{_NUMBER}, )?(?:{_NUMBER},? )?and {_NUMBER}"
    rf"(?=(?: [a-z]+)?,? respectively| {PEOPLE_COUNTED})"
)
# "14 in the control group", "84 mg with the drug": before the name of an arm.
_OF_ARM = re.compile(
    rf"(?<![\w.-])(?<!day )(?<!week )(?<!month )"
    rf"(?:{_NUMBER}{_UNIT}|(?:{'|'.join(IN_WORDS)})) (?:in|with|on|for) (?:the )?",
    re.IGNORECASE,
)
_IN_NOTES = re.compile(f"{_RESULT.pattern}|{_BESIDE.pattern}")
_BOUND = re.compile(r"[Pp]\D*[<>≤≥]|[0-9][0-9.]*\s?%")
_DIGITS = re.compile(r"(?<![\d.])[0-9]+(?:\.[0-9]+)?(?!\s?%\s?C)")
_CELLS = re.compile(rf"{_NUMBER}\s?\({_NUMBER}%?\)\s{_NUMBER}\s?\({_NUMBER}%?\)")
IN_NOTES = "it stands in the notes of its table"
NO_FORM = "no form of sentence is known for it"
BESIDE = "an interval, one of a list or a statistic that the number read beside it lacks"
NO_SHARE = "a change or a difference in per cent, and of what is not said"
NO_RESULT = "no result: a dose, a threshold, a level or an end of a range"
# "Group A - 6.9 ± 3.7": a dash between a name and its number is no sign.
_PARTING = re.compile(
    r"(?<=[A-Za-z)])(?<!\b(?:is|of|by|to|at|or))(?<!\b(?:was|and))(?<!\bfrom) [-–—](?= [0-9])"
)
_CURLY = str.maketrans("{}€£$¥", "()    ")
LONGEST_SENTENCE = 5_000
_NEAR = 60


def sentences(text: str) -> list[str]:
    """A text parted at the ends of its sentences; a point behind "vs" or "Fig" ends none."""
    made: list[list[str]] = []
    for piece in _ENDS.split(text):
        if made and (_SHORTENED.search(made[-1][-1][-10:]) or _goes_on(made[-1], piece)):
            made[-1].append(piece)
        elif made and _P_ALONE.fullmatch(piece):
            made[-1][-1] = made[-1][-1].rstrip(".")
            made[-1].append(piece)
        else:
            made.append([piece])
    return [" ".join(pieces) for pieces in made]


def _goes_on(pieces: Sequence[str], piece: str) -> bool:
    """Whether a piece stands in brackets that open before it: "(Fig. 3. (a). P < 0.035)"."""
    before = " ".join(pieces)
    return before.count("(") > before.count(")") and ")" in piece[:_NEAR]


def read_passages(
    passages: tuple[Passage, ...], arms: Arms, notes: Sequence[str] = ()
) -> Iterator[Item | Left]:
    """The statistics of the abstract, the results and of text in no named section; `notes` of
    tables name spreads too."""
    commas = decimal_commas(passage.text for passage in passages)
    texts = [passage.text for passage in passages]
    names = with_others(names_of(arms, texts), texts)
    spreads, order = spreads_of([*texts, *notes]), usual_order(texts, names)
    sections = any(
        _OF_RESULTS.match(re.sub(r"^[\W0-9ivx.]*\s", "", passage.place.partition(",")[0]))
        for passage in passages
    )
    discussed = max(
        (at for at, one in enumerate(passages) if _DISCUSSES.match(one.place)), default=0
    )
    told: dict[str, str] = {}
    for at, passage in enumerate(passages):
        # What stands before the first title of a paper that has titles is its introduction.
        opening = sections and passage.place == "text"
        misnamed = not sections and at < discussed and _CONCLUDES.match(passage.place)
        if opening or (_SKIPPED.match(passage.place) and not misnamed):
            continue
        section = passage.place.partition(", paragraph")[0]
        last, context = told.get(section, ""), Context(order=order, usual=True)
        for number, sentence in enumerate(sentences(passage.text), 1):
            sentence, before = _LABEL.sub("", sentence), last
            if not is_bare(sentence, names):
                last = told[section] = sentence
            known, context = context, context.after(sentence, names)
            place = f"{passage.place}, sentence {number}"
            if _NO_RESULT.search(sentence):
                continue
            if not re.search("[0-9]", sentence):
                yield from _before_arms(sentence, sentence, place, names, [])
                continue
            if _LEGEND.fullmatch(sentence) or _MARKED.match(sentence):
                yield Left(place, words(sentence), NO_RESULT)
                continue
            read = _sentence(sentence, place, names, commas, known)
            if before:
                read = (with_before(one, sentence, before, names) for one in [*read])
            yield from (with_spread(one, spreads) for one in read)


_BY_METHODS = {
    "mean_sd": (
        re.compile(r"(?P<a>[^±()]+) ± (?P<b>[^±()]+)"),
        re.compile(
            r"\bmeans?(?: values?)?\s*[(\[]?\s*(?:±|\+/-|\+/−|and|\()\s*(?:the )?(?:"
            r"(?P<mean_sd>SDs?\b|standard deviations?)|"
            r"(?P<mean_se>SEMs?\b|SEs?\b|standard errors?))",
            re.IGNORECASE,
        ),
    ),
    "median": (
        re.compile(r"median (?P<a>[^()]+)\|.*[(\[](?P<low>[-0-9.]+)\D+?(?P<high>-?[0-9.]+)[)\]]?"),
        re.compile(
            r"\bmedians?(?: values?)?\s*[(\[,]?\s*(?:and )?(?:the )?(?:"
            r"(?P<iqr>IQRs?\b|inter-?quartile ranges?|quartiles)|(?P<range>ranges?\b))",
            re.IGNORECASE,
        ),
    ),
}
"""Of a kind, a number whose spread has no name, and how a paper names it once for all."""
SPREADS = {
    "mean_sd": "mean (SD) {a} ({b})",
    "mean_se": "mean {a} (SE {b})",
    "iqr": "median (IQR) {a} ({low} to {high})",
    "range": "median {a} (range {low} to {high})",
}
BY_METHODS = "its spread is that which the paper names elsewhere"


def spreads_of(texts: Sequence[str]) -> dict[str, str]:
    """By kinds of numbers, the spread of a paper that calls it by one name throughout."""
    found = {
        kind: {str(match.lastgroup) for text in texts for match in naming.finditer(text)}
        for kind, (_, naming) in _BY_METHODS.items()
    }
    return {kind: names.pop() for kind, names in found.items() if len(names) == 1}


def with_spread(one: Item | Left, spreads: Mapping[str, str]) -> Item | Left:
    """A number "a ± b", or a median with a range, with the name that the paper has for it."""
    if isinstance(one, Left) or one.kind not in spreads:
        return one
    beside = f"|{one.quote}" if one.kind == "median" else ""
    match = _BY_METHODS[one.kind][0].fullmatch(one.printed + beside)
    if match is None:
        return one
    name = spreads[one.kind]
    printed = SPREADS[name].format_map(match.groupdict())
    kind = one.kind if one.kind == "median" else name
    doubts = tuple(doubt for doubt in one.doubts if doubt != NO_SPREAD_SAID)
    return replace(one, printed=printed, kind=kind, doubts=doubts).doubted(BY_METHODS)


def _sentence(
    sentence: str, place: str, names: Names, commas: bool, context: Context
) -> Iterator[Item | Left]:
    if len(sentence) > LONGEST_SENTENCE:
        why = f"{len(sentence):,} characters without an end are no sentence"
        yield Left(place, words(sentence[:200], 20), why)
        return
    text = plain(_PARTING.sub(":", sentence), commas=commas).translate(_CURLY)
    if _CELLS.search(text):
        yield Left(place, words(sentence, 20), "cells of a table stand among its words")
        return
    found: list[Seen] = []
    times = times_of(text)
    for name, pattern in FORMS:
        for match in pattern.finditer(text):
            if any(match.start() < end and match.end() > start for start, end, _ in found):
                continue
            if not is_its_form(name, match) or (
                name == "value" and any(one.start() < match.start() < one.end() for one in times)
            ):
                continue
            for start, end, item in numbers_of(name, match):
                quote = verbatim(sentence, text, start, end)
                label = words(sentence, 8)
                item = called(item, text[:start])
                made = replace(item, place=place, label=label, quote=quote, stem=_stem(place))
                by_point = thousands_by_point(quote, commas=commas)
                made = made.doubted(BY_POINT if by_point else None)
                found.append((start, end, made))
    found.sort(key=lambda seen: (seen[0], seen[1]))
    visits = visits_of_numbers(found, times, names.mentions(text), text)
    found = [
        (start, end, replace(item, visit=visit).doubted(doubt))
        for (start, end, item), (visit, doubt) in zip(found, visits, strict=True)
    ]
    yield from told_apart(found, text, names, place, context)
    spans = [(start, end) for start, end, _ in found]
    taken = {number for _, _, item in found for number in _DIGITS.findall(item.printed)}
    for match in (one for kind in (_RESULT, _BESIDE, _OF_UNITS) for one in kind.finditer(text)):
        apart = all(match.end() <= start or match.start() >= end for start, end in spans)
        if apart or (match.re is _BESIDE and not taken.issuperset(_DIGITS.findall(match[0]))):
            spans.append(match.span())
            taken |= {*_DIGITS.findall(match[0])}
            near = verbatim(sentence, text, match.start(), match.end())
            change = CHANGE_BEHIND.match(text, match.end()) is not None
            form = BESIDE if match.re is _BESIDE else NO_FORM
            why = NO_RESULT if is_no_result(match) else NO_SHARE if change else form
            yield Left(place, near, why)
    yield from _before_arms(sentence, text, place, names, spans)


def _before_arms(
    sentence: str, text: str, place: str, names: Names, spans: Sequence[tuple[int, int]]
) -> Iterator[Left]:
    """Numbers right before the name of an arm, of which nothing is taken up."""
    ends = {mention.begin: mention.end for mention in names.mentions(text)}
    for match in _OF_ARM.finditer(text):
        apart = all(match.end() <= start or match.start() >= end for start, end in spans)
        if apart and match.end() in ends:
            yield Left(place, verbatim(sentence, text, match.start(), ends[match.end()]), NO_FORM)


def results_in_notes(tables: Iterable[Table]) -> Iterator[Left]:
    """The results in the notes of tables, which are not taken up; bounds of p alone tell what signs
    mean."""
    for table in tables:
        for sentence in sentences(table.notes):
            if len(sentence) > LONGEST_SENTENCE or _NO_RESULT.search(sentence):
                continue
            text = plain(sentence, commas=False).translate(_CURLY)
            found = [one for one in _IN_NOTES.finditer(text) if not is_no_result(one)]
            if not all(_BOUND.match(text, one.start()) for one in found):
                yield Left(f"{table.place}, notes", words(sentence, 20), IN_NOTES)


def _stem(place: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", place.split(",")[0].lower()).strip("_")[:12] or "text"
