"""Tables and queries of the schema `notify`."""

from sqlalchemy import MetaData

metadata = MetaData()
