"""The words of the field, once, for every service. Pure values: no I/O, no framework.

Closed lists are `StrEnum`s: what is not on a list cannot be said on the bus. Their French, Dutch
and English names are in `shared/ui/locale`, under the message id `<list>.<value>`.

Sources: the charter of September 2022 ("document balise"), the activity report 2022.
"""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, NewType
from uuid import UUID

from pydantic import StringConstraints

# --- ids ---------------------------------------------------------------------------------------

InvitationId = NewType("InvitationId", UUID)
ConsultationId = NewType("ConsultationId", UUID)
CampaignId = NewType("CampaignId", UUID)
PlanId = NewType("PlanId", UUID)
TaskId = NewType("TaskId", UUID)
ProposalId = NewType("ProposalId", UUID)
WorkerId = NewType("WorkerId", UUID)
PersonId = NewType("PersonId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
OutcomeId = NewType("OutcomeId", UUID)
ContributionId = NewType("ContributionId", UUID)
SignalId = NewType("SignalId", UUID)
SnapshotId = NewType("SnapshotId", UUID)
ExportId = NewType("ExportId", UUID)

ID_PATTERN = r"^[A-Za-z0-9_-]{2,24}$"
ZoneId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
"""A neighbourhood of the territory pack, such as `RAQ03a`."""
PARTNER_ID_LENGTH = 40
PARTNER_PATTERN = r"^[a-z0-9][a-z0-9-]{1,39}$"
PartnerId = Annotated[str, StringConstraints(pattern=PARTNER_PATTERN)]
"""A partner organisation, such as `inforgazelec`: an id, never a person."""
PartnerName = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
"""How people call a partner organisation. It stays in the service that shows it."""


def partner_id_of(name: str, known: Mapping[str, str]) -> str:
    """Return the id of a partner that somebody typed: of that name, or the id itself, or a new one.

    A new id is the name in ASCII: `CASG Wolu-Services` becomes `casg-wolu-services`. A name without
    a letter or digit of that kind gives an empty text, which is no `PartnerId`.
    """
    wanted = " ".join(name.split()).casefold()
    for partner_id, called in known.items():
        if wanted in {partner_id, called.casefold()}:
            return partner_id
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:PARTNER_ID_LENGTH].strip("-")


CharterVersion = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]
PublicName = Annotated[str, StringConstraints(min_length=3, max_length=80, strip_whitespace=True)]
"""A campaign's name: the only text a human writes that may travel on the bus."""


# --- who ---------------------------------------------------------------------------------------


class Role(StrEnum):
    """Who somebody is. An enum in code, not a table: no role can be added by an administrator.

    There is no role for a municipality or a controlling authority, and none may be added: in 2021
    the coordination stopped checks that some municipalities had drawn workers into.
    """

    COORDINATION = "coordination"
    WORKER = "worker"
    HOST_PARTNER = "host_partner"
    FUNDER = "funder"
    ADMINISTRATOR = "administrator"
    SERVICE = "service"


class Requester(StrEnum):
    """Who invites a mobilisation."""

    FUNDER = "funder"
    MUNICIPALITY = "municipality"
    PARTNER = "partner"
    COORDINATION = "coordination"


class Language(StrEnum):
    """Languages of the team and of the publics, as ISO 639 codes (report 2022, p. 5)."""

    FR = "fr"
    NL = "nl"
    EN = "en"
    AR = "ar"
    TR = "tr"
    ES = "es"
    LN = "ln"
    SW = "sw"
    RU = "ru"
    UK = "uk"
    RO = "ro"
    PT = "pt"
    PL = "pl"
    BG = "bg"
    SQ = "sq"
    PS = "ps"
    FA = "fa"
    SO = "so"
    TI = "ti"
    BER = "ber"
    OTHER = "other"


class Skill(StrEnum):
    """What somebody knows how to do beyond the common trade (trainings of the report 2022)."""

    ENERGY = "energy"
    DEBT = "debt"
    HEALTH = "health"
    DIGITAL = "digital"
    RIGHTS = "rights"
    ANIMATION = "animation"
    ASYLUM = "asylum"


class Public(StrEnum):
    """For whom a campaign works."""

    EVERYONE = "everyone"
    TENANTS = "tenants"
    FAMILIES = "families"
    OLDER_PEOPLE = "older_people"
    YOUNG_PEOPLE = "young_people"
    NEWCOMERS = "newcomers"
    WITHOUT_PAPERS = "without_papers"
    HOMELESS = "homeless"
    ISOLATED = "isolated"
    DISABLED = "disabled"


# --- why ---------------------------------------------------------------------------------------


