"""What a coordinator does by hand: the baseline that every plan is compared with."""

from time import perf_counter

from .candidates import HOME, SUPPORT, Candidates, Option
from .engine import finished
from .model import Instance, Plan
from .state import State


def match_by_hand(instance: Instance) -> Plan:
    """Match first come, first served, without a look at need.

    Each task at its first possible start; somebody of the zone, then the nearest colleagues.
    """
    begun_s = perf_counter()
    state = State(Candidates(instance))
    c = state.c
    for t in sorted(range(len(c.tasks)), key=lambda t: (c.tasks[t].starts[0], t)):
        for option in c.options[t]:
            team = _team(state, t, option)
            if team is not None:
                state.add(t, option.start, team)
                break
    return finished(state, (), begun_s, "by hand")


def _team(state: State, t: int, option: Option) -> list[int] | None:
    c, task = state.c, state.c.tasks[t]
    free = [m for m in option.members if state.may_join(m, option, c.zone_of[t])]
    free.sort(key=lambda m: (m.zone != HOME, m.charged_min, m.worker))
    team = []
    missing = (1 << len(task.req_langs)) - 1
    for bit in range(len(task.req_langs)):
        if missing >> bit & 1:
            speaker = next((m for m in free if m.req >> bit & 1 and m not in team), None)
            if speaker is None:
                return None
            team.append(speaker)
            missing &= ~speaker.req
    if task.skill is not None and not any(m.skilled for m in team):
        skilled = next((m for m in free if m.skilled and m not in team), None)
        if skilled is None:
            return None
        team.append(skilled)
    for m in free:
        if len(team) < task.pref_team and m not in team:
            team.append(m)
    if not any(m.zone == HOME for m in team):
        team = [m for m in team if m.zone != SUPPORT]
    spoken = 0
    for m in team:
        spoken |= m.req
    whole = (
        task.min_team <= len(team) <= max(task.min_team, task.pref_team)
        and spoken == (1 << len(task.req_langs)) - 1
        and (task.skill is None or any(m.skilled for m in team))
    )
    return [m.worker for m in team] if whole else None
