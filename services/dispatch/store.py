"""Tables and queries of the schema `dispatch`."""

from sqlalchemy import MetaData

metadata = MetaData()
