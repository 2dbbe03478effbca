"""Coming in by an OpenID provider: code flow with PKCE, for people whom somebody here invited.

What must be remembered between the two steps travels sealed in a cookie, so that asking changes
nothing here. The provider tells who somebody is; their role is this house's own.
"""

import json
import secrets
from dataclasses import asdict, dataclass
from typing import Any

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cryptography.fernet import Fernet, InvalidToken
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from shared.access import Stage
from shared.access.codes import seal_of
from shared.access.outside import account_of, bind
from shared.errors import DeniedError, MissingError, OutsideError
from shared.settings import HouseSettings
from shared.web.entering import begin, welcome
from shared.web.guard import doors_of, identify_on_the_way, settings_of
from shared.web.pages import page

router = APIRouter(prefix="/openid")

STEP_COOKIE = "__Host-openid"
STEP_LIFE_S = 600
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")  # none that shares a secret, and never `none`
LEEWAY_S = 60
TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Step:
    """What this browser asked the provider: what comes back must fit."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider does what, as it says itself."""

    issuer: str
    authorize_url: str
    token_url: str
    keys_url: str


@dataclass(frozen=True, slots=True)
class Proven:
    """Whom the provider proved. `email` is None unless it verified it."""

    issuer: str
    subject: str
    email: str | None


def configured(settings: HouseSettings) -> tuple[str, str, str]:
    """Return the issuer, and this house's id and secret there.

    Raises:
        MissingError: no provider is configured.
    """
    issuer, client, secret = (
        settings.openid_issuer,
        settings.openid_client_id,
        settings.openid_client_secret,
    )
    if issuer is None or client is None or secret is None:
        raise MissingError("provider")
    return issuer, client, secret.get_secret_value()


@router.get("/start")
async def start(request: Request) -> Response:
    """Send the browser to the provider."""
    settings = settings_of(request)
    issuer, client_id, _ = configured(settings)
    async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
        provider = await discover(client, issuer)
    step = Step(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    challenge = create_s256_code_challenge(step.verifier)  # type: ignore[no-untyped-call]  # untyped
    address = prepare_grant_uri(
        provider.authorize_url,
        client_id,
        "code",
        redirect_uri=back_url(settings),
        scope="openid email",
        state=step.state,
        nonce=step.nonce,
        code_challenge=challenge,
        code_challenge_method="S256",
    )
    answer = RedirectResponse(address, status_code=303)
    answer.set_cookie(
        STEP_COOKIE,
        seal(settings).encrypt(json.dumps(asdict(step)).encode()).decode(),
        max_age=STEP_LIFE_S,
        secure=True,
        httponly=True,
        samesite="lax",
        path="/",
    )
    return answer


@router.get("/back")
async def back(request: Request, state: str = "", code: str = "", iss: str = "") -> Response:
    """Let in whom the provider proved, if somebody here invited them."""
    settings = settings_of(request)
    configured(settings)
    try:
        step = asked_before(request, state)
        proven = await prove(settings, step, code, iss)
        before = await identify_on_the_way(request)
        async with doors_of(request).transaction() as tx:
            if before is not None and before.stage is Stage.SET_UP:
                await bind(tx, before.person_id, proven.issuer, proven.subject)
            known = await account_of(tx, proven.issuer, proven.subject, proven.email)
            token, who = await begin(request, tx, known, by="openid")
        answer = welcome(token, who)
    except DeniedError:
        request.state.who = None
        answer = page(request, "openid_refused.html", 403, provider=settings.openid_name)
    answer.delete_cookie(STEP_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer


def back_url(settings: HouseSettings) -> str:
    """Return the address to which the provider sends people back."""
    return f"{settings.public_url}/access/openid/back"


def seal(settings: HouseSettings) -> Fernet:
    """Return the seal of the cookie between the two steps."""
    return seal_of(f"openid {settings.secret.get_secret_value()}")


def asked_before(request: Request, state: str) -> Step:
    """Read what this browser asked.

    Raises:
        DeniedError: nothing, something else, not here, or too long ago.
    """
    kept = request.cookies.get(STEP_COOKIE, "")
    try:
        step = Step(**json.loads(seal(settings_of(request)).decrypt(kept, ttl=STEP_LIFE_S)))
    except InvalidToken:
        raise DeniedError(signed_in=False) from None
    if not secrets.compare_digest(step.state.encode(), state.encode()):
        raise DeniedError(signed_in=False)
    return step


async def discover(client: httpx.AsyncClient, issuer: str) -> Provider:
    """Ask a provider where it does what.

    Raises:
        OutsideError: it does not answer, or answers for somebody else.
    """
    known = await fetch(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if known.get("issuer") != issuer:
        raise OutsideError("the OpenID provider names another issuer")
    try:
        return Provider(
            issuer,
            known["authorization_endpoint"],
            known["token_endpoint"],
            known["jwks_uri"],
        )
    except KeyError as error:
        raise OutsideError("the OpenID provider") from error


async def prove(settings: HouseSettings, step: Step, code: str, said_issuer: str) -> Proven:
    """Exchange a code for the provider's word on who came, and check that word.

    Raises:
        DeniedError: the provider refuses the code, or its word is forged, stale, for another
            house, or the answer to another question.
        OutsideError: it does not answer.
    """
    issuer, client_id, secret = configured(settings)
    if not code or said_issuer not in {"", issuer}:  # RFC 9207: another provider's answer
        raise DeniedError(signed_in=False)
    async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
        provider = await discover(client, issuer)
        try:
            answer = await client.post(
                provider.token_url,
                auth=(client_id, secret),
                data={
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": back_url(settings),
                    "code_verifier": step.verifier,
                },
            )
        except httpx.HTTPError as error:
            raise OutsideError("the OpenID provider") from error
        if not answer.is_success:
            raise DeniedError(signed_in=False)
        keys = await fetch(client, provider.keys_url)
    try:
        word = jwt.decode(
            str(answer.json()["id_token"]),
            KeySet.import_key_set(KeySetSerialization(keys=keys["keys"])),
            algorithms=ALGORITHMS,
        )
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": step.nonce},
        ).validate(word.claims)
    except (JoseError, ValueError, KeyError) as error:
        raise DeniedError(signed_in=False) from error
    claims = word.claims
    if isinstance(claims["aud"], list) and claims.get("azp", client_id) != client_id:
        raise DeniedError(signed_in=False)
    verified = claims.get("email") if claims.get("email_verified") is True else None
    email = verified if isinstance(verified, str) else None
    return Proven(provider.issuer, claims["sub"], email)


async def fetch(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    """Read one of a provider's documents.

    Raises:
        OutsideError: it does not answer, or not with a document.
    """
    try:
        answer = await client.get(url)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise OutsideError("the OpenID provider") from error
    return found
