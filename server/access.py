"""Who may do what: one table. A route or a live method without a row keeps the server from starting.

A WebSocket's method is written WS; HEAD goes by GET's row.
"""

from directory.needs.actions import FILE_MOST
from directory.organisations.pages.uploads import DOCUMENT_MOST
from people.photos import MOST_BYTES
from server.kernel.access import Access
from signaling.whip import BODY_BYTES

ROUTES: dict[tuple[str, str], Access] = {
    ("GET", "/healthz"): Access.PUBLIC,
    ("GET", "/readyz"): Access.PUBLIC,
    ("GET", "/metrics"): Access.PUBLIC,  # answers this machine only, or the bearer of the metrics token
    ("POST", "/csp-report"): Access.PUBLIC,
    # Pages that belong to no feature
    ("GET", "/assets/{hash}/{path:path}"): Access.PUBLIC,
    ("POST", "/language"): Access.PUBLIC,
    ("POST", "/theme"): Access.PUBLIC,
    ("GET", "/dev/kit"): Access.DEV,
    ("GET", "/dev/mail"): Access.DEV,
    ("GET", "/dev/mail/{name}"): Access.DEV,
    ("GET", "/dev/mail/{name}/html"): Access.DEV,
    # The live line. It asks who it is by ticket, at its own door
    ("WS", "/live"): Access.PUBLIC,
    ("POST", "/live/ticket"): Access.SIGNED_IN,
    # People: the ways in
    ("GET", "/sign-in"): Access.ANYONE,
    ("POST", "/sign-in"): Access.ANYONE,
    ("GET", "/sign-in/sent"): Access.ANYONE,
    ("GET", "/sign-in/password"): Access.ANYONE,
    ("POST", "/sign-in/password"): Access.ANYONE,
    ("GET", "/sign-in/link"): Access.ANYONE,
    ("POST", "/sign-in/link"): Access.ANYONE,
    ("POST", "/sign-in/passkey/options"): Access.ANYONE,
    ("POST", "/sign-in/passkey"): Access.ANYONE,
    ("GET", "/sign-in/oidc"): Access.ANYONE,
    ("GET", "/sign-in/oidc/return"): Access.ANYONE,
    ("POST", "/sign-out"): Access.ANYONE,
    ("GET", "/register"): Access.ANYONE,
    ("POST", "/register"): Access.ANYONE,
    ("GET", "/data-notice"): Access.ANYONE,
    # People: one's own account
    ("GET", "/me"): Access.SIGNED_IN,
    ("POST", "/me"): Access.SIGNED_IN,
    ("POST", "/me/photo"): Access.SIGNED_IN,
    ("POST", "/me/photo/remove"): Access.SIGNED_IN,
    ("POST", "/me/time-zone"): Access.SIGNED_IN,
    ("GET", "/me/devices"): Access.SIGNED_IN,
    ("POST", "/me/devices/{session}/sign-out"): Access.SIGNED_IN,  # one's own sessions, by the query
    ("POST", "/me/devices/sign-out-others"): Access.SIGNED_IN,
    ("POST", "/me/password"): Access.SIGNED_IN,
    ("POST", "/me/password/remove"): Access.SIGNED_IN,
    ("POST", "/me/address"): Access.SIGNED_IN,
    ("POST", "/me/passkeys/options"): Access.SIGNED_IN,
    ("POST", "/me/passkeys"): Access.SIGNED_IN,
    ("POST", "/me/passkeys/{passkey}/remove"): Access.SIGNED_IN,  # one's own passkeys, by the query
    ("GET", "/me/data"): Access.SIGNED_IN,
    ("POST", "/me/data/export"): Access.SIGNED_IN,
    ("POST", "/me/data/erase"): Access.SIGNED_IN,
    # People: one another
    ("GET", "/people/{person}"): Access.SIGNED_IN,  # those with whom one shares something, by the query
    ("GET", "/photos/{name}"): Access.SIGNED_IN,
    # Organisations. Public ones are for everybody, the others for who is signed in, by the query; what somebody may do
    # with one is decided by directory.organisations.policy, at the door of each page
    ("GET", "/o/{slug}"): Access.ANYONE,
    ("GET", "/o/{slug}/documents/{document}"): Access.ANYONE,
    ("GET", "/pictures/{name}"): Access.PUBLIC,
    ("GET", "/sitemap.xml"): Access.PUBLIC,
    ("GET", "/sitemaps/{file}"): Access.PUBLIC,
    ("GET", "/robots.txt"): Access.PUBLIC,
    ("GET", "/organisations/new"): Access.SIGNED_IN,
    ("POST", "/organisations"): Access.SIGNED_IN,
    ("GET", "/organisations/mine"): Access.SIGNED_IN,
    ("GET", "/o/{slug}/edit"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/edit"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/logo"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/logo/remove"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/banner"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/banner/remove"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/documents"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/documents/{document}/remove"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/confirm"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/remove"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/return"): Access.SIGNED_IN,
    ("GET", "/o/{slug}/history"): Access.SIGNED_IN,
    ("GET", "/o/{slug}/merge"): Access.ADMIN,
    ("POST", "/o/{slug}/merge"): Access.ADMIN,
    # Who belongs to an organisation
    ("GET", "/invitation"): Access.SIGNED_IN,  # by the token in the mail
    ("POST", "/invitation"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/claim"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/claim/withdraw"): Access.SIGNED_IN,
    ("GET", "/o/{slug}/people"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/claims/{claim}"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/invitations"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/invitations/{invitation}/withdraw"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/people/{person}/role"): Access.SIGNED_IN,
    ("POST", "/o/{slug}/people/{person}/remove"): Access.SIGNED_IN,
    # Needs. What somebody may see of a need is decided in the query; a need is changed by those who speak for its
    # organisation, an answer moved on by those who speak for one of its two sides
    ("GET", "/needs"): Access.ANYONE,
    ("POST", "/needs"): Access.SIGNED_IN,
    ("GET", "/needs/new"): Access.SIGNED_IN,
    ("GET", "/needs/end/{token}"): Access.ANYONE,  # whoever holds the link from the mail
    ("POST", "/needs/end/{token}"): Access.ANYONE,
    ("GET", "/needs/{need}"): Access.ANYONE,
    ("GET", "/needs/{need}/edit"): Access.SIGNED_IN,
    ("POST", "/needs/{need}/edit"): Access.SIGNED_IN,
    ("POST", "/needs/{need}/turn"): Access.SIGNED_IN,
    ("POST", "/needs/{need}/files"): Access.SIGNED_IN,
    ("GET", "/needs/{need}/files/{file}"): Access.ANYONE,
    ("POST", "/needs/{need}/files/{file}/remove"): Access.SIGNED_IN,
    ("GET", "/needs/{need}/answer"): Access.SIGNED_IN,
    ("POST", "/needs/{need}/answer"): Access.SIGNED_IN,
    ("GET", "/needs/{need}/answers"): Access.SIGNED_IN,
    ("GET", "/answers/{answer}"): Access.SIGNED_IN,
    ("POST", "/answers/{answer}/{step}"): Access.SIGNED_IN,
    # Requests for contact, for those who speak for one of the two organisations
    ("GET", "/contacts"): Access.SIGNED_IN,
    ("GET", "/contacts/to/{organisation}"): Access.SIGNED_IN,
    ("POST", "/contacts/to/{organisation}"): Access.SIGNED_IN,
    ("POST", "/contacts/{request}/{deed}"): Access.SIGNED_IN,
    # Stopping mails with news, by the link in each of them
    ("GET", "/news/mails/{token}"): Access.ANYONE,
    ("POST", "/news/mails/{token}"): Access.ANYONE,
    # Fairs. Who is not in a fair sees what it is and how to get in; everything else is for its members
    ("GET", "/"): Access.ANYONE,
    ("GET", "/fairs"): Access.SIGNED_IN,
    ("GET", "/fairs/{fair}"): Access.ANYONE,
    ("POST", "/fairs/{fair}/join"): Access.SIGNED_IN,
    ("POST", "/fairs/{fair}/leave"): Access.MEMBER,
    ("GET", "/fairs/{fair}/people"): Access.MEMBER,
    # Keeping order: upon whom, is decided by fairs.rules.may_act_upon
    ("GET", "/fairs/{fair}/people/{person}"): Access.MODERATOR,
    ("POST", "/fairs/{fair}/people/{person}/mute"): Access.MODERATOR,
    ("POST", "/fairs/{fair}/people/{person}/unmute"): Access.MODERATOR,
    ("POST", "/fairs/{fair}/people/{person}/ban"): Access.MODERATOR,
    ("POST", "/fairs/{fair}/people/{person}/unban"): Access.MODERATOR,
    ("POST", "/fairs/{fair}/people/{person}/roles"): Access.ORGANISER,
    # Encoders and players. Who they are stands in their bearer token, and what they may do is asked with each request
    ("POST", "/whip/{call}"): Access.PUBLIC,
    ("OPTIONS", "/whip/{call}"): Access.PUBLIC,
    ("PATCH", "/whip/{call}/{session}"): Access.PUBLIC,
    ("DELETE", "/whip/{call}/{session}"): Access.PUBLIC,
    ("POST", "/whep/{call}"): Access.PUBLIC,
    ("OPTIONS", "/whep/{call}"): Access.PUBLIC,
    ("PATCH", "/whep/{call}/{session}"): Access.PUBLIC,
    ("DELETE", "/whep/{call}/{session}"): Access.PUBLIC,
    # Chat. A conversation is found by its two people alone, by the query
    ("POST", "/fairs/{fair}/messages"): Access.MEMBER,
    ("GET", "/messages"): Access.SIGNED_IN,
    ("POST", "/messages/to/{person}"): Access.SIGNED_IN,
    ("GET", "/messages/{channel}"): Access.SIGNED_IN,
    ("POST", "/messages/{channel}"): Access.SIGNED_IN,
    # Meetings: the plan is the organiser's; everything else is found by its own people alone, by the query
    ("GET", "/fairs/{fair}/meetings/plan"): Access.ORGANISER,
    ("POST", "/fairs/{fair}/meetings/plan"): Access.ORGANISER,
    ("POST", "/fairs/{fair}/meetings/groups"): Access.ORGANISER,
    ("POST", "/fairs/{fair}/meetings/groups/{group}"): Access.ORGANISER,
    ("POST", "/fairs/{fair}/meetings/rules"): Access.ORGANISER,
    ("GET", "/fairs/{fair}/meetings/availability"): Access.MEMBER,
    ("POST", "/fairs/{fair}/meetings/availability"): Access.MEMBER,
    ("POST", "/fairs/{fair}/meetings/availability/day"): Access.MEMBER,
    ("POST", "/fairs/{fair}/meetings/retreat"): Access.MEMBER,
    ("POST", "/fairs/{fair}/meetings/come-back"): Access.MEMBER,
    ("GET", "/fairs/{fair}/meetings/with/{person}"): Access.MEMBER,
    ("POST", "/fairs/{fair}/meetings/with/{person}"): Access.MEMBER,
    ("GET", "/meetings"): Access.SIGNED_IN,
    ("GET", "/meetings/day"): Access.SIGNED_IN,
    ("GET", "/meetings/past"): Access.SIGNED_IN,
    ("GET", "/meetings/calendar"): Access.SIGNED_IN,
    ("POST", "/meetings/calendar/feed"): Access.SIGNED_IN,
    ("POST", "/meetings/calendar/feed/revoke"): Access.SIGNED_IN,
    ("POST", "/meetings/calendar/own"): Access.SIGNED_IN,
    ("POST", "/meetings/calendar/own/remove"): Access.SIGNED_IN,
    ("GET", "/calendar/{token}"): Access.PUBLIC,  # whoever has the secret address, which its owner can revoke
    ("GET", "/meetings/requests/{request}"): Access.SIGNED_IN,
    ("POST", "/meetings/requests/{request}/accept"): Access.SIGNED_IN,
    ("POST", "/meetings/requests/{request}/propose"): Access.SIGNED_IN,
    ("POST", "/meetings/requests/{request}/pass"): Access.SIGNED_IN,
    ("POST", "/meetings/requests/{request}/decline"): Access.SIGNED_IN,
    ("POST", "/meetings/requests/{request}/withdraw"): Access.SIGNED_IN,
    ("GET", "/meetings/rescues/{rescue}"): Access.SIGNED_IN,
    ("POST", "/meetings/rescues/{rescue}"): Access.SIGNED_IN,
    ("GET", "/meetings/{meeting}"): Access.SIGNED_IN,
    ("POST", "/meetings/{meeting}/move"): Access.SIGNED_IN,
    ("POST", "/meetings/{meeting}/swap"): Access.SIGNED_IN,
    ("POST", "/meetings/{meeting}/bring"): Access.SIGNED_IN,
    ("POST", "/meetings/{meeting}/cancel"): Access.SIGNED_IN,
    ("POST", "/meetings/{meeting}/dispute"): Access.SIGNED_IN,
    ("GET", "/meetings/{meeting}/meeting.ics"): Access.SIGNED_IN,
    ("GET", "/meetings/{meeting}/room"): Access.SIGNED_IN,
    ("POST", "/meetings/{meeting}/enter"): Access.SIGNED_IN,
    ("POST", "/meetings/{meeting}/notes"): Access.SIGNED_IN,
    ("POST", "/meetings/{meeting}/messages"): Access.SIGNED_IN,
    ("POST", "/meetings/{meeting}/extend"): Access.SIGNED_IN,
    ("POST", "/meetings/{meeting}/outcome"): Access.SIGNED_IN,
    ("POST", "/meetings/{meeting}/contact"): Access.SIGNED_IN,
    ("POST", "/meetings/{meeting}/stand-in"): Access.SIGNED_IN,
    ("GET", "/meetings/{meeting}/later/{days}"): Access.SIGNED_IN,
    ("POST", "/meetings/{meeting}/later/{days}"): Access.SIGNED_IN,
}

