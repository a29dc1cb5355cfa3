"""What sentences beside the tables say of codes: which group has which number, and what an
abbreviation among the values of a column stands for."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from trialtrace.run.drafting.codebook import MOST_BYTES, NOTES, files_of_lines, text_of
from trialtrace.run.drafting.described import Described, rules_in, with_values
from trialtrace.run.drafting.names import OF_SAMPLING, not_known
from trialtrace.run.tables.measures import parts

# A line of a list: "- **Group 0** : no reminders".
LISTED = re.compile(
    r"\s*(?:[-*+•]\s+|\d+[.)]\s+)?[*_`]*(?P<word>[^\W\d]+) (?P<code>\d{1,2})[*_`]*"
    r"\s*(?:[:=–—]|\s-)\s*[*_`]*(?P<label>[^\W\d].*)"
)
# "conventional therapy (CT)".
SHORTENED = re.compile(r"((?:[^\W\d][\w-]*\s+){2,6})\(([A-Z]{2,6})\)")

# "superior as measured by the number of contacts (OC)", "the primary outcome was pain (vas)".
_WORDS = r"(?:[^.;()]|\([^()]*\))*?"
COMPARED = re.compile(
    r"\b(?:superior|inferior|better|compar\w+|effects?|efficacy|differ\w*|versus|vs)\b"
    rf"{_WORDS}\b(?:as )?measured by\b{_WORDS}\(([\w.]+)\)|"
    rf"\b(?:primary|main) (?:outcome|end ?point)\b{_WORDS}\(([\w.]+)\)|"
    r"\(([\w.]+),? (?:the )?(?:primary|main) (?:outcome|end ?point)\)",
    re.IGNORECASE,
)
PRIMARY = re.compile(
    r"\b(?:(?:primary|main) (?:(?:study|trial|efficacy|clinical) )?(?:outcomes?|end ?points?)|"
    r"(?:the|our) (?:(?:response|outcome|dependent) variable|outcome of interest))\b",
    re.IGNORECASE,
)
# A sentence that says which it is: "the primary outcome was", "as our primary outcome".
BE, OF_IT = r"(?:is|was|are|were)", r"(?:measures?|variables?|of (?:the|this|our) (?:trial|study))"
STATED = re.compile(
    rf"{PRIMARY.pattern}\W{{0,3}}(?:\s*{OF_IT})*"
    rf"\s*(?:[:=(,]|[-–—] |{BE}\b|(?:was |is )?defined as\b)|^\s*#[^\n]*{PRIMARY.pattern}",
    re.IGNORECASE,
)
# "An effort to assess the effectiveness of A on reducing systolic blood pressure".
AIMED = re.compile(
    r"\b(?:aim|aims|aimed|goal|purpose|objective|effort|designed|conducted|undertaken|sought|study|"
    r"trial)\b[^.;]*?\b(?:assess|evaluat|test|determin|compar|investigat|examin|estimat|stud)\w*\s"
    r"[^.;]*?\b(?:effects?|effectiveness|efficacy|impact|influence|benefits?)\b[^.;]*?"
    r"\b(?:on|in|for|at|to)\s+(?:(?:the )?(?:reduction|improvement|prevention|change)s? (?:in|of)|"
    r"(?:reduc|improv|lower|increas|prevent|decreas|rais)(?:e|ing))\s+",
    re.IGNORECASE,
)
NAMED_SO = re.compile(rf"(?:\b(?:{BE}|as) (?:the |our |its )?|, (?:the|our|its) )$", re.IGNORECASE)
NOTED_SO = re.compile(r"\([\w.]+,? (?:the )?$", re.IGNORECASE)
OTHER_ROLES = re.compile(r"\b(?:secondary|secondarily|adjust\w*|stratif\w*)\b", re.IGNORECASE)
# A sentence, which ends before the next item of a list.
SENTENCE = re.compile(r"(?:[^.;\n]|[.;](?!\s)|\n(?!\s*[-*+•|]))+")
# A heading on what is compared, and what is below it.
HEADING = re.compile(rf"^(#+[^\n]*{PRIMARY.pattern}[^\n]*)(\s*\n\s*\n\s*)", re.I | re.M)
# What stands between blank lines and headings; how the names of an outcome at visits begin.
BLOCK = re.compile(r"(?:(?!\n\s*\n|\n\s*#)[\s\S])+")
STEM = re.compile(r"[^\W_]+?(?=[._ ]|\d+[a-z]*$|$)|.*")
# Words that may make a sentence one of another study, in it and near it.
UNSAID = re.compile(
    r"\b(?:planned|not|never|unlike|instead|other|another|former|historical|changed|switched|"
    r"replaced|associat\w*|correlat\w*|predict\w*|imput\w*|related|missing|explain\w*|mediat\w*)\b",
    re.IGNORECASE,
)
OF_STUDIES = re.compile(
    r"\bet al\b|\b(?:pilot|parent|registered|protocol|original|earlier|previous)\b|"
    r"\b(?:study|trial|experiment) (?:of|by) (?-i:[A-Z])|"
    r"\b(?:sister|companion|parallel|twin|accompanying|neighbou?ring|separate) (?:study|trial)\b|"
    r"\bdata (?:are|is|were) (?:\w+ )?(?:elsewhere|not here)\b",
    re.IGNORECASE,
)
# What a heading calls this trial, and what a sentence calls its own: ZINCO, the BRISK trial.
OWN_NAME = re.compile(
    r"^#+ *(?:The )?([A-Z][A-Z0-9-]{2,})\b(?=\s*:| [-–] | (?:trial|study)\b)", re.M
)
NAMES = re.compile(
    r"\b(?:[Tt]rial|[Ss]tudy) ([A-Z][A-Z0-9-]{2,})\b|\b([A-Z][A-Z0-9-]{2,}) (?:trial|study)\b"
)
# Anywhere in a text: it is of more than one study, or of what another one left.
OF_SEVERAL = re.compile(
    r"\b(?:sub-?study|substudies|ancillary|secondary analys\w+|post[- ]hoc analys\w+|re-?analys\w+|"
    r"meta-?analys\w+|(?:study|trial|experiment) (?:[2-9]\b|II|two\b))",
    re.IGNORECASE,
)

# "A is the control arm and B the active arm"; "A: those drawn for yoga".
CONTROL = re.compile(r"\b(?:controls?|placebo|sham|comparator)\b")
OF_ARMS = re.compile(
    rf"{CONTROL.pattern}|\b(?:active|intervention|treatment|treated|drawn|randomi[sz]ed|allocated|"
    r"assigned)\b"
)

# "Controls (group 1) received".
CODED = re.compile(
    r"\b(?P<word>controls?|comparators?|placebo|intervention|treated|active)\s*"
    r"\((?P<of>[^\W\d]+)\s*=?\s*(?P<code>\d{1,2})\)",
    re.IGNORECASE,
)

# "Assigned to a treatment group (consumption) or the control group (avoidance)".
GROUPS = re.compile(r"\b(\w+)\s+(?:groups?|arms?)\s+\(([^()]{2,60})\)", re.IGNORECASE)

ASSIGNED = re.compile(r"\b(?:randomi[sz]|allocat|assign)ed\b", re.IGNORECASE)

# "Before the experiment began": and of no such sentence what was later as well.
AHEAD = re.compile(
    r"\b(?:before|prior to) (?:the )?(?:start of )?(?:the )?(?:experiment|study|trial|treatments?|"
    r"intervention|training|randomi[sz]ation|program(?:me)?)\b|\bat (?:baseline|study entry)\b",
    re.IGNORECASE,
)
NOT_AHEAD = re.compile(
    r"\b(?:after\w*|following|follow-?up|during|then|later|end|post\w*|finally|weeks?|months?|"
    r"change\w*|outcomes?|end ?points?|before|prior)\b",
    re.IGNORECASE,
)
# "Forty-four subjects were randomized into four groups".
COUNTS = ("three", "four", "five", "six", "seven", "eight")
DRAWN_FOR = re.compile(
    rf"\b(?:randomi[sz]|allocat|assign)ed\b[^.;()]{{0,60}}?\b(?:to|into|in|among|between)\s+"
    rf"(?:(?:one|either) of )?(?:the |these )?({'|'.join(COUNTS)}|[3-8])\s+(?:[\w-]+\s+){{0,3}}?"
    r"(?:groups|arms|treatments|conditions|regimens|interventions|diets|programs|programmes|doses|"
    r"drugs|therapies|preparations|formulations|methods|schedules|products)\b",
    re.IGNORECASE,
)
# "The groups, 1-3, are, respectively, "A", "B", and "C"".
IN_TURN = re.compile(
    r"\b(?P<word>[^\W\d]+)s,?\s+1\s*(?:-|–|to|through)\s*(?P<last>[2-9]),?\s+(?:are|were|denote),?"
    r"\s+respectively,?\s+(?P<list>(?:(?:and\s+)?[\"'`][^\"'`\n]*(?:\n[^\"'`\n]*)?[\"'`],?\s*)+)"
)

# "The study population consists of subjects with M=1 and Q <= 103".
IS = re.compile(r"([\w.]+)\s*(==?|<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)(?![\w.]*\d)")
STUDIED = re.compile(
    r"\b(population|sample|analys[ei]s|analy[sz]ed)\b.*\b(consists?|restricted|limited|comprises?|"
    r"includes?|only|with|where|who|whose)\b",
    re.IGNORECASE,
)
# "Higher scores on v1 indicate more pain": what a sentence says of the values of one column.
SIDED = re.compile(
    r"\b(?:high|great|larg|low|small)er\b.*\b(?:worse|better|more|less|greater|fewer|poorer|indicat\w+|"
    r"reflect\w*|mean(?:s|ing)?|represent\w*|denot\w+)\b",
    re.IGNORECASE | re.DOTALL,
)

# A sentence on other groups than those of the file.
OF_OTHERS = re.compile(
    r"\b(historical|earlier|previous|former|other|first|planned|trial of|study of|not|never|"
    r"neither|nor|no)\b",
    re.IGNORECASE,
)

# "potential controls from other places that received only oxytocin".
CONTROLS = re.compile(
    r"(?<!none of the )(?<!neither )\b(?:controls?|comparators?)\b"
    r"(?:(?!\b(?:later|never|nor|then|after\w*|subsequently|eventually|finally|not|who)\b)[^.;:,()]){0,80}?"
    r"\b(?:received|receiving|were given|got)\s+(?:only\s+|the\s+|an?\s+)*([^\W\d][\w-]*)"
    r"(?!\s+(?:after|later|once|from|at)\b)",
    re.IGNORECASE,
)

# What lies behind the start: "0 is the end of the six weeks of treatment", "on arrival, after the
# operation"; not "before the treatment", and no time since it began.
_GIVEN = (
    r"(?:treatments?|interventions?|training|therapy|program(?:me)?s?|course|operations?|surgery|"
    r"procedure|ana?esthesia|injections?|infusions?|vaccinations?)"
)
AT_ITS_END = re.compile(
    rf"\bpost ?-?(?:treatment|intervention|training|therapy|test)|"
    rf"(?<!before )(?<!until )\b(?:after|following|(?:end|completion) of) "
    rf"(?:(?!before\b|start|begin)\w+ ){{0,5}}?{_GIVEN}\b"
    rf"(?! (?:began|begins?|starts?|started|was drawn)\b)",
    re.IGNORECASE,
)


# "A suffix _0 stands for baseline"; "_1: 3 months".
SUFFIX = re.compile(
    r"(?<![\w.])[`'\"*]*_([a-z]?[0-9]{1,3}|[a-z]{1,4})[`'\"*]*\s*(?:=|:|is|are|means?|stands? for|"
    r"denotes?|indicates?|for|\()\s*(?:the )?([^,.;)\n]{2,40})"
)

# "Missing values are coded 9 or 99"; "Missing data codes: -99 for all numeric variables"; "-99
# means missing throughout".
_CODE = r"-?[0-9]{1,4}(?: \([^()]*\))?"
_CODES = rf"{_CODE}(?:(?:\s*[,;/]\s*|\s+(?:or|and|oder|und|ou|et|o|y|e|of|en)\s+)+{_CODE})*"
NONE_ARE = re.compile(
    r"[^\w-]*(?:all )?(?:missing|fehlende|valeurs manquantes|valores perdidos|valori mancanti|"
    r"valores ausentes|ontbrekende)(?: (?:values?|data|werte|answers?|waarden))?"
    r"(?: codes?)?\s*(?::|=|(?:are|is|were|sind)(?:\s+\w+ed)?(?:\s+(?:as|by|with|als))?)\s*"
    r"(?:codes? )?"
    rf"(?P<codes>{_CODES})(?:\s+(?:for|in) all\b.*)?\s*[.;]?|"
    rf"[^\w-]*(?:(?:the )?(?:codes?|values?) )?(?:of )?(?P<before>{_CODES})\s*"
    r"(?:=|:|means?|stands? for|denotes?|indicates?)\s*(?:a |that )?missing\b.*",
    re.IGNORECASE,
)
FOR_ALL = re.compile(
    r"\b(?:for|in) all (?:the )?(?P<word>[^\W\d]{3,})(?: \w+){0,2},? (?P<code>-?[0-9]{1,4}) "
    r"(?:indicates?|means?|stands? for|denotes?|is|=) (?:a |that )?(?:\w+ )?missing\b",
    re.IGNORECASE,
)
# Of some columns alone.
OF_SOME = re.compile(r"\b(?:for|in|except|but|where|when|if)\b(?! all| every| any)", re.IGNORECASE)

# What a sentence says behind the name of a column, with lines below that are set in; letters
# between a name and its codes.
SAID = re.compile(r"(?:[^.;\n]|[.;](?!\s+[A-Z\n])|\n(?=[ \t]+\S))*")
MOST_BETWEEN = 60
# Letters of a name that may be a word of a sentence.
SHORTEST_WORD = 4
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


def late_in(files: Sequence[str], values: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Columns of which texts say that they lie behind the treatment, or that their first whole
    number does (month.0), each with a sentence; `values` are the different cells of each."""
    made: dict[str, str] = {}
    for path, text in _texts(files) if values else ():
        names = [re.escape(one) for one in sorted(values, key=len, reverse=True)]
        named = re.compile(rf"(?<![\w.])(?:{'|'.join(names)})(?![\w])")
        for clause in re.finditer(r"[^.;\n]+", text):
            each = [*named.finditer(clause[0])]
            ends = [*(one.start() for one in each[1:]), len(clause[0])]
            line = text.count("\n", 0, clause.start()) + 1
            for one, end in zip(each, ends, strict=False):
                said, codes = clause[0][one.end() : end], [*filter(str.isdecimal, values[one[0]])]
                first = min(codes, key=int, default="")
                at = re.search(rf"(?<!\w){first}\b([^,]*)", said) if first else None
                for name, words in ((one[0], said), (f"{one[0]}.{first}", at[1] if at else "")):
                    if AT_ITS_END.search(words):
                        why = f"{path.name}, line {line}, says that it came after what was given."
                        made.setdefault(name, f"{name}: {why}")
    return made


