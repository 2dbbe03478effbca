"""The sealed ledger: what a seal publishes, what waits, what is refused."""

import random
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from services.reporting.rules.ledger import (
    TOTAL,
    Block,
    Figure,
    LedgerError,
    Outcome,
    Policy,
    Reason,
    Seal,
    UnsafeBlockError,
    View,
    Waited,
    Waiver,
    What,
    adjustments,
    at_least,
    block_of,
    by_seal,
    is_safe,
    made_again,
    not_broken_down,
    public,
    published,
    seal,
    summed_again,
    total,
    year,
    yearly_correction,
)
from services.reporting.rules.ledger.corrections import Adjustment
from services.reporting.rules.ledger.safety import by_worker, refusal
from services.reporting.rules.waivers import Part, needs_waivers

MONDAY = date(2022, 10, 3)
THEMES = View("theme", ("energy", "housing", "debt", "health"))
POLICY = Policy("energy-2022", (THEMES,), b"key")
WEEK = timedelta(days=7)


def outcomes(
    *parts: tuple[str, str, int], day: date = MONDAY, first: int = 0, contacts: int = 1
) -> list[Outcome]:
    """Make outcomes of one action each from (theme, worker, how many)."""
    acts = [(theme, worker) for theme, worker, many in parts for _ in range(many)]
    return [
        Outcome(f"o{first + i:03}", day, worker, 1, contacts, {"theme": theme})
        for i, (theme, worker) in enumerate(acts)
    ]


def team(theme: str, many: int, workers: int = 4) -> list[tuple[str, str, int]]:
    return [(theme, f"w{i}", many) for i in range(workers)]


def busy_weeks(weeks: int = 4) -> list[Outcome]:
    """Make weeks in which every theme has many outcomes of six workers."""
    made: list[Outcome] = []
    for number in range(weeks):
        parts = [p for theme in THEMES.codes for p in team(theme, 3, workers=6)]
        made += outcomes(*parts, day=MONDAY + number * WEEK, first=len(made))
    return made


def seals_of(given: list[Outcome], days: list[date], policy: Policy = POLICY) -> list[Seal]:
    blocks: list[Block] = []
    found = []
    for day in days:
        found.append(seal(given, blocks, policy, day=day, close=day == days[-1]))
        blocks += found[-1].blocks
    return found


def blocks_of(found: list[Seal]) -> list[Block]:
    return [block for one in found for block in one.blocks]


MONDAYS = [MONDAY + number * WEEK for number in range(1, 6)]


# --- safe sets -----------------------------------------------------------------------------------


def test_five_actions_of_three_workers_are_safe() -> None:
    assert is_safe(outcomes(("energy", "w0", 2), ("energy", "w1", 2), ("energy", "w2", 1)), POLICY)


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ([("w0", 2), ("w1", 1), ("w2", 1)], "four actions"),
        ([("w0", 5), ("w1", 5)], "two workers"),
        ([("w0", 20), ("w1", 3), ("w2", 3)], "the second worker knows the first within 3 of 20"),
        ([], "nothing at all"),
    ],
)
def test_what_is_too_few_or_too_unequal_is_not_safe(parts: list[tuple[str, int]], why: str) -> None:
    assert not is_safe(outcomes(*[("energy", w, n) for w, n in parts]), POLICY), why


def test_the_share_of_others_is_exact_at_its_limit() -> None:
    at_limit = outcomes(("energy", "w0", 15), ("energy", "w1", 9), ("energy", "w2", 3))
    just_below = outcomes(("energy", "w0", 16), ("energy", "w1", 9), ("energy", "w2", 3))

    assert is_safe(at_limit, POLICY)
    assert not is_safe(just_below, POLICY)


def test_contacts_obey_the_same_rules_as_actions() -> None:
    many_actions_few_met = outcomes(*team("energy", 4), contacts=0)

    assert not is_safe(many_actions_few_met, POLICY)


# --- seals ---------------------------------------------------------------------------------------


def test_a_seal_publishes_the_exact_sum_of_what_it_takes() -> None:
    first = seals_of(busy_weeks(), MONDAYS)[0]
    taken = first.blocks[0].members

    assert first.blocks[0].figure == Figure(len(taken), len(taken))
    for block in first.blocks[1:]:
        assert block.actions == len([o for o in taken if o.codes["theme"] == block.code])
    assert len(first.blocks) > 1