# Whoever calls a method is signed in; a method with a topic is called only by who may hear that topic.
# What a person may do with one message or in one conversation is decided by the feature's own rules.
LIVE_METHODS: dict[str, Access] = {
    "hello": Access.SIGNED_IN,
    "subscribe": Access.SIGNED_IN,
    "unsubscribe": Access.SIGNED_IN,
    "since": Access.SIGNED_IN,
    "visible": Access.SIGNED_IN,
    "echo": Access.SIGNED_IN,
    "room.roster": Access.MEMBER,
    "chat.send": Access.SIGNED_IN,
    "chat.edit": Access.SIGNED_IN,
    "chat.delete": Access.SIGNED_IN,
    "chat.react": Access.SIGNED_IN,
    "chat.typing": Access.SIGNED_IN,
    "chat.read": Access.SIGNED_IN,
    "chat.history": Access.SIGNED_IN,
    "chat.mentionable": Access.SIGNED_IN,
    "chat.unread": Access.SIGNED_IN,
    "meetings.mine": Access.SIGNED_IN,
    "meeting.note": Access.SIGNED_IN,  # who takes part, by the topic
    # Calls. What a person may do in one is the room's to say, and comes with the grant of the topic
    "call.offer": Access.SIGNED_IN,
    "call.listen": Access.SIGNED_IN,
    "call.leave": Access.SIGNED_IN,
    "call.mute": Access.SIGNED_IN,
    "call.remove": Access.SIGNED_IN,
    "call.readmit": Access.SIGNED_IN,
    "call.ice": Access.SIGNED_IN,
    "call.token": Access.SIGNED_IN,
    "call.signal": Access.SIGNED_IN,
}

# Bytes of a body, for the routes that take more than server.kernel.body.DEFAULT_MAX_BODY.
BODY_LIMITS: dict[tuple[str, str], int] = {
    ("POST", "/csp-report"): 16 * 1024,
    ("POST", "/whip/{call}"): BODY_BYTES,
    ("POST", "/whep/{call}"): BODY_BYTES,
    ("PATCH", "/whip/{call}/{session}"): BODY_BYTES,
    ("PATCH", "/whep/{call}/{session}"): BODY_BYTES,
    ("POST", "/me/photo"): MOST_BYTES + 64 * 1024,  # the photo, and the form around it
    ("POST", "/o/{slug}/logo"): MOST_BYTES + 64 * 1024,
    ("POST", "/o/{slug}/banner"): MOST_BYTES + 64 * 1024,
    ("POST", "/o/{slug}/documents"): DOCUMENT_MOST + 64 * 1024,
    ("POST", "/needs/{need}/files"): FILE_MOST + 64 * 1024,  # the same with an attachment
}
