"""The people's door of intake."""

from fastapi import APIRouter

router = APIRouter()
