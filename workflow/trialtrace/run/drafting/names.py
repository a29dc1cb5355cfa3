"""What names of columns and levels say in trials: subjects, arms, visits, units, persons, codes."""

import re
from collections.abc import Sequence

from trialtrace.run.tables.measures import folded, parts, plain
from trialtrace.run.trial.label_words import NOT_KNOWN, SURE_CONTROL


def vocabulary(text: str) -> tuple[str, ...]:
    """The words of a list, in their order."""
    return tuple(text.split())


# Words for a patient, and what stands before or behind them in a name: numeropaciente, pacjentnr.
_PEOPLE = vocabulary("""
    pazient paziente paciente pacient pacienta pacjent pacjenta pasient deelnemer proefpersoon
    deltager deltaker deltagare potilas tutkittava beteg pacijent ispitanik bolnik patsient
    uuritav pacients pacientas hasta katilimci soggetto sujeto sujeito sujet versuchsperson
    pacientul ασθενης ασθενους пациент пациента пацієнт пацієнта больнои patient proband
    participant subject""")
_BESIDE = vocabulary("""
    id nr no num nummer number numero codice codigo kod kode cislo szam stevilka broj code номер
    κωδικος numar""")
# The whole name in small letters without marks between, the surest first.
SUBJECTS = (
    *("usubjid", "subjid", "subjectid", "patientid", "participantid", "recordid", "ptid", "patid"),
    *("pid", "screeningno", "randno", "randomisationnumber", "randomizationnumber"),
    *("subject", "patient", "participant", "subj", "pat", "pt", "patno", "patnr", "patientno"),
    "ptno",
    *("subjectno", "subjno", "subjectnumber", "patientnumber", "patnum", "patientennummer"),
    *("nr", "proband", "probandennr", "probandid", "patientnr", "paziente", "paciente"),
    "patienten",
    *(one for one in _PEOPLE if one not in ("hasta", "sujet")),
    *(text for one in _PEOPLE for n in _BESIDE for text in (one + n, n + one, f"{n}de{one}")),
    *(
        "id",
        "uid",
        "idno",
        "idnum",
        "idnumber",
        "identifier",
        "person",
        "personid",
        "individual",
        "child",
    ),
    *("caseid", "casenum", "caseno", "case", "childid", "woman", "rat", "animal", "animalid"),
    *("mouse", "dog", "pig", "rabbit"),
)
# Of them those that are the number of a patient at the end of any name.
_NUMBERS = set(SUBJECTS[: SUBJECTS.index("pid")]) - {"screeningno", "randno"}
# What happens to a patient, and how it is numbered in one word; how many of something there are.
_HAPPENED = set(
    vocabulary("""
    ae aes sae saes susar susars adverse event events episode episodes visit visits ereignis
    ereignisse visite visiten evenement evenements evento eventos eventi""")
)
_OF_HAPPENED = re.compile(
    rf"({'|'.join(sorted(_HAPPENED, key=len, reverse=True))})(id|no|nr|num|number|n|count|code)"
)
_MANY = re.compile(
    r"(?<!identification )\b(number|count|no|nr|n|num|anzahl|nombre|numero|antal|aantal|liczba) "
    r"(of|de|di|von|der) "
    rf"(?!(the )?({'|'.join(SUBJECTS)})\b)\w|"
    rf"^(n|no|nr|num|number|count|total|anzahl) ({'|'.join(_HAPPENED)}|\w+s|children)$"
)
# So many of them mean a subject however few there are.
SURE_SUBJECTS = SUBJECTS.index("person")
ROW_NUMBERS = ("rownames", "rowname", "row", "rownumber", "index", "x", "unnamed0", "obs", "obsno")
ARMS = vocabulary("""
    trt01p trtp arm trt01a trta actarm armcd actarmcd trt01pn trtpn treatment treat treated trt
    trtmt trtment treatmnt rx tx randomisation randomization randomised randomized allocation
    randarm treatmentarm treatmentgroup studyarm trtgrp trtgroup txgroup rand randgroup intervention
    assignment assigned dosegroup treatmentgrp studygroup behandlung behandlungsarm
    behandlungsgruppe studienarm therapiearm zuteilung randomisierung prufmedikation
    studienmedikation randomisierungsarm bras traitement brasdetraitement groupedetraitement
    randomisationgroupe braccio trattamento randomizzazione gruppoditrattamento bracciodistudio
    redcaparm brazo tratamiento aleatorizacion asignacion braco tratamento randomizacao alocacao
    behandeling behandelarm behandelgroep randomisatie behandling behandlingsgrupp
    behandlingsgruppe randomisering lottning hoito hoitoryhma satunnaistaminen leczenie ramie
    randomizacja lecba rameno randomizace liecba kezeles kezelesicsoport tratament tedavi
    tedavigrubu lijecenje zdravljenje ravi ravim arstesana gydymas θεραπεια ομαδαθεραπειας
    τυχαιοποιηση лечение группалечения рандомизация лікування групалікування рандомізація
    randomizare randomizavimas therapy regimen drug grp group groups grupos groupes gruppen
    condition cond vaccine diet
    therapie gruppe groupe gruppo grupo groep grupp grupa skupina csoport ομαδα группа група ruhm
    grupe ryhma grup medikation medikament terapia bedingung method program programme stim dose
    dosis dosage formulation preparation product tr farmaco
    medicamento medicament geneesmiddel lakemedel""")