class CrisisKind(StrEnum):
    HEALTH = "health"
    ENERGY = "energy"
    MIGRATION = "migration"
    HEAT = "heat"
    FLOOD = "flood"
    HOUSING = "housing"
    OTHER = "other"


class Boundary(StrEnum):
    """The six exclusive boundaries of the charter ("frontières exclusives")."""

    ETHICS = "ethics"
    TARGET_PUBLIC = "target_public"
    ADDED_VALUE = "added_value"
    PARTNERSHIP = "partnership"
    WORKING_ZONE = "working_zone"
    GOALS_AND_MISSIONS = "goals_and_missions"


class Law(StrEnum):
    """The four laws of a mobilisation (charter, "Cadre général")."""

    ONE_OFF = "one_off"
    LIMITED_IN_TIME = "limited_in_time"
    NEIGHBOURHOOD_SCALE = "neighbourhood_scale"
    NO_INTERFERENCE = "no_interference"


class Stance(StrEnum):
    """A worker's opinion on an invitation."""

    FOR = "for"
    WITH_CONDITIONS = "with_conditions"
    AGAINST = "against"
    NO_OPINION = "no_opinion"


class Ground(StrEnum):
    """What an objection or a condition rests on: one of the boundaries or of the laws."""

    ETHICS = "ethics"
    TARGET_PUBLIC = "target_public"
    ADDED_VALUE = "added_value"
    PARTNERSHIP = "partnership"
    WORKING_ZONE = "working_zone"
    GOALS_AND_MISSIONS = "goals_and_missions"
    ONE_OFF = "one_off"
    LIMITED_IN_TIME = "limited_in_time"
    NEIGHBOURHOOD_SCALE = "neighbourhood_scale"
    NO_INTERFERENCE = "no_interference"


class Decision(StrEnum):
    ACCEPT = "accept"
    ADJUST = "adjust"
    REFUSE = "refuse"


class CampaignState(StrEnum):
    DECLARED = "declared"
    RUNNING = "running"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class ClosingReason(StrEnum):
    REACHED_ITS_END = "reached_its_end"
    ENDED_EARLY = "ended_early"


# --- what --------------------------------------------------------------------------------------


class Mission(StrEnum):
    """The four missions of the charter; a campaign is work within them."""

    NETWORKING = "networking"
    INDIVIDUAL_GUIDANCE = "individual_guidance"
    COLLECTIVE_INFORMATION = "collective_information"
    COMMUNITY_ACTION = "community_action"


class ActionKind(StrEnum):
    """What is done in the street (collective actions of the report 2022, Vacci-Bus of 2021)."""

    MARKET_STALL = "market_stall"
    FLYER_ROUND = "flyer_round"
    STREET_ROUND = "street_round"
    DROP_IN = "drop_in"
    DISCUSSION_TABLE = "discussion_table"
    CITIZEN_GROUP = "citizen_group"
    THEMATIC_EVENT = "thematic_event"
    NEIGHBOURHOOD_PARTY = "neighbourhood_party"
    WORKSHOP = "workshop"
    BRI_CO = "bri_co"
    VACCI_BUS_DAY = "vacci_bus_day"
    ACCOMPANIMENT = "accompaniment"
    INTERPRETING = "interpreting"
    PARTNER_TRAINING = "partner_training"


class Theme(StrEnum):
    """What people came with (problems of the report 2022)."""

    ADMINISTRATIVE = "administrative"
    PHYSICAL_HEALTH = "physical_health"
    MENTAL_HEALTH = "mental_health"
    VACCINATION = "vaccination"
    HOUSING = "housing"
    ENERGY = "energy"
    DEBT = "debt"
    INCOME = "income"
    FOOD = "food"
    ALIENS_LAW = "aliens_law"
    SCHOOL = "school"
    WORK = "work"
    DIGITAL = "digital"
    DISABILITY = "disability"
    FAMILY = "family"
    ISOLATION = "isolation"


class NonTakeUp(StrEnum):
    """The five forms of non-take-up of rights (ODENORE's typology, as the report uses it)."""

    NON_KNOWLEDGE = "non_knowledge"
    NON_DEMAND = "non_demand"
    NON_RECEIPT = "non_receipt"
    NON_PROPOSAL = "non_proposal"
    EXCLUSION = "exclusion"


