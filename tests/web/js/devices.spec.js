import { render } from "lit";
import { speakerChoice } from "fairmatch/call/choices";
import { choose, chosen } from "fairmatch/call/devices";
import { Meter } from "fairmatch/call/meter";
import { equal, ok, test } from "/harness.js";

/** A microphone into which the test speaks: from silence (0) to as loud as it gets (1). */
function microphone() {
  const context = new AudioContext();
  const [voice, volume, out] = [context.createOscillator(), context.createGain(), context.createMediaStreamDestination()];
  volume.gain.value = 0;
  voice.connect(volume).connect(out);
  voice.start();
  return { track: out.stream.getAudioTracks()[0], speak: (loud) => (volume.gain.value = loud), end: () => context.close() };
}

/** Rejects where it takes too long. */
function soon(waiting) {
  return Promise.race([waiting, new Promise((_, fail) => setTimeout(() => fail(new Error("it does not come")), 30_000))]);
}

/** What a meter tells: `next` resolves with the next level for which something is so. */
function levels() {
  const waiting = new Set();
  let told = 0;
  const meter = new Meter((level) => {
    told += 1;
    for (const one of waiting) one(level);
  });
  const next = (isSo) => soon(new Promise((resolve) => {
    const see = (level) => isSo(level) && waiting.delete(see) && resolve(level);
    waiting.add(see);
  }));
  return { meter, next, count: () => told };
}

test("the meter rises with what is said, falls with silence, and follows another microphone", async () => {
  const [one, other] = [microphone(), microphone()];
  const { meter, next, count } = levels();
  meter.listen(one.track);
  equal(await next(() => true), 0, "nobody has spoken");
  one.speak(0.05);
  const low = await next((level) => level > 0.3);
  one.speak(1);
  ok((await next((level) => level > low + 0.2)) <= 1, "louder is higher, and full at the most");
  one.speak(0);
  await next((level) => level === 0);
  one.speak(1);
  await next((level) => level > 0.8);
  meter.listen(other.track);
  equal(await next(() => true), 0, "of the one before nothing is heard");
  meter.listen(null);
  const before = count();
  await new Promise((resolve) => setTimeout(resolve, 350));
  equal(count(), before, "nothing is told of no microphone");
  await Promise.all([one.end(), other.end()]);
});

/** The choice of a loudspeaker, on a page of its own. */
function shown(speakers, moved = () => {}) {
  const ground = document.createElement("div");
  document.body.replaceChildren(ground);
  render(speakerChoice("speaker", speakers, moved), ground);
  return ground;
}

test("where the browser has a window of its own for loudspeakers, what is picked there is chosen, and whoever closes it keeps theirs", async () => {
  const { mediaDevices } = navigator;
  const moved = [];
  const pick = async (answer) => {
    Object.defineProperty(navigator, "mediaDevices", { configurable: true, value: { selectAudioOutput: () => answer } });
    shown([], () => moved.push(chosen().speaker)).querySelector("[data-does=ask-speaker]").click();
    await answer.catch(() => {});
    await Promise.resolve();
    return chosen().speaker;
  };
  try {
    Object.defineProperty(navigator, "mediaDevices", { configurable: true, value: {} });
    equal(shown([]).querySelector("[data-does=ask-speaker]"), null, "others have none");
    equal(await pick(Promise.resolve({ deviceId: "headset" })), "headset");
    equal(await pick(Promise.reject(new DOMException("", "NotAllowedError"))), "headset");
    equal(moved, ["headset"]);
  } finally {
    Object.defineProperty(navigator, "mediaDevices", { configurable: true, value: mediaDevices });
    choose({ speaker: "" });
  }
});

/** What is played while the loudspeaker is tried, and where. */
async function tried(speaker, canChoose = true) {
  const { prototype } = HTMLMediaElement;
  const { play, setSinkId } = prototype;
  const led = [];
  const played = new Promise((resolve) => {
    prototype.play = function () {
      resolve(this);
      return play.call(this);
    };
  });
  if (canChoose) prototype.setSinkId = async (id) => void led.push(id);
  else delete prototype.setSinkId;
  choose({ speaker });
  try {
    shown([]).querySelector("[data-does=sound]").click();
    return { player: await soon(played), led };
  } finally {
    Object.assign(prototype, { play, setSinkId });
    choose({ speaker: "" });
  }
}

test("trying the loudspeaker plays a tone on the chosen one, which ends by itself", async () => {
  const { setTimeout: real } = globalThis;
  // The tone ends when the test has heard it: on a busy machine it could be over before.
  const ends = new Promise((resolve) => {
    globalThis.setTimeout = /** @type {any} */ ((action, ms) => (ms === 1_200 ? resolve(action) : real(action, ms)));
  });
  try {
    const { player, led } = await tried("headset");
    equal(led, ["headset"]);
    const { meter, next } = levels();
    const [track] = player.srcObject.getAudioTracks();
    meter.listen(track);
    await next((level) => level > 0.5);
    const end = await soon(ends);
    end();
    await next((level) => level === 0);
    meter.listen(null);
    ok(player.paused, "it is over");
  } finally {
    globalThis.setTimeout = real;
  }
});

test("where the browser chooses the loudspeaker itself, the tone is played there", async () => {
  const { player, led } = await tried("headset", false);
  equal(led, []);
  ok(!player.paused, "it plays");
});

test("one loudspeaker is no choice, and of several the chosen one is shown and another one taken", async () => {
  const named = (id) => ({ deviceId: id, label: `The ${id}` });
  equal(shown([named("headset")]).querySelectorAll("select").length, 0);
  choose({ speaker: "monitor" });
  let moved = 0;
  const select = shown([named("headset"), named("monitor")], () => (moved += 1)).querySelector("select");
  equal([select.value, select.getAttribute("aria-label")], ["monitor", "Loudspeaker"]);
  select.value = "headset";
  select.dispatchEvent(new Event("change"));
  equal([moved, chosen().speaker], [1, "headset"]);
  choose({ speaker: "" });
});