def test_the_newest_outcomes_are_held_back_until_the_close() -> None:
    given = busy_weeks()
    first = seal(given, [], POLICY, day=MONDAY + timedelta(days=1), close=False)

    assert total(first.blocks) is not None
    held_back = [o for o in given if o.day == MONDAY and o not in first.blocks[0].members]
    assert is_safe(held_back, POLICY)
    assert not is_safe(held_back[1:], POLICY)


def test_the_total_is_exact_at_the_close() -> None:
    ledger = blocks_of(seals_of(busy_weeks(), MONDAYS))
    whole = not_broken_down(ledger, THEMES)

    assert total(ledger) == Figure(288, 288)
    assert whole is not None
    assert whole.actions >= POLICY.T


def test_at_least_two_codes_of_a_view_are_not_released_at_a_seal() -> None:
    for found in seals_of(busy_weeks(), MONDAYS)[:-1]:
        released = {b.code for b in found.blocks if b.view == "theme"}
        assert len(released) <= len(THEMES.codes) - POLICY.min_cats


def test_no_seal_comes_before_its_period_is_over() -> None:
    given = busy_weeks()
    first = seal(given, [], POLICY, day=MONDAYS[0], close=False)
    soon = seal(given, first.blocks, POLICY, day=MONDAYS[0] + timedelta(days=6), close=False)

    assert soon.blocks == ()
    assert soon.skipped is Reason.PERIOD
    assert seal(given, first.blocks, POLICY, day=MONDAYS[1], close=False).blocks


def test_sealing_twice_changes_nothing() -> None:
    ledger = blocks_of(seals_of(busy_weeks(), MONDAYS))
    again = seal(busy_weeks(), ledger, POLICY, day=MONDAYS[-1], close=True)

    assert again.blocks == ()


def test_the_same_outcomes_give_the_same_ledger_in_any_order() -> None:
    given = busy_weeks()

    assert seals_of(given[::-1], MONDAYS) == seals_of(given, MONDAYS)


def test_what_is_encoded_on_the_day_of_a_seal_waits_for_the_next() -> None:
    given = busy_weeks()
    day = MONDAYS[0]
    late = outcomes(*team("debt", 5), day=day, first=900)
    ledger = seal(given, [], POLICY, day=day, close=False).blocks

    assert seal([*given, *late], [], POLICY, day=day, close=False).blocks == ledger
    closing = seal([*given, *late], ledger, POLICY, day=MONDAYS[-1], close=True)
    assert {o.id for o in late} <= {o.id for o in closing.blocks[0].members}


def test_a_batch_that_is_not_safe_waits_and_the_audit_says_why() -> None:
    two_workers = outcomes(("energy", "w0", 20), ("energy", "w1", 20))
    found = seal(two_workers, [], POLICY, day=MONDAYS[0], close=False)

    assert found.blocks == ()
    assert [(row.what, row.reason) for row in found.audit] == [(What.SKIP, Reason.WORKERS)]


def test_the_audit_tells_for_every_code_whether_it_waits_and_why() -> None:
    found = seals_of(busy_weeks(), MONDAYS)[1]
    told = {row.code: row.reason for row in found.audit if row.view == "theme" and row.code}

    assert set(told) == set(THEMES.codes)
    assert {str(reason) for reason in told.values()} <= {"", "withheld", "threshold", "frozen"}
    assert Reason.WITHHELD in told.values()


def test_the_audit_holds_no_worker_and_no_outcome() -> None:
    said = repr([row for found in seals_of(busy_weeks(), MONDAYS) for row in found.audit])

    assert "o001" not in said
    assert "'w1'" not in said


def test_a_sensitive_code_waits_for_its_own_threshold() -> None:
    sensitive = replace(THEMES, thresholds={"debt": 10})
    policy = replace(POLICY, views=(sensitive,))
    nine_each_week = [
        o
        for week in range(3)
        for o in outcomes(
            *team("energy", 5), *team("debt", 1, 3), day=MONDAY + week * WEEK, first=100 * week
        )
    ]
    ledger = blocks_of(seals_of(nine_each_week, MONDAYS, policy))

    assert published(ledger, sensitive)["debt"] is None
    assert all(b.actions >= 10 for b in ledger if b.code == "debt")


# --- reading -------------------------------------------------------------------------------------


