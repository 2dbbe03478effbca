"""Attacks on published figures: subtracting them, and solving for what they hide."""

from dataclasses import replace

import numpy as np

from deploy.ledger.attacks.stage import Result, Stage, told
from deploy.ledger.overlap import crossed_cells
from deploy.ledger.play import play
from deploy.ledger.reader import Reader, unsafe


def differences(stage: Stage) -> Result:
    """Subtract any two published states of any figure."""
    tried, learnt = 0, []
    for film in stage.films:
        for view, codes in (("total", ("*",)), *film.world.views.items()):
            amounts = film.amounts(view)
            for c, releases in enumerate(film.releases(view)):
                least = film.world.thresholds.get(view, {}).get(codes[c], film.policy.T)
                bounds = [0, *releases]
                for first, after in enumerate(bounds):
                    for until in bounds[first + 1 :]:
                        tried += 1
                        part = amounts[c, after:until].sum(axis=0)
                        if unsafe(part, film, least):
                            learnt.append(f"{view}/{codes[c]} between seals {after} and {until}")
    return Result(tried, learnt)


def remainders(stage: Stage) -> Result:
    """Subtract from the total since any seal all blocks of a view that lie after it."""
    tried, learnt = 0, []
    for film in stage.films:
        for view in film.world.views:
            amounts = film.amounts(view)
            releases = film.releases(view)
            for now in range(1, amounts.shape[1] + 1):
                for after in range(now):
                    left = amounts[:, after:now].sum(axis=(0, 1))
                    for c, seals in enumerate(releases):
                        bounds = [0, *(seq for seq in seals if seq <= now)]
                        inside = [seq for seq in bounds if seq >= after]
                        if len(inside) > 1:
                            left = left - amounts[c, inside[0] : inside[-1]].sum(axis=0)
                    tried += 1
                    if unsafe(left, film):
                        learnt.append(f"{view}: what no block shows, seals {after} to {now}")
    return Result(tried, learnt)


def exact_sums(stage: Stage) -> Result:
    """Look for a figure that is not the exact sum of what it stands for, or changes afterwards."""
    tried, learnt = 0, []
    for film in stage.films:
        for view, codes in (("total", ("*",)), *film.world.views.items()):
            amounts = film.amounts(view).sum(axis=-1)
            start = dict.fromkeys(codes, 0)
            for block in (b for b in film.blocks if b.view == view):
                tried += 1
                covered = slice(start[block.code] if view != "total" else block.seq - 1, block.seq)
                sums = amounts[codes.index(block.code), covered].sum(axis=0)
                start[block.code] = block.seq
                if (block.actions, block.contacts) != tuple(sums.tolist()):
                    learnt.append(f"{view}/{block.code} at seal {block.seq}")
    return Result(tried, learnt)


def hidden_cells(stage: Stage) -> Result:
    """Solve for every unsafe cell and run of seals, as a reader who also knows the rule."""
    tried, learnt = 0, []
    for film in stage.films:
        for view in film.world.views:
            for measure in (0, 1):
                cells, pinned = Reader(film, view, measure).pinned(windows=True)
                tried += cells
                learnt += [f"{film.world.name}: {found}" for found in pinned]
    return Result(tried, learnt)


def slack(stage: Stage) -> Result:
    """Count the codes that are not shown at a seal: one alone would be known by subtraction."""
    tried, learnt = 0, []
    for film in stage.films:
        for view, codes in film.world.views.items():
            for seal in (found for found in film.seals if found.blocks):
                tried += 1
                shown = {block.code for block in seal.blocks if block.view == view}
                last = seal.day == film.world.last_day
                if len(codes) - len(shown) < (1 if last else film.policy.min_cats):
                    learnt.append(f"{view} at seal {seal.seq}: {len(shown)} of {len(codes)} shown")
    return Result(tried, learnt)


def insider(stage: Stage) -> Result:
    """Know one worker's outcomes: bound a colleague's part, and solve for what others did."""
    tried, learnt = 0, []
    for film in stage.films:
        share = film.policy.dominance
        for view in ("total", *film.world.views):
            amounts = film.amounts(view)
            for c, releases in enumerate(film.releases(view)):
                for after, until in zip([0, *releases], releases, strict=False):
                    block = amounts[c, after:until].sum(axis=0)
                    for parts in block:
                        tried += 1
                        ranked = np.sort(parts)
                        others = int(ranked[:-2].sum())
                        if others * share.denominator < int(ranked[-1]) * share.numerator:
                            learnt.append(f"{view} {c} at seal {until}: bound within {others}")
        for view in film.world.views:
            for number in range(0, len(film.workers), 8):
                reader = Reader(film, view, 0, knows_rule=False, insider=number)
                cells, pinned = reader.pinned(windows=False, width=1)
                tried += cells
                learnt += [f"{film.world.name}: worker {number} knows {p}" for p in pinned if p.low]
    return Result(tried, learnt)


def overlapping_views(stage: Stage) -> Result:
    """Cross two views: solve for theme by language, which is never published."""
    tried, learnt = 0, []
    for film in stage.films[:6]:
        cells, pinned = crossed_cells(film, "theme", "language")
        tried += cells
        learnt += [f"{film.world.name}: {found}" for found in pinned]
    return Result(tried, learnt)


def rule_of_the_threshold(stage: Stage) -> Result:
    """Suppose that what is not shown is below T: right every time, or is the wait a secret?"""
    tried, wrong = 0, 0
    for film in stage.films:
        for row in film.audit:
            if row.what == "held" and row.reason == "threshold":
                tried += 1
                wrong += row.actions >= film.policy.T and row.contacts >= film.policy.T
    other = replace(stage.worlds[0], key=b"another key")
    same = told(play(other, stage.ledger).blocks) == told(stage.films[0].blocks)
    learnt = [f"the supposition held {tried} times of {tried}"] if not wrong else []
    return Result(tried + 1, learnt + ["the wait does not depend on the key"] * same)


def closing_table(stage: Stage) -> Result:
    """Read small cells of the one table with two ways: shown ones, and what they tell of others."""
    tried, learnt = 0, []
    for film in stage.films:
        views = {view.name: view for view in film.policy.views}
        table = stage.ledger.closing_table(film.blocks, film.policy, views["zone"], views["theme"])
        sums = film.crossed("zone", "theme")
        learnt += [
            f"{film.world.name}: {cell} is shown"
            for cell, figure in table.cells.items()
            if figure is not None and unsafe(sums[cell], film)
        ]
        cells, pinned = crossed_cells(film, "zone", "theme", shown=table.cells, width=3)
        tried += cells
        learnt += [f"{film.world.name}: {found}" for found in pinned]
    return Result(tried, learnt)