DOSES = {"dose", "dosis", "dosage", "doselevel", "dosegroup", "dosisgruppe"}
# Names from here on are also those of other groups than arms.
SURE_ARMS = ARMS.index("therapy")
# Of these as many letters stand for the whole.
SHORTENED = ("treatment", "allocation", "randomisation", "randomization", "intervention")
SHORTEST = 6
ARM_PARTS = vocabulary("""
    arm treatment treat trt rx tx group grp allocation gruppe groupe gruppo grupo behandlung
    traitement trattamento tratamiento behandeling behandling randomisierung prufmedikation groep
    grupp grupa skupina csoport ryhma hoito leczenie lecba liecba kezeles tratament tratamento
    tedavi lijecenje zdravljenje gydymas ruhm grupe ομαδα группа група лечение лікування
    θεραπεια""")
# A group of these is none of treatment.
NO_ARM_PARTS = vocabulary("""
    age sex race ethnic blood risk income stage diagnosis alter alters blut wiek vek ika leeftijd
    eta edad idade alder sanguin sanguineo sanguigno krwi bloed blod krevni krvna ver крови guess
    guessed belief believed prior previous preference preferred sequence seq sequenz reihenfolge
    failure failed stopped discontinued discontinuation success adherence
    completed completers""")
# Columns of who has which treatments in which order.
SEQUENCES = {"sequence", "seq", "sequencegroup", "trtseq", "trtseqp", "seqgroup", "ordering",
             "sequenz", "sequenzgruppe", "reihenfolge", "sequenza", "secuencia", "sequencia",
             "volgorde", "sekvens", "sekwencja"}  # fmt: skip
# Levels that are such orders: drug first; drug, then placebo.
FIRST = re.compile(
    r".*\b(first(?! (line|dose|generation|week|day|visit))|1st|zuerst|zunachst|d ?abord|"
    r"en premier|primero|prima|primeiro|eerst|forst|najpierw)\b.*",
    re.IGNORECASE,
)
THEN = re.compile(r"\W*\b(?:then|before|followed by|to|dann|puis|luego|poi|dan)\b\W*|[\W_]+")
PERIODS = {"period", "phase", "session", "occasion", "visit", "stage", "order", "day", "week"}
PERIODS |= {"periode", "sitzung", "visite", "abschnitt", "tag", "woche", "periodo", "seance"}
SIDES = {"side", "eye", "eyes", "leg", "foot", "knee", "limb", "hand", "hip", "ear", "lat", "seite"}
# What a treatment leaves of the one before it.
CARRYOVER = ("carry", "carryover", "carryovereffect")
# What is numbered one after the other.
_IN_TURN = vocabulary("visit cycle week month day period session wave assessment")
VISITS = vocabulary("""
    avisit visit visitnum visitno avisitn redcapevent redcapeventname eventname timepoint week
    month day wk time visitday followup period occasion wave assessment session cycle year hour
    hours days weeks months ady years epoch t age visite woche monat tag zeitpunkt messzeitpunkt
    semaine mois jour
    settimana mese semana mes dia maand vecka when""")
