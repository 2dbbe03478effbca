"""Why a task has its people, who almost had it, and what one different fact would change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.dispatch.rules.instance import campaign_monday
from services.dispatch.rules.matching import Message, explain
from services.dispatch.rules.matching.model import N_
from services.dispatch.rules.matching.whatif import levers, what_if_assigned
from services.dispatch.rules.plan_search import standing_plan
from services.dispatch.rules.planning import Situation, Suggestion
from services.dispatch.rules.wording import Said, plain_value, said
from shared.words import TaskId, WorkerId

# How full somebody's weeks are is theirs to know: to others the same rules speak without figures.
WITHOUT_FIGURES = {
    "week-cap": N_("sa part de campagne de cette semaine-là est prise"),
    "total-cap": N_("sa part de cette campagne est prise"),
    "rolling-cap": N_("la part des campagnes dans son mois est prise"),
    "host-share": N_("le reste de son temps est celui de son partenaire hébergeur"),
    "day-limit": N_("a déjà ses tâches de ce jour-là"),
}


@dataclass(frozen=True, slots=True)
class Almost:
    """Somebody who is not in the team, and what blocks; nothing: others were preferred."""

    worker_id: WorkerId
    blocked_by: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Reasons:
    """What can be said about one task of a plan, in words to be translated."""

    task_id: TaskId
    summary: Said
    missing: tuple[Said, ...]
    almost: tuple[Almost, ...]
    has_team: bool


@dataclass(frozen=True, slots=True)
class Lever:
    """One fact that could be different; `frees` tells whether the task would then be done."""

    change: Said
    frees: bool


@dataclass(frozen=True, slots=True)
class Instead:
    """What it would take, and change, to put somebody on a task. Solved, not guessed."""

    worker_id: WorkerId
    possible: bool
    words: tuple[Said, ...]


def reasons_of(situation: Situation, suggestions: Sequence[Suggestion], task_id: TaskId) -> Reasons:
    """Explain one task of the plan that stands.

    Raises:
        KeyError: the task is not among those to come.
    """
    instance = situation.instance()
    plan = standing_plan(situation, instance, suggestions)
    explanation = explain(instance, plan, str(task_id))
    missing = [m for start in explanation.starts for m in start.missing]
    return Reasons(
        task_id,
        told_of(situation, explanation.summary),
        tuple(told_of(situation, message) for message in missing),
        tuple(
            Almost(
                WorkerId(UUID(str(miss.worker))),
                tuple(told_of(situation, refusal) for refusal in miss.blocked_by),
            )
            for miss in explanation.almost
        ),
        has_team=explanation.state == "done",
    )


def levers_of(
    situation: Situation, suggestions: Sequence[Suggestion], task_id: TaskId
) -> tuple[Lever, ...]:
    """Solve the plan again for each single fact that could free a task. A "no" is never one.

    Raises:
        KeyError: the task is not among those to come.
    """
    instance = situation.instance()
    plan = standing_plan(situation, instance, suggestions)
    return tuple(
        Lever(told_of(situation, lever.change), lever.done)
        for lever in levers(instance, plan, str(task_id))
    )


def with_instead(
    situation: Situation, suggestions: Sequence[Suggestion], task_id: TaskId, worker_id: WorkerId
) -> Instead:
    """Solve the plan again with one person on one task; what people were asked stays.

    Raises:
        KeyError: an unknown task or worker.
    """
    instance = situation.instance()
    plan = standing_plan(situation, instance, suggestions)
    answer = what_if_assigned(instance, plan, str(worker_id), str(task_id))
    words: Sequence[Message] = answer.refusals
    if answer.difference is not None:
        words = answer.difference.words
    return Instead(
        worker_id, answer.possible, tuple(told_of(situation, message) for message in words)
    )


def told_of(situation: Situation, message: Message) -> Said:
    """Keep a sentence, its moments written out, without figures about how full a week is."""
    text = WITHOUT_FIGURES.get(message.code, message.text)
    monday = campaign_monday(situation.frame)
    told = said(replace(message, text=text))
    told["params"] = {
        key: plain_value(key, value, monday, {}) if key.endswith(("_at", "_day")) else value
        for key, value in message.params.items()
    }
    return told
