"""What a scenario says of the surroundings: a directory of local actors, and a campaign's kit."""

from pydantic import Field

from deploy.player.parts import Moment, Part
from shared.words import ActorCategory, Language, Saturation, ZoneId


class LocalActor(Part):
    """An organisation or a service. Without `saturation` nobody has reported on it yet."""

    key: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")
    name: str
    category: ActorCategory
    zone_ids: tuple[ZoneId, ...] = ()
    postal_code: str
    city: str
    phone: str = Field(pattern=r"^\+32 2 000 [0-9 ]+$")
    """A number that nobody has: none in Belgium begins with 000."""
    languages: tuple[Language, ...]
    hours: str
    saturation: Saturation = Saturation.UNKNOWN
    reported_days_ago: int = Field(default=0, ge=0)


class Sheet(Part):
    """A leaflet of one page."""

    title: str
    language: Language
    lines: tuple[str, ...] = Field(min_length=1)


class Sentence(Part):
    fr: str
    said: dict[Language, str]


class Kit(Part):
    leaflets: tuple[Sheet, ...] = ()
    phrases: tuple[Sentence, ...] = ()


class Report(Part):
    """Somebody of the team sees how full a local actor is."""

    at: Moment
    who: str
    actor: str
    saturation: Saturation
