"""The territory: what a pack is, its laws, its drawing, and what official tables mean."""
