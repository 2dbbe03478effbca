"""Tables and queries of the schema `reporting`."""

from sqlalchemy import MetaData

metadata = MetaData()
