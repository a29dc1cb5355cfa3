"""Words of a dictionary's labels that say what a code is: a sex, or that nothing is known.

The lists are closed: a label that is none of these words says neither.
"""

import re

# fmt: off
NOT_KNOWN = (
    *("na", "n/a", "n.a.", "n.a", "#n/a", "nan", "null", "missing", "unknown"),
    *("unk", "not known", "not done", "nd", "n.d.", "nk", "not recorded", "not available", "?"),
    *("-", "--", ".", "*", "not applicable", "miss", "no data", "ukn", "<na>", "(missing)"),
)
"""Such as stand in cells too."""
_NOT_KNOWN = frozenset({
    *NOT_KNOWN,
    "missing value", "missing data", "value missing", "data missing", "not asked", "not answered",
    "no answer", "no response", "not assessed", "not assessable", "not evaluable", "not evaluated",
    "not measured", "not tested", "not reported", "not stated", "not collected", "not documented",
    "not determined", "not examined", "not obtained", "not performed", "not seen", "not filled in",
    "no information", "no entry", "unspecified", "undetermined", "unclear", "illegible", "refused",
    "declined", "refused to answer", "prefer not to say", "don't know", "do not know", "dk",
    "does not know",
    "doesn't know", "patient refused", "lost to follow-up", "undocumented", "blank", "empty", "n/d",
    "left blank", "skipped", "not returned", "questionnaire not returned", "not provided",
    # German
    "fehlt", "fehlend", "fehlender wert", "unbekannt", "keine angabe", "keine angaben", "k.a.",
    "nicht beantwortet", "keine antwort",
    "k. a.", "ka", "nicht erhoben", "nicht bekannt", "nicht dokumentiert", "nicht durchgeführt",
    "nicht gemacht", "nicht gemessen", "nicht untersucht", "nicht beurteilbar", "nicht erfasst",
    "nicht zutreffend", "entfällt", "weiß nicht", "weiss nicht", "verweigert", "unklar",
    # French
    "manquant", "manquante", "valeur manquante", "inconnu", "inconnue", "non fait", "non réalisé",
    "non renseigné", "non disponible", "non applicable", "ne sait pas", "refus", "donnée manquante",
    "données manquantes", "pas de réponse", "sans réponse", "non répondu", "non connu",
    # Spanish, Portuguese, Italian
    "desconocido", "desconocida", "faltante", "no hecho", "no realizado", "no disponible",
    "no consta", "no aplica", "no sabe", "perdido", "sin dato", "sin datos", "desconhecido",
    "em falta", "ausente", "não feito", "não realizado", "não se aplica", "não sabe", "mancante",
    "no contesta", "no responde", "ns/nc", "no informado", "no registrado", "no recogido",
    "perdidos", "sem resposta", "não informado", "não respondeu", "não sabe informar", "ignorado",
    "sem informação", "dato mancante", "mancanti", "non risponde", "non rilevato", "non riportato",
    "sconosciuto", "non noto", "non eseguito", "non disponibile", "non applicabile", "non so",
    # Dutch, Danish, Norwegian, Swedish, Polish, Czech
    "geen antwoord", "weet niet", "niet ingevuld", "niet gemeten", "niet beantwoord", "ontbrekend",
    "ontbreekt", "onbekend", "niet bekend", "niet gedaan", "niet van toepassing", "mangler",
    "ukendt", "ukjent", "ikke udført", "ikke utført", "ikke kendt", "saknas", "okänd", "okänt",
    "ej utförd", "ej känt", "ej gjort", "brak danych", "nieznane", "nieznany", "nie wykonano",
    "nie dotyczy", "chybí", "neznámé", "neznámý", "neprovedeno",
})
# As casefold writes them: a last sigma is a sigma.
_SEXES = {
    "F": frozenset({
        "f", "w", "female", "females", "woman", "women", "girl", "lady", "weiblich", "frau",
        "mädchen", "femme", "féminin", "féminine", "femenino", "femenina", "mujer", "hembra",
        "feminino", "feminina", "mulher", "femmina", "femminile", "donna", "vrouw", "vrouwelijk",
        "kvinde", "kvinne", "kvinna", "kvindelig", "kvinnlig", "kobieta", "żeńska", "žena",
        "nainen", "kadın", "mulheres", "feminin", "vrouwen", "ženský", "ženská", "nő", "femeie",
        "ж", "женский", "женщина", "жінка", "жена", "γυναίκα", "θήλυ", "naine", "moteris",
        "sieviete",
    }),
    "M": frozenset({
        "m", "male", "males", "man", "men", "boy", "männlich", "mann", "herr", "junge", "homme",
        "masculin", "masculine", "masculino", "masculina", "hombre", "varón", "macho", "homem",
        "maschio", "maschile", "uomo", "mannelijk", "mand", "mandlig", "manlig", "mężczyzna",
        "męska", "muž", "mies", "erkek", "mužský", "muški", "férfi", "bărbat", "м", "мужской",
        "мужчина", "чоловік", "мъж", "άνδρασ", "άρρεν", "mees", "vyras", "vīrietis",
    }),
}
# fmt: on


def words_of(label: str) -> tuple[str, ...]:
    """The words of a label, whatever their case and what stands between them; a plus is one, as
    drug+ is another arm than drug, and the sign of a number, as -0.5 is none of 0.5."""
    return tuple(re.findall(r"(?<!\S)-(?=[0-9])|[^\W_]+|[+]", label.casefold()))


def means_missing(label: str) -> bool:
    """Whether a label, or one of the words or phrases that it lists, is one for what is missing."""
    whole = " ".join(label.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    parts = re.split(r"[/,;:()|_]| or | oder | ou | o ", whole)
    return whole in _NOT_KNOWN or any(part.strip() in _NOT_KNOWN for part in parts)


def sex_meant(label: str) -> str | None:
    """F or M, where the words of a label name one of them and not the other."""
    words = set(words_of(label))
    named = [sex for sex, of in _SEXES.items() if words & of]
    return named[0] if len(named) == 1 else None


_EVERYBODY = re.compile(
    r"\ball (\w+ ){0,2}randomi[sz]ed\b|\ball (patients|participants|subjects|people)$"
    r"|\b(everybody|everyone)\b|\binten(tion|t)[- ]to[- ]treat|\bitt\b|alle randomisierten"
    r"|\btou(s|tes) les .*randomis|\btod[oa]s l[oa]s .*aleatori|\btutti .*randomizzati",
)
_BUT = re.compile(r"\b(with|without|who|whose|in whom|modified|mod|m-?itt|at least|treated)\b")


def means_everybody(label: str, flag: str) -> bool:
    """Whether a population's label, or its flag, says all who were randomised, and no part."""
    text = label.casefold().strip()
    return not _BUT.search(text) and (bool(_EVERYBODY.search(text)) or flag == "ITTFL")
