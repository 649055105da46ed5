"""The pages of people."""

from starlette.routing import Route

from people.pages import data, devices, link, notice, others, profile, provider, register, sign_in, tokens

routes: list[Route] = [
    *sign_in.routes,
    *link.routes,
    *register.routes,
    *notice.routes,
    *provider.routes,
    *profile.routes,
    *devices.routes,
    *tokens.routes,
    *data.routes,
    *others.routes,
]
