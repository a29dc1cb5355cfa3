"""What sentences beside the tables say columns and their codes mean: which group has which number,
what a column holds, what an abbreviation or a letter among its values stands for."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from trialtrace.run.drafting.codebook import files_of_lines
from trialtrace.run.drafting.described import Described, rules_in, with_values
from trialtrace.run.drafting.names import OF_SAMPLING, not_known
from trialtrace.run.drafting.prose import OF_OTHERS, SENTENCE, texts_of
from trialtrace.run.tables.measures import parts

# A line of a list: "- **Group 0** : no reminders".
LISTED = re.compile(
    r"\s*(?:[-*+•]\s+|\d+[.)]\s+)?[*_`]*(?P<word>[^\W\d]+) (?P<code>\d{1,2})[*_`]*"
    r"\s*(?:[:=–—]|\s-)\s*[*_`]*(?P<label>[^\W\d].*)"
)
# "conventional therapy (CT)".
SHORTENED = re.compile(r"((?:[^\W\d][\w-]*\s+){2,6})\(([A-Z]{2,6})\)")
# "Controls (group 1) received".
CODED = re.compile(
    r"\b(?P<word>controls?|comparators?|placebo|intervention|treated|active)\s*"
    r"\((?P<of>[^\W\d]+)\s*=?\s*(?P<code>\d{1,2})\)",
    re.IGNORECASE,
)
# "The groups, 1-3, are, respectively, "A", "B", and "C"".
IN_TURN = re.compile(
    r"\b(?P<word>[^\W\d]+)s,?\s+1\s*(?:-|–|to|through)\s*(?P<last>[2-9]),?\s+(?:are|were|denote),?"
    r"\s+respectively,?\s+(?P<list>(?:(?:and\s+)?[\"'`][^\"'`\n]*(?:\n[^\"'`\n]*)?[\"'`],?\s*)+)"
)
# "A suffix _0 stands for baseline"; "_1: 3 months".
SUFFIX = re.compile(
    r"(?<![\w.])[`'\"*]*_([a-z]?[0-9]{1,3}|[a-z]{1,4})[`'\"*]*\s*(?:=|:|is|are|means?|stands? for|"
    r"denotes?|indicates?|for|\()\s*(?:the )?([^,.;)\n]{2,40})"
)
# What a sentence says behind the name of a column, with lines below that are set in; letters
# between a name and its codes.
SAID = re.compile(r"(?:[^.;\n]|[.;](?!\s+[A-Z\n])|\n(?=[ \t]+\S))*")
MOST_BETWEEN = 60
# CAF, Group C, Arm 2.
SPELT = re.compile(r"[A-Z]{2,6}|[^\W\d_]{3,}[ _-]?(?:[A-Z]|[0-9])")
MEANING = r"(?<![\w.-]){}[*_`\"']*\s*(?:[:=–—]|-\s)\s*[*_`]*([^\W\d][^.;\n]*)"
# "The column vas holds pain at rest, where higher values are worse"; "`crp` is C-reactive protein".
HOLDS = (
    r"(?:\b(?:[Cc]olumn|[Vv]ariable|[Ff]ield)\s+[`'\"*]*(?P<named>{0})[`'\"*]*|"
    r"`(?P<marked>{0})`|(?:^|(?<=[.;]\s))(?P<first>{0}))\s+"
    r"(?:holds?|contains?|gives?|records?|stores?|is|denotes?|represents?|stands for|measures?)\s+"
    r"(?:the |an? )?(?!\w+ed\b|(?:not?|from|of|at|in|on|for|before|after)\b)"
    r"(?P<label>[^\W\d][^.;\n]{{2,90}}?)"
    r"(?=[.;\n]|\s*$|,? (?:where|which|whose|with|of which)\b)"
)
OF_ROLES = re.compile(r"\b(?:primary|secondary|main|outcomes?|end ?points?)\b", re.IGNORECASE)
# "sham (arm = 0)": words before a code in brackets, and those of them that belong to the sentence.
CODE_BEHIND = (
    r"([^\W\d][^.,;:()\n]{{0,60}}?)\s*\([`'\"*]*{}[`'\"*]*\s*={{1,2}}\s*[`'\"]?([\w-]+)[`'\"]?\)"
)
LEADING = re.compile(
    r"^.*\b(?:to|or|and|either|received?|receiving|with|for|versus|vs|were|was|in|the)\s+", re.I
)
# "a new drug (B)": the words before a letter in brackets, and those of them that are none of it.
LETTER, MOST_LETTERS = re.compile(r"[A-Z]"), 8
IN_BRACKETS = re.compile(r"((?:[\w'-]+\s+){1,8})\(([A-Z])\)")
STANDARD = re.compile(
    r"(?<!\w)[\"'`]?([A-Z])[\"'`]?\s+(?:is|was|denotes|stands for|=)\s+(?:the\s+|an?\s+)?"
    r"((?i:standard|control|placebo|reference|comparator))(?=[.,;)]|\s*$|\s+and\b)|"
    r"\b((?i:standard|control|placebo|reference|comparator))\s+[\"'`]?([A-Z])[\"'`]?(?=[.,;)\s])",
    re.MULTILINE,
)
LED_TO = re.compile(
    r"^.*\b(?:compar\w+|between|against|versus|vs|to|or|and|either|for|received?|receiving|with|"
    r"were|was|is|are|in|the|an?)\s+",
    re.IGNORECASE,
)
Choices = tuple[tuple[str, str], ...]


def described_in(
    files: Sequence[str], values: Mapping[str, Collection[str]], others: Collection[str] = ()
) -> dict[str, Described]:
    """Columns of which texts label every code, or an abbreviation of few, or say that they are
    weights of sampling; `values` are the different cells of each. Nothing of what stands under
    headings on one of the `others`, files of other tables in small letters."""
    made: dict[str, Described] = {}
    codes = {name: [one for one in own if not not_known(one)] for name, own in values.items()}
    for path, whole in texts_of(files):
        lines = whole.splitlines()
        under = zip(lines, files_of_lines(lines), strict=True)
        text = "\n".join("" if file in others else line for line, file in under)
        found = (*_listed(text, codes), *_ruled(text, codes), *_ahead(text, codes))
        found = (*found, *_beside(text, codes), *_behind(text, codes), *_spelt(text, codes))
        found = (*found, *_lettered(text, codes), *_standard(text, codes), *_in_turn(text, codes))
        for name, line, choices in (*found, *_short(text, values), *_short(text, codes)):
            made.setdefault(name, Described(by=f"{path.name}, line {line}", choices=choices))
        for name, line, label in _held(text, values):
            made.setdefault(name, Described(by=f"{path.name}, line {line}", label=label))
        for said in re.finditer(
            r"([\w.]+)[`*\"']*(?: is (?:an? |the )?|\s*[:=]\s*)([^.;\n]+)", text
        ):
            if said[1] in values and OF_SAMPLING.search(" ".join(parts(said[2]))):
                line = text.count("\n", 0, said.start()) + 1
                about = Described(by=f"{path.name}, line {line}", label=said[2].strip())
                made.setdefault(said[1], about)
    return made


def suffixes_in(files: Sequence[str], names: Collection[str]) -> dict[str, Described]:
    """Columns of which a text says what the end of their names means, "_0 = baseline", where it
    says so of every end of that form: labels that say it, of names with the same stem."""
    made: dict[str, Described] = {}
    for path, text in texts_of(files):
        said = {one[1]: (one[2].strip(), one.start()) for one in SUFFIX.finditer(text)}
        for name in names:
            stem, _, end = name.rpartition("_")
            if stem and end in said:
                words, at = said[end]
                by = f"{path.name}, line {text.count(chr(10), 0, at) + 1}"
                made.setdefault(name, Described(by=by, label=f"{stem} at {words}"))
    return made


def _held(text: str, names: Collection[str]) -> Iterator[tuple[str, int, str]]:
    """Columns of which a sentence says what they hold: the column vas holds pain at rest, where …;
    a sentence that begins with a plain word may be of something else."""
    known = "|".join(re.escape(one) for one in sorted(names, key=len, reverse=True))
    for said in re.finditer(HOLDS.format(known), text, re.MULTILINE) if names else ():
        name = said["named"] or said["first"] or said["marked"]
        plain = said["first"] and re.fullmatch("[A-Z]?[a-z]+", name)
        others = {*re.findall(rf"(?<![\w.])(?:{known})(?!\w)", said["label"])} - {name}
        if not (plain or others or OF_ROLES.search(said["label"])):
            yield name, text.count("\n", 0, said.start("label")) + 1, said["label"].strip(" *_`")


def _listed(text: str, values: Mapping[str, Collection[str]]) -> Iterator[tuple[str, int, Choices]]:
    """Columns with a word of their name that a list has with each of their numbers, once."""
    lists: dict[str, list[tuple[str, str, int]]] = {}
    for line, each in enumerate(text.splitlines(), start=1):
        if item := LISTED.fullmatch(each):
            label = re.split(r"(?<=[^\d.])\.(?:\s|$)", item["label"])[0].strip(" *_`;")
            lists.setdefault(item["word"].lower(), []).append((item["code"], label, line))
    for word, items in lists.items():
        codes = [code for code, _, _ in items]
        named = [name for name in values if word in parts(name)]
        known = [name for name in named if values[name] and {*values[name]} <= {*codes}]
        if len(named) == len(known) == 1 and len({*codes}) == len(codes) > 1:
            yield known[0], items[0][2], tuple((code, label) for code, label, _ in items)


def _in_turn(
    text: str, values: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, int, Choices]]:
    """Columns of a word of which a sentence has the meanings of all numbers in their order."""
    for said in IN_TURN.finditer(text):
        labels = [
            " ".join(one.split()).rstrip(",")
            for one in re.findall(r"[\"'`]([^\"'`]+)[\"'`]", said["list"])
        ]
        codes = [str(n) for n in range(1, int(said["last"]) + 1)]
        named = [name for name, own in values.items() if said["word"].lower() in parts(name)]
        if len(named) == 1 and {*values[named[0]]} == {*codes} and len(labels) == len(codes):
            line = text.count("\n", 0, said.start()) + 1
            yield named[0], line, tuple(zip(codes, labels, strict=True))


def _ruled(text: str, values: Mapping[str, Collection[str]]) -> Iterator[tuple[str, int, Choices]]:
    """Columns with a rule for each code: if treat=0, then the mother got the booklet."""
    for name, at, choices in rules_in(text, values):
        yield name, text.count("\n", 0, at) + 1, choices


def _beside(text: str, values: Mapping[str, Collection[str]]) -> Iterator[tuple[str, int, Choices]]:
    """Columns of which a text has a code behind a word of arms: Controls (group 1)."""
    said: dict[str, dict[str, tuple[str, int]]] = {}
    for one in CODED.finditer(text):
        named = [name for name in values if one["of"].lower() in parts(name)]
        sentence = re.split(r"[.;\n]", text[: one.start()])[-1]
        if len(named) == 1 and one["code"] in values[named[0]] and not OF_OTHERS.search(sentence):
            line = text.count("\n", 0, one.start()) + 1
            said.setdefault(named[0], {}).setdefault(one["code"], (one["word"], line))
    for name, own in said.items():
        codes = sorted(values[name])
        labels = [own[code][0] if code in own else f"{name} {code}" for code in codes]
        if len({*labels}) == len(codes) > 1:
            line = min(line for _, line in own.values())
            yield name, line, tuple(zip(codes, labels, strict=True))


def _behind(text: str, values: Mapping[str, Collection[str]]) -> Iterator[tuple[str, int, Choices]]:
    """Columns of which a sentence has every code with a label behind the name: the variable group
    is coded 0 = control, 1 = treatment; group (0 control, 1 treatment)."""
    coded = {name: own for name, own in values.items() if len({*own}) > 1}
    if not coded:
        return
    names = "|".join(re.escape(one) for one in sorted(coded, key=len, reverse=True))
    for told in re.finditer(rf"(?<![\w.])(?:{names})(?![\w.]*\w)", text):
        name, sentence = told[0], SAID.match(text, told.end())
        said = sentence[0] if sentence else ""
        line = text.count("\n", 0, told.start()) + 1
        own = {*coded[name]}
        listed = with_values(said, own) or ("", ())
        if {code for code, _ in listed[1]} == own and len(listed[0]) <= MOST_BETWEEN:
            yield name, line, listed[1]


def _ahead(text: str, values: Mapping[str, Collection[str]]) -> Iterator[tuple[str, int, Choices]]:
    """Columns of which a text has each code in brackets behind what it is, once: drawn for a sham
    (arm = 0) or for tDCS (arm = 1)."""
    for name, own in values.items():
        said = [*re.finditer(CODE_BEHIND.format(re.escape(name)), text)] if len({*own}) > 1 else []
        if said and sorted(one[2] for one in said) == sorted({*own}):
            line = text.count("\n", 0, said[0].start()) + 1
            labels = [LEADING.sub("", " ".join(one[1].split())) for one in said]
            if all(labels) and len({*labels}) == len(labels):
                yield name, line, tuple(zip([one[2] for one in said], labels, strict=True))


def _standard(
    text: str, values: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, int, Choices]]:
    """Columns of letters of which a text says that one is the control or the standard, and never
    another: where S is the standard; two new drugs, H and B, and standard S."""
    for name, own in values.items():
        if not (1 < len({*own}) <= MOST_LETTERS and all(map(LETTER.fullmatch, own))):
            continue
        found = {one[1] or one[4]: one for one in STANDARD.finditer(text)}
        if len(found) == 1 and {*found} <= {*own}:
            code, said = next(iter(found.items()))
            label = said[2] or said[3]
            choices = ((one, label.lower() if one == code else one) for one in sorted({*own}))
            yield name, text.count("\n", 0, said.start()) + 1, tuple(choices)


def _lettered(
    text: str, values: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, int, Choices]]:
    """Columns of letters of which one sentence has each in brackets behind what it is, and nothing
    else in it so: a new drug (B) with a standard formulation (A)."""
    for name, own in values.items():
        if not (1 < len({*own}) <= MOST_LETTERS and all(map(LETTER.fullmatch, own))):
            continue
        for sentence in SENTENCE.finditer(text):
            said = [*IN_BRACKETS.finditer(sentence[0])]
            if sorted(one[2] for one in said) == sorted({*own}):
                labels = [LED_TO.sub("", " ".join(one[1].split())) for one in said]
                if all(labels) and len({*labels}) == len(labels):
                    line = text.count("\n", 0, sentence.start() + said[0].start()) + 1
                    yield name, line, tuple(zip([one[2] for one in said], labels, strict=True))
                    break


def _spelt(text: str, values: Mapping[str, Collection[str]]) -> Iterator[tuple[str, int, Choices]]:
    """Columns of abbreviations, or of words with a letter each, of which a text has every one
    before what it is: Group C: control. **UCEP** = usual care."""
    for name, own in values.items():
        spelt = len({*own}) > 1 and all(map(SPELT.fullmatch, own))
        said = {one: re.search(MEANING.format(re.escape(one)), text) for one in own if spelt}
        found = {one: at for one, at in said.items() if at}
        if spelt and len(found) == len({*own}):
            line = text.count("\n", 0, min(at.end() for at in found.values())) + 1
            yield name, line, tuple((one, at[1].strip(" *_`")) for one, at in found.items())


def _short(text: str, values: Mapping[str, Collection[str]]) -> Iterator[tuple[str, int, Choices]]:
    """Columns of capitals that a text has in brackets each, with the words that they begin."""
    said: dict[str, tuple[str, int]] = {}
    for found in SHORTENED.finditer(text):
        words = found[1].split()[-len(found[2]) :]
        whole = " ".join(words) if "".join(word[0] for word in words).upper() == found[2] else ""
        said.setdefault(found[2], (whole, text.count("\n", 0, found.end()) + 1))
    for name, codes in values.items():
        told = [(code, *said[code]) for code in sorted(codes) if code in said]
        if len(told) == len(codes) > 1 and any(whole for _, whole, _ in told):
            choices = tuple(
                (code, f"{whole} ({code})" if whole else code) for code, whole, _ in told
            )
            yield name, told[0][2], choices
