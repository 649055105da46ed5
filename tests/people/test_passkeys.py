"""Passkeys: adding one, signing in with it, and everything that must not work."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from people import passkeys
from people.model import Passkey, Person
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from tests.kernel_fixtures import browser_of
from tests.people.authenticator import PRESENT, Authenticator
from tests.people.scene import AYLIN, BEN, at_browser, is_signed_in, last_mail, mails, text_of


@dataclass
class Scene:
    """Aylin at her browser, with a key that is registered."""

    app: Starlette
    kernel: Kernel
    aylin: Person
    hers: httpx2.AsyncClient
    key: Authenticator


@pytest.fixture
async def scene(app: Starlette, kernel: Kernel) -> AsyncIterator[Scene]:
    """A passkey is there."""
    async with at_browser(app, AYLIN) as (hers, aylin):
        key = Authenticator()
        assert (await _add(hers, key)).status_code == 200
        yield Scene(app, kernel, aylin, hers, key)


async def test_a_passkey_signs_in(scene: Scene, client: httpx2.AsyncClient):
    entered = await _sign_in(client, scene.key, next="/me/data")
    assert entered.json() == {"next": "/me/data"}
    assert AYLIN in (await client.get("/me/data")).text
    (kept,) = await _kept(scene)
    assert kept.last_used_at == scene.kernel.clock.now()


async def test_a_passkey_is_named_after_its_browser_and_told_by_mail(scene: Scene):
    (kept,) = await _kept(scene)
    assert kept.name == ""  # this test's client says nothing about itself that people would recognise
    mail = await last_mail(scene.kernel, AYLIN)
    assert mail["subject"] == "Your sign-in was changed"
    assert "A passkey was added" in text_of(mail)


async def test_an_answer_counts_once(scene: Scene, app: Starlette, client: httpx2.AsyncClient):
    options = (await client.post("/sign-in/passkey/options")).json()
    cookie = client.cookies["fairmatch_challenge"]
    answer = scene.key.get(options)
    assert (await client.post("/sign-in/passkey", json={"credential": answer})).status_code == 200
    async with browser_of(app) as thief:
        thief.cookies.set("fairmatch_challenge", cookie)
        await _refused(await thief.post("/sign-in/passkey", json={"credential": answer}), thief)


async def test_an_answer_counts_in_the_browser_that_asked(scene: Scene, app: Starlette, client: httpx2.AsyncClient):
    answer = scene.key.get((await client.post("/sign-in/passkey/options")).json())
    async with browser_of(app) as thief:
        await _refused(await thief.post("/sign-in/passkey", json={"credential": answer}), thief)
        await thief.post("/sign-in/passkey/options")
        await _refused(await thief.post("/sign-in/passkey", json={"credential": answer}), thief)


async def test_an_answer_counts_for_five_minutes(scene: Scene, clock: FrozenClock, client: httpx2.AsyncClient):
    answer = scene.key.get((await client.post("/sign-in/passkey/options")).json())
    clock.advance(minutes=5)
    await _refused(await client.post("/sign-in/passkey", json={"credential": answer}), client)


async def test_a_challenge_for_adding_is_none_for_signing_in(scene: Scene, client: httpx2.AsyncClient):
    options = (await scene.hers.post("/me/passkeys/options")).json()
    client.cookies.set("fairmatch_challenge", scene.hers.cookies["fairmatch_challenge"])
    await _refused(await client.post("/sign-in/passkey", json={"credential": scene.key.get(options)}), client)


async def test_a_challenge_for_one_person_is_none_for_another(scene: Scene):
    async with at_browser(scene.app, BEN) as (his, _):
        options = (await scene.hers.post("/me/passkeys/options")).json()
        his.cookies.set("fairmatch_challenge", scene.hers.cookies["fairmatch_challenge"])
        body = {"credential": Authenticator().create(options)}
        refused = await his.post("/me/passkeys", json=body, headers={"accept": "application/json"})
        assert (refused.status_code, refused.json()["code"]) == (400, "passkey_refused")


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://example.com"},
        {"origin": "http://localhost:8001"},
        {"host": "example.com"},
        {"flags": PRESENT},
        {"flags": 0},
    ],
    ids=str,
)
async def test_a_phished_or_careless_signature_is_refused(
    scene: Scene, client: httpx2.AsyncClient, wrong: dict[str, Any]
):
    vars(scene.key).update(wrong)
    await _refused(await _sign_in(client, scene.key), client)


async def test_another_key_with_the_same_name_is_refused(scene: Scene, client: httpx2.AsyncClient):
    forged = Authenticator()
    forged.id = scene.key.id
    await _refused(await _sign_in(client, forged), client)


async def test_a_copied_key_is_found_out_by_its_counter(scene: Scene, client: httpx2.AsyncClient):
    await _sign_in(client, scene.key)
    await client.post("/sign-out")
    scene.key.count = 0
    await _refused(await _sign_in(client, scene.key), client)


async def test_an_unknown_key_is_refused(app: Starlette, client: httpx2.AsyncClient):
    await _refused(await _sign_in(client, Authenticator()), client)


NO_ANSWERS = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"{" * 5000,
    b"[" * 100_000,
    b"\xff\xfe",
    b'{"credential": null}',
    b'{"credential": "x"}',
    b'{"credential": {"id": 5}}',
    b'{"credential": {"id": "\\ud800"}}',
    b'{"credential": {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}}',
]


async def test_what_is_no_answer_at_all_is_refused(
    scene: Scene, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("people.api.PROOFS", "100 per minute")
    for body in NO_ANSWERS:
        for browser, path in ((client, "/sign-in/passkey"), (scene.hers, "/me/passkeys")):
            await browser.post(f"{path}/options")
            refused = await browser.post(path, content=body)
            assert refused.status_code == 400
    assert len(await _kept(scene)) == 1


async def test_broken_parts_of_an_answer_are_refused(scene: Scene, client: httpx2.AsyncClient):
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        for value in ("", "AAAA", "?", 5, None, "A" * 10_000):
            options = (await client.post("/sign-in/passkey/options")).json()
            answer = scene.key.get(options)
            answer["response"][part] = value
            await _refused(await client.post("/sign-in/passkey", json={"credential": answer}), client)


async def test_broken_parts_of_a_new_key_are_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("people.api.PROOFS", "100 per minute")
    for part in ("clientDataJSON", "attestationObject"):
        for value in ("", "AAAA", "?", 5, None, "o2NmbXQ", "A" * 10_000):
            options = (await scene.hers.post("/me/passkeys/options")).json()
            answer = Authenticator().create(options)
            answer["response"][part] = value
            assert (await scene.hers.post("/me/passkeys", json={"credential": answer})).status_code == 400
    assert len(await _kept(scene)) == 1


async def test_a_removed_passkey_opens_nothing(scene: Scene, client: httpx2.AsyncClient):
    (kept,) = await _kept(scene)
    removed = await scene.hers.post(f"/me/passkeys/{kept.id}/remove")
    assert removed.status_code == 303
    await _refused(await _sign_in(client, scene.key), client)


async def test_nobody_removes_anothers_passkey(scene: Scene):
    (kept,) = await _kept(scene)
    async with at_browser(scene.app, BEN) as (his, _):
        assert (await his.post(f"/me/passkeys/{kept.id}/remove")).status_code == 404
    assert len(await _kept(scene)) == 1


async def test_a_device_adds_its_key_once(scene: Scene):
    options = (await scene.hers.post("/me/passkeys/options")).json()
    assert len(options["excludeCredentials"]) == 1
    again = await scene.hers.post("/me/passkeys", json={"credential": scene.key.create(options)})
    assert again.status_code == 400


async def test_adding_a_passkey_needs_a_fresh_sign_in(scene: Scene, clock: FrozenClock):
    clock.advance(minutes=30)
    refused = await scene.hers.post("/me/passkeys/options", headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (403, "sign_in_again")
    assert "during the last 30 minutes" in (await scene.hers.get("/me/devices")).text


async def test_nobody_keeps_more_passkeys_than_devices(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(passkeys, "MOST", 1)
    assert (await scene.hers.post("/me/passkeys/options")).status_code == 409


async def test_a_passkeys_name_is_text(scene: Scene):
    for name in ("x" * 61, "Phone\u202e", "a\nb"):
        options = (await scene.hers.post("/me/passkeys/options")).json()
        body = {"credential": Authenticator().create(options), "name": name}
        assert (await scene.hers.post("/me/passkeys", json=body)).status_code == 422


async def test_guessing_is_limited(scene: Scene, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("people.limits.PASSKEYS_FROM_NETWORK", "3 per minute")
    statuses = [(await client.post("/sign-in/passkey/options")).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


async def test_changes_of_passkeys_are_told_by_mail(scene: Scene):
    (kept,) = await _kept(scene)
    await scene.hers.post(f"/me/passkeys/{kept.id}/remove")
    assert any("was removed" in text_of(mail) for mail in await mails(scene.kernel, AYLIN))


async def _add(client: httpx2.AsyncClient, key: Authenticator) -> httpx2.Response:
    options = (await client.post("/me/passkeys/options")).json()
    return await client.post("/me/passkeys", json={"credential": key.create(options)})


async def _sign_in(client: httpx2.AsyncClient, key: Authenticator, **more: str) -> httpx2.Response:
    options = (await client.post("/sign-in/passkey/options")).json()
    return await client.post("/sign-in/passkey", json={"credential": key.get(options)} | more)


async def _refused(answer: httpx2.Response, client: httpx2.AsyncClient) -> None:
    assert answer.status_code == 400
    assert not await is_signed_in(client)


async def _kept(scene: Scene) -> list[Passkey]:
    async with scene.kernel.database.read() as session:
        return await passkeys.of_person(session, scene.aylin.id)
