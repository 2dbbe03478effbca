"""The clock's door of notify: what is swept, and how often."""

from collections.abc import Mapping

from services.notify.gateways import offered
from services.notify.rules.messages import Tongue, tongue
from services.notify.settings import MailSettings
from services.notify.steps import send_due_deliveries as sending
from shared.db import Database
from shared.jobs import Chore, every_errand
from shared.web.languages import local_formats, translations

SEND_EVERY_S = 2.0


def tongue_of(language: str, place_names: Mapping[str, str]) -> Tongue:
    """Say things in a language as the pages do."""
    return tongue(translations(language).gettext, local_formats(language), place_names)


async def send_due_deliveries(database: Database) -> None:
    """Send what is due by every channel that is configured now."""
    await sending.send_due_deliveries(database, offered(MailSettings()), tongue_of)


CHORES: tuple[Chore, ...] = (every_errand(SEND_EVERY_S, send_due_deliveries),)
