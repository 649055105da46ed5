import { Watch } from "fairmatch/call/connecting";
import { Pair } from "fairmatch/call/pair";
import { equal, settle, test } from "/harness.js";

/** A connection that takes what it is told; a candidate of another description than the one it has is refused. */
class FakePeer extends EventTarget {
  connectionState = "new";
  signalingState = "stable";
  /** @type {any} */
  localDescription = null;
  /** @type {any} */
  remoteDescription = null;
  /** @type {string[]} */
  added = [];
  restarts = 0;
  /** @type {any[]} */
  places = [];
  /** @type {any} */
  sent = null;
  /** @type {any[]} */
  senders = [];
  /** @type {any} */
  channel = { readyState: "connecting", told: /** @type {any[]} */ ([]), close() {}, send: (/** @type {string} */ text) => this.channel.told.push(JSON.parse(text)) };

  createDataChannel() {
    return this.channel;
  }

  getTransceivers() {
    return this.places;
  }

  addTrack(track) {
    let encodings = [{ active: true }];
    const setParameters = async (given) => void (encodings = given.encodings);
    const replaceTrack = async (other) => void (sender.track = other);
    const sender = { track, getParameters: () => ({ encodings: structuredClone(encodings) }), setParameters, replaceTrack };
    this.senders.push(sender);
    return (this.sent = sender);
  }

  async setLocalDescription() {
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    this.signalingState = type === "answer" ? "stable" : "have-local-offer";
    this.localDescription = { type, sdp: "mine", toJSON: () => ({ type, sdp: "mine" }) };
  }

  /** @param {any} description */
  async setRemoteDescription(description) {
    this.signalingState = description.type === "answer" ? "stable" : "have-remote-offer";
    this.remoteDescription = description;
  }

  /** @param {{ candidate: string }} one */
  async addIceCandidate({ candidate }) {
    if (!candidate.startsWith(this.remoteDescription.sdp)) throw new Error("unknown ufrag");
    this.added.push(candidate);
  }

  restartIce() {
    this.restarts += 1;
  }

  close() {}
}

/** Aylin's end of a call with Ben, and what is heard of him.
 * @param {(ground: { pair: Pair, hear: (what: object) => Promise<void>, said: any[] }) => Promise<void>} body @param {object} [tracks]  what she sends */
async function withPair(body, tracks = {}) {
  const { RTCPeerConnection: real } = globalThis;
  globalThis.RTCPeerConnection = /** @type {any} */ (FakePeer);
  const signals = new EventTarget();
  const said = /** @type {any[]} */ ([]);
  const line = Object.assign(new EventTarget(), { request: async (/** @type {string} */ _, /** @type {any} */ what) => void said.push(what) });
  const media = { tracks, isOn: (source) => source in tracks };
  const pair = new Pair(/** @type {any} */ ({ topic: "call:1", me: "aylin", live: { signals, line }, media, ice: [] }), "ben");
  const hear = async (what) => {
    const detail = { call: "call:1", sender: "ben", device: "b1", to_device: "", generation: 7, ...what };
    signals.dispatchEvent(new CustomEvent("signal", { detail }));
    await settle();
  };
  try {
    await pair.start();
    await body({ pair, hear, said });
  } finally {
    pair.end();
    globalThis.RTCPeerConnection = real;
  }
}

const candidate = (text) => ({ candidate: { candidate: text, mid: "0", line: 0 } });
const offer = (sdp) => ({ description: { type: "offer", sdp } });
const added = (pair) => /** @type {any} */ (pair.peer).added;

test("a candidate that overtakes the first offer is taken with it", () =>
  withPair(async ({ pair, hear }) => {
    await hear(candidate("one first"));
    await hear({ ...candidate("one of an older connection"), generation: 6 });
    await hear(offer("one"));
    await hear(candidate("one last"));
    equal(added(pair), ["one first", "one last"]);
  }));

test("a candidate that overtakes the answer is taken with it", () =>
  withPair(async ({ pair, hear }) => {
    const peer = /** @type {any} */ (pair.peer);
    await peer.onnegotiationneeded();
    await settle();
    await hear(candidate("one first"));
    await hear({ description: { type: "answer", sdp: "one" } });
    equal(added(pair), ["one first"]);
  }));

