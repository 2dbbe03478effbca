"""The coordination says when the whole team meets every week."""

from services.dispatch import store
from services.dispatch.rules.local_time import DAY_MIN
from services.dispatch.rules.roster import WeeklyPeriod
from shared.db import Tx
from shared.errors import refuse
from shared.words import TaskId

LONGEST_MIN = 6 * 60  # a meeting that takes more of every week is a slip


async def set_meeting(meeting: WeeklyPeriod | None, tx: Tx) -> list[TaskId]:
    """Set the team's weekly meeting, or none; return the accepted tasks that lie across it.

    Whoever accepted one decides with the coordination what gives way: their yes is not taken back
    for them. Nothing new can be proposed or accepted there.

    Raises:
        RefusedError: it ends before it begins, or takes more than six hours.
    """
    if meeting is not None:
        length_min = meeting.ends_min - meeting.starts_min
        if meeting.ends_min > DAY_MIN or not 0 < length_min <= LONGEST_MIN:
            raise refuse(
                "bad_period",
                "La matinée finit après son début, six heures plus tard au plus.",
                place="ends",
            )
    await store.save_meeting(tx, meeting)
    return [] if meeting is None else await store.accepted_across(tx, meeting)
