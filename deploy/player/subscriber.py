"""Who wants reports by mail: asks, and says yes by the link where the address is another's."""

from functools import partial

from deploy.player.agenda import A_MOMENT, Rank
from deploy.player.front_door import Form, Visitor
from deploy.player.funder import Funder
from deploy.player.letter_box import letter_with
from deploy.player.scenario import Letters
from deploy.player.story import N_
from deploy.player.world import World

CONFIRM = r"(/reporting/letters/confirm/\S+)"


async def subscribe(world: World, funder: Funder, wish: Letters) -> None:
    """Fill in the form of the page, as the funder or as the coordination."""
    visitor = await funder.visitor() if wish.who == "funder" else world.coordination
    email = wish.email or world.scenario.funder.email
    form = {"rhythm": wish.rhythm, "language": wish.language, "email": email}
    await visitor.post("/reporting/letters", Form(form))
    world.seen.count("subscriptions_asked")
    if wish.email is not None:
        later = partial(say_yes, world, wish.email)
        world.agenda.put(world.now + A_MOMENT, Rank.WORDS, f"8 yes {wish.email}", later)
    world.story.tell(N_("Une personne demande à recevoir les rapports par courriel."))


async def say_yes(world: World, email: str) -> None:
    """As whoever reads the address: open the link of the letter, and press its button."""
    found = await letter_with(world, email, CONFIRM)
    world.seen.must(f"the letter that asks for a yes arrived at {email}", hold=found is not None)
    if found is None:
        return
    anybody = Visitor(world.door, "")
    await anybody.read(found[1])
    await anybody.post(found[1])
    world.seen.count("subscriptions_confirmed")
    world.story.tell(N_("L’adresse dit oui par le lien du courriel\u00a0: les rapports viendront."))
