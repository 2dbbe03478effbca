"""The people's door of dispatch: programs under `/api`, workers' and coordination's pages."""

from fastapi import APIRouter

from services.dispatch.web import (
    app_pages,
    board_pages,
    calendar_pages,
    consent_api,
    consultation_pages,
    day_pages,
    desk_pages,
    directory_api,
    directory_files,
    directory_files_api,
    directory_pages,
    export_pages,
    field_api,
    field_pages,
    kit_api,
    note_api,
    own_data,
    own_directory,
    partner_pages,
    phone_api,
    plan_api,
    roster_api,
    roster_pages,
    team_pages,
)

router = APIRouter()
PARTS = (
    roster_api,
    plan_api,
    consent_api,
    field_api,
    phone_api,
    kit_api,
    directory_api,
    directory_files_api,
    note_api,
    app_pages,
    day_pages,
    field_pages,
    calendar_pages,
    own_data,
    partner_pages,
    board_pages,
    export_pages,
    own_directory,
    directory_pages,
    directory_files,
    desk_pages,
    consultation_pages,
    roster_pages,
    team_pages,
)
for part in PARTS:
    router.include_router(part.router)

__all__ = ["router"]
