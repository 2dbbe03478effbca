"""The files of a pack and their columns."""

PACK_FILE, ZONES_FILE, VALUES_FILE, DRAWING_FILE = (
    "pack.toml",
    "zones.csv",
    "indicators.csv",
    "drawing.toml",
)
PLACES_FILE, BORDERS_FILE = "places.csv", "borders.csv"
BETWEEN = " / "  # between several names in one cell
PACK_FIELDS = ("id", "name_fr", "name_nl", "name_en", "attribution", "licence")
ZONE_COLUMNS = (
    "zone_id", "group_id", "name_fr", "name_nl", "municipalities_fr", "municipalities_nl",
    "host_partners", "sectors", "x_km", "y_km",
)  # fmt: skip
VALUE_COLUMNS = (
    "territory_level", "territory_code", "indicator", "year", "value", "unit", "source",
    "licence", "note",
)  # fmt: skip
PLACE_COLUMNS = ("level", "code", "name_fr", "name_nl", "municipality", "quarter", "outline")
BORDER_COLUMNS = ("sector_a", "sector_b", "shared_m")