test("what is for a former connection is not taken for the one of now: of one who stood still", () =>
  withPair(async ({ pair, hear }) => {
    const peer = /** @type {any} */ (pair.peer);
    await peer.onnegotiationneeded();
    await settle();
    for (const type of ["answer", "offer"]) await hear({ description: { type, sdp: "late" }, to_generation: 1 });
    equal(peer.remoteDescription, null);
    await hear({ description: { type: "answer", sdp: "one" }, generation: 8, to_generation: 0 });
    equal([peer.remoteDescription.sdp, pair.others.length], ["one", 1]);
  }));

test("nothing waits for what a connection was asked that is closed by now: it never answers", () =>
  withPair(async ({ pair, hear }) => {
    await hear(offer("one"));
    const peer = /** @type {any} */ (pair.peer);
    peer.setRemoteDescription = () => new Promise(() => {});
    await hear(offer("one, and another path"));
    await hear({ ...offer("two"), generation: 8 });
    equal(/** @type {any} */ (pair.peer).remoteDescription?.sdp, "two");
  }));

test("whose own offer a closed connection never made takes the offer of the other one", () =>
  withPair(async ({ pair, hear }) => {
    await hear(offer("one"));
    const peer = /** @type {any} */ (pair.peer);
    peer.setLocalDescription = () => new Promise(() => {});
    void peer.onnegotiationneeded();
    await settle();
    Object.assign(pair, { polite: false });
    await hear({ ...offer("two"), generation: 8 });
    equal(/** @type {any} */ (pair.peer).remoteDescription?.sdp, "two");
  }));

test("what is said says which connection of the other one it is for, once it is for one", () =>
  withPair(async ({ pair, hear, said }) => {
    const peer = /** @type {any} */ (pair.peer);
    await peer.onnegotiationneeded();
    await settle();
    equal(said.at(-1).to_generation, 0, "a first offer is for whoever answers");
    await hear({ description: { type: "answer", sdp: "one" } });
    await peer.onnegotiationneeded();
    await settle();
    equal(said.at(-1).to_generation, 7);
    await hear({ ...offer("two"), generation: 8 });
    equal([said.at(-1).description?.type, said.at(-1).to_generation], ["answer", 8]);
  }));

test("who is left alone waits for who comes back", () =>
  withPair(async ({ pair, hear, said }) => {
    const offers = async () => {
      await /** @type {any} */ (pair.peer).onnegotiationneeded();
      await settle();
      return said.filter(({ description }) => description?.type === "offer").length;
    };
    await hear(offer("one"));
    await hear({ gone: true });
    equal(await offers(), 0);
    await hear({ ...offer("two"), generation: 8 });
    equal(await offers(), 1);
  }));

const toTabs = (said) => said.filter(({ moved }) => moved).map(({ to, to_device: device }) => [to, device]);

test("who goes in tells their own other tabs so, by a name that is new each time", () =>
  withPair(async ({ said: first }) =>
    withPair(async ({ said: second }) => {
      equal([toTabs(first), toTabs(second)], [[["aylin", ""]], [["aylin", ""]]]);
      equal(first[0].device === second[0].device, false);
    }),
  ));

test("the newer tab of the other one counts, and the older one is turned away as often as it speaks", () =>
  withPair(async ({ pair, hear, said }) => {
    await hear(offer("one"));
    await hear({ ...offer("of another tab"), device: "b2" });
    await hear({ ...offer("one, and another path"), generation: 8 });
    await hear(candidate("one first"));
    equal(toTabs(said), [["aylin", ""], ["ben", "b1"], ["ben", "b1"], ["ben", "b1"]]);
    equal([/** @type {any} */ (pair.peer).remoteDescription.sdp, added(pair)], ["of another tab", []]);
    await hear({ gone: true });
    equal([toTabs(said).length, pair.others.length], [4, 1], "a goodbye needs no answer, and is not the other tab's");
  }));

test("a tab ends where its person has gone in elsewhere: said by their other tab, or by the other one to this tab", () =>
  withPair(async ({ pair, hear, said }) => {
    const over = /** @type {string[]} */ ([]);
    pair.addEventListener("over", (event) => over.push(/** @type {CustomEvent} */ (event).detail));
    await hear({ sender: "aylin", device: said[0].device, moved: true });
    await hear({ to_device: "another of hers", moved: true });
    await hear({ to_device: "", moved: true });
    await hear({ sender: "caro", to_device: pair.device, moved: true });
    equal(over, [], "of this tab itself, or not meant for it");
    await hear({ sender: "aylin", device: "a2", moved: true });
    await hear({ sender: "aylin", device: "a2", to_device: pair.device, moved: true });
    await hear({ to_device: pair.device, moved: true });
    equal(over, ["moved", "moved", "moved"]);
  }));