VISITS += tuple(word + n for word in _IN_TURN for n in ("no", "nr", "num", "number", "n"))
VISIT_PARTS = vocabulary("visit cycle week month day timepoint wk occasion session period")
PARAMETERS = ("paramcd", "parameter", "param", "testcd", "test", "measure", "variable", "item")
# What the names of the columns of a table of findings begin with in SDTM.
FINDINGS = "(?:lb|vs|eg|qs|ft|rs|tr|tu|oe|nv|re|cv|mk|mb|ms|pc|pp|da|is|cc|fa|pe|sc|ss|sr)"
REPEATS = vocabulary("""
    redcaprepeatinstance redcaprepeatinstrument seq aeseq instance rep aeno aenr aenum aenumber
    saeno eventno eventnr eventnum eventnumber episodeno episodenumber cmseq cmno medno lesionno""")
SITES = ("site", "siteid", "center", "centre", "clinic", "hospital", "centerid", "centreid", "inst",
         "zentrum", "klinik", "haus", "prufzentrum", "centro", "hopital", "ospedale", "centrum",
         "sykehus", "sjukhus", "hospitaal")  # fmt: skip
# Words that a table may be called by whatever its file is called, which may name a person or a day.
TABLES = set(
    vocabulary("""
    export data dataset table file trial study raw records rows subjects subject patients patient
    participants people baseline visits visit followup follow up labs lab vitals outcomes outcome
    events event episodes adverse ae aes sae deaths demographics randomisation randomization
    screening treatment treatments arms doses exposure wide long scores score measures
    measurements periods sites clusters questionnaire diary medication history disposition dm ex
    survival pain qol quality life biochemistry haematology hematology chemistry blood bloods urine
    conmeds concomitant meds drug drugs withdrawals dropouts deviations protocol vital signs status
    ecg imaging tumour tumor response main primary secondary sheet week weeks month months day
    final end last pre post before after arm eligibility consent adherence contact contacts
    ds lb vs adsl adtte adae adlb advs adqs adcm adex adeff adrs admh adbds adocc adoccds adeg
    adpc adds adtr adec adpro adefw daten patienten visiten verlauf donnees visites dati datos
    pazienti""")
)
# Groups of two or three people or animals, such as those of one mother.
RELATED = set(
    vocabulary("""
    family familie famille famiglia familia familj perhe rodzina csalad rodina obitelj aile семья
    родина οικογενεια household haushalt menage foyer hogar huishouden husstand hushall kotitalous
    gospodarstwo domacnost haztartas couple paar pareja coppia casal dyad mother mutter mere madre
    mae moeder aiti matka anya majka motina мать мати μητερα parent pair twins twinpair zwillinge
    sibship litter wurf portee nidiata camada ninhada worp kuld kull pentue miot vrh alom dam""")
)
# Groups of patients that may be randomised as wholes; an id of one is none of a patient.
CLUSTERS = RELATED | set(
    vocabulary("""
    cluster practice ward school village centre center site hospital clinic class town gp surgery
    nursinghome room cage pen team therapist icu unit midwife parish""")
)
# Words of a control that also stand in levels of something else.
CONTROL = re.compile(
    rf"{SURE_CONTROL.pattern}|.*(ctrl|standard|usual|plac|pbo|observation|reference|ubliche|"
    r"comparator|[ck]onven[tcz]\w*|routine|traditional|soins (courants|habituels)|habitu|"
    r"gebruikelijk|zwykl|obvykl|obisnuit|стандартн|обычн|звичаин|обичаин|συνηθ|"
    r"randomi[sz]ed out|fisiolog|"
    r"\b(obs|none|cont|contr|ctl|ctr|pla|plc|soc|bsc|dummy|saline|fisio)\b|"
    r"kochsalz|physiologi|\b(went|carried|kept|continued)( on)? as before).*|"
    r"(no|without|ohne|keine?|sans|senza|sin|zonder|geen|uden|uten|utan|bez|без|χωρις|fara|ilman) "
    r".+",
    re.IGNORECASE,
)
# What patients had before their treatments, or between them.
BETWEEN_TREATMENTS = re.compile(
    r"run[- ]?in|wash[- ]?out|baseline|screening|lead[- ]?in( period)?", re.IGNORECASE
)
# Words in the levels of an arm.
TREATED = re.compile(
    r"\b(placebo|control|ctrl|sham|active|standard|usual care|treatment|treated|drug|intervention|"
    r"experimental|vaccine|plac|pbo|no treatment|observation|obs|comparator|untreated|"
    r"[0-9.]+ ?mg|chemotherapy|radiotherapy|surgery|therapy|standard care|test|verum|"
    r"kontroll\w*|behandlung|intervencion|controle|controllo|temoin)\b|pla[cz]ebo|plasebo",
    re.IGNORECASE,
)
# When a treatment begins: at once, and later; early and late are also what patients are.
AT_ONCE = re.compile(
    r"(?:imm(?:ed(?:iate(?:ly)?)?)?|prompt|upfront|sofort\w*|(early))(?: \w+){0,3}", re.I
)
LATER_ON = re.compile(
    r"(?:def(?:er(?:red)?)?|delay(?:ed)?|postponed|verzogert\w*|(late))(?: \w+){0,3}", re.IGNORECASE
)
# Marks of a page: a new line, and what is heavy, small or a link; no bounds, as in <18 and >65.
NEW_LINE = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
TAG = re.compile(
    r"</?(a|b|i|u|p|em|strong|su[bp]|small|big|span|div|code|font|center)(\s[^<>]*)?>",
    re.IGNORECASE,
)
# Of who was never randomised: no arm, whatever column it stands in.
NOT_RANDOMISED = re.compile(
    r"(not|never|non|nicht|no|ikke|inte|niet)[ _-]*(randomi[sz]\w*|assigned|allocated|aleatori\w*)|"
    r"screen(ing)?[ _-]*fail\w*|no record|not (tested|applicable)|n/?a|notassgn|scrnfail",
    re.IGNORECASE,
)
# Of who was never in the trial, in whatever column.
NEVER_IN = re.compile(
    r"(not|never|non|nicht|no|ikke|inte|niet)[ _-]*(randomi[sz]\w*|allocated|(enrolled |part )?"
    r"(in|of) (the )?(trial|study|rct))( .*)?|screen(ing)?[ _-]*fail\w*|notassgn|scrnfail",
    re.IGNORECASE,
)
# Who belongs to a population, by the plain name of its column: the population, its flag, its label.
POPULATION_FLAGS = {
    "randfl": ("itt", "ITTFL", "All randomised"),
    "ittfl": ("itt", "ITTFL", "All randomised"),
    "fasfl": ("full_analysis", "FASFL", "Full analysis set"),
    "mittfl": ("modified_itt", "MITTFL", "Modified intention to treat"),
    "saffl": ("safety", "SAFFL", "Treated"),
    "pprotfl": ("per_protocol", "PPROTFL", "Per protocol"),
    "ppfl": ("per_protocol", "PPROTFL", "Per protocol"),
}
# PPset, ppop.
POPULATION_NAME = re.compile(r"^(pp|itt|mitt|fas|saf)(set|p?op|population|flag|yn)$")
_OF_ALL = r"(population|pop|analys[ei]s|sample|set|cohort|flag|yn)"
# The same by words; of a population that only some are in first.
POPULATION_WORDS = [
    (re.compile(words), flag)
    for words, flag in (
        (r"\bmitt\b|modified (intention|intent) to treat", "mittfl"),
        (rf"\bfull analysis set\b|\bfas\b$|\bfas {_OF_ALL}", "fasfl"),
        (rf"\bper protocol\b( {_OF_ALL}|$)|\bpp {_OF_ALL}|^pp$", "pprotfl"),
        (rf"\bsafety {_OF_ALL}", "saffl"),
        (r"\bitt\b|(intention|intent) to treat", "ittfl"),
    )
]
# Who was left out of the trial or of an analysis of it, and who was in, by the words of a name or a
# label: "excluded after randomisation", "included in the main analysis", in_analysis.
_A_SET = r"(analys[ei]s|auswertung|population|set|sample|trial|study|randomi[sz]\w*|itt|fas)\b"
_PERSON = r"was|were|is|patients?|participants?|subjects?|post|randomi[sz]ation|after|later"
_BESIDE_IT = rf"({_PERSON}|flag|yn|yes|no|reasons?|for|of|0|1)"
_LEFT_OUT = r"(exclude[ds]?|exclusion|left out|ausgeschlossen)"
EXCLUDED = re.compile(
    rf"({_BESIDE_IT} )*{_LEFT_OUT}( {_BESIDE_IT}| exclude[ds]?)*$|"
    rf".*\b({_LEFT_OUT}|not (in|included|analy[sz]ed|evaluable))\b( \w+){{0,4}} {_A_SET}"
)
# A weight of a row in an analysis, and none of a body.
OF_SAMPLING = re.compile(
    r"\b(sampling|survey|design|probability|propensity|post ?stratification|non ?response|raking)\b"
    r".* weights?\b|\b(post ?stratification|raking|expansion) (factor|weight)s?\b"
)
# The age of a house or an ulcer, and of nobody; after "of" stands who else has an age.
OF_A_THING = re.compile(
    r"\bages? of (?!onset|diagnosis|(?:\w+ ){0,2}?(?:"
    r"patients?|participants?|subjects?|persons?|people|respondents?|individuals?|child(?:ren)?|"
    r"infants?|bab(?:y|ies)|newborns?|wom[ae]n|m[ae]n|girls?|boys?|adults?|volunteers?|members?|"
    r"students?|pupils?|householders?|head|mothers?|fathers?|workers?|users?|runners?|animals?)\b)"
)
INCLUDED = re.compile(
    rf"({_BESIDE_IT} )*(in |for )?(analy[sz]ed|analysis|evaluable)( set)?( {_BESIDE_IT})*$|"
    r".*\b(included|analy[sz]ed|evaluable|valid|used|eligible|kept|contribut\w+)( \w+){0,2} "
    rf"(in|for|to)( \w+){{0,3}} {_A_SET}|"
    r".*\b(efficacy|evaluable|analysis|treated) (population|set|sample)\b|"
    r"included?( (?!by|when|date|day|reason)\w+){0,2}$"
)
NO_POPULATION = re.compile(
    r"\b(reasons?|excluded|exclusion|not|non|why|deviations?|violations?|0 ?= ?(yes|in\w*))\b",
    re.IGNORECASE,
)
SEX = ("sex", "gender", "female", "male", "geschlecht", "sexe", "sesso", "sexo", "geslacht", "kon",
       "kjonn", "sukupuoli", "plec", "pohlavi", "pohlavie", "nem", "cinsiyet", "spol", "sugu",
       "dzimums", "lytis", "φυλο", "пол", "стать")  # fmt: skip
