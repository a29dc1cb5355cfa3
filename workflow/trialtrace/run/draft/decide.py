"""From tables and answers to a draft: what is declared or counted is taken, the rest is asked."""

from dataclasses import replace
from functools import partial

import numpy as np

from trialtrace.base.errors import did_you_mean, one_of, wrong
from trialtrace.run.draft import candidates
from trialtrace.run.draft.answers import listed
from trialtrace.run.draft.asking import Open, one_among
from trialtrace.run.draft.candidates import ALL, PARALLEL
from trialtrace.run.draft.draft import Draft
from trialtrace.run.draft.keys import constant, is_key, patients
from trialtrace.run.draft.metadata import cdisc
from trialtrace.run.draft.outcome_questions import OutcomeQuestions
from trialtrace.run.draft.outcomes import joined_columns
from trialtrace.run.draft.profile import SOURCE_ROW, Column


class Decider(OutcomeQuestions):
    """Asks what neither a file declares nor a count decides."""

    def decide(self) -> Draft | None:
        """The draft; None where questions are open. Raises UserError for an answer that does not
        fit."""
        asked = (self._arm, self._design, self._subject, self._where, self._primary, self._lists)
        for step in asked:
            try:
                step()
            except Open:
                continue
        if self.open:
            self.ask_later()
            return None
        self.check_asked()
        return self.draft

    def _arm(self) -> None:
        draft = self.draft
        adam = [one for one in draft.tables if {cdisc.ARM, cdisc.SUBJECT} <= {*one.columns}]
        adam.sort(key=lambda one: not is_key(one, [cdisc.SUBJECT]))
        if adam and "arm" not in self.answers:
            draft.home, draft.arm = adam[0], adam[0].column(cdisc.ARM)
            draft.taken["arm"] = f"{cdisc.ARM}, planned treatment in ADaM"
        else:
            options = candidates.arms(draft.tables)
            if not options:
                raise wrong("the files", "no column with 2 to 8 levels", "a column of the arm")
            draft.home, draft.arm = self.ask("arm", options, partial(self.pair, "arm", "control"))
        self._levels()
        draft.control = self.choose("control", [(code, self._words(code)) for code in draft.arms])

    def _levels(self) -> None:
        """The arms by their codes, as their labels, or --arms, name them; patients of other levels
        are in no arm."""
        draft, arm = self.draft, self.draft.arm
        if not 2 <= len(arm.values) <= candidates.MOST_ARMS:
            found = f"{arm.name}, which has {len(arm.values)} different values"
            raise wrong("--arm", found, f"a column with 2 to {candidates.MOST_ARMS} levels")
        draft.arms = {code: arm.label_of(code) for code in arm.levels}
        parts = [part.partition("=") for part in listed(self.answers, "arms")]
        if not parts:
            return
        named = {code.strip(): name.strip() or code.strip() for code, _, name in parts}
        for code in named:
            one_among("arms", code, draft.arms, f"codes of {arm.name}")
        if len(named) < 2:
            need = "two arms or more, as 0=Placebo, 1=Drug"
            raise wrong("--arms", self.answers["arms"], need)
        draft.arms = named
        own = {arm.name: arm.without([code for code in arm.values if code not in named])}
        home = replace(draft.home, columns={**draft.home.columns, **own})
        draft.tables = [home if one is draft.home else one for one in draft.tables]
        draft.home, draft.arm = home, own[arm.name]

    def _words(self, code: str) -> str:
        label, n = self.draft.arms[code], self.draft.arm.counts[code]
        return f"{n} rows" if label == code else f"{label}, {n} rows"

    def _design(self) -> None:
        draft = self._with("arm")
        draft.design = self.choose("design", candidates.designs(draft.home, draft.arm))

    def _subject(self) -> None:
        draft = self._with("arm")
        if not draft.design:
            raise Open
        home = draft.home
        declared = cdisc.SUBJECT if cdisc.follows_adam(home.columns) else home.raw.record
        if declared and "subject" not in self.answers:
            draft.subject = draft.taken["subject"] = self._patient(declared)
            return
        options = candidates.subjects(home, draft.arm, draft.design)
        if not options and "subject" not in self.answers:
            found = f"no column by which patients had several of {draft.arm.name}"
            raise wrong("--design", f"{draft.design}, and {found}", PARALLEL)
        draft.subject = self.ask("subject", options, self._patient)

    def _patient(self, text: str) -> str:
        """The column of the patient. Raises UserError where it is none, or does not fit the
        design."""
        draft, home = self.draft, self.draft.home
        name = next(iter(joined_columns(text)), text)
        if name != SOURCE_ROW and name not in patients(home):
            one = home.columns.get(name)
            why = f", which has {one.blank} blank cells or is no identifier" if one else ""
            need = f"a column of {home.called}, or {SOURCE_ROW}"
            raise wrong("--subject", f"{name}{why}", need, did_you_mean(name, home.columns))
        single = name == SOURCE_ROW or constant(home, [name], draft.arm.name)
        if single == draft.own_treatment:
            found = f"{name}, of which {'each has one arm' if single else 'some have several arms'}"
            raise wrong("--subject", found, f"patients as in the design {draft.design}")
        return name

    def _where(self) -> None:
        draft = self._with("arm")
        out = {draft.subject, draft.arm.name, draft.cluster, draft.factor}
        flags = [name for name in cdisc.POPULATIONS if name in draft.home.columns]
        if flags and "where" not in self.answers and cdisc.follows_adam(draft.home.columns):
            draft.taken["where"] = f"{flags[0]}=Y"
            chosen = self._rows(draft.taken["where"])
        else:
            options = candidates.selections(draft.home, draft.subject or SOURCE_ROW, out, flags)
            chosen = self.ask("where", options, self._rows)
        if chosen and self._same_in_rows(chosen[0]):
            draft.population = chosen
        else:
            draft.where = chosen

    def _rows(self, text: str) -> tuple[str, str] | None:
        if text == ALL:
            return None
        _, one, code = self.coded("where", text, [self.draft.home])
        return one.name, code

    def _same_in_rows(self, name: str) -> bool:
        """Whether all rows of a patient have the same value of a column."""
        draft = self.draft
        single = draft.subject in ("", SOURCE_ROW)
        return single or constant(draft.home, [draft.subject], name)

    def _lists(self) -> None:
        """What is named besides, none of which is asked."""
        draft = self._with("home", "primary")
        draft.covariates = self._before_treatment("covariates")
        draft.baseline = self._before_treatment("baseline")
        draft.secondary = [self.secondary(text) for text in listed(self.answers, "secondary")]
        names = [one.name for one in draft.outcomes]
        if twice := {name for name in names if names.count(name) > 1}:
            need = "another outcome than the primary one"
            raise wrong("--secondary", one_of(sorted(twice)), need)

    def _before_treatment(self, key: str) -> list[str]:
        """The columns that are named. Raises UserError for one that was not known before treatment:
        the arm in other codes, and what the outcomes are made of."""
        draft, home, primary = self.draft, self.draft.home, self.draft.primary
        used = {draft.arm.name, primary.column.name, primary.status, primary.last_contact}
        names = {}
        for text in listed(self.answers, key):
            one = self.column(key, text, [home])[1]
            if one.name in used or (not draft.own_treatment and self._is_arm(one)):
                found = f"{one.name}, the arm, in these or other codes, or the outcome"
                raise wrong(f"--{key}", found, "what was known before treatment")
            names[one.name] = one
        return [*names]

    def _is_arm(self, one: Column) -> bool:
        """Whether a column has the same groups of rows as the arm."""
        draft = self.draft
        n = len(draft.arm.values)
        both = np.unique(draft.home.groups([draft.arm.name, one.name]))
        return len(both) == n == len(one.values)