test("a tab whose line was away asks whether its person has gone in elsewhere, and only one that went in later says so", () =>
  withPair(async ({ pair, hear, said }) => {
    const over = /** @type {string[]} */ ([]);
    pair.addEventListener("over", () => over.push("over"));
    pair.ends.live.line.dispatchEvent(new Event("live"));
    const { to, device, to_device: meant, generation: since, moved } = said.find(({ to_device: named }) => named);
    equal([to, device, meant, moved], ["aylin", pair.device, pair.device, true]);
    const asked = async (other) => {
      const before = said.length;
      await hear({ sender: "aylin", moved: true, ...other, to_device: other.device });
      return said.slice(before).map(({ to, to_device: meant, moved }) => [to, meant, moved]);
    };
    equal(await asked({ device: "older", generation: since - 60 }), [["aylin", "older", true]]);
    equal(await asked({ device: "newer", generation: since + 60 }), []);
    equal(await asked({ device, generation: since }), [], "its own word");
    const together = [await asked({ device: "0", generation: since }), await asked({ device: "g", generation: since })];
    equal(together, [[["aylin", "0", true]], []], "of two in the same second one says so");
    equal(over, []);
  }));

test("a tab that fell asleep, and was forgotten for it, does not come back into what its person has moved", async () => {
  const { now } = Date;
  try {
    await withPair(async ({ pair, hear, said }) => {
      await hear(offer("one"));
      /** @type {any} */ (pair.peer).connectionState = "disconnected";
      for (const ms of [0, 60_000]) {
        Date.now = () => now() + ms;
        pair.ends.live.line.dispatchEvent(new Event("live"));
      }
      equal(pair.others.length, 0);
      await hear({ ...offer("of the phone"), device: "b2" });
      await hear({ ...offer("one, awake again"), generation: 8 });
      equal(toTabs(said).filter(([to]) => to === "ben"), [["ben", "b1"], ["ben", "b1"]]);
      equal(/** @type {any} */ (pair.peer).remoteDescription.sdp, "of the phone");
    });
  } finally {
    Date.now = now;
  }
});

test("a candidate that overtakes the offer of a newer connection is taken with it", () =>
  withPair(async ({ pair, hear }) => {
    await hear(offer("one"));
    await hear({ ...candidate("two first"), generation: 8 });
    await hear({ ...offer("two"), generation: 8 });
    equal(added(pair), ["two first"]);
  }));

test("a candidate that overtakes the offer of a restart is taken with it", () =>
  withPair(async ({ pair, hear }) => {
    await hear(offer("one"));
    await hear(candidate("two first"));
    equal(added(pair), []);
    await hear(offer("two"));
    equal(added(pair), ["two first"]);
  }));

test("a connection that was told no candidate asks for them anew, then another is made; one that is on the way does not", () => {
  const { setTimeout: real } = globalThis;
  /** @type {(() => void)[]} */
  const due = [];
  globalThis.setTimeout = /** @type {any} */ ((action) => due.push(action));
  try {
    const peer = new FakePeer();
    const rebuilds = [];
    new Watch(/** @type {any} */ (peer), { restart: () => peer.restartIce(), rebuild: () => rebuilds.push(1) });
    peer.dispatchEvent(new Event("signalingstatechange"));
    equal(due.length, 0, "nobody has answered");
    peer.remoteDescription = { type: "answer", sdp: "one" };
    peer.dispatchEvent(new Event("signalingstatechange"));
    due.pop()?.();
    equal(peer.restarts, 1);
    peer.dispatchEvent(new Event("signalingstatechange"));
    peer.connectionState = "connecting";
    due.pop()?.();
    equal([peer.restarts, rebuilds.length], [1, 0]);
    peer.connectionState = "new";
    peer.dispatchEvent(new Event("signalingstatechange"));
    due.pop()?.();
    equal([peer.restarts, rebuilds.length], [1, 1], "asked for in vain, another connection is made");
  } finally {
    globalThis.setTimeout = real;
  }
});