def test_seals_are_made_again_from_what_waited_and_added_up_again_without_the_key() -> None:
    given = busy_weeks()
    found = seals_of(given, MONDAYS)
    blocks = blocks_of(found)
    waited, sealed = [], set[str]()
    for one, day in zip(found, MONDAYS, strict=True):
        left = tuple(outcome for outcome in given if outcome.id not in sealed)
        if one.blocks:
            waited.append(Waited(one.seq, day, day == MONDAYS[-1], left, ()))
        sealed |= {outcome.id for block in one.blocks for outcome in block.members}
    first = waited[0].outcomes[0]
    changed = [
        waited[0]._replace(outcomes=(replace(first, contacts=9), *waited[0].outcomes[1:])),
        *waited[1:],
    ]
    keyless = replace(POLICY, key=b"destroyed")

    assert len(waited) > 2
    assert list(made_again(waited, POLICY)) == blocks
    assert list(public(summed_again(waited, keyless, public(blocks)))) == list(public(blocks))
    assert list(made_again(changed, POLICY)) != blocks
    assert list(public(summed_again(changed, keyless, public(blocks)))) != list(public(blocks))


def test_a_code_without_a_block_has_no_figure_and_zero_is_not_told() -> None:
    given = [o for o in busy_weeks() if o.codes["theme"] != "health"]
    ledger = blocks_of(seals_of(given, MONDAYS))

    assert published(ledger, THEMES)["health"] is None


def test_a_past_state_is_read_from_the_same_blocks() -> None:
    found = seals_of(busy_weeks(), MONDAYS)
    ledger = blocks_of(found)

    for number in range(1, len(found) + 1):
        then = blocks_of(found[:number])
        assert published(ledger, THEMES, until_seal=number) == published(then, THEMES)


def test_weeks_add_up_to_the_figure() -> None:
    ledger = blocks_of(seals_of(busy_weeks(), MONDAYS))
    sums = dict.fromkeys(THEMES.codes, 0)
    for week in by_seal(ledger, THEMES).values():
        for code, figure in week.items():
            sums[code] += figure.actions if figure else 0

    assert sums == {code: f.actions if f else 0 for code, f in published(ledger, THEMES).items()}


def test_a_year_is_the_sum_of_its_ledgers() -> None:
    ledger = blocks_of(seals_of(busy_weeks(), MONDAYS))

    assert year([ledger, ledger], TOTAL) == {"*": Figure(576, 576)}


def test_readers_get_blocks_without_outcomes_and_the_same_figures() -> None:
    ledger = blocks_of(seals_of(busy_weeks(), MONDAYS))
    shown = public(ledger)

    assert published(shown, THEMES) == published(ledger, THEMES)
    assert all(block.members == () for block in shown)


def test_the_public_site_rounds_down_to_five() -> None:
    assert at_least(Figure(49, 50)) == Figure(45, 50)


# --- small campaigns -----------------------------------------------------------------------------

PAIR = outcomes(("energy", "w0", 20), ("debt", "w1", 22))
AGREED = [Waiver("waiver-1", "w0", MONDAY), Waiver("waiver-2", "w1", MONDAY)]


def test_a_campaign_of_two_publishes_nothing_while_it_runs() -> None:
    for day in MONDAYS:
        assert seal(PAIR, [], POLICY, day=day, close=False, waivers=AGREED).blocks == ()


def test_a_campaign_of_two_publishes_its_total_when_both_have_agreed() -> None:
    found = seal(PAIR, [], POLICY, day=MONDAYS[0], close=True, waivers=AGREED)

    assert [(b.view, b.figure) for b in found.blocks] == [("total", Figure(42, 42))]
    assert "waiver-1,waiver-2" in [row.note for row in found.audit if row.what is What.WAIVER]


@pytest.mark.parametrize("agreed", [[], AGREED[:1], AGREED[1:]])
def test_a_campaign_of_two_publishes_nothing_when_one_has_not(agreed: list[Waiver]) -> None:
    found = seal(PAIR, [], POLICY, day=MONDAYS[0], close=True, waivers=agreed)

    assert not found.blocks
    assert found.skipped is Reason.WAIVER_MISSING