PERSONS = vocabulary("""
    name surname firstname lastname initials email phone telephone address street postcode zip
    zipcode mrn ssn nhsnumber insurance dob dateofbirth birthdate birthday birthdt brthdtc mobile
    fax""")
# Of SAS and Stata: a letter or an underscore behind a point is a missing value with a reason.
SPECIAL_MISSING = re.compile(r"[.][A-Za-z_]")
# Words for a unit, and how it is written.
_UNITS = """
    kg kgs kilogram kilograms: kg; gram grams: g; lb lbs pounds: lb; mg: mg; ug mcg µg μg: µg;
    cm centimetres centimeters: cm; mm: mm; mmhg: mmHg; bpm: beats/min;
    yrs years yr jahre ans anni años jaar år: years;
    mths months mos monate mois mesi meses: months; wks weeks wochen semaines settimane
    semanas: weeks; days tage jours giorni días dagen dagar: days; hrs hours stunden heures ore
    horas: hours; mins minutes minuten minuti minutos: minutes; secs seconds sekunden secondes
    secondi segundos: seconds; pct percent perc %: %; ml: mL; mmoll mmol/l: mmol/L; umoll umol/l
    µmol/l μmol/l: µmol/L; mgdl mg/dl: mg/dL; gdl g/dl: g/dL; ngml ng/ml: ng/mL; pgml pg/ml: pg/mL;
    ugml µg/ml: µg/mL; kcal: kcal; kgm2 kg/m2 kg/m² kg/m^2: kg/m²"""