def missing_in(files: Sequence[str], values: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Codes of which a sentence says that they are missing in all columns, each with where; nothing
    of one on some of them alone, or on a column."""
    made: dict[str, str] = {}
    for path, text in _texts(files):
        for line, each in enumerate(text.splitlines(), start=1):
            for sentence in re.split(r"(?<=[.;])\s+", each):
                told = NONE_ARE.fullmatch(sentence)
                if (
                    not told
                    or OF_SOME.search(sentence)
                    or {*re.findall(r"\w+", sentence)} & {*values}
                ):
                    continue
                for code in re.findall(r"-?\b[0-9]+", told["codes"] or told["before"]):
                    why = f"{path.name}, line {line}, says that {code} stands for what is missing."
                    made.setdefault(code, why)
    return made


def missing_of_words(files: Sequence[str], names: Collection[str]) -> dict[str, tuple[str, str]]:
    """Columns of a word of which a sentence says that a code is missing in all of them, "for all
    pain scores 999 indicates missing", with the code and where."""
    made: dict[str, tuple[str, str]] = {}
    for path, text in _texts(files):
        for told in FOR_ALL.finditer(text):
            word = told["word"].lower()
            for name in names:
                if word in parts(name) or name.lower().startswith(word):
                    line = text.count("\n", 0, told.start()) + 1
                    made[name] = (told["code"], f"{path.name}, line {line}")
    return made


def primary_in(
    files: Sequence[str], labels: Mapping[str, str], told: Mapping[str, str]
) -> tuple[list[str], str, bool]:
    """The columns of the one outcome by which texts say that the arms are compared, a sentence, and
    whether that is of this trial beyond doubt: the same file says what they are (`told` are columns
    with their files), or is a README beside such a one, and nothing around it is of another study.
    None where texts name none or several; `labels` are what columns are said to be."""
    found: dict[str, tuple[str, bool]] = {}
    for path, text in _texts(files):
        called, several = path.stem.casefold().startswith("readme"), OF_SEVERAL.search(text)
        joined = HEADING.sub(lambda one: one[1] + " " * len(one[2]), text)
        for block in BLOCK.finditer(joined):
            for said in SENTENCE.finditer(block[0]):
                line = text.count("\n", 0, block.start() + said.end()) + 1
                why = f"{path.name}, line {line}, says that it is what is compared."
                others = bool(
                    several
                    or UNSAID.search(said[0])
                    or OF_STUDIES.search(block[0])
                    or _of_another(said[0], text)
                )
                known = _states(said[0]) and not others
                for name in sorted(_compared(said[0], labels)):
                    own = told.get(name) == path.name or (called and bool(told))
                    # A plain word may be of something else, as pain of relief from it, unless a
                    # README beside the files has it as a name.
                    plain = _worded(" ".join(parts(said[0])), {name: ""})
                    own = (own and not plain) or (called and f"`{name}`" in said[0])
                    found.setdefault(name, (why, own and known))
    if len({*map(_stem, found)}) != 1:
        return [], "", False
    return [*found], next(iter(found.values()))[0], all(sure for _, sure in found.values())


def _of_another(sentence: str, text: str) -> bool:
    """Whether a sentence is of a trial of another name than the one that a heading has."""
    own = {*OWN_NAME.findall(text)}
    named = {name for pair in NAMES.findall(sentence) for name in pair if name}
    return bool(own and named and not own & named)


def sides_in(files: Sequence[str], labels: Mapping[str, str]) -> dict[str, str]:
    """Sentences on higher or lower values of one column each, without its name; nothing of a
    column on which there are several."""
    found: dict[str, set[str]] = {}
    names = "|".join(re.escape(one) for one in sorted(labels, key=len, reverse=True))
    for _, text in _texts(files) if labels else ():
        for said in SENTENCE.finditer(text):
            named = {*re.findall(rf"(?<![\w.])(?:{names})(?![\w])", clause := said[0])}
            if len(named) == 1 and SIDED.search(clause):
                name = min(named)
                of_it = rf"\b(?:on|for|of|in) (?:the )?[`'\"*]*{re.escape(name)}[`'\"*]*(?!\w)"
                words = re.sub(of_it, "", clause)
                found.setdefault(name, set()).add(" ".join(words.split()).strip(" -*#|"))
    return {name: min(each) for name, each in found.items() if len(each) == 1}


def _states(sentence: str) -> bool:
    """Whether a sentence says which the primary outcome is, and not only something of it."""
    role = PRIMARY.search(sentence)
    ahead = sentence[: role.start()] if role else ""
    return bool(
        AIMED.search(sentence)
        or STATED.search(sentence)
        or NAMED_SO.search(ahead)
        or NOTED_SO.search(ahead)
    )


def _compared(sentence: str, labels: Mapping[str, str]) -> set[str]:
    """The columns of which a sentence says that the arms are compared by them: in brackets, by a
    name that is no plain word, by the beginning of the names of several, or by their label."""
    found = {one for each in COMPARED.findall(sentence) for one in each if one in labels}
    role = PRIMARY.search(sentence) or AIMED.search(sentence)
    if role is None:
        return found
    known = "|".join(map(re.escape, labels))
    # What is said of another column in a list begins a line with it.
    names = rf"\n\W*\b(?:{known})\b(?:\W+(?:{known})\b)*"
    listed = re.compile(rf"{names}(?:\W*[:=|–]|\s+-|[^\S\n]{{2,}}|\t)")
    behind = sentence[role.end() :]
    behind = ahead if NAMED_SO.search(ahead := sentence[: role.start()]) else behind
    said = OTHER_ROLES.split(listed.split(behind)[0])[0]
    marked = {*re.findall(r"(?<=\()[\w.]+(?=[,)])|(?<=`)[\w.]+(?=`)", said)}
    odd = {one for one in re.findall(r"[\w.]*\w", said) if not re.fullmatch("[A-Z]?[a-z]+", one)}
    words = {word.casefold() for word in marked | odd if re.search("[A-Za-z]{2}", word)}
    if found := found | {name for name in labels if {name.casefold(), _stem(name)} & words}:
        return found
    plain = " ".join(parts(said))
    heads = {name: " ".join(parts(re.split(r"[,;(]", label)[0])) for name, label in labels.items()}
    return {
        name
        for name, head in heads.items()
        if " " in head and re.search(rf"\b{re.escape(head)}\b", plain)
    } or _worded(plain, labels)


def _worded(plain: str, labels: Mapping[str, str]) -> set[str]:
    """The one column whose name is a word of a sentence: "was pain at 12 weeks"."""
    words = {*plain.split()}
    found = {name for name in labels if len(name) >= SHORTEST_WORD and name.casefold() in words}
    return found if len(found) == 1 else set()


def _stem(name: str) -> str:
    """How a name begins, in small letters: sbp of SBP_12m, pain of pain6w."""
    found = STEM.match(name.casefold())
    return found[0] if found else name


def arms_of_files(files: Sequence[str], tables: Collection[str]) -> dict[str, str]:
    """What a text says of files by their names beside words of arms: under `arms_of_files` a
    sentence that each may be one, under `control.` and a name that it alone is the control."""
    stems = {Path(one).stem.casefold() for one in tables}
    for path, text in _texts(files):
        said: dict[str, str] = {}
        line = 0
        for sentence in re.finditer(r"(?:[^.]|\.(?!\s))+", text):
            words = sentence[0].casefold()
            at = {
                found.start(): one
                for one in stems
                for found in re.finditer(rf"(?<!\w){re.escape(one)}(?!\w)", words)
            }
            ends = [*sorted(at), len(words)][1:]
            for start, end in zip(sorted(at), ends, strict=True):
                if OF_ARMS.search(words[start:end]):
                    said[at[start]] = said.get(at[start], "") + words[start:end]
                    line = line or text.count("\n", 0, sentence.end()) + 1
        if len(said) > 1:
            told = {"arms_of_files": f"{path.name}, line {line}, says which of them is which arm"}
            controls = [one for one, words in said.items() if CONTROL.search(words)]
            if len(controls) == 1:
                told[f"control.{controls[0]}"] = f"{path.name}, line {line}, says so of its file."
            return told
    return {}


def population_in(files: Sequence[str], values: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Conditions on columns by which a sentence says who was studied, each with the sentence; none
    where it says who was not."""
    made: dict[str, str] = {}
    for path, text in _texts(files):
        for sentence in re.finditer(r"(?:[^.;\n]|\.(?=\S)|\n(?=[^\n\s*#-]))+", text):
            said = " ".join(sentence[0].split())
            found = [(name, sign.replace("==", "="), n) for name, sign, n in IS.findall(said)]
            fits = [
                name in values and (n in values[name] or sign != "=") for name, sign, n in found
            ]
            if fits and all(fits) and STUDIED.search(said) and not OF_OTHERS.search(said):
                key, line = ",".join(map("".join, found)), text.count("\n", 0, sentence.end()) + 1
                made[f"population.{key}"] = f"{path.name}, line {line}: {said}."
    return made


def before_in(files: Sequence[str], names: Collection[str]) -> dict[str, str]:
    """Columns of which a sentence on what was before treatment has the name in brackets or as code:
    before the experiment began, the Embedded Figures Test (EFT) was done. Each with where."""
    made: dict[str, str] = {}
    known = {name.casefold(): name for name in names}
    for path, text in _texts(files):
        for sentence in SENTENCE.finditer(text):
            said = " ".join(sentence[0].split())
            if not AHEAD.search(said) or NOT_AHEAD.search(AHEAD.sub("", said)):
                continue
            for marked in re.findall(r"\(([\w.]+)\)|`([\w.]+)`", said):
                if name := known.get("".join(marked).casefold()):
                    line = text.count("\n", 0, sentence.start()) + 1
                    made.setdefault(name, f"{path.name}, line {line}")
    return made


def groups_in(files: Sequence[str]) -> dict[str, str]:
    """Under `groups.4` a sentence that people were drawn for as many groups, if more than two and
    the same wherever texts say it."""
    found: dict[str, str] = {}
    for path, text in _texts(files):
        for told in DRAWN_FOR.finditer(text):
            if not OF_OTHERS.search(told[0]):
                line, n = text.count("\n", 0, told.end()) + 1, told[1].lower()
                n = str(COUNTS.index(n) + 3) if n in COUNTS else n
                found.setdefault(f"groups.{n}", f"{path.name}, line {line}, has so many groups.")
    return found if len(found) == 1 else {}


def controls_in(files: Sequence[str]) -> dict[str, str]:
    """What texts say that controls received, in small letters, each with a sentence; under `group.`
    what one sentence has in brackets behind the control group, under `beside.` behind others."""
    made: dict[str, str] = {}
    for path, text in _texts(files):
        for told in CONTROLS.finditer(text):
            line = text.count("\n", 0, told.end()) + 1
            made[told[1].lower()] = f"{path.name}, line {line}, says that controls received it."
        for sentence in re.finditer(r"[^.;]+", text):
            groups = [*GROUPS.finditer(sentence[0])]
            named = [one for one in groups if CONTROL.search(one[1].lower())]
            lot = ASSIGNED.search(sentence[0]) and not OF_OTHERS.search(sentence[0])
            line = text.count("\n", 0, sentence.end()) + 1
            why = f"{path.name}, line {line}, says which group is the control."
            for one in groups if lot and len(named) == 1 < len(groups) else ():
                of = "group" if one in named else "beside"
                made[f"{of}.{' '.join(one[2].lower().split())}"] = why
    return made


def _texts(files: Sequence[str]) -> Iterator[tuple[Path, str]]:
    for path in map(Path, dict.fromkeys(files)):
        if path.suffix.lower() in NOTES and path.stat().st_size <= MOST_BYTES:
            yield path, text_of(path)


def described_in(
    files: Sequence[str], values: Mapping[str, Collection[str]], others: Collection[str] = ()
) -> dict[str, Described]:
    """Columns of which texts label every code, or an abbreviation of few, or say that they are
    weights of sampling; `values` are the different cells of each. Nothing of what stands under
    headings on one of the `others`, files of other tables in small letters."""
    made: dict[str, Described] = {}
    codes = {name: [one for one in own if not not_known(one)] for name, own in values.items()}
    for path, whole in _texts(files):
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
    for path, text in _texts(files):
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


Choices = tuple[tuple[str, str], ...]


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
