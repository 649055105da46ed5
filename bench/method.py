"""How each benchmark measures, and what its peers do differently: the prose of docs/performance.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.directory import peer
from bench.directory.cases import CASES as DIRECTORY_CASES
from bench.directory.cases import TIMES
from bench.directory.compare import GROUNDS
from bench.directory.data import FULL
from bench.fanout.cases import CASES, SENDERS
from bench.fanout.fairmatch import Fairmatch
from bench.fanout.measure import FIRST_CONNECTIONS
from bench.fanout.systems import PEERS
from bench.line import bus as line_bus
from bench.line import scenes as line_scenes
from bench.media import cases as media_cases
from bench.media import joining
from bench.meetings.clients import THINK_S


@dataclass(frozen=True)
class Method:
    """The text of one benchmark, and a sentence for each of its cases."""

    title: str
    text: str
    cases: Mapping[str, str] = field(default_factory=dict)


def _systems() -> str:
    return "".join(f"- **{system.name}**: {system.says}.\n" for system in (Fairmatch(), *PEERS))


FANOUT = Method(
    "Fan-out: one message to everybody in a room",
    f"""\
1,000 members are in one room. A member sends a text of 200 bytes, and the server brings it to all 1,000, the sender
included. The server has one core to itself and the load client the other, so that a core's time in the server is the
measure: **deliveries per CPU-second** counts what arrived at members in the measured window and divides it by the time
(user and kernel, all processes and threads of the server) that the system says the server has used in it.

The load client is a single thread in C on epoll. It opens the connections, greets as each server wants it, and
{SENDERS} of the members take turns in sending, so that nobody exceeds what Fairmatch allows one person (20 requests
a second); it is the same for every system. Each text carries the time at which it was due and its number: latencies
are those of single deliveries, sender to receiver, on one clock, and a message that is missing or comes twice at
any member fails the round. A second of warm-up is not counted. With “one in flight” and “sixteen in flight”, the next
message leaves when every member has received one that was on the way; the client doesn't look at acknowledgements.
Every round starts every server anew, and each round begins with another system.

The systems:

{_systems()}
What differs, and to whose favour: the peers send on the 200 bytes as they came, Fairmatch sends an event with its
number, id, author and time around them (see bytes per delivery). Fairmatch has proved who everybody is, checks the
sender's right and rate, and has written the message to disk before the first member gets it; the peers do nothing
of that. Peers that don't gather pay one system call for each delivery however many messages wait: deliveries per read
says how many messages a member got at once. Python servers run on one core, as one process.

“idle” is the proportional memory (PSS) of all the server's processes with all connections, less that before them, for
each connection; {FIRST_CONNECTIONS} connections were opened and closed before, so that code which is loaded once is
not charged to them. The kernel's socket buffers are in nobody's figure. Fairmatch's connections are signed in and hear
five topics each: the lobby's chat and who is there, two direct conversations, their own.
""",
    {case.name: f"{case.says[:1].upper()}{case.says[1:]}." for case in CASES},
)

TIMETABLE = Method(
    "Timetable: who meets whom and when",
    """\
Made-up fairs with what makes timetables hard: some buyers are wished for by everybody, two people in ten miss half of
the slots and two some of them, there are three wishes for each meeting that the tables allow, and all tables are
needed. Fairmatch runs as the server and `fairmatch timetable` run it, in a process of its own, whose start and whose
reading of the problem count. It stops at 0.1 per cent from its bound. **Share of bound** is the weight of the
timetable, counted anew from the wishes after every rule was checked, divided by an upper bound: the value of the dual
prices of a linear program in which each person has at most as many meetings as their slots and limits allow, and all
together no more than there are tables. No timetable can exceed it, so the share is what is proved; the best timetable
may lie lower.

The peer is OR-tools CP-SAT alone, on all cores and within the same time, its building of the model included: a Boolean
for each pair and slot, as its users would write it. It is measured against Fairmatch's bound. Where it has nothing in
that time, it is left out with the reason.

“repair”: at the timetable of 2,500 people, ten people cancel, each at the same timetable; the slowest repair, the most
meetings that were moved or added, and the least share, still of the bound of the fair with everybody there.