UNITS = {
    word: unit.strip()
    for words, _, unit in (entry.partition(":") for entry in _UNITS.split(";"))
    for word in words.split()
}
# Short units that are words or initials too: only in brackets.
TIMES = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
BRACKETED = {"g": "g", "m": "m", "l": "L", "h": "hours", "s": "seconds", "d": "days", "y": "years"}
BRACKETED |= {"min": "minutes", "sec": "seconds", "iu": "IU", "u/l": "U/L", "iu/l": "IU/L"}
# What a column is called by that tells the unit of each row.
UNIT_WORDS = {"unit", "units", "uom", "einheit", "unite", "unidad", "unita", "enhet", "enhed"}
_OTHER_UNITS = {"lb", "oz", "in", "inch", "inches", "ft", "feet", "stone", "mmhg", "cmh2o", "f",
                "c", "fahrenheit", "celsius"}  # fmt: skip
_METRIC = re.compile(r"(d|c|m|u|n|p|k)??(mol|g|l|m|iu|u|eq|pa|j|cal)")
_POWERS = {"k": 3, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12}
# Words of scales, each step from the least on; a statistician takes the order and no distance.
SCALES = tuple(
    tuple(re.compile(step, re.IGNORECASE) for step in steps)
    for steps in (
        ("very low", "low|reduced", "normal|medium|moderate|average|intermediate",
         "high|elevated", "very high"),
        ("none|absent|nil|normal|no (problems|pain|symptoms)", "minimal|trace|very (mild|slight)",
         "some|mild|slight|light|low|minor|(mild|slight) (problems|pain|symptoms)",
         "moderate|medium|intermediate|moderate (problems|pain|symptoms)",
         "marked|severe|strong|high|major|severe (problems|pain|symptoms)",
         "(very|extremely) (severe|strong|high)|extreme|(extreme|unbearable) (problems|pain)"),
        ("very (poor|bad)|terrible", "poor|bad|unsatisfactory|inadequate", "fair|mediocre",
         "moderate|average|satisfactory|acceptable|adequate|intermediate|medium|ok(ay)?", "good",
         "very good", "excellent|outstanding|perfect"),
        ("very much worse", "much worse", "worse|worsened|progress(ion|ive disease)|pd",
         "(minimally|slightly|somewhat|a little) (worse|worsened)",
         "(about the )?same|unchanged|no change|stable( disease)?|sd",
         "(minimally|slightly|somewhat|a little) (better|improved)",
         "better|improved|partial (response|remission)|pr",
         "much (better|improved)|complete (response|remission)|cr", "very much (better|improved)"),
        ("never", "rarely|seldom", "sometimes|occasionally", "often|frequently|usually", "always"),
        ("not at all", "a little( bit)?|slightly", "somewhat|moderately", "quite a bit|a lot",
         "very much|extremely|completely"),
        *(tuple(step.format(word) for step in (
            "(very|strongly|completely|extremely) (dis|un){0}", "(somewhat )?(dis|un){0}",
            "neutral|neither.*|undecided|not sure|uncertain|possible", "(somewhat )?{0}",
            "(very|strongly|completely|extremely) {0}",
        )) for word in ("agree", "satisfied", "likely")),
    )
)  # fmt: skip
# Scales of numbered steps, whose distances mean nothing, by a name or a label.
ORDINAL = re.compile(
    r"\b(mrs|(modified )?rankin|gose?|glasgow outcome|nyha|ecog|pgic|cgi[is]?|clinical global|"
    r"global impression|iga|investigator s? ?global|kellgren|clavien|ashworth|mmrc|likert|"
    r"ordinal (scale|score|outcome))\b",
    re.IGNORECASE,
)
# Of a patient who could not be judged, whatever the other levels are.
NOT_EVALUABLE = re.compile(
    r"nev?|(not|non|un|in)[ _-]?(evalu?able|assess?able)|(not|nicht) (evaluated|auswertbar)",
    re.IGNORECASE,
)
# Results of a test in signs, from the least on: what stands for nothing elsewhere is one beside +.
SIGNS = ("[-−–]", r"\(\+\)|\+/-|±", r"\+", r"\+{2}", r"\+{3}", r"\+{4}")
MONEY = {"cost", "costs", "price", "prices", "charge", "charges", "income", "expenses", "wages"}
CUT = 8
_BRACKET = re.compile(r"[(\[]([^()\[\]]{1,20})[)\]]\s*$")
_RATIO = re.compile(r"[a-zµμ%0-9^²³*·]{1,8}/[a-z0-9^²³]{1,6}")
_NUMBERED = re.compile(r"([0-9]{1,3})\s*[_.:=)-]\s*([^\W\d].*)")
_STAGE = re.compile("[a-z][A-Z]")
_COMMA = re.compile(r",\s*([^,()]{1,12})$")


