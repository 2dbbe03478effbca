"""How the words of the field are grouped in what is published: at most twelve codes a list.

Rare words would stay hidden for ever, and a longer list could not be protected. They are grouped
here, beforehand and for everybody, never by looking at what came.
"""

from collections.abc import Mapping

from shared.words import (
    ActionKind,
    Language,
    NonTakeUp,
    PublishedKind,
    PublishedLanguage,
    PublishedNonTakeUp,
    PublishedRelay,
    PublishedTheme,
    RelayKind,
    Theme,
)

THEMES: Mapping[Theme, PublishedTheme] = {
    Theme.ADMINISTRATIVE: PublishedTheme.ADMINISTRATIVE,
    Theme.PHYSICAL_HEALTH: PublishedTheme.HEALTH,
    Theme.MENTAL_HEALTH: PublishedTheme.HEALTH,
    Theme.VACCINATION: PublishedTheme.HEALTH,
    Theme.DISABILITY: PublishedTheme.HEALTH,
    Theme.HOUSING: PublishedTheme.HOUSING,
    Theme.ENERGY: PublishedTheme.ENERGY,
    Theme.DEBT: PublishedTheme.MONEY,
    Theme.INCOME: PublishedTheme.MONEY,
    Theme.FOOD: PublishedTheme.FOOD,
    Theme.ALIENS_LAW: PublishedTheme.ALIENS_LAW,
    Theme.SCHOOL: PublishedTheme.SCHOOL_AND_WORK,
    Theme.WORK: PublishedTheme.SCHOOL_AND_WORK,
    Theme.DIGITAL: PublishedTheme.DIGITAL,
    Theme.FAMILY: PublishedTheme.FAMILY_AND_ISOLATION,
    Theme.ISOLATION: PublishedTheme.FAMILY_AND_ISOLATION,
}
LANGUAGES: Mapping[Language, PublishedLanguage] = {
    Language.FR: PublishedLanguage.FRENCH,
    Language.NL: PublishedLanguage.DUTCH,
    Language.EN: PublishedLanguage.ENGLISH,
    Language.AR: PublishedLanguage.ARABIC_AND_BERBER,
    Language.BER: PublishedLanguage.ARABIC_AND_BERBER,
    Language.TR: PublishedLanguage.TURKISH,
    Language.ES: PublishedLanguage.SPANISH_AND_PORTUGUESE,
    Language.PT: PublishedLanguage.SPANISH_AND_PORTUGUESE,
    Language.RU: PublishedLanguage.RUSSIAN_AND_UKRAINIAN,
    Language.UK: PublishedLanguage.RUSSIAN_AND_UKRAINIAN,
    Language.RO: PublishedLanguage.CENTRAL_EUROPE,
    Language.BG: PublishedLanguage.CENTRAL_EUROPE,
    Language.PL: PublishedLanguage.CENTRAL_EUROPE,
    Language.SQ: PublishedLanguage.CENTRAL_EUROPE,
    Language.LN: PublishedLanguage.AFRICA,
    Language.SW: PublishedLanguage.AFRICA,
    Language.SO: PublishedLanguage.AFRICA,
    Language.TI: PublishedLanguage.AFRICA,
    Language.PS: PublishedLanguage.OTHER,
    Language.FA: PublishedLanguage.OTHER,
    Language.OTHER: PublishedLanguage.OTHER,
}
KINDS: Mapping[ActionKind, PublishedKind] = {
    ActionKind.MARKET_STALL: PublishedKind.MARKET_STALL,
    ActionKind.FLYER_ROUND: PublishedKind.FLYER_ROUND,
    ActionKind.STREET_ROUND: PublishedKind.STREET_ROUND,
    ActionKind.DROP_IN: PublishedKind.DROP_IN,
    ActionKind.DISCUSSION_TABLE: PublishedKind.DISCUSSION_TABLE,
    ActionKind.CITIZEN_GROUP: PublishedKind.CITIZEN_GROUP,
    ActionKind.THEMATIC_EVENT: PublishedKind.EVENT,
    ActionKind.NEIGHBOURHOOD_PARTY: PublishedKind.EVENT,
    ActionKind.WORKSHOP: PublishedKind.WORKSHOP,
    ActionKind.PARTNER_TRAINING: PublishedKind.WORKSHOP,
    ActionKind.BRI_CO: PublishedKind.BRI_CO,
    ActionKind.VACCI_BUS_DAY: PublishedKind.VACCI_BUS_DAY,
    ActionKind.ACCOMPANIMENT: PublishedKind.ACCOMPANIMENT,
    ActionKind.INTERPRETING: PublishedKind.INTERPRETING,
}
FORMS: Mapping[NonTakeUp, PublishedNonTakeUp] = {
    form: PublishedNonTakeUp(form.value) for form in NonTakeUp
}
RELAYS: Mapping[RelayKind, PublishedRelay] = {
    RelayKind.CPAS: PublishedRelay.CPAS,
    RelayKind.MUNICIPALITY: PublishedRelay.MUNICIPALITY,
    RelayKind.HOSPITAL: PublishedRelay.HEALTH,
    RelayKind.MEDICAL_CENTRE: PublishedRelay.HEALTH,
    RelayKind.VACCINATION: PublishedRelay.HEALTH,
    RelayKind.DISABILITY_RECOGNITION: PublishedRelay.HEALTH,
    RelayKind.HOUSING: PublishedRelay.HOUSING,
    RelayKind.JOB_SEARCH: PublishedRelay.WORK,
    RelayKind.SCHOOL_ENROLMENT: PublishedRelay.SCHOOL,
    RelayKind.SCHOOL: PublishedRelay.SCHOOL,
    RelayKind.ENERGY_ADVICE: PublishedRelay.ENERGY_AND_DEBT,
    RelayKind.DEBT_MEDIATION: PublishedRelay.ENERGY_AND_DEBT,
    RelayKind.LEGAL_AID: PublishedRelay.LEGAL_AID,
    RelayKind.INTERPRETING: PublishedRelay.INTERPRETING_AND_MEDIATION,
    RelayKind.MEDIATION: PublishedRelay.INTERPRETING_AND_MEDIATION,
    RelayKind.RECEPTION_CENTRE: PublishedRelay.OTHER_SERVICE,
    RelayKind.HOST_PARTNER: PublishedRelay.OTHER_SERVICE,
    RelayKind.FOOD_AID: PublishedRelay.OTHER_SERVICE,
    RelayKind.OTHER_SERVICE: PublishedRelay.OTHER_SERVICE,
}
