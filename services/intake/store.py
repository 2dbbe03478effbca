"""Tables and queries of the schema `intake`."""

from sqlalchemy import MetaData

metadata = MetaData()
