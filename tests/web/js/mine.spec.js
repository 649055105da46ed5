import { Line } from "fairmatch/live/line";
import { Mine } from "fairmatch/live/mine";
import { FakeGround, FakeStorage } from "/fakes.js";
import { equal, settle, test } from "/harness.js";

const meeting = (id, starts, ends) => ({ id, name: id, starts_at: starts, ends_at: ends, path: `/meetings/${id}/room` });
const FIRST = meeting("first", "2026-11-23T10:00:00Z", "2026-11-23T10:20:00Z");
const SECOND = meeting("second", "2026-11-23T10:25:00Z", "2026-11-23T10:45:00Z");
const THIRD = meeting("third", "2026-11-23T10:50:00Z", "2026-11-23T11:10:00Z");
const state = (next, following) => ({ waiting: 0, next, following, offer: null });

async function mine(next, following) {
  const ground = new FakeGround();
  ground.clock.now = Date.parse("2026-11-23T09:55:00Z");
  const line = new Line(ground, { id: "aylin", storage: new FakeStorage() });
  const store = new Mine(line);
  line.start();
  await settle();
  await ground.socket.welcome();
  await ground.socket.answer("meetings.mine", state(next, following));
  return { ground, store, asked: () => ground.socket.asked("meetings.mine").length };
}

test("when a meeting is over the one after it is there at once, and what follows that is asked for once", async () => {
  const { ground, store, asked } = await mine(FIRST, SECOND);
  equal([store.ahead(Date.parse(FIRST.ends_at) - 1)?.id, asked()], ["first", 1]);
  const over = Date.parse(FIRST.ends_at);
  equal([store.ahead(over)?.id, store.ahead(over)?.id, asked()], ["second", "second", 1]);
  await ground.clock.pass(30_000);
  equal(asked(), 2);
  await ground.socket.answer("meetings.mine", state(SECOND, THIRD));
  equal([store.ahead(over)?.id, store.following?.id], ["second", "third"]);
});

test("what follows is asked for again where nobody answers, or where the browser's clock is ahead of the server's", async () => {
  const { ground, store } = await mine(FIRST, SECOND);
  const answers = [null, state(FIRST, SECOND), state(SECOND, THIRD)];
  let asked = 0;
  store.line.request = async () => answers[asked++] ?? Promise.reject(new Error("nobody is there"));
  ground.clock.now = Date.parse(FIRST.ends_at);
  store.ahead();
  for (const times of [1, 2, 3, 3]) {
    await ground.clock.pass(90_000);
    equal(asked, times);
  }
  equal(store.next?.id, "second");
});

test("a meeting that was moved or goes on is the one that was told last", async () => {
  const { store } = await mine(FIRST, SECOND);
  await store.receive({ k: "meetings", v: 7, d: state({ ...FIRST, ends_at: "2026-11-23T10:25:00Z" }, SECOND) });
  equal(store.ahead(Date.parse(FIRST.ends_at))?.ends_at, "2026-11-23T10:25:00Z");
});
