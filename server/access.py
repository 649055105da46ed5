"""Who may do what: one table. A route or a live method without a row keeps the server from starting."""

from server.kernel.access import Access

ROUTES: dict[tuple[str, str], Access] = {
    ("GET", "/healthz"): Access.ANYONE,
    ("GET", "/readyz"): Access.ANYONE,
    ("GET", "/metrics"): Access.ANYONE,  # answers this machine only, or the bearer of the metrics token
    ("GET", "/assets/{digest}/{path:path}"): Access.ANYONE,
    ("GET", "/"): Access.ANYONE,
    ("GET", "/dev/kit"): Access.DEV,
    ("GET", "/dev/mail"): Access.DEV,
    ("GET", "/dev/mail/{name}"): Access.DEV,
}

LIVE_METHODS: dict[str, Access] = {}
