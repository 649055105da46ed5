import httpx2


async def test_a_living_server_says_so(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_a_server_with_its_database_and_bus_is_ready(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["checks"] == {"bus": True, "database": True, "live": True, "staying": True}
