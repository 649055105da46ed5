import { Mutes } from "fairmatch/call/mutes";
import { LiveError } from "fairmatch/live/errors";
import { equal, settle, test } from "/harness.js";

/** A camera in a call. `node` is what the node tells of it, `refusals` what it answers, `settles` lets a while pass. */
function withCamera() {
  const node = { muted: true, silenced: /** @type {string[]} */ ([]) };
  const heard = /** @type {boolean[]} */ ([]);
  const refusals = /** @type {string[]} */ ([]);
  const later = /** @type {(() => void)[]} */ ([]);
  const camera = { isOn: false };
  const ways = {
    tracks: () => [{ source: "camera", muted: node.muted }],
    isSilent: () => !camera.isOn,
    silencedNow: () => node.silenced,
    tell: async (_source, muted) => {
      const refusal = refusals.shift();
      if (refusal) throw new LiveError(refusal);
      heard.push(muted);
    },
    silenced: () => (camera.isOn = false),
  };
  const mutes = new Mutes(/** @type {any} */ (ways), (action) => later.push(action));
  const settles = async () => (later.splice(0).forEach((action) => action()), settle());
  return { node, heard, refusals, camera, mutes, settles };
}

test("a camera that is turned on stays on while the state that shows it is late, and the node is told once more", async () => {
  const { node, heard, camera, mutes, settles } = withCamera();
  camera.isOn = true;
  mutes.tell(true);
  await settle();
  mutes.tell(false); // another state, as old as the first
  await settles();
  equal([heard, camera.isOn], [[false, false], true]);
  node.muted = false;
  mutes.tell(false);
  await settles();
  await settles();
  equal(heard, [false, false]);
});

test("a camera that a moderator turns off is off here as well, which the node is told: it stays off when they let one again", async () => {
  const { node, heard, camera, mutes, settles } = withCamera();
  [camera.isOn, node.muted] = [true, false];
  mutes.tell(false);
  Object.assign(node, { muted: true, silenced: ["camera"] });
  mutes.tell(false);
  await settle();
  equal([heard, camera.isOn], [[true], false]);
  await settles();
  node.silenced = [];
  mutes.tell(false);
  await settles();
  equal([heard, camera.isOn], [[true], false]);
});

test("what the node did not hear is told once more, and only a moderator's word turns a camera off", async () => {
  const { node, heard, refusals, camera, mutes, settles } = withCamera();
  refusals.push("closed", "timeout");
  camera.isOn = true;
  mutes.tell(true);
  await settle();
  await settles();
  await settles();
  equal([heard, camera.isOn], [[false], true]);
  refusals.push("forbidden");
  await settles();
  await settle();
  equal([node.muted, camera.isOn], [true, false]);
});
