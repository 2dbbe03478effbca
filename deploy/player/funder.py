"""Whoever follows for the funder: comes in by a mailed link, invites, and reads the answer."""

import re

from deploy.player.asked import Asked
from deploy.player.front_door import AnswerError, Form, Visitor
from deploy.player.letter_box import letter_with
from deploy.player.pages import plain
from deploy.player.story import N_
from deploy.player.world import World
from shared.words import Decision

STANDS = re.compile(r'<h2 id="stands-title">(.*?)</h2>', re.DOTALL)
STANDS_FOR = {
    Decision.ACCEPT: "Acceptée le",
    Decision.ADJUST: "Acceptée le",
    Decision.REFUSE: "Refusée le",
}

FORM = re.compile(r'<form method="post" action="/intake/funder".*?</form>', re.DOTALL)
NAMED = re.compile(r'<(?:input|select|textarea)[^>]* name="(\w+)"')
UNSEEN = {"csrf", "id", "extends"}  # what a form carries along, and nobody fills in
FIELDS_MAX = 8  # Source: docs/decisions/0034-a-funders-way-in.md has seven.


def fields_of(page: str) -> set[str]:
    """Name the fields of the form by which a funder invites."""
    found = FORM.search(page)
    return set(NAMED.findall(found[0])) if found else set()


class Funder:
    """One person at the funder's; their session begins with the first thing that they do."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._visitor: Visitor | None = None

    async def visitor(self) -> Visitor:
        """Come in, the first time by a link that is asked for at the invited address.

        Raises:
            AnswerError: no letter arrives, or its link opens nothing.
        """
        if self._visitor is None:
            world, scenario = self.world, self.world.scenario
            self._visitor = await world.door.enter_by_mail(
                scenario.funder.email, scenario.id_of("funder"), self._token
            )
            world.seen.count("entered_by_mail")
        return self._visitor

    async def _token(self) -> str:
        email = self.world.scenario.funder.email
        found = await letter_with(self.world, email, r"/access/link/open#(\S+)")
        if found is None:
            raise AnswerError(f"no letter with a link arrived at {email}")
        return found[1]

    async def invite(self, asked: Asked) -> None:
        """Write an invitation at the funder's own page, and read its receipt."""
        world, invitation, visitor = self.world, asked.case.invitation, await self.visitor()
        fields: dict[str, str | list[str]] = {
            "id": str(asked.invitation_id),
            "requester": invitation.requester,
            "crisis": world.scenario.crisis.value,
            "wanted": invitation.wanted,
            "publics": [public.value for public in invitation.publics],
            "wanted_from": invitation.wanted_from.isoformat(),
            "wanted_until": invitation.wanted_until.isoformat(),
            "where": invitation.where,
        }
        if asked.extends is not None:
            fields["extends"] = str(asked.extends)
        query = {"extends": str(asked.extends)} if asked.extends else {}
        named = fields_of(await visitor.read("/intake/funder", **query))
        world.seen.must(
            f"the form asks what is answered, in eight fields at most: {', '.join(sorted(named))}",
            hold=set(fields) <= named and len(named - UNSEEN) <= FIELDS_MAX,
        )
        await visitor.post("/intake/funder", Form(fields))
        stands, _ = await self._receipt(asked)
        world.seen.must(
            f"the receipt says that the invitation was received, not: {stands}",
            hold=stands.startswith("Reçue le"),
        )
        if asked.extends is not None:
            world.seen.count("extensions_asked")
            world.story.tell(
                N_("%(who)s demande une prolongation\u00a0: c’est une nouvelle invitation."),
                who=invitation.requester,
            )
            return
        world.seen.count("invited_at_their_own_page")
        world.story.tell(
            N_("%(who)s invite l’équipe depuis sa propre page, et reçoit un accusé de réception."),
            who=invitation.requester,
        )

    async def read_the_answer(self, asked: Asked) -> None:
        """Read what came of an invitation: a decision and its reason, and nobody's opinion."""
        world, case = self.world, asked.case
        stands, page = await self._receipt(asked)
        consultation = case.consultation
        replies = [o.reply for o in consultation.opinions if o.reply] if consultation else []
        must = world.seen.must
        must(
            f"the receipt tells the decision, not: {stands}",
            hold=stands.startswith(STANDS_FOR[case.decision.decision]),
        )
        must("the receipt gives the reason", hold=plain(case.decision.reason) in page)
        must(
            "a funder reads no reply to an opinion", hold=not any(plain(r) in page for r in replies)
        )
        world.seen.count("answers_read")
        world.story.tell(
            N_("%(who)s lit la décision et sa raison, jamais les avis de l’équipe."),
            who=case.invitation.requester,
        )

    async def _receipt(self, asked: Asked) -> tuple[str, str]:
        """Read how far an invitation is, and everything that its page says."""
        visitor = await self.visitor()
        page = await visitor.read(f"/intake/funder/invitations/{asked.invitation_id}")
        found = STANDS.search(page)
        return plain(found[1]) if found else "nothing", plain(page)
