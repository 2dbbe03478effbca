"""What people outside read and take along, put on the agenda as the scenario says."""

from functools import partial

from deploy.player.agenda import Rank
from deploy.player.funder import Funder
from deploy.player.own_say import give_waiver, take_own_data
from deploy.player.readers import Readers
from deploy.player.subscriber import subscribe
from deploy.player.takers import Takers
from deploy.player.world import World


def plan_outside(world: World, funder: Funder) -> None:
    """Plan every look from outside, every subscription, waiver and file."""
    scenario, agenda, words = world.scenario, world.agenda, Rank.WORDS
    readers = Readers(world, funder)
    for look in scenario.funder.looks_at:
        agenda.put(look, words, "8 look", readers.look)
    for wish in scenario.letters:
        agenda.put(wish.at, words, f"8 letters {wish.who}", partial(subscribe, world, funder, wish))
    for waiver in scenario.extension.waivers if scenario.extension else ():
        agenda.put(waiver.at, words, f"7 waiver {waiver.who}", partial(give_waiver, world, waiver))
    accounts = scenario.accounts
    if accounts is None:
        return
    takers = Takers(world, funder, readers)
    agenda.put(accounts.at, words, "9 export", takers.ask_for_export)
    agenda.put(accounts.at, words, "9 report", takers.take_report)
    for key in accounts.own_data:
        agenda.put(accounts.at, words, f"9 own data {key}", partial(take_own_data, world, key))
