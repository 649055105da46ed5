import { Line } from "fairmatch/live/line";
import { Room } from "fairmatch/live/room";
import { Unread } from "fairmatch/live/unread";
import { FakeGround, FakeStorage } from "/fakes.js";
import { equal, settle, test } from "/harness.js";

const ROOM = "room:lobby";
const person = (id) => ({ id, name: id, photo: null, organisation: null, role: "attendee" });
const people = (...ids) => ids.map(person);
const ids = (room) => room.people.map(({ id }) => id).join(" ");

async function live(topic, make, state = undefined) {
  const ground = new FakeGround();
  const line = new Line(ground, { id: "aylin", storage: new FakeStorage() });
  const { store } = line.join(topic, () => make(line));
  line.start();
  await settle();
  await ground.socket.welcome(state ? { [topic]: state } : {});
  return { ground, socket: ground.socket, store };
}

function lobby(count, ...here) {
  const snapshot = { count, people: people(...here) };
  return live(ROOM, (line) => new Room(ROOM, line), { ok: true, epoch: "", top: 0, recovered: false, snapshot });
}

const presence = (v, d) => ({ c: ROOM, v, k: "presence", d });

test("who comes and who goes is applied to who was there", async () => {
  const { socket, store } = await lobby(2, "ben", "mia");
  await socket.say(presence(7, { count: 2, joined: people("olga"), left: ["ben"] }));
  equal([store.count, ids(store)], [2, "mia olga"]);
});

test("a state that was missed has the room asked for again", async () => {
  const { socket, store } = await lobby(2, "ben", "mia");
  await socket.say(presence(7, { count: 3, joined: people("olga"), left: [] }));
  await socket.say(presence(9, { count: 4, joined: people("cem"), left: [] }));
  equal([ids(store), socket.asked("subscribe").map(({ p }) => p.channels)], ["ben mia olga", [{ [ROOM]: null }]]);
  const snapshot = { count: 4, people: people("ben", "mia", "jo", "cem") };
  await socket.answer("subscribe", { channels: { [ROOM]: { ok: true, epoch: "", top: 0, recovered: false, snapshot } } });
  equal(ids(store), "ben mia jo cem");
});

test("an old state changes nothing, and a whole list replaces everything", async () => {
  const { socket, store } = await lobby(1, "ben");
  await socket.say(presence(7, { count: 2, joined: people("mia"), left: [] }));
  await socket.say(presence(7, { count: 9, joined: people("mia"), left: [] }));
  equal(store.count, 2);
  await socket.say(presence(20, { count: 1, joined: [], left: [], people: people("olga") }));
  equal([store.count, ids(store)], [1, "olga"]);
});

test("whoever is shut out while the line is away is told so when it is back, and nobody who goes by themselves", async () => {
  const { ground, socket, store } = await lobby(1, "ben");
  const told = [];
  store.addEventListener("revoked", ({ detail }) => told.push(detail));
  await socket.end(1006);
  await ground.clock.pass(500);
  await ground.socket.welcome({ [ROOM]: { ok: false, e: { code: "not_found" } } });
  equal([told, ids(store)], [["gone"], ""]);
  const other = await lobby(1, "ben");
  other.store.addEventListener("revoked", ({ detail }) => told.push(detail));
  await other.socket.say({ c: ROOM, k: "revoked", d: {} });
  equal(told, ["gone", ""]);
});

test("whom nobody has let in is not shut out: a page that comes anew for it would come for ever", async () => {
  const told = [];
  await live(ROOM, (line) => {
    const room = new Room(ROOM, line);
    room.addEventListener("revoked", ({ detail }) => told.push(detail));
    return room;
  }, { ok: false, e: { code: "not_found" } });
  equal(told, [""]);
});

test("in a large room the count is true, and more people come page by page", async () => {
  const { socket, store } = await lobby(300, "a", "b");
  await socket.say(presence(1, { count: 301, joined: [], left: [] }));
  equal([store.count, ids(store)], [301, "a b"]);
  const loading = store.more();
  await socket.answer("room.roster", { people: people("a", "b", "c"), next: "c" });
  await loading;
  equal(ids(store), "a b c");
  void store.more();
  equal(socket.asked("room.roster").map(({ p }) => p.after), [null, "c"]);
});