def rank(name: str, known: tuple[str, ...]) -> int | None:
    """The place of a name among those that are known, or None; a transport file of SAS has cut
    names to eight letters, and pT is a stage of a tumour, not pt."""
    short = "" if _STAGE.fullmatch(name) else plain(name)
    if short in known:
        return known.index(short)
    cut = len(name) == len(short) == CUT
    return next((at for at, one in enumerate(known) if cut and one.startswith(short)), None)


_TEST = re.compile(f".*testcd|{FINDINGS}test")


def tells_parameter(name: str) -> bool:
    """Whether a name is that of a column which says what a row is about: PARAM, LBTESTCD."""
    return rank(name, PARAMETERS) is not None or _TEST.fullmatch(plain(name)) is not None


def is_dose(name: str) -> bool:
    """Whether a name is that of a dose, with or without its unit: dose, dose_mg, Dosis (µg)."""
    words = parts(name)
    return plain(name) in DOSES or (words[:1] != [] and words[0] in DOSES and bool(unit_of(name)))


def rank_of_arm(name: str) -> int | None:
    """The place of a name among those of arms; a dose with its unit has that of a dose, the first
    letters of a long name that of the whole: treatm, interv."""
    short = plain(name)
    long = (one for one in SHORTENED if len(short) >= SHORTEST and one.startswith(short))
    return rank("dose" if is_dose(name) else next(long, name), ARMS)