The others are published instances (JAIR 74, 2022, 263-301; d = 2): every meeting is held, and nobody should wait
between two of theirs. They are no part of Fairmatch and are left out where the machine doesn't have them. **Breaks**
and **bound** are equal when the optimum is proved; a row without them is the proof that there is no timetable. An
answer that breaks a rule, or contradicts the published optimum, is a failure and not a figure.
""",
    {
        "500x20": "500 people, 20 slots on one day, tables for 3,000 meetings; the bar is 5 seconds.",
        "2500x100": "2,500 people, 100 slots on five days, tables for 15,000 meetings; the bar is 60 seconds.",
        "5000x20": "5,000 people, 20 slots on one day, tables for 30,000 meetings; the bar is 30 seconds.",
        "repair": "One cancellation among 2,500 people; the bar is one second.",
    },
)

MEDIA = Method(
    "Media: packets forwarded in calls",
    """\
Peers without a browser connect as browsers do (ICE, DTLS, SRTP with the profile that the server prefers) and send
packets of 1,200 bytes that look like VP8; viewers count what arrives. Nothing is encoded or decoded anywhere. The load
client is a process in Python on one core, the server has the other one, all its threads included: **packets per
CPU-second** is what arrived at viewers in the measured window, divided by the time that the scheduler says the server's
threads were on a core in it (user and kernel). Server and client live in a network namespace of their own with one
virtual device, since Janus does not take loopback addresses; packets between them pass no real network card.

The systems:

- **fairmatch**: the media node as the server starts it, one process in Python; sending by sendmmsg with segmentation.
- **janus**: Janus with its videoroom as Debian packages it, in C, with its own settings; driven by its HTTP interface.

“join” is from asking to come in until the first packet of a picture has arrived, one person after another while the
load goes on. Both servers ask the presenter for a key frame as they see fit. “arrived” is the share of what was to
arrive in the window: where it is far below 100 %, a server or the client had too little of a busy machine.

“browser join” is what a person waits: from the click on the product's own button, in its own page, to the first picture
of somebody else on the screen (`requestVideoFrameCallback`), in Chromium with made-up cameras of 20 pictures a second.
Server, node and both browsers, in which pictures are encoded and decoded, share the machine's cores. **p95** is of 20
joins; the others are medians, each from the click: until the offer was sent, answered, and the connection stood.
""",
    {case.name: f"{case.says[:1].upper()}{case.says[1:]}." for case in media_cases.CASES}
    | {joining.NAME: joining.SAYS},
)


MEETINGS = Method(
    "Meetings: two hundred people book at once",
    f"""\
200 people with 38 slots are at one fair that books openly. Each of them, on one connection, does one thing after the
other for 60 s by the forms that the pages have, with a pause of {THINK_S:.0f} s on average in between: book a meeting
with anybody in any slot, move one of their meetings, call one off. Many of these cannot be, since one of the two has
the slot already; they are answered by a page with what is still free, and count as deeds like the others. **p99_ms** is
the time from sending a form to its whole answer. Invitations, in the data folder for want of a mail server, are made
and sent meanwhile; their CPU is part of **cpu_ms_per_deed**, the time of all workers divided by all deeds, which says
more than a latency does where others use the machine, too. A deed is **unavailable** when the server answers 503, since
it had no connection to the database free for five seconds, and **failed** with any other answer than done or conflict.

Afterwards the database is audited: **double_bookings** counts pairs of meetings of one person that overlap, by their
times and not by our keys; **half_done** counts meetings with another number of people than two, seats that hold
another slot than their meeting's or one of a meeting that was called off, meetings at another time than their slot, and
meetings whose last change no job tells. Clients, servers and database share the machine's cores.
""",
    {
        "sqlite": "One process, SQLite with synchronous=FULL.",
        "postgres": "Two workers, PostgreSQL that waits for the disk, Redis.",
    },
)

STORM = Method(
    "Reconnect storm: everybody comes back at once",
    """\