test("what goes on connecting and never gets there is restarted, and then built anew", () => {
  const { setTimeout: real } = globalThis;
  const due = /** @type {[number, () => void][]} */ ([]);
  globalThis.setTimeout = /** @type {any} */ ((action, ms) => due.push([ms, action]));
  try {
    const peer = new FakePeer();
    const rebuilds = [];
    new Watch(/** @type {any} */ (peer), { restart: () => peer.restartIce(), rebuild: () => rebuilds.push(1) });
    peer.connectionState = "connecting";
    peer.dispatchEvent(new Event("connectionstatechange"));
    const [patience, giveUp] = due.pop() ?? [0, () => {}];
    equal([patience > 15_000, peer.restarts], [true, 0], "the browser's own patience comes first");
    giveUp();
    equal(peer.restarts, 1);
    const pending = due.length;
    peer.dispatchEvent(new Event("connectionstatechange"));
    equal(due.length, pending, "while a new path is looked for, that is what is waited for");
    due.pop()?.[1]();
    equal([peer.restarts, rebuilds.length], [1, 1]);
    for (const state of ["connected", "disconnected", "connecting"]) {
      peer.connectionState = state;
      peer.dispatchEvent(new Event("connectionstatechange"));
    }
    equal((due.pop() ?? [])[0] < 2_000, true, "a path that was lost is looked for soon, whatever the browser calls it meanwhile");
  } finally {
    globalThis.setTimeout = real;
  }
});

test("who is away for two looks after the first has gone, also where a timer comes a little early", async () => {
  const { setInterval: real } = globalThis;
  const { now } = Date;
  const due = /** @type {[number, () => void][]} */ ([]);
  globalThis.setInterval = /** @type {any} */ ((action, ms) => due.push([ms, action]));
  try {
    await withPair(async ({ pair, hear }) => {
      await hear(offer("one"));
      /** @type {any} */ (pair.peer).connectionState = "disconnected";
      const shown = [];
      for (const ms of [0, 4_010, 8_000 - 10]) {
        Date.now = () => 1_000_000 + ms;
        for (const [every, look] of due) if (every === 4_000) look();
        shown.push(pair.others.length);
      }
      equal(shown, [1, 1, 0]);
    });
  } finally {
    globalThis.setInterval = real;
    Date.now = now;
  }
});

test("a camera is sent no larger than the other one says that they see it, and they are told how large theirs is seen", () => {
  const track = { kind: "video", getSettings: () => ({ height: 720 }) };
  return withPair(async ({ pair }) => {
    const { channel, places } = /** @type {any} */ (pair.peer);
    const sender = /** @type {any} */ (pair.peer).sent;
    const sent = () => sender.getParameters().encodings.map(({ scaleResolutionDownBy: by = 1, maxBitrate }) => [by, maxBitrate])[0];
    const hear = async (shown) => {
      channel.onmessage({ data: JSON.stringify({ on: ["camera"], screen: "far", pictures: true, shown }) });
      await settle();
      return sent();
    };
    channel.readyState = "open";
    equal(await hear(undefined), [1, undefined], "an older page says nothing");
    equal(await hear({ camera: "small" }), [4, 150_000]);
    equal(await hear({ camera: "medium" }), [2, 500_000]);
    equal(await hear({ camera: "constructor" }), [1, undefined], "nonsense holds nothing back");
    equal(channel.told.map(({ shown }) => shown), [{}], "nothing is seen yet, and the same is not told twice");
    const [theirs] = document.createElement("canvas").captureStream().getTracks();
    places.push({ receiver: { track: theirs } });
    /** @type {any} */ (pair.peer).ontrack({ track: theirs, streams: [] });
    await hear({ camera: "large" });
    equal(channel.told.at(-1).shown, { camera: "small" }, "a picture that stands nowhere");
  }, { camera: track });
});

test("while either of the two wants sound only no picture goes out, and the other one is told so", () => {
  const tracks = { microphone: { kind: "audio" }, camera: { kind: "video", getSettings: () => ({ height: 720 }) } };
  return withPair(async ({ pair }) => {
    const { channel, senders } = /** @type {any} */ (pair.peer);
    const goes = () => senders.map(({ track }) => Object.keys(tracks).find((source) => tracks[source] === track));
    const hear = (pictures) => channel.onmessage({ data: JSON.stringify({ on: [], screen: "far", pictures }) });
    const told = () => [channel.told.at(-1).pictures, channel.told.at(-1).on.join(" ")];
    channel.readyState = "open";
    channel.onopen();
    equal([goes(), told()], [["microphone", "camera"], [true, "microphone camera"]]);
    hear(false);
    equal([goes(), told()], [["microphone", undefined], [true, "microphone"]], "the other one wants none");
    pair.carryPictures(false);
    hear(true);
    equal([goes(), told()], [["microphone", undefined], [false, "microphone"]], "here none are wanted");
    pair.carryPictures(true);
    equal([goes(), told()], [["microphone", "camera"], [true, "microphone camera"]]);
  }, tracks);
});
