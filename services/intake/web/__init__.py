"""The people's door of intake: an API for programs, and pages for the coordination."""

from fastapi import APIRouter

from services.intake.web import (
    api_alerts,
    api_campaigns,
    api_invitations,
    api_need_index,
    api_signals,
    api_territory,
    pages_alerts,
    pages_campaigns,
    pages_declaration,
    pages_export,
    pages_funder,
    pages_home,
    pages_invitations,
    pages_judge,
    pages_morning,
    pages_signals,
    pages_targeting,
    pages_territory,
    pages_territory_import,
)

router = APIRouter()
for part in (
    api_invitations,
    api_alerts,
    api_need_index,
    api_campaigns,
    api_signals,
    api_territory,
):
    router.include_router(part.router)
for pages in (
    pages_export,
    pages_home,
    pages_invitations,
    pages_judge,
    pages_declaration,
    pages_targeting,
    pages_campaigns,
    pages_funder,
    pages_alerts,
    pages_signals,
    pages_morning,
    pages_territory,
    pages_territory_import,
):
    router.include_router(pages.router, include_in_schema=False)
