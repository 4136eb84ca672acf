"""What people choose from, in words: topics, stages, what helps. Everything of peers that is drawn uses these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.introductions import ReportReason
from bot.core.languages import LANGUAGES
from bot.core.peers import Help, Hope, Pace, Stage
from bot.safety.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.matching import Reason
    from bot.core.peers import Setback
    from bot.core.texts import Texts

STAGES: Mapping[Stage, str] = {
    Stage.OUTSIDE: "word.stage_outside",
    Stage.STUDENT: "word.stage_student",
    Stage.DOCTORATE: "word.stage_doctorate",
    Stage.EARLY: "word.stage_early",
    Stage.ESTABLISHED: "word.stage_established",
}
OUTLOOKS: Mapping[str, str] = {
    Help.LISTENING: "word.help_listening",
    Help.IDEAS: "word.help_ideas",
    Help.TOGETHER: "word.help_together",
    Pace.OFTEN: "word.pace_often",
    Pace.SOMETIMES: "word.pace_sometimes",
    Hope.BACK_IN: "word.hope_back_in",
    Hope.UNSURE: "word.hope_unsure",
    Hope.OTHERWISE: "word.hope_otherwise",
}
"""Text keys of what helps, how often, and how somebody looks at research; see `Profile.outlook`."""
REASONS: Mapping[ReportReason, str] = {
    ReportReason.MONEY: "word.wrong_money",
    ReportReason.SEXUAL: "word.wrong_sexual",
    ReportReason.PRESSURE: "word.wrong_pressure",
    ReportReason.PRETENDS: "word.wrong_pretends",
    ReportReason.ELSEWHERE: "word.wrong_elsewhere",
    ReportReason.OTHER: "word.wrong_other",
}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one server: the bot's sentences, and the topics people there choose from."""

    texts: Texts
    taxonomy: Mapping[str, Setback]

    def topics(self, ids: Iterable[str]) -> str:
        """Return topics by their labels; those that are no longer offered are left out."""
        return self._listed(escape(self.taxonomy[one].label) for one in ids if one in self.taxonomy)

    def languages(self, codes: Iterable[str]) -> str:
        """Return languages by their names; one that has none here by its code."""
        return self._listed(LANGUAGES.get(code, escape(code)) for code in codes)

    def outlooks(self, values: Iterable[str]) -> str:
        """Return what helps, how often, and how somebody looks at research; what is not known is left out."""
        return self._listed(self.texts(OUTLOOKS[value]) for value in values if value in OUTLOOKS)

    def stage(self, stage: Stage) -> str:
        """Return how far along somebody is."""
        return self.texts(STAGES[stage])

    def reason(self, reason: Reason) -> str:
        """Return one part of a fit as a sentence; empty where nothing it names is offered any more."""
        match reason.text_key:
            case "fit.setbacks":
                topics = self.topics(reason.values)
                return self.texts(reason.text_key, topics=topics) if topics else ""
            case "fit.outlook":
                return self.texts(reason.text_key, outlook=self.outlooks(reason.values))
            case _:
                return self.texts(reason.text_key)

    def _listed(self, names: Iterable[str]) -> str:
        return self.texts("word.and").join(names)
