"""From tables and answers to a draft: what is declared or counted is taken, the rest is asked."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from trialtrace.base.errors import did_you_mean, one_of, wrong
from trialtrace.run.draft import candidates
from trialtrace.run.draft.answers import listed
from trialtrace.run.draft.asking import Open
from trialtrace.run.draft.candidates import ALL, CLUSTER, FACTORIAL, PARALLEL
from trialtrace.run.draft.draft import Draft
from trialtrace.run.draft.keys import constant, is_key, patients
from trialtrace.run.draft.metadata import cdisc
from trialtrace.run.draft.outcome_questions import OutcomeQuestions
from trialtrace.run.draft.outcomes import joined_columns, split_code
from trialtrace.run.draft.profile import SOURCE_ROW, Column, Table


class Decider(OutcomeQuestions):
    """Asks what neither a file declares nor a count decides."""

    def decide(self) -> Draft | None:
        """The draft; None where questions are open. Raises UserError for an answer that does not
        fit."""
        for step in (
            self._arm,
            self._design,
            self._subject,
            self._where,
            self._primary,
            self._lists,
        ):
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
        adam = [
            one for one in draft.tables if cdisc.ARM in one.columns and cdisc.SUBJECT in one.columns
        ]
        adam.sort(key=lambda one: not is_key(one, [cdisc.SUBJECT]))
        if adam and "arm" not in self.answers:
            draft.home, draft.arm = adam[0], adam[0].column(cdisc.ARM)
            draft.taken["arm"] = f"{cdisc.ARM}, planned treatment in ADaM"
        else:
            found = list(candidates.arms(draft.tables))
            options = [
                (f"{_shown(draft.tables, table, one)}={code}", candidates.about(one))
                for table, one in found
                for code in one.levels
            ]
            if not options:
                raise wrong("the files", "no column with 2 to 8 levels", "a column of the arm")
            text = self._asked_pair("arm", "control", options, partial(self._is_column, "arm"))
            draft.home, draft.arm = self.column("arm", text, draft.tables)
        self._levels()
        named = [(code, self._words(code)) for code in draft.arms]
        draft.control = self._asked("control", named)

    def _levels(self) -> None:
        """The arms by their codes, as their labels, or --arms, name them."""
        draft, arm = self.draft, self.draft.arm
        if not 2 <= len(arm.values) <= candidates.MOST_ARMS:
            found = f"{arm.name}, which has {len(arm.values)} different values"
            raise wrong("--arm", found, f"a column with 2 to {candidates.MOST_ARMS} levels")
        draft.arms = {code: arm.label_of(code) for code in arm.levels}
        if told := self.answers.get("arms"):
            named = dict(_pairs(told))
            if unknown := [code for code in named if code not in draft.arms]:
                raise wrong("--arms", one_of(unknown), f"codes of {arm.name}: {one_of(draft.arms)}")
            if len(named) < 2:
                raise wrong("--arms", told, "two arms or more, as 0=Placebo, 1=Drug")
            draft.arms = named
            self._leave_out([code for code in arm.values if code not in named])

    def _leave_out(self, codes: Sequence[str]) -> None:
        """Read levels of the arm that are no arms as missing: their patients are in none."""
        draft, name = self.draft, self.draft.arm.name
        if codes:
            own = {name: draft.arm.without(codes)}
            home = replace(draft.home, columns={**draft.home.columns, **own})
            draft.tables = [home if one is draft.home else one for one in draft.tables]
            draft.home, draft.arm = home, own[name]

    def _words(self, code: str) -> str:
        label, n = self.draft.arms[code], self.draft.arm.counts[code]
        return f"{n} rows" if label == code else f"{label}, {n} rows"

    def _design(self) -> None:
        draft = self._with("arm")
        for word, key in (("cluster", CLUSTER), ("factorial", FACTORIAL)):
            if self.answers.get("design") == word:
                raise wrong("--design", word, f"{key}COLUMN, such as '{key}practice'")
        draft.design = self._asked(
            "design", candidates.designs(draft.home, draft.arm), hint="the design of the trial"
        )

    def _subject(self) -> None:
        draft = self._with("arm")
        home = draft.home
        record = home.raw.record
        if "subject" in self.answers:
            self._told_subject()
        elif cdisc.SUBJECT in home.columns and cdisc.follows_adam(home.columns):
            draft.subject = draft.taken["subject"] = cdisc.SUBJECT
        elif record:
            draft.subject = draft.taken["subject"] = record
        else:
            options = candidates.subjects(home, draft.arm, draft.design)
            if not options:
                found = f"no column by which patients had several of {draft.arm.name}"
                raise wrong("--design", f"{draft.design}, and {found}", PARALLEL)
            draft.subject = self._asked("subject", options, self._is_patient)
        self._check_subject()

    def _is_patient(self, name: str) -> bool:
        return name == SOURCE_ROW or name in patients(self.draft.home)

    def _told_subject(self) -> None:
        draft, text = self.draft, self.answers["subject"]
        name = next(iter(joined_columns(text)), text)
        if not self._is_patient(name):
            one = draft.home.columns.get(name)
            found = (
                f"{name}, which has {one.blank} blank cells or is no identifier" if one else name
            )
            near = did_you_mean(name, draft.home.columns)
            raise wrong("--subject", found, f"a column of {draft.home.name}, or {SOURCE_ROW}", near)
        draft.subject = name

    def _check_subject(self) -> None:
        """Raises UserError where patients and arms do not fit the design."""
        draft = self.draft
        if draft.subject == SOURCE_ROW:
            alike = True
        else:
            alike = constant(draft.home, [draft.subject], draft.arm.name)
        if alike and draft.own_treatment:
            need = f"patients with rows of several of {draft.arm.name}"
            raise wrong("--subject", f"{draft.subject}, whose patients have one arm each", need)
        if not alike and not draft.own_treatment:
            need = f"one {draft.arm.name} a patient in the design {draft.design}"
            raise wrong("--subject", f"{draft.subject}, of which some have several arms", need)

    def _where(self) -> None:
        draft = self._with("arm")
        out = {draft.subject, draft.arm.name, draft.cluster, draft.factor}
        flags = [name for name in cdisc.POPULATIONS if name in draft.home.columns]
        options = candidates.selections(draft.home, draft.subject or SOURCE_ROW, out, flags)
        if flags and "where" not in self.answers and cdisc.follows_adam(draft.home.columns):
            text = draft.taken["where"] = f"{flags[0]}=Y"
        else:
            text = self._asked("where", options, self._is_condition)
        if text == ALL:
            return
        name, code = split_code(text, draft.home, "--where")
        alike = draft.subject in ("", SOURCE_ROW) or constant(draft.home, [draft.subject], name)
        if alike:
            draft.population = (name, code)
        else:
            draft.where = (name, code)

    def _is_condition(self, text: str) -> bool:
        split_code(text, self.draft.home, "--where")
        return True

    def _lists(self) -> None:
        """What is named besides, none of which is asked."""
        draft = self._with("home", "primary")
        for key in ("covariates", "baseline"):
            names = [
                self.column(key, name, [draft.home])[1].name for name in listed(self.answers, key)
            ]
            for name in names:
                self._check_before(key, name)
            setattr(draft, key, list(dict.fromkeys(names)))
        for text in listed(self.answers, "secondary"):
            draft.secondary.append(self.secondary(text))
        names = [draft.primary.name, *(one.name for one in draft.secondary)]
        if twice := {name for name in names if names.count(name) > 1}:
            raise wrong(
                "--secondary", one_of(sorted(twice)), "another outcome than the primary one"
            )

    def _check_before(self, key: str, name: str) -> None:
        """Raises UserError for a column that was not known before treatment: the arm in other
        codes, and what the outcomes are made of."""
        draft, home = self.draft, self.draft.home
        primary = draft.primary
        used = {draft.arm.name, primary.column.name, primary.status, primary.last_contact}
        same = len(np.unique(home.groups([draft.arm.name, name]))) == len(draft.arm.values)
        copy = (
            same
            and len(home.column(name).values) == len(draft.arm.values)
            and not draft.own_treatment
        )
        if name in used or copy:
            what = "which has the same groups as the arm" if copy else "the arm or the outcome"
            raise wrong(f"--{key}", f"{name}, {what}", "what was known before treatment")


def _shown(tables: Sequence[Table], table: Table, one: Column) -> str:
    several = sum(one.name in each.columns for each in tables) > 1
    return f"{table.name}.{one.name}" if several and len(tables) > 1 else one.name


def _pairs(text: str) -> list[tuple[str, str]]:
    """`0=Placebo, 1=Drug` as pairs; a code without a name is its own."""
    parts = (part.partition("=") for part in text.split(","))
    return [(code.strip(), name.strip() or code.strip()) for code, _, name in parts if code.strip()]
