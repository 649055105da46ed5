import { Line } from "fairmatch/live/line";
import { FakeGround, FakeStorage, Notebook } from "/fakes.js";
import { equal, settle, test } from "/harness.js";

/** A line that is live. */
async function live() {
  const ground = new FakeGround();
  const line = new Line(ground, { id: "aylin", storage: new FakeStorage() });
  line.start();
  await settle();
  await ground.socket.welcome({});
  return { ground, line };
}

test("who comes back to what was taken away and left asks for it anew, on the same line", async () => {
  const { ground, line } = await live();
  const asked = () => ground.socket.asked("subscribe").length;
  for (const taken of [() => ground.socket.say({ c: "chat:lobby", k: "revoked", d: {} }), () => ground.socket.answer("subscribe", { channels: { "chat:lobby": { ok: false, e: { code: "forbidden" } } } })]) {
    const before = asked();
    const { store, release } = line.join("chat:lobby", () => new Notebook());
    await settle();
    await taken();
    equal([store.told.map(([what]) => what), asked()], [["refuse"], before + 1]);
    release();
  }
  const { store } = line.join("chat:lobby", () => new Notebook());
  await settle();
  await ground.socket.answer("subscribe", { channels: { "chat:lobby": { ok: true } } });
  equal([store.told, asked()], [[["recover", { ok: true }]], 3]);
});
