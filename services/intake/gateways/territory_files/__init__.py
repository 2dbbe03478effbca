"""Territory packs and official files on disk: reading, recognising, writing."""