class RelayKind(StrEnum):
    """Towards whom a relay was made. The first eleven are the lines of the 2022 Ukraine table."""

    CPAS = "cpas"
    HOSPITAL = "hospital"
    SCHOOL_ENROLMENT = "school_enrolment"
    MUNICIPALITY = "municipality"
    INTERPRETING = "interpreting"
    HOUSING = "housing"
    JOB_SEARCH = "job_search"
    MEDIATION = "mediation"
    RECEPTION_CENTRE = "reception_centre"
    SCHOOL = "school"
    DISABILITY_RECOGNITION = "disability_recognition"
    ENERGY_ADVICE = "energy_advice"
    DEBT_MEDIATION = "debt_mediation"
    VACCINATION = "vaccination"
    HOST_PARTNER = "host_partner"
    MEDICAL_CENTRE = "medical_centre"
    FOOD_AID = "food_aid"
    LEGAL_AID = "legal_aid"
    OTHER_SERVICE = "other_service"


class Weekday(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


# --- consent -----------------------------------------------------------------------------------


class ProposalState(StrEnum):
    """One worker's answer to one task. Only the worker moves it to `accepted`."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COUNTERED = "countered"
    EXPIRED = "expired"
    HANDED_BACK = "handed_back"
    WITHDRAWN = "withdrawn"


class TaskState(StrEnum):
    PLANNED = "planned"
    PROPOSED = "proposed"
    STAFFED = "staffed"
    STARTED = "started"
    DONE = "done"
    NOT_DONE = "not_done"
    WITHDRAWN = "withdrawn"


class DeclineReason(StrEnum):
    """Why somebody says no. A reason helps to mend the plan; it is counted for nobody."""

    BUSY = "busy"
    ABSENT = "absent"
    TOO_FAR = "too_far"
    NOT_MY_PLACE = "not_my_place"
    HOST_PARTNER_NEEDS_ME = "host_partner_needs_me"
    OWN_ACTIONS_FIRST = "own_actions_first"
    ETHICS = "ethics"
    NO_REASON_GIVEN = "no_reason_given"


class WithdrawalReason(StrEnum):
    CAMPAIGN_CLOSED = "campaign_closed"
    CAMPAIGN_SUSPENDED = "campaign_suspended"
    TASK_CHANGED = "task_changed"
    NO_LONGER_NEEDED = "no_longer_needed"


class PlanPreference(StrEnum):
    """What a plan prefers when it cannot have everything; `docs/matching.md` gives the weights."""

    BALANCED = "balanced"
    COVER_FIRST = "cover_first"
    COMFORT_FIRST = "comfort_first"


# --- back from the field -----------------------------------------------------------------------


class CorrectionReason(StrEnum):
    MISCOUNTED = "miscounted"
    WRONG_CODE = "wrong_code"
    FORGOTTEN = "forgotten"
    NEVER_HAPPENED = "never_happened"


class SignalKind(StrEnum):
    """What the field sends upwards."""

    SATURATED_SERVICE = "saturated_service"
    UNMET_NEED = "unmet_need"
    RUMOUR = "rumour"
    BLOCKAGE = "blockage"


class SignalAnswer(StrEnum):
    NOTED = "noted"
    ACTED_UPON = "acted_upon"
    CARRIED_UPWARDS = "carried_upwards"
    CANNOT_ACT = "cannot_act"


class PartnerRemark(StrEnum):
    """What a host partner says about the periods that are its own. No free text, nobody's name."""

    IT_FITS = "it_fits"
    MOVE_A_PERIOD = "move_a_period"
    CALL_ME = "call_me"


# --- local actors ------------------------------------------------------------------------------


class ActorGroup(StrEnum):
    """The headings under which the activity report 2022 lists local actors (p. 11)."""

    CARE_AND_SUPPORT = "care_and_support"
    CULTURE = "culture"
    CHILDHOOD_AND_SCHOOL = "childhood_and_school"
    SOCIAL_SERVICES = "social_services"
    MUNICIPAL_SERVICES = "municipal_services"
    COMMUNITY_SERVICES = "community_services"
    LOCAL_AUTHORITIES = "local_authorities"
    OTHER_SERVICES = "other_services"


class ActorCategory(StrEnum):
    """What a local actor of the directory is: the list of the activity report 2022 (p. 11).

    Three of its lines are left out because they are people and not organisations: elected
    officials, neighbourhood police officers, and residents who know everybody. Peacekeepers stand
    under two headings of the report and once here, as the municipal service that they are.
    """

    MEDICAL_CENTRE = "medical_centre"
    MENTAL_HEALTH = "mental_health"
    FAMILY_PLANNING = "family_planning"
    HOME_CARE = "home_care"
    NURSING_HOME = "nursing_home"
    HOMELESS_SUPPORT = "homeless_support"
    DISABILITY_SUPPORT = "disability_support"
    DRUG_SUPPORT = "drug_support"
    CULTURAL_CENTRE = "cultural_centre"
    CULTURAL_ASSOCIATION = "cultural_association"
    LIBRARY = "library"
    CONTINUING_EDUCATION = "continuing_education"
    SCHOOL = "school"
    AFTER_SCHOOL = "after_school"
    EARLY_CHILDHOOD = "early_childhood"
    GENERAL_SOCIAL_SERVICE = "general_social_service"
    CPAS = "cpas"
    YOUTH_PROTECTION = "youth_protection"
    STREET_EDUCATION = "street_education"
    LOCAL_HEALTH_CONTRACT = "local_health_contract"
    SOCIAL_GROCERY = "social_grocery"
    TENANTS_UNION = "tenants_union"
    EMERGENCY_HOUSING = "emergency_housing"
    SOCIAL_HOUSING = "social_housing"
    LEGAL_AID = "legal_aid"
    MUNICIPALITY = "municipality"
    PEACEKEEPERS = "peacekeepers"
    YOUTH_CENTRE = "youth_centre"
    NEIGHBOURHOOD_HOUSE = "neighbourhood_house"
    POLICE = "police"
    MUTUAL_INSURANCE = "mutual_insurance"
    PHARMACY = "pharmacy"
    SUPPORT_CENTRE = "support_centre"
    DIGITAL_INCLUSION = "digital_inclusion"
    CONFLICT_MEDIATION = "conflict_mediation"
    CITIZENS_COLLECTIVE = "citizens_collective"


class Saturation(StrEnum):
    """Whether a service still takes people, as last reported. Who reported it is not kept."""

    OPEN = "open"
    SLOW = "slow"
    SATURATED = "saturated"
    UNKNOWN = "unknown"


# --- what is published --------------------------------------------------------------------------
# A figure that leaves the house names a group of codes: rare ones would stay hidden for ever, and
# --- what is published ------------------------------------------------------------------------


class PublishedTheme(StrEnum):
    ADMINISTRATIVE = "administrative"
    HEALTH = "health"
    HOUSING = "housing"
    ENERGY = "energy"
    MONEY = "money"
    FOOD = "food"
    ALIENS_LAW = "aliens_law"
    SCHOOL_AND_WORK = "school_and_work"
    DIGITAL = "digital"
    FAMILY_AND_ISOLATION = "family_and_isolation"
    SEVERAL = "several"
    NONE = "none"


class PublishedLanguage(StrEnum):
    FRENCH = "french"
    DUTCH = "dutch"
    ENGLISH = "english"
    ARABIC_AND_BERBER = "arabic_and_berber"
    TURKISH = "turkish"
    SPANISH_AND_PORTUGUESE = "spanish_and_portuguese"
    RUSSIAN_AND_UKRAINIAN = "russian_and_ukrainian"
    CENTRAL_EUROPE = "central_europe"
    AFRICA = "africa"
    OTHER = "other"
    SEVERAL = "several"
    NONE = "none"


class PublishedKind(StrEnum):
    MARKET_STALL = "market_stall"
    FLYER_ROUND = "flyer_round"
    STREET_ROUND = "street_round"
    DROP_IN = "drop_in"
    DISCUSSION_TABLE = "discussion_table"
    CITIZEN_GROUP = "citizen_group"
    EVENT = "event"
    WORKSHOP = "workshop"
    BRI_CO = "bri_co"
    VACCI_BUS_DAY = "vacci_bus_day"
    ACCOMPANIMENT = "accompaniment"
    INTERPRETING = "interpreting"


class PublishedNonTakeUp(StrEnum):
    NON_KNOWLEDGE = "non_knowledge"
    NON_DEMAND = "non_demand"
    NON_RECEIPT = "non_receipt"
    NON_PROPOSAL = "non_proposal"
    EXCLUSION = "exclusion"
    SEVERAL = "several"
    NONE = "none"


class PublishedRelay(StrEnum):
    """The type of a relay, never the named service."""

    CPAS = "cpas"
    MUNICIPALITY = "municipality"
    HEALTH = "health"
    HOUSING = "housing"
    WORK = "work"
    SCHOOL = "school"
    ENERGY_AND_DEBT = "energy_and_debt"
    LEGAL_AID = "legal_aid"
    INTERPRETING_AND_MEDIATION = "interpreting_and_mediation"
    OTHER_SERVICE = "other_service"
    SEVERAL = "several"
    NONE = "none"


# --- telling people ----------------------------------------------------------------------------


class Channel(StrEnum):
    INBOX = "inbox"
    EMAIL = "email"


class NotifyFailure(StrEnum):
    NO_CONTACT_POINT = "no_contact_point"
    REFUSED_BY_PROVIDER = "refused_by_provider"
    GAVE_UP = "gave_up"