LOGGED = re.compile(r"\b(logged|log ?(10|2|e)?|ln|logarithms?|log transformed)\b", re.IGNORECASE)


def unit_meant(text: str) -> str:
    """A unit in a form that all spellings of it have: of ng/mL and µg/L, of kg and kilograms;
    nothing of what is none."""
    word = re.sub(r"[\s°]", "", text).casefold()
    word = UNITS.get(word, word).casefold().replace("µ", "u").replace("μ", "u")
    halves = [_METRIC.fullmatch(half) for half in word.split("/")]
    if len(halves) < 3 and all(halves):
        powers = [_POWERS.get(half[1] or "", 0) for half in halves if half]
        bases = "/".join(half[2] for half in halves if half)
        return f"{powers[0] - sum(powers[1:])} {bases}"
    known = word in _OTHER_UNITS or word in UNITS or text in UNITS.values()
    return word if known else ""


# Days one to seven, number of falls: no days are counted.
OF_NUMBER = re.compile(rf"\b(number|count) of (?!{'|'.join(TIMES)})")


def unit_of(*texts: str) -> str:
    """The unit that a label or a name ends with: Weight (kg), weight_kg, Age, years; none of a
    logarithm."""
    if any(LOGGED.search(" ".join(parts(text))) for text in texts):
        return ""
    for text in texts:
        if MONEY & {*parts(text)}:
            return ""
        for pattern in (_BRACKET, _COMMA):
            if match := pattern.search(text.strip()):
                inside = " ".join(match[1].split()).lower()
                if unit := UNITS.get(inside) or UNITS.get(plain(inside)) or BRACKETED.get(inside):
                    return unit
                if pattern is _BRACKET and _RATIO.fullmatch(inside):
                    return match[1].strip()
        words = parts(text)
        if len(words) > 1 and words[0] in TIMES and not any(map(str.isdigit, words)):
            return "" if OF_NUMBER.search(" ".join(words)) else words[0]
        # The m of fev1_6m_l is of months.
        months = len(words) > 2 and re.search(rf"[0-9]{words[-2]}[\W_]+{words[-1]}$", text, re.I)
        for length in (1,) if months else (2, 1):
            if len(words) > length and (unit := UNITS.get("".join(words[-length:]))):
                # "Pain at 24 hours" is measured then, and not in hours.
                return "" if words[-length - 1].isdigit() and unit in TIMES else unit
    return ""


