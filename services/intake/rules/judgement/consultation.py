"""The consultation of the workers: its window, what stays hidden, what has to be answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.intake.rules.judgement.answers import problems_of_sentence
from services.intake.rules.source_text import N_
from shared.errors import Problem, RefusedError, refuse
from shared.words import Ground, Stance, WorkerId

# Our own judgement, to be settled with the team: three days leave a part-time worker one working
# day to answer; two hours are what a Vacci-Bus announced for tomorrow leaves.
WINDOW_MIN = timedelta(days=3)
ACCELERATED_WINDOW_MIN = timedelta(hours=2)
WINDOW_MAX = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Consultation:
    """The half-open window `[opens_at, closes_at)` in which the workers answer.

    An accelerated one is shorter than three days; it is shown as such, with its reason.
    """

    opens_at: datetime
    closes_at: datetime
    accelerated_because: str = ""

    @property
    def accelerated(self) -> bool:
        return self.closes_at - self.opens_at < WINDOW_MIN

    def is_open(self, now: datetime) -> bool:
        return self.opens_at <= now < self.closes_at

    def has_closed(self, now: datetime) -> bool:
        return now >= self.closes_at


@dataclass(frozen=True, slots=True)
class Opinion:
    """One version of one worker's opinion. Only the last version given in the window counts."""

    worker_id: WorkerId
    version: int
    stance: Stance
    given_at: datetime
    grounds: tuple[Ground, ...] = ()


@dataclass(frozen=True, slots=True)
class Objection:
    """What has to be answered: one ground (None: none was given), and how many rest on it."""

    ground: Ground | None
    against: int
    with_conditions: int


def plan_consultation(
    opens_at: datetime, closes_at: datetime, accelerated_because: str = ""
) -> Consultation:
    """Plan a consultation of 3 to 30 days; or of 2 hours at least, with a reason.

    Raises:
        RefusedError: with every problem at once.
    """
    consultation = Consultation(opens_at, closes_at, accelerated_because.strip())
    window = closes_at - opens_at
    problems: list[Problem] = []
    if window < ACCELERATED_WINDOW_MIN:
        problems.append(
            Problem(
                "window_too_short",
                N_("Laissez au moins %(hours)s heures aux RAQ pour répondre."),
                place="closes_at",
                values={"hours": ACCELERATED_WINDOW_MIN // timedelta(hours=1)},
            )
        )
    if window > WINDOW_MAX:
        problems.append(
            Problem(
                "window_too_long",
                N_("Une consultation dure %(days)s jours au plus."),
                place="closes_at",
                values={"days": WINDOW_MAX.days},
            )
        )
    if consultation.accelerated:
        problems.extend(
            problems_of_sentence(
                consultation.accelerated_because,
                Problem(
                    "accelerated_without_reason",
                    N_(
                        "Une consultation de moins de %(days)s jours est accélérée : "
                        "dites pourquoi, les RAQ le liront."
                    ),
                    place="accelerated_because",
                    values={"days": WINDOW_MIN.days},
                ),
            )
        )
    if problems:
        raise RefusedError(*problems)
    return consultation


def check_opinion_in_time(consultation: Consultation, given_at: datetime) -> None:
    """Let an opinion in while the window is open.

    Raises:
        RefusedError: before it opens and from the moment it closes.
    """
    if not consultation.is_open(given_at):
        raise refuse(
            "consultation_not_open",
            N_("La consultation n'est pas ouverte à ce moment : l'avis ne peut être enregistré."),
            place="consultation",
        )


def counted_opinions(
    consultation: Consultation, opinions: Iterable[Opinion]
) -> tuple[Opinion, ...]:
    """Keep each worker's last opinion given in the window, in the order of the workers' ids."""
    latest: dict[WorkerId, Opinion] = {}
    for opinion in opinions:
        if not consultation.is_open(opinion.given_at):
            continue
        known = latest.get(opinion.worker_id)
        if known is None or opinion.version > known.version:
            latest[opinion.worker_id] = opinion
    return tuple(latest[worker] for worker in sorted(latest))


def visible_opinions(
    consultation: Consultation, opinions: Iterable[Opinion], now: datetime
) -> tuple[Opinion, ...]:
    """Show the opinions once the window has closed, so that nobody answers after somebody else.

    Raises:
        RefusedError: while it has not. How many answered may be told before, what they said not.
    """
    if not consultation.has_closed(now):
        raise still_open()
    return counted_opinions(consultation, opinions)


def objections_of(opinions: Iterable[Opinion]) -> tuple[Objection, ...]:
    """Gather what stands against an invitation or puts conditions, ground by ground."""
    against: dict[Ground | None, int] = {}
    conditions: dict[Ground | None, int] = {}
    for opinion in opinions:
        match opinion.stance:
            case Stance.AGAINST:
                counted = against
            case Stance.WITH_CONDITIONS:
                counted = conditions
            case Stance.FOR | Stance.NO_OPINION:
                continue
        for ground in dict.fromkeys(opinion.grounds) or (None,):
            counted[ground] = counted.get(ground, 0) + 1
    grounds: tuple[Ground | None, ...] = (*Ground, None)
    return tuple(
        Objection(ground, against.get(ground, 0), conditions.get(ground, 0))
        for ground in grounds
        if ground in against or ground in conditions
    )


def still_open() -> RefusedError:
    """Build the refusal to look before the window has closed."""
    return refuse(
        "consultation_still_open",
        N_("La consultation n'est pas close : les avis restent cachés jusque-là."),
        place="consultation",
    )
