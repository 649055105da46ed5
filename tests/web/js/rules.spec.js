import { HELD_AT_MOST, Sequence, afterClose, pauseBefore, retryAfter } from "fairmatch/live/rules";
import { equal, test } from "/harness.js";

const at = (s) => ({ s, epoch: "one" });
const event = (s) => ({ c: "chat:lobby", s, k: "message.created", d: {} });
const numbers = (events) => events.map(({ s }) => s);

test("the next event is applied and moves the position", () => {
  const sequence = new Sequence(at(7));
  const { due, ask } = sequence.take(event(8));
  equal([numbers(due), ask, sequence.position], [[8], false, at(8)]);
});

test("an event that was applied before is dropped", () => {
  const sequence = new Sequence(at(7));
  const { due, ask } = sequence.take(event(7));
  equal([numbers(due), ask, sequence.position], [[], false, at(7)]);
});

test("an event after a gap is held and what is missing is asked for", () => {
  const sequence = new Sequence(at(7));
  const { due, ask } = sequence.take(event(9));
  equal([numbers(due), ask, sequence.position, sequence.gap], [[], true, at(7), true]);
});

test("the missing event lets everything held go in order", () => {
  const sequence = new Sequence(at(7));
  for (const s of [10, 9, 11, 13]) sequence.take(event(s));
  const { due, ask } = sequence.take(event(8));
  equal([numbers(due), ask, sequence.position], [[8, 9, 10, 11], true, at(11)]);
  equal(numbers(sequence.take(event(12)).due), [12, 13]);
  equal(sequence.gap, false);
});

test("no more is held than the limit", () => {
  const sequence = new Sequence(at(0));
  for (let s = 2; s < 1_000; s++) sequence.take(event(s));
  equal(sequence.held.size, HELD_AT_MOST);
  equal(sequence.take(event(1)).due.length, HELD_AT_MOST + 1);
});

test("without a position nothing is applied and a snapshot is asked for", () => {
  equal(new Sequence().take(event(1)), { due: [], ask: true });
});

test("a snapshot begins anew and forgets what was held", () => {
  const sequence = new Sequence(at(7));
  sequence.take(event(9));
  sequence.reset({ s: 3, epoch: "two" });
  equal([sequence.position, sequence.gap], [{ s: 3, epoch: "two" }, false]);
});

test("any order of arrival gives the same order of application", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const arrivals = shuffled(Array.from({ length: 40 }, (_, index) => index + 1), seed);
    const sequence = new Sequence(at(0));
    const applied = arrivals.flatMap((s) => numbers(sequence.take(event(s)).due));
    equal(applied, applied.map((_, index) => index + 1), `seed ${seed}`);
    equal(applied.length, 40, `seed ${seed}`);
  }
});

test("pauses are drawn from nothing to a bound that doubles up to thirty seconds", () => {
  const bounds = [0, 1, 2, 3, 6, 7, 60].map((attempt) => pauseBefore(attempt, () => 1));
  equal(bounds, [500, 1_000, 2_000, 4_000, 30_000, 30_000, 30_000]);
  equal(pauseBefore(5, () => 0), 0);
  equal(pauseBefore(5, () => 0.25), 4_000);
});

test("a pause that the server named goes first", () => {
  equal(pauseBefore(9, () => 1, 1_234), 1_234);
});

test("Retry-After is understood as seconds and as a date", () => {
  const now = Date.parse("2026-11-23T10:00:00Z");
  equal(retryAfter("3", now), 3_000);
  equal(retryAfter("Mon, 23 Nov 2026 10:00:05 GMT", now), 5_000);
  equal([retryAfter(null, now), retryAfter("soon", now)], [null, null]);
});

test("the client comes back after breaks and 4000 to 4499", () => {
  for (const code of [1000, 1001, 1006, 1011, 1012, 4000, 4001, 4003, 4008, 4009, 4010, 4499])
    equal(afterClose(code, false), { back: true, anew: false }, String(code));
});

test("4011 asks for a new ticket", () => {
  equal(afterClose(4011, true), { back: true, anew: true });
});

test("the client stops at 4500 to 4999, and knows why", () => {
  const whys = [4500, 4502, 4503, 4504, 4505, 4506, 4508, 4999].map((code) => afterClose(code, false));
  equal(whys.map(({ back }) => back), Array(8).fill(false));
  equal(
    whys.map(({ why }) => why),
    ["refused", "refused", "ended", "refused", "tabs", "version", "flood", "refused"],
  );
});

test("a hello that a stalled network delayed is no reason to stop", () => {
  equal(afterClose(4501, false), { back: true, anew: false });
});

test("a resume token that is refused is no reason to stop: a ticket may be good", () => {
  equal(afterClose(4502, true), { back: true, anew: true });
});

function shuffled(items, seed) {
  let state = seed;
  for (let index = items.length - 1; index > 0; index--) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const other = state % (index + 1);
    [items[index], items[other]] = [items[other], items[index]];
  }
  return items;
}