5,000 signed-in people in two processes of raw clients hear five topics each, three of them with a log. A fifth of them
lose their network, and 40 things are said meanwhile. Then all servers are killed (SIGKILL) and started again at once.
The clients come back by the rules of the protocol: back-off with full jitter while nobody listens, the time of
Retry-After when they are told to wait; each brings its positions, and those who are back go on talking, four messages a
second. **all_back_s** is from the kill until the last client has applied its welcome with all that it had missed, and
**half_back_s** until half of them have; **servers_ready_s** of it until the servers have said that they are ready. The
bar is 15 s with two workers on two cores. **gaps_or_repeats** counts events that were missing, came twice, or lacked at
the end;
**started_anew** topics that were not complete from the position held; **told_to_wait** answers 503 with Retry-After,
**refused_otherwise** everything else that kept a client out. **reads_of_events** is how often workers read events from
the database since their start: one channel was missed, so one read for each worker is the bar. Clients, servers and
database share the machine's cores; **cpu_ms_per_client** is the workers' time, less that of an empty start.
""",
    {
        "sqlite": "One process for all, SQLite; its admission alone spreads 5,000 upgrades over some 11 s.",
        "postgres": "Two workers with half of the clients each, PostgreSQL, Redis.",
    },
)

LINE = Method(
    "The live line: time and memory, under load and with a part damaged",
    f"""\
Clients are sockets in one process; they, the servers and the databases share the machine's two cores, and the
databases wait for the disk with every commit. Times count from when something was due to be said, whether or not what
was said before has been answered by then.

**rooms**: {line_scenes.ROOMS} rooms with two people each, who are on different workers where there are two;
{line_scenes.RATE:.0f} messages of 200 bytes a second over all of them. **acknowledged** is until the speaker has the
answer, after the commit; **delivered** until the room has it. **stuck members**: {line_scenes.MEMBERS} people in a room
say {line_scenes.LONG_RATE:.0f} messages of 4,000 characters a second, then go on while {line_scenes.STUCK} of them stop
to read: what that does to the others, and the most that the servers' processes hold together (PSS). **lost doorbells**:
messages are committed to the database, and nobody is told, as when a worker dies in that moment or Redis loses
something; **healed** is until clients have them. The bar is 2 s. **commits**: the log alone, no server and no receiver:
messages of one channel with their rows, one after the other, and from {line_scenes.TOGETHER:,} at once;
**per commit** is how many of those one transaction took. **bus**: one
process publishes {line_bus.RATE:,.0f} messages of 350 bytes a second on Redis and another one hears them, one by one or
sixteen within a turn of the loop; the processor time of both, without Redis' own. The peer is redis-py with publish and
listen.
""",
)

STARTS = Method(
    "The two commands that everything begins with",
    """\
From typing `make run` until the start page comes: **first** with an empty data folder, whose database and demo fair are
made meanwhile, **second** with what that left. Python packages are installed before. `make setup` when nothing is
missing. The bars are 3 s for the second start and 2 s for the second setup.
""",
)

DIRECTORY = Method(
    "Directory: finding among a million products",
    f"""\
A made-up region of {FULL[0]:,} organisations, {FULL[1]:,} products and {FULL[2]:,} needs (or the share of it that the
command names), German and English mixed, from a fixed seed; its words are put together as the languages do it. It is
written into the product's tables in bulk, and the index made from them as `fairmatch search rebuild` does. Then one
process asks, one question after another, {TIMES} of each case, kinds of words taking turns: **search** is the time
from the question to the page's content, that is the index, the counts of all facets and tabs, the viewer's cards from
the database and the marks in their texts; **suggest** the same for the list while typing. **page** is the public page
of an organisation over HTTP from a running server. **found** is the mean number of results. A region that was kept
(`--keep`) is asked as it is, so there is no figure for making its index.

**import** is `fairmatch import` as one types it, a CSV file with as many rows as there are organisations, into an empty
directory, from the start of the command to its end; **update** the same file again with another pitch in each row. Both
write the report, the change log and the names by which duplicates are found. **large file** is a file of a gigabyte
(or the share of it that the command names), and a tenth of it: **importer_peak_mib** is the most memory that the
process which writes ever had, and the most of the one that reads, together, the libraries in both counted twice.

The peer is {peer.SAYS}. It runs on the same texts in the same database. It finds words by their German stem alone:
compounds, slips and the other language's words are not found, which **found** shows.
""",
    {
        f"{ground} {case.name}": f"{case.says[:1].upper()}{case.says[1:]}."
        for ground in GROUNDS
        for case in DIRECTORY_CASES
    },
)

METHODS = {
    "fanout": FANOUT,
    "directory": DIRECTORY,
    "line": LINE,
    "media": MEDIA,
    "meetings": MEETINGS,
    "starts": STARTS,
    "storm": STORM,
    "timetable": TIMETABLE,
}