def test_a_campaign_needs_waivers_exactly_where_its_total_is_refused_for_its_workers() -> None:
    draw = random.Random(5)  # noqa: S311 -- parts for a test
    asked = 0
    for _ in range(300):
        parts = [
            Part(UUID(int=draw.randrange(1, 5)), draw.choice((0, 1, 2, 30)))
            for _ in range(draw.randrange(14))
        ]
        workers = sorted({str(part.worker_id) for part in parts})
        sums = by_worker(
            [
                Outcome(str(n), MONDAY, str(part.worker_id), 1, part.people_reached, {})
                for n, part in enumerate(parts)
            ],
            workers,
        )
        refused = refusal(sums, POLICY, 0) in {Reason.WORKERS, Reason.DOMINANCE}

        assert needs_waivers(parts, POLICY.K, str(POLICY.P)) is refused
        asked += refused

    assert 20 < asked < 280


def test_a_waiver_does_not_cover_the_people_met() -> None:
    four = outcomes(("energy", "w0", 2), ("debt", "w1", 2))

    assert seal(four, [], POLICY, day=MONDAYS[0], close=True, waivers=AGREED).blocks == ()


# --- corrections ---------------------------------------------------------------------------------


def test_a_correction_after_a_seal_revises_nothing() -> None:
    given = busy_weeks()
    before = seals_of(given, MONDAYS)
    ledger = list(before[0].blocks)
    sealed = {o.id for o in ledger[0].members}
    corrected = [replace(o, contacts=9) if o.id in sealed else o for o in given]
    for day, expected in zip(MONDAYS[1:], before[1:], strict=True):
        found = seal(corrected, ledger, POLICY, day=day, close=day == MONDAYS[-1])
        assert found.blocks == expected.blocks
        ledger += found.blocks


def test_adjustments_are_what_changed_since_the_seal() -> None:
    given = busy_weeks()
    ledger = blocks_of(seals_of(given, MONDAYS))
    changed = [replace(given[0], contacts=4), replace(given[1], codes={"theme": "debt"})]
    gone, kept = given[2], given[3:]

    assert adjustments([*changed, *kept], ledger) == (
        Adjustment(given[0].id, given[0].worker, 0, 3),
        Adjustment(given[1].id, given[1].worker, 0, 0, ("theme",)),
        Adjustment(gone.id, gone.worker, -1, -1),
    )


def test_the_years_correction_is_told_only_when_enough_people_are_behind_it() -> None:
    four = [Adjustment(str(i), f"w{i}", -1, 1) for i in range(4)]
    eight = [Adjustment(str(i), f"w{i}", -1, 1 if i % 2 else -1) for i in range(8)]

    assert yearly_correction(four, POLICY) == (None, None)
    assert yearly_correction(eight, POLICY) == (-8, 0)


# --- refusals ------------------------------------------------------------------------------------


def test_every_bad_outcome_is_named_at_once() -> None:
    good = outcomes(*team("energy", 2))
    bad = [replace(good[0], id="a", actions=0), replace(good[0], id="b", codes={"theme": "cats"})]

    with pytest.raises(LedgerError) as refused:
        seal([*good, *bad, good[0]], [], POLICY, day=MONDAYS[0], close=True)

    assert len(refused.value.problems) == 3


def test_a_policy_may_be_stricter_but_not_laxer() -> None:
    assert replace(POLICY, T=10, K=4, P=0.3).T == 10
    with pytest.raises(LedgerError) as refused:
        replace(POLICY, T=4, K=2, P=0.1, J=0, min_cats=1, period_days=0, key=b"")

    assert len(refused.value.problems) == 7


def test_a_view_of_twenty_six_quarters_is_refused() -> None:
    with pytest.raises(LedgerError, match="26 codes"):
        replace(POLICY, views=(View("quarter", tuple(f"q{i}" for i in range(26))),))


def test_a_ledger_that_was_changed_is_not_sealed_upon() -> None:
    ledger = blocks_of(seals_of(busy_weeks(), MONDAYS)[:2])
    changed = [replace(ledger[0], actions=ledger[0].actions + 1), *ledger[1:]]

    with pytest.raises(LedgerError, match="does not add up"):
        seal(busy_weeks(), changed, POLICY, day=MONDAYS[3], close=False)


def test_an_unsafe_block_cannot_be_written() -> None:
    from services.reporting.rules.ledger.safety import by_worker  # noqa: PLC0415 -- its input

    few = by_worker(
        outcomes(("debt", "w0", 2), ("debt", "w1", 1), ("debt", "w2", 1)), ["w0", "w1", "w2"]
    )
    with pytest.raises(UnsafeBlockError):
        block_of(1, MONDAY, THEMES, "debt", few, POLICY)
