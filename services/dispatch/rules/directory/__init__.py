"""The directory of local actors: what an actor is, how it is searched, read, written and drawn."""
