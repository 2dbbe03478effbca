"""The directory of local actors, and each campaign's kit: leaflets and phrases.

An actor is an organisation or a service: there is no column for a contact person. How full it is
keeps the day of the last report and not who reported it.
"""

from alembic import op

from shared.db import run_script

revision = "dispatch_0006"
down_revision = "dispatch_0005"
branch_labels = None
depends_on = None

DIRECTORY = """
create table actor (
  id uuid primary key,
  name text not null check (char_length(name) between 2 and 120),
  category text not null,
  zone_ids text[] not null,
  street text not null check (char_length(street) <= 120),
  postal_code text not null check (char_length(postal_code) <= 10),
  city text not null check (char_length(city) <= 60),
  phone text not null check (char_length(phone) <= 30),
  email text not null check (char_length(email) <= 120),
  website text not null check (char_length(website) <= 200),
  languages text[] not null,
  hours text not null check (char_length(hours) <= 200),
  saturation text not null check (saturation in ('open','slow','saturated','unknown')),
  reported_on date,
  saved_at timestamptz not null,
  check ((saturation = 'unknown') = (reported_on is null))
);
create table actor_merged (
  id uuid primary key,
  into_id uuid not null references actor on delete cascade,
  merged_at timestamptz not null
);
create table actor_import (
  id uuid primary key,
  layout text not null check (layout in ('csv','hsds')),
  content bytea not null check (octet_length(content) <= 2097152),
  made_at timestamptz not null
);
"""

KIT = """
create table leaflet (
  id uuid primary key,
  campaign_id uuid not null,
  title text not null check (char_length(title) between 1 and 120),
  language text not null,
  link text,
  media_type text check (media_type in ('application/pdf','image/png','image/jpeg')),
  content bytea check (octet_length(content) between 1 and 5242880),
  saved_at timestamptz not null,
  check ((link is null) <> (content is null)),
  check ((content is null) = (media_type is null))
);
create index leaflet_of on leaflet (campaign_id);
create table phrase (
  id uuid primary key,
  campaign_id uuid not null,
  fr text not null check (char_length(fr) between 1 and 300),
  saved_at timestamptz not null
);
create index phrase_of on phrase (campaign_id);
create table phrase_said (
  phrase_id uuid not null references phrase on delete cascade,
  language text not null check (language <> 'fr'),
  said text not null check (char_length(said) between 1 and 300),
  primary key (phrase_id, language)
);
"""


def upgrade() -> None:
    """Create both."""
    run_script(op.get_bind(), DIRECTORY)
    run_script(op.get_bind(), KIT)
