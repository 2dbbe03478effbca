"""Judging an invitation with the workers: charter, consultation, decision."""

from services.intake.rules.judgement.answers import (
    Answer,
    Judgement,
    blocks_acceptance,
    problems_of_sentence,
)
from services.intake.rules.judgement.consultation import (
    ACCELERATED_WINDOW_MIN,
    WINDOW_MAX,
    WINDOW_MIN,
    Consultation,
    Objection,
    Opinion,
    check_opinion_in_time,
    counted_opinions,
    objections_of,
    plan_consultation,
    visible_opinions,
)
from services.intake.rules.judgement.decision import (
    Verdict,
    Wish,
    decide,
)

__all__ = [
    "ACCELERATED_WINDOW_MIN",
    "WINDOW_MAX",
    "WINDOW_MIN",
    "Answer",
    "Consultation",
    "Judgement",
    "Objection",
    "Opinion",
    "Verdict",
    "Wish",
    "blocks_acceptance",
    "check_opinion_in_time",
    "counted_opinions",
    "decide",
    "objections_of",
    "plan_consultation",
    "problems_of_sentence",
    "visible_opinions",
]