def speaks_of(name: str, known: tuple[str, ...], inside: tuple[str, ...]) -> bool:
    """Whether a name is one of those that are known, or holds a word of theirs."""
    return rank(name, known) is not None or bool(set(parts(name)) & set(inside))


def with_capital(text: str) -> str:
    """A text with a capital first letter, but for what is written with a small one: tPA, eGFR."""
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]


def flat(text: str) -> str:
    """A text in letters without marks, with a blank for all that stands between words."""
    return re.sub(r"[\W_]+", " ", folded(text)).strip()


def without_tags(text: str) -> str:
    """A text without the marks of a page; new lines of one are marks between."""
    return TAG.sub("", NEW_LINE.sub("; ", text)).replace("&nbsp;", " ").strip("; ")


def name_words(name: str) -> set[str]:
    """The words of a name, and the name as one."""
    return {*parts(name), plain(name)}


def numbers_people(name: str) -> bool:
    """Whether a name ends with the number of a patient: Unique Subject Identifier, p1_ptid,
    deidentified_patient_number; no patient_number_of_visits."""
    *_, who, what = ("", "", *parts(name))
    return what in _NUMBERS or (who in _PEOPLE and what in (*_BESIDE, "identifier"))


def numbers_events(name: str) -> bool:
    """Whether a name is that of the numbers, or of the number, of what happened to a patient:
    ae_id, visits_no, saeid; no ae_patient_id."""
    words = parts(name)
    happened = _HAPPENED & {*words} or _OF_HAPPENED.fullmatch(plain(name))
    return bool(happened) and not numbers_people(name)


def of_count(*texts: str) -> bool:
    """Whether a label or a name says how many of something there are: Number of visits, no_events,
    n_children; no "number of the patient"."""
    return any(_MANY.search(flat(text).lower()) for text in texts)


def not_known(text: str) -> bool:
    """Whether a text is one of those that stand for a value that is not there."""
    words = " ".join(text.split()).lower()
    first, _, second = words.partition("_")
    twice = first if first == second else words
    if text.strip() == "Na":  # sodium
        return False
    return twice in NOT_KNOWN or bool(SPECIAL_MISSING.fullmatch(text))


def sign(text: str) -> int | None:
    """The place of a sign among those of the results of a test; None of any other text."""
    return next((at for at, one in enumerate(SIGNS) if re.fullmatch(one, text)), None)


def words_apart(codes: Sequence[str]) -> list[str]:
    """What codes or labels say behind the numbers that order them: 1_indomethacin is indomethacin
    beside 0_placebo; 5-FU is 5-FU, and 7-day beside 28-day as well."""
    numbered = [match for match in map(_NUMBERED.fullmatch, codes) if match]
    numbers = sorted(int(match[1]) for match in numbered)
    words = [match[2].strip() for match in numbered]
    ordered = numbers in (list(range(len(codes))), list(range(1, len(codes) + 1)))
    return words if ordered and len({*words}) == len(codes) else [*codes]


def identifies(name: str) -> bool:
    """Whether a column of that name may tell who a patient is."""
    words = parts(name)
    return plain(name) in PERSONS or any(word in PERSONS[1:] for word in words)
