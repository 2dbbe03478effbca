"""The people's door of notify."""

from fastapi import APIRouter

router = APIRouter()
