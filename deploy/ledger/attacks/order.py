"""Attacks by order and time: arrival, seals too often, late outcomes, corrections."""

from itertools import pairwise

import numpy as np

from deploy.ledger.attacks.stage import Result, Stage, replace_act, told
from deploy.ledger.play import outcomes_of, play

MIDDLE = 4  # A seal with others before and after it.


def arrival_order(stage: Stage) -> Result:
    """Send the same outcomes in another order: the ledger must be the same."""
    learnt = []
    for film in stage.films[:3]:
        shuffled = [
            film.world.acts[i] for i in np.random.default_rng(1).permutation(len(film.world.acts))
        ]
        again = play(film.world, stage.ledger, acts=shuffled)
        if told(again.blocks) != told(film.blocks) or again.audit != film.audit:
            learnt.append(f"{film.world.name}: another order, another ledger")
    return Result(3, learnt)


def too_often(stage: Stage) -> Result:
    """Seal again at once, the next days, and on the day of the close: nothing may come."""
    ledger, film = stage.ledger, stage.busiest
    world = film.world
    seals = [seal for seal in film.seals if seal.blocks]
    learnt = [
        f"{before.day} and {after.day}"
        for before, after in pairwise(seals)
        if (after.day - before.day).days < film.policy.period_days and after.day != world.last_day
    ]
    late = [replace_act(a, f"late-{a.id}", world.last_day) for a in world.acts[:60]]
    outcomes = outcomes_of([*world.acts, *late], ledger)
    again = ledger.seal(outcomes, film.blocks, film.policy, day=world.last_day, close=True)
    learnt += [f"again: {b.view}/{b.code}" for b in again.blocks]
    return Result(len(seals), learnt)


def late_outcomes(stage: Stage) -> Result:
    """Bring outcomes in on the day of a seal: they wait, and no past figure changes."""
    learnt = []
    ledger, film = stage.ledger, stage.busiest
    number = next(i for i, s in enumerate(film.seals) if s.seq == MIDDLE and s.blocks)
    before = [b for s in film.seals[:number] for b in s.blocks]
    chosen = film.seals[number]
    extra = [replace_act(a, f"z-{a.id}", chosen.day) for a in film.world.acts[:40]]
    found = ledger.seal(
        outcomes_of([*film.world.acts, *extra], ledger),
        before,
        film.policy,
        day=chosen.day,
        close=False,
    )
    if told(found.blocks) != told(chosen.blocks):
        learnt.append("what came on the day of the seal is in it")
    return Result(1, learnt)


def corrections(stage: Stage) -> Result:
    """Correct sealed outcomes: past and coming blocks stay, one safe net figure a year at most."""
    ledger, film = stage.ledger, stage.busiest
    middle = len(film.seals) // 2
    blocks = [b for s in film.seals[:middle] for b in s.blocks]
    sealed = {o.id for b in blocks for o in b.members}
    learnt = []
    corrected = [
        replace_act(a, a.id, a.day, contacts=a.contacts + 3, theme="theme0")
        if a.id in sealed
        else a
        for a in film.world.acts
    ]
    outcomes = outcomes_of(corrected, ledger)
    for seal in film.seals[middle:]:
        found = ledger.seal(
            outcomes, blocks, film.policy, day=seal.day, close=seal.day == film.world.last_day
        )
        if told(found.blocks) != told(seal.blocks):
            learnt.append(f"seal {seal.seq} shows the correction")
        blocks += found.blocks
    changes = ledger.adjustments(outcomes, [b for s in film.seals[:middle] for b in s.blocks])
    if sum(c.contacts for c in changes) != 3 * len(sealed):
        learnt.append("a correction was lost")
    Change = ledger.Adjustment  # noqa: N806 -- a class of the implementation under attack
    sets = {
        "two workers": [Change(str(i), f"w{i % 2}", -3, -3) for i in range(10)],
        "four contacts": [Change(str(i), f"w{i}", 0, 1) for i in range(4)],
        "one did it all": [
            *(Change(str(i), f"w{i}", 0, 1) for i in range(1, 4)),
            Change("9", "w0", 40, 40),
        ],
        "too few workers": [
            Change(f"{i}-{n}", f"w{i}", 2, 2) for i in range(film.policy.K - 1) for n in range(5)
        ],
    }
    for name, changed in sets.items():
        if ledger.yearly_correction(changed, film.policy) != (None, None):
            learnt.append(f"correction by {name}")
    fine = [Change(str(i), f"w{i}", -1, 2) for i in range(8)]
    if ledger.yearly_correction(fine, film.policy) != (-8, 16):
        learnt.append("a safe correction is not told")
    return Result(len(film.seals) - middle + 6, learnt)


def exact_at_close(stage: Stage) -> Result:
    """Compare the total at the close with what happened: the reserve must make it publishable."""
    learnt = [
        f"{film.world.name}: {film.total} of {len(film.world.acts)}"
        for film in stage.films
        if film.total != sum(act.actions for act in film.world.acts)
    ]
    return Result(len(stage.films), learnt)