const named = (room) => room.named.map(({ id }) => id).join(" ");

test("in a crowd one's contacts are asked for, and stand beside those who keep order and speak", async () => {
  const { ground, socket, store } = await lobby(2, "a", "b");
  await ground.clock.pass(10_000);
  equal([socket.asked("room.contacts").length, named(store)], [0, "a b"], "where everybody is named nobody need ask");
  const crowd = [{ ...person("edda"), role: "organiser" }, person("a")];
  await socket.say(presence(1, { count: 300, joined: [], left: [], people: crowd }));
  await ground.clock.pass(3_000);
  await socket.answer("room.contacts", { people: people("ben", "mia") });
  equal([store.count, named(store), ids(store)], [300, "edda ben mia a", "edda a"]);
});

test("contacts are asked for again while people come and go, and seldom", async () => {
  const { ground, socket, store } = await lobby(300, "a");
  await ground.clock.pass(3_000);
  await socket.answer("room.contacts", { people: people("ben") });
  for (let v = 1; v <= 20; v++) {
    await socket.say(presence(v, { count: 300 + v, joined: [], left: [] }));
    await ground.clock.pass(1_000);
  }
  equal(socket.asked("room.contacts").length, 1);
  await ground.clock.pass(13_000);
  equal(socket.asked("room.contacts").length, 2);
  await socket.answer("room.contacts", { people: people("mia") });
  equal(named(store), "mia a");
  await ground.clock.pass(15_000);
  equal(socket.asked("room.contacts").length, 2, "nobody came or went");
});

test("a contact that is not known now is asked for later", async () => {
  const { ground, socket, store } = await lobby(300, "a");
  await ground.clock.pass(3_000);
  await socket.refuse("room.contacts", { code: "unavailable", retry: true });
  await socket.say(presence(1, { count: 301, joined: [], left: [] }));
  await ground.clock.pass(33_000);
  await socket.answer("room.contacts", { people: people("ben") });
  equal(named(store), "ben a");
  const both = [person("a"), { ...person("mia"), role: "organiser" }];
  await socket.say(presence(2, { count: 2, joined: [], left: [], people: both }));
  equal(named(store), "a mia", "where everybody is named, nobody else is, and they stand by arrival");
  await socket.say(presence(3, { count: 300, joined: [], left: [], people: [] }));
  equal(named(store), "", "who was there before that may be gone");
  await socket.say(presence(4, { count: 2, joined: [], left: [], people: both }));
  const asked = socket.asked("room.contacts").length;
  await ground.clock.pass(33_000);
  equal(socket.asked("room.contacts").length, asked, "it is no crowd any more");
});

const channel = (id, kind, unread, mentions) => ({ channel: `chat:${id}`, kind, unread, mentions, href: "", from: null });

test("counts of the hours away are asked for after each welcome", async () => {
  const { socket, store } = await live("person:aylin", (line) => new Unread(line));
  await socket.answer("chat.unread", { total: 3, channels: [channel("ben", "direct", 2, 0), channel("lobby", "room", 9, 1)] });
  equal([store.total, store.channels.get("chat:lobby").unread], [3, 9]);
});

test("a count that is told while the question is under way is newer than its answer", async () => {
  const { socket, store } = await live("person:aylin", (line) => new Unread(line));
  await socket.say({ c: "person:aylin", v: 5, k: "unread", d: { total: 7, channels: [] } });
  await socket.answer("chat.unread", { total: 3, channels: [] });
  equal(store.total, 7);
  await socket.say({ c: "person:aylin", v: 4, k: "unread", d: { total: 1, channels: [] } });
  equal(store.total, 7);
});

test("what one is reading this moment does not wait", async () => {
  const { socket, store } = await live("person:aylin", (line) => new Unread(line));
  equal(store.waiting(() => false), null);
  await socket.answer("chat.unread", { total: 3, channels: [channel("ben", "direct", 2, 0), channel("lobby", "room", 9, 1)] });
  equal(
    [store.waiting(() => false), store.waiting((topic) => topic === "chat:ben"), store.waiting((topic) => topic === "chat:lobby"), store.waiting(() => true)],
    [3, 1, 2, 0],
  );
});
