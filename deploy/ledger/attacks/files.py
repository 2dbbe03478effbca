"""Attacks on the ledger as a file: tampering, guessing members, exports, bad outcomes."""

from dataclasses import replace
from functools import partial

import numpy as np

from deploy.ledger.attacks.stage import Result, Stage, accepted, replace_act
from deploy.ledger.play import outcomes_of, policy_of
from deploy.ledger.worlds import START


def members_in_public(stage: Stage) -> Result:
    """Look for a worker, an outcome or a member in what leaves the sealer."""
    film = stage.films[0]
    blocks = stage.ledger.public(film.blocks)
    rows = stage.ledger.same_select(film.blocks)
    said = repr(blocks) + repr(rows) + repr(film.blocks)
    learnt = [act.id for act in film.world.acts if act.id in said]
    learnt += [worker for worker in film.workers if worker in said]
    learnt += [f"members of {b.view}/{b.code}" for b in blocks if b.members]
    return Result(len(blocks), learnt)


def screen_and_export(stage: Stage) -> Result:
    """Compare the screen, the file and what was sealed, figure by figure and state by state."""
    ledger, tried, learnt = stage.ledger, 0, []
    for film in stage.films[:4]:
        rows = ledger.same_select(film.blocks)
        shown = ledger.public(film.blocks)
        for view in (ledger.TOTAL, *film.policy.views):
            for seal in range(1, len(film.batches) + 1):
                screen = ledger.published(shown, view, until_seal=seal)
                for code, figure in screen.items():
                    tried += 1
                    exported = [r[4:] for r in rows if r[0] <= seal and r[2:4] == (view.name, code)]
                    sums = tuple(sum(part) for part in zip(*exported, strict=True)) or None
                    if (None if figure is None else tuple(figure)) != sums:
                        learnt.append(f"{view.name}/{code} at seal {seal}: {figure} and {sums}")
    return Result(tried, learnt)


def tampering(stage: Stage) -> Result:
    """Change, lose, move or add a block or an audit row, or cut the end off."""
    ledger, film = stage.ledger, stage.films[0]
    learnt = []
    changed = list(film.blocks)
    changed[2] = replace(changed[2], actions=changed[2].actions + 1)
    doubled = [*film.blocks, next(b for b in film.blocks if b.view != "total")]
    first, second = [b for b in film.blocks if b.view == "total"][:2]
    fewer = [b for b in film.blocks if b.seq != second.seq]
    copied = replace(second, members=first.members, actions=first.actions, contacts=first.contacts)
    twice = [first, copied]
    beside = next(b for b in film.blocks if b.view != "total")
    tried = {
        "changed": changed,
        "doubled": doubled,
        "lost": fewer,
        "twice": twice,
        "two seals of one number": [first, replace(second, seq=first.seq)],
        "a block of nothing": [*film.blocks, replace(beside, actions=0, contacts=0)],
    }
    for name, blocks in tried.items():
        learnt += accepted(ledger, name, partial(ledger.History.of, blocks))
    count = len(tried)
    for rows in (ledger.block_rows(film.blocks), ledger.audit_rows(film.audit)):
        chain = ledger.link(rows)
        anchor = ledger.anchor_of(chain)
        if ledger.verify(chain, [anchor]) != []:
            learnt.append("an honest chain is refused")
        spoilt = chain[3]._replace(row={**chain[3].row, "actions": -1})
        rewritten = ledger.link([*rows[:3], spoilt.row, *rows[4:]])
        spoilings = {
            "changed row": (*chain[:3], spoilt, *chain[4:]),
            "lost row": (*chain[:3], *chain[4:]),
            "swapped rows": (*chain[:3], chain[4], chain[3], *chain[5:]),
            "renumbered row": (*chain[:3], chain[3]._replace(number=99), *chain[4:]),
            "cut end": chain[:-1],
            "all rewritten": rewritten,
        }
        for name, links in spoilings.items():
            if not ledger.verify(links, [anchor]):
                learnt.append(f"{name} not noticed")
        relinked = tuple(
            ledger.Link(i, link.row, link.hash)
            for i, link in enumerate((*chain[:3], *chain[4:]), 1)
        )
        if not ledger.verify(relinked):
            learnt.append("a lost row, renumbered, is not noticed")
        count += len(spoilings) + 1
    return Result(count, learnt)


def guessing_members(stage: Stage) -> Result:
    """Guess which outcomes are behind a block from its fingerprint in the audit."""
    other = replace(stage.worlds[0], key=b"another key")
    ids = [act.id for act in stage.worlds[0].acts[:9]]
    mine, theirs = (policy_of(w, stage.ledger).fingerprint(ids) for w in (stage.worlds[0], other))
    return Result(1, ["fingerprints need no key"] * (mine == theirs))


def last_gate(stage: Stage) -> Result:
    """Ask for a block of an unsafe set, past all other rules."""
    ledger, policy = stage.ledger, policy_of(stage.worlds[0], stage.ledger)
    view = policy.views[0]
    sets = ([[2, 2], [2, 2]], [[2, 1, 1], [2, 1, 1]], [[30, 3, 1], [30, 3, 1]], [[0, 0], [0, 0]])
    learnt = []
    for sums in sets:
        learnt += accepted(
            ledger,
            f"block of {sums}",
            partial(ledger.block_of, 1, START, view, view.codes[0], np.array(sums), policy),
        )
    return Result(len(sets), learnt)


def bad_outcomes(stage: Stage) -> Result:
    """Send outcomes that cannot be counted: twice the same, minus one, a code of no list."""
    ledger, world = stage.ledger, stage.worlds[0]
    policy = policy_of(world, ledger)
    good = world.acts[0]
    sets = {
        "twice": [*world.acts, good],
        "no action": [*world.acts, good._replace(id="x", actions=0)],
        "minus one contact": [*world.acts, good._replace(id="x", contacts=-1)],
        "unknown code": [*world.acts, replace_act(good, "x", good.day, theme="my neighbour")],
    }
    learnt = []
    for name, acts in sets.items():
        outcomes = outcomes_of(acts, ledger)
        learnt += accepted(
            ledger,
            name,
            partial(ledger.seal, outcomes, [], policy, day=world.last_day, close=True),
        )
    return Result(len(sets), learnt)
