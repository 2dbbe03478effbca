"""The tables of the schema `intake`; what may stand in them is in `migrations/`."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
MOMENT = DateTime(timezone=True)

given_id = Table(  # client-made ids, with a digest of what was asked under each
    "given_id",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("given_at", MOMENT, nullable=False),
)
territory = Table(  # every version that was loaded; the last one counts
    "territory",
    metadata,
    Column("version", Integer, Identity(always=True), primary_key=True),
    Column("pack", JSONB, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("loaded_at", MOMENT, nullable=False),
    Column("loaded_by", Uuid),
)
territory_draft = Table(  # sent by somebody, not confirmed yet
    "territory_draft",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("pack", JSONB, nullable=False),
    Column("report", JSONB),
    Column("made_at", MOMENT, nullable=False),
    Column("made_by", Uuid),
)
invitation = Table(
    "invitation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("asked_by", Text, nullable=False),
    Column("requester", Text, nullable=False),
    Column("crisis", Text, nullable=False),
    Column("wanted", Text, nullable=False),
    Column("publics", ARRAY(Text), nullable=False),
    Column("wanted_from", Date, nullable=False),
    Column("wanted_until", Date, nullable=False),
    Column("place", Text, nullable=False),
    Column("zone_ids", ARRAY(Text), nullable=False),
    Column("received_at", MOMENT, nullable=False),
    Column("received_by", Uuid),
    Column("by_requester", Boolean, nullable=False),
    Column("extends", Uuid),
)
alert_draft = Table(  # `named_by`: the references of every alert that made or changed it
    "alert_draft",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("mark", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("named_by", JSONB, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("follows", Uuid),
    Column("invitation_id", Uuid),
    Column("received_at", MOMENT, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
)
judgement = Table(
    "judgement",
    metadata,
    Column("invitation_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("charter", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    Column("saved_at", MOMENT, nullable=False),
    Column("saved_by", Uuid),
)
judgement_answer = Table(
    "judgement_answer",
    metadata,
    Column("invitation_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("question", Text, primary_key=True),
    Column("respected", Boolean),
    Column("sentence", Text, nullable=False),
)
judgement_draft = Table(  # what was typed and not yet done; goes with the decision
    "judgement_draft",
    metadata,
    Column("invitation_id", Uuid, primary_key=True),
    Column("based_on", Integer, nullable=False),
    Column("typed", JSONB, nullable=False),
    Column("saved_at", MOMENT, nullable=False),
    Column("saved_by", Uuid),
)
consultation = Table(
    "consultation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("invitation_id", Uuid, nullable=False),
    Column("opens_at", MOMENT, nullable=False),
    Column("closes_at", MOMENT, nullable=False),
    Column("accelerated_because", Text, nullable=False),
    Column("opened_by", Uuid),
)
opinion = Table(  # each worker's last one given in the window
    "opinion",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("consultation_id", Uuid, nullable=False),
    Column("worker_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("stance", Text, nullable=False),
    Column("grounds", ARRAY(Text), nullable=False),
    Column("given_at", MOMENT, nullable=False),
)
reply = Table(
    "reply",
    metadata,
    Column("opinion_id", Uuid, primary_key=True),
    Column("words", Text, nullable=False),
    Column("replied_at", MOMENT, nullable=False),
    Column("replied_by", Uuid),
)
decision = Table(
    "decision",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("invitation_id", Uuid, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("changes", ARRAY(Text), nullable=False),
    Column("charter", Text, nullable=False),
    Column("judgement_version", Integer),
    Column("accelerated", Boolean, nullable=False),
    Column("decided_at", MOMENT, nullable=False),
    Column("decided_by", Uuid),
)
campaign = Table(
    "campaign",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("invitation_id", Uuid, nullable=False),
    Column("decision_id", Uuid, nullable=False),
    Column("name_fr", Text, nullable=False),
    Column("name_nl", Text, nullable=False),
    Column("crisis", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("publics", ARRAY(Text), nullable=False),
    Column("languages_wanted", ARRAY(Text), nullable=False),
    Column("languages_required", ARRAY(Text), nullable=False),
    Column("actions", JSONB, nullable=False),
    Column("partners", ARRAY(Text), nullable=False),
    Column("share_max_pct", Integer, nullable=False),
    Column("full_time_equivalents_max", Double),
    Column("zones_reason", Text, nullable=False),
    Column("declared_at", MOMENT, nullable=False),
    Column("declared_by", Uuid),
    Column("targeted_at", MOMENT),
    Column("closed_at", MOMENT),
    Column("closing_reason", Text),
)
campaign_progress = Table(  # how far dispatch is with a campaign
    "campaign_progress",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("matched_at", MOMENT),
    Column("sent_at", MOMENT),
)
campaign_zone = Table(
    "campaign_zone",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("zone_id", Text, primary_key=True),
)
campaign_contradiction = Table(  # why a zone was chosen, or left, against the index
    "campaign_contradiction",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("zone_id", Text, primary_key=True),
    Column("reason", Text, nullable=False),
)
campaign_move = Table(
    "campaign_move",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("campaign_id", Uuid, nullable=False),
    Column("move", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("moved_at", MOMENT, nullable=False),
    Column("moved_by", Uuid),
)
need_index_run = Table(  # what an index was made from, never what it said; goes with the campaign
    "need_index_run",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("territory_version", Integer, nullable=False),
    Column("crisis", Text, nullable=False),
    Column("preset", Text, nullable=False),
    Column("weights", JSONB, nullable=False),
    Column("justification", Text, nullable=False),
    Column("first_k", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("made_at", MOMENT, nullable=False),
    Column("expires_on", Date, nullable=False),
)
signal = Table(
    "signal",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("campaign_id", Uuid),
    Column("zone_id", Text, nullable=False),
    Column("worker_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("theme", Text, nullable=False),
    Column("raised_at", MOMENT, nullable=False),
)
signal_answer = Table(
    "signal_answer",
    metadata,
    Column("signal_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("answer", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("answered_at", MOMENT, nullable=False),
    Column("answered_by", Uuid),
)
