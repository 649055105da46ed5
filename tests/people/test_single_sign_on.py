"""Single sign-on against a provider that really listens: who gets in, and which answers are not believed."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import select
from starlette.applications import Starlette

from people.model import Identity
from people.single_sign_on import SingleSignOn
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from server.kernel.settings import Settings
from tests.kernel_fixtures import BASE, browser_of
from tests.people.provider import CLIENT, SECRET, Provider, path_of, provider
from tests.people.scene import AYLIN, BEN, at_browser, is_signed_in, known, person
from tests.support.backend import Backend
from tests.support.patience import PATIENCE_S

AYLIN_THERE = {"sub": "4711", "email": AYLIN, "email_verified": True, "name": "Aylin Yıldız"}


@pytest.fixture
async def sso(clock: FrozenClock) -> AsyncIterator[Provider]:
    """The provider, where Aylin is signed in."""
    async with provider(clock) as made:
        made.claims = dict(AYLIN_THERE)
        yield made


@pytest.fixture
def settings(backend: Backend, sso: Provider) -> Settings:
    """With single sign-on switched on."""
    return backend.settings(
        base_url=BASE, oidc_issuer=sso.url, oidc_client_id=CLIENT, oidc_client_secret=SECRET, oidc_name="Chamber"
    )


async def test_a_newcomer_gets_an_account(kernel: Kernel, client: httpx2.AsyncClient):
    assert "Go on with Chamber" in (await client.get("/sign-in")).text
    entered = await _through(client, "/me/data")
    assert (entered.status_code, entered.headers["location"]) == (303, "/me/data")
    assert await is_signed_in(client)
    aylin = await known(kernel, AYLIN)
    assert aylin is not None
    assert (aylin.name, aylin.email_confirmed_at is not None) == ("Aylin Yıldız", True)


async def test_who_has_an_account_with_the_confirmed_address_gets_into_it(kernel: Kernel, client: httpx2.AsyncClient):
    aylin = await person(kernel, AYLIN, organisation="Voltwerk")
    await _through(client)
    assert "Voltwerk" in (await client.get("/me")).text
    assert await _identities(kernel) == [(aylin.id, "4711")]


async def test_later_the_subject_counts_and_not_the_address(kernel: Kernel, sso: Provider, client: httpx2.AsyncClient):
    await _through(client)
    aylin = await known(kernel, AYLIN)
    await client.post("/sign-out")
    sso.claims |= {"email": BEN, "name": "Another Name"}
    await _through(client)
    assert "Aylin" in (await client.get("/me")).text
    assert aylin is not None
    assert await _identities(kernel) == [(aylin.id, "4711")]


UNCONFIRMED: list[dict[str, Any]] = [
    {"email_verified": False},
    {"email_verified": None},
    {"email": None},
    {"email": "x"},
]


async def test_an_address_that_is_not_confirmed_opens_no_account(
    kernel: Kernel, sso: Provider, client: httpx2.AsyncClient
):
    await person(kernel, AYLIN)
    for claims in UNCONFIRMED:
        sso.claims = AYLIN_THERE | claims
        refused = await _through(client)
        assert refused.status_code == 403
        assert "did not tell us a confirmed mail address" in refused.text
    assert not await is_signed_in(client)


async def test_a_hostile_name_becomes_a_plain_one(kernel: Kernel, sso: Provider, client: httpx2.AsyncClient):
    sso.claims["name"] = "Aylin\r\nBcc: all@example.org"
    await _through(client)
    aylin = await known(kernel, AYLIN)
    assert aylin is not None
    assert aylin.name == "aylin.yildiz"


LIES: list[dict[str, Any]] = [
    {"iss": "https://example.com"},
    {"iss": None},
    {"aud": "another client"},
    {"aud": None},
    {"aud": [CLIENT, "another client"]},
    {"aud": [CLIENT, "another client"], "azp": "another client"},
    {"azp": "another client"},
    {"nonce": "replayed"},
    {"nonce": None},
    {"sub": None},
    {"sub": 4711},
    {"sub": ""},
    {"sub": "47\x0011"},
    {"sub": "4" * 256},
    {"exp": 1},
    {"exp": None},
    {"exp": "tomorrow"},
    {"iat": 99_999_999_999},
    {"nbf": 99_999_999_999},
]


async def test_a_token_that_does_not_hold_signs_nobody_in(sso: Provider, client: httpx2.AsyncClient):
    for lie in LIES:
        sso.token = lie
        refused = await _through(client)
        assert refused.status_code == 400
    assert "Signing in did not work" in refused.text
    assert not await is_signed_in(client)


async def test_several_audiences_are_fine_when_the_token_was_made_for_us(sso: Provider, client: httpx2.AsyncClient):
    sso.token = {"aud": [CLIENT, "another client"], "azp": CLIENT}
    await _through(client)
    assert await is_signed_in(client)


async def test_a_token_without_signature_is_not_believed(sso: Provider, client: httpx2.AsyncClient):
    sso.header = {"alg": "none"}
    assert (await _through(client)).status_code == 400
    assert not await is_signed_in(client)


async def test_a_token_signed_with_the_public_key_as_a_secret_is_not_believed(
    sso: Provider, client: httpx2.AsyncClient
):
    sso.header = {"alg": "HS256", "kid": "one"}
    assert (await _through(client)).status_code == 400
    assert not await is_signed_in(client)


async def test_a_token_signed_by_somebody_else_is_not_believed(sso: Provider, client: httpx2.AsyncClient):
    sso.signing_key = RSAKey.generate_key(2048, {"kid": "one"})
    assert (await _through(client)).status_code == 400
    assert not await is_signed_in(client)


async def test_a_new_key_of_the_provider_is_learned(
    sso: Provider, clock: FrozenClock, client: httpx2.AsyncClient, app: Starlette
):
    await _through(client)
    clock.advance(minutes=2)
    sso.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    sso.header = {"alg": "RS256", "kid": "two"}
    async with browser_of(app) as other:
        await _through(other)
        assert await is_signed_in(other)
    assert sso.asked == ["description", "keys", "keys"]


async def test_unknown_keys_do_not_make_us_ask_all_the_time(sso: Provider, client: httpx2.AsyncClient):
    sso.header = {"alg": "RS256", "kid": "unknown"}
    for _ in range(3):
        assert (await _through(client)).status_code == 400
    assert sso.asked == ["description", "keys"]


NONSENSE: list[dict[str, Any] | bytes] = [{}, {"id_token": 5}, {"id_token": "x.y.z"}, b"[]", b"{", b"x" * 600_000]


async def test_a_provider_that_talks_nonsense_is_not_believed(sso: Provider, client: httpx2.AsyncClient):
    for answer in NONSENSE:
        sso.answer = answer
        assert (await _through(client)).status_code == 400


SELF_PORTRAITS: list[dict[str, Any]] = [
    {"issuer": "https://example.com"},
    {"authorization_endpoint": "http://sso.example.com/authorize"},
    {"token_endpoint": "ftp://127.0.0.1/token"},
    {"jwks_uri": None},
    {"authorization_endpoint": "javascript:alert(1)"},
]


async def test_a_provider_that_describes_itself_wrongly_is_not_followed(sso: Provider, client: httpx2.AsyncClient):
    for description in SELF_PORTRAITS:
        sso.description = description
        assert (await client.get("/sign-in/oidc")).status_code == 400


async def test_a_secret_may_also_be_sent_in_the_form(sso: Provider, client: httpx2.AsyncClient):
    sso.description = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    await _through(client)
    assert await is_signed_in(client)


async def test_an_answer_works_in_the_browser_that_began(app: Starlette, client: httpx2.AsyncClient):
    back = await _back(client)
    async with browser_of(app) as victim:
        assert (await victim.get(back)).status_code == 400
        await victim.get("/sign-in/oidc")
        assert (await victim.get(back)).status_code == 400
        assert not await is_signed_in(victim)


async def test_an_answer_works_once(client: httpx2.AsyncClient):
    back = await _back(client)
    assert (await client.get(back)).status_code == 303
    await client.post("/sign-out")
    assert (await client.get(back)).status_code == 400
    assert not await is_signed_in(client)


async def test_an_answer_works_for_ten_minutes(clock: FrozenClock, client: httpx2.AsyncClient):
    back = await _back(client)
    clock.advance(minutes=10)
    assert (await client.get(back)).status_code == 400


UNASKED = ["", "?code=x", "?state=x&code=x", "?error=access_denied", "?state=%00&code=ä"]


async def test_an_answer_that_nobody_asked_for_is_refused(client: httpx2.AsyncClient):
    for query in UNASKED:
        await client.get("/sign-in/oidc")
        assert (await client.get(f"/sign-in/oidc/return{query}")).status_code == 400


async def test_another_providers_answer_is_refused(client: httpx2.AsyncClient):
    back = await _back(client)
    forged = back.replace("iss=http%3A%2F%2F127.0.0.1", "iss=http%3A%2F%2Fexample.com")
    assert forged != back
    assert (await client.get(forged)).status_code == 400


async def test_a_provider_that_is_away_is_said_so(app: Starlette, sso: Provider, client: httpx2.AsyncClient):
    found: SingleSignOn = app.state.people.single_sign_on
    found._issuer = "http://127.0.0.1:9"  # nobody listens to the discard port
    page = await client.get("/sign-in/oidc")
    assert page.status_code == 400
    assert "A link by mail always works." in page.text


async def test_nobody_is_sent_to_another_site_afterwards(client: httpx2.AsyncClient):
    entered = await _through(client, "https://example.com/")
    assert entered.headers["location"] == "/"


async def test_who_was_signed_in_before_is_signed_out(app: Starlette, kernel: Kernel):
    async with at_browser(app, BEN) as (browser, _):
        await _through(browser)
        assert "Aylin" in (await browser.get("/me")).text


async def _back(client: httpx2.AsyncClient, next_path: str = "/") -> str:
    """Go to the provider, and return with what it sends: the path on our server."""
    left = await client.get("/sign-in/oidc", params={"next": next_path})
    assert left.status_code == 303
    async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE_S) as there:
        sent = await there.get(left.headers["location"])
    assert sent.headers["location"].startswith(f"{BASE}/sign-in/oidc/return?")
    return path_of(sent.headers["location"])


async def _through(client: httpx2.AsyncClient, next_path: str = "/") -> httpx2.Response:
    return await client.get(await _back(client, next_path))


async def _identities(kernel: Kernel) -> list[tuple[str, str]]:
    async with kernel.database.read() as session:
        return [(one.person_id, one.subject) for one in await session.scalars(select(Identity))]
