import { ask } from "fairmatch/call/connecting";
import { Call } from "fairmatch/call/call";
import { hold } from "fairmatch/call/current";
import { deviceOf } from "fairmatch/call/device";
import { Captions, LINES_MOST, STANDS_MS } from "fairmatch/call/captions";
import { blur, canBlur, choose, openAnother } from "fairmatch/call/devices";
import { COMES_BACK_MS, forget, keep, kept, LIVES_MS } from "fairmatch/call/kept-call";
import { Media } from "fairmatch/call/media";
import { measure, nothingCounted, qualityOf } from "fairmatch/call/quality";
import { encodings, encodingsOf, sendEncodings, shownSizes } from "fairmatch/call/sizes";
import { rateOf } from "fairmatch/call/speed";
import { LiveError } from "fairmatch/live/errors";
import { forgetOthers } from "fairmatch/live/kept";
import { FakeStorage } from "/fakes.js";
import { equal, test } from "/harness.js";

const inCall = (...on) => ({
  live: { person: "aylin" },
  place: { topic: "call:1", name: "Round table", path: "/fairs/days/rooms/1" },
  media: { isOn: (source) => on.includes(source) },
});

test("a tab that is loaded anew is the same participant, for the same person only", () => {
  const tab = new FakeStorage();
  const before = deviceOf(tab, "aylin");
  forgetOthers(tab, "aylin");
  equal(deviceOf(tab, "aylin"), before);
  equal(deviceOf(tab, "ben") === before, false);
});

test("the server hears that somebody behind another window is in a call, and that they are not any more", () => {
  const told = /** @type {string[]} */ ([]);
  const live = { person: "aylin", storages: { tab: new FakeStorage() }, line: { see: () => told.push(document.documentElement.dataset.call ?? "") } };
  const call = () => Object.assign(new EventTarget(), { ...inCall(), live, isOver: false, media: Object.assign(new EventTarget(), { isOn: () => false }) });
  try {
    const first = call();
    hold(/** @type {any} */ (first));
    first.dispatchEvent(new Event("over"));
    equal(told, [], "a page that is seen needs no words");
    Object.defineProperty(document, "visibilityState", { configurable: true, value: "hidden" });
    const second = call();
    hold(/** @type {any} */ (second));
    equal(told, ["call:1"]);
    second.dispatchEvent(new Event("over"));
    equal(told, ["call:1", ""]);
  } finally {
    delete (/** @type {any} */ (document).visibilityState);
  }
});

test("a call is come back to with what was on, for a minute", () => {
  const tab = new FakeStorage();
  keep(tab, inCall("microphone"), 1_000);
  forgetOthers(tab, "aylin");
  const found = kept(tab, "aylin", 1_000 + COMES_BACK_MS - 1);
  equal([found.topic, found.path, found.on], ["call:1", "/fairs/days/rooms/1", { microphone: true, camera: false }]);
  equal(kept(tab, "aylin", 1_000 + COMES_BACK_MS), null);
  equal(kept(tab, "ben", 1_000), null);
});

test("a tab that is a copy of one in a call stays out, and is somebody else", () => {
  const tab = new FakeStorage();
  const device = deviceOf(tab, "aylin");
  keep(tab, inCall("camera"), 1_000, true);
  equal(kept(tab, "aylin", 1_000).on.camera, true);
  equal(deviceOf(tab, "aylin"), device);
  keep(tab, inCall("camera"), 1_000);
  equal(kept(tab, "aylin", 1_000 + LIVES_MS - 1), null);
  equal(kept(tab, "aylin", 1_000 + LIVES_MS), null);
  equal(deviceOf(tab, "aylin") === device, false);
});

test("what the browser opens after one has left is let go of", async () => {
  const { mediaDevices } = navigator;
  const stopped = [];
  /** @type {(stream: any) => void} */
  let opens = () => {};
  Object.defineProperty(mediaDevices, "getUserMedia", { configurable: true, value: () => new Promise((resolve) => (opens = resolve)) });
  try {
    const media = new Media();
    const turning = media.turnOn("microphone");
    media.end();
    const track = Object.assign(new EventTarget(), { enabled: true, stop: () => stopped.push("microphone") });
    opens({ getTracks: () => [track] });
    await turning;
    equal([stopped, media.isOn("microphone")], [["microphone"], false]);
  } finally {
    delete (/** @type {any} */ (mediaDevices).getUserMedia);
  }
});

test("whoever left does not come back", () => {
  const tab = new FakeStorage();
  keep(tab, inCall(), 1_000);
  forget(tab, "aylin");
  equal(kept(tab, "aylin", 1_000), null);
});

test("what one may not send any more is switched off and said, and what one never might is let alone", () => {
  document.body.innerHTML = `<div id="toasts"></div>`;
  const room = Object.assign(new EventTarget(), { may: /** @type {any} */ (null) });
  const line = { state: "live", join: () => ({ store: room, release: () => {} }), doubt: () => {} };
  const media = new Media();
  const call = new Call(/** @type {any} */ ({ line }), /** @type {any} */ ({ topic: "call:1", people: [] }), media);
  const on = () => ["microphone", "camera", "screen"].filter((source) => media.isOn(/** @type {any} */ (source)));
  const may = (...publish) => ((room.may = { publish, listen: true, moderate: false }), room.dispatchEvent(new Event("change")));
  const stopped = /** @type {string[]} */ ([]);
  for (const source of ["microphone", "camera", "screen"]) media.tracks[source] = { enabled: true, stop: () => stopped.push(source), getSettings: () => ({}), addEventListener() {}, removeEventListener() {} };
  try {
    room.dispatchEvent(new Event("change"));
    may("microphone", "camera");
    equal(on(), ["microphone", "camera", "screen"]);
    may("microphone");
    equal(on(), ["microphone", "screen"]);
    equal(document.body.textContent?.includes("so it was switched off"), true);
    media.turnOff("microphone"); // silent, and open
    may();
    equal([on(), stopped], [["screen"], ["camera", "microphone"]]);
  } finally {
    call.end();
  }
});

test("a connection is good, fair or poor by loss, delay, and what limits the picture", () => {
  const found = (lost, seconds, bits) => qualityOf({ lost, seconds, bits });
  equal([found(0, 0.05, 0), found(0.04, 0.05, 0), found(0.1, 0.05, 0)], ["good", "fair", "poor"]);
  equal([found(0, 0.3, 0), found(0, 1.2, 0)], ["fair", "poor"]);
  equal([found(0, 0.05, 2_000_000), found(0, 0.05, 300_000), found(0, 0.05, 90_000)], ["good", "fair", "poor"]);
});

test("what was said of pictures that have been given up does not keep them away", async () => {
  const before = { frames: 300, from: new Map() };
  const look = (framesSent, told, active) => measure(/** @type {any} */ ({
    getStats: async () => new Map(Object.entries({
      picture: { type: "outbound-rtp", timestamp: 60_000, framesSent, active, qualityLimitationReason: "bandwidth" },
      told: { type: "remote-inbound-rtp", timestamp: told, fractionLost: 0.5 },
      pair: { type: "candidate-pair", timestamp: 60_000, nominated: true, state: "succeeded", currentRoundTripTime: 0.05, availableOutgoingBitrate: 90_000 },
    })),
  }), before);
  const [going, over] = [await look(330, 59_000), await look(300, 40_000)];
  equal([going.quality, going.lost, going.bits], ["poor", 0.5, 90_000]);
  equal([over.quality, over.lost, over.bits], ["good", 0, 0]);
  equal((await look(330, 40_000, false)).bits, 0, "an encoding that nobody needs is not limited");
});

test("what is lost on the way from somebody else to the node takes nobody's pictures but their own", async () => {
  const came = (trackIdentifier, packetsLost, packetsReceived) => ({ type: "inbound-rtp", timestamp: 1, trackIdentifier, packetsLost, packetsReceived });
  const look = (streams, before = nothingCounted()) => measure(/** @type {any} */ ({
    getStats: async () => new Map(streams.map((stream, at) => [`${at}`, stream])),
  }), before, new Map([["a", "anna"], ["b", "ben"], ["b.screen", "ben"]]));
  const first = await look([came("a", 30, 120), came("b", 0, 150), came("b.screen", 0, 300)]);
  equal([first.quality, first.lost], ["good", 0], "only Anna's line is bad");
  const both = await look([came("a", 60, 240), came("b", 20, 230), came("b.screen", 25, 575)], first.counted);
  equal([both.quality, both.lost], ["poor", 45 / 400], "of all less comes: it is one's own");
  const few = await look([came("a", 90, 360), came("b", 20, 240), came("b.screen", 25, 575)], both.counted);
  equal(few.lost, 0.2, "of Ben nothing to speak of came meanwhile");
});

test("by which way a call goes is told of the path that it takes now", async () => {
  const way = async (/** @type {object} */ more) => (await measure(/** @type {any} */ ({
    getStats: async () => new Map(Object.entries({
      old: { type: "candidate-pair", nominated: true, state: "succeeded", localCandidateId: "host", currentRoundTripTime: 0.05 },
      now: { type: "candidate-pair", nominated: true, state: "succeeded", localCandidateId: "relay", currentRoundTripTime: 0.4 },
      host: { type: "local-candidate", candidateType: "host" },
      relay: { type: "local-candidate", candidateType: "relay", relayProtocol: "tls" },
      ...more,
    })),
  }), nothingCounted()));
  const [direct, relayed] = [await way({}), await way({ transport: { type: "transport", selectedCandidatePairId: "now" } })];
  equal([direct.way, direct.seconds, relayed.way, relayed.seconds], ["direct", 0.05, "tls", 0.4]);
  const hidden = { type: "local-candidate", candidateType: "prflx", relayProtocol: "tcp" };
  equal((await way({ host: hidden })).way, "tcp", "the other end sees the relay by another address than it told us");
  equal((await measure(/** @type {any} */ ({ getStats: async () => new Map() }), nothingCounted())).way, "");
});

test("what is behind somebody is blurred where the camera can do it, and nothing is asked of one that cannot", async () => {
  const asked = [];
  const camera = (able) => ({
    getCapabilities: () => (able ? { backgroundBlur: [true, false] } : {}),
    getConstraints: () => ({ width: 1280 }),
    applyConstraints: async (wanted) => void asked.push(wanted),
  });
  await blur(camera(false), true);
  await blur(camera(true), true);
  equal([canBlur(camera(false)), canBlur(camera(true)), canBlur(null), asked], [false, true, false, [{ width: 1280, backgroundBlur: true }]]);
});

/** As long as `run` takes, the browser opens this. @param {Record<string, Function>} opens @param {() => Promise<void>} run */
async function opening(opens, run) {
  const { mediaDevices } = navigator;
  for (const [name, value] of Object.entries(opens)) Object.defineProperty(mediaDevices, name, { configurable: true, value });
  try {
    await run();
  } finally {
    for (const name of Object.keys(opens)) delete (/** @type {any} */ (mediaDevices)[name]);
  }
}

test("whoever has what is behind them blurred has it blurred before another camera, too", async () => {
  const asked = [];
  const track = { getCapabilities: () => ({ backgroundBlur: [true, false] }), getConstraints: () => ({}), applyConstraints: async (wanted) => void asked.push(wanted) };
  const enumerateDevices = async () => [{ kind: "videoinput", label: "Desk", deviceId: "2" }];
  await opening({ enumerateDevices, getUserMedia: async () => ({ getTracks: () => [track] }) }, async () => {
    await openAnother(null);
    choose({ blur: true });
    await openAnother(null);
    choose({ blur: false });
  });
  equal(asked, [{ backgroundBlur: true }]);
});

test("where another device does not open, the old one is not taken for sent any longer", async () => {
  const media = new Media();
  const track = Object.assign(new EventTarget(), { enabled: true, stop: () => {} });
  const answers = [async () => ({ getTracks: () => [track] }), async () => Promise.reject(new DOMException("", "NotReadableError"))];
  await opening({ getUserMedia: () => answers.shift()?.() }, async () => {
    await media.turnOn("camera");
    const seen = [];
    media.addEventListener("change", () => seen.push(media.isOn("camera")));
    const error = await media.renew("camera").catch(({ name }) => name);
    equal([error, seen], ["NotReadableError", [false]]);
  });
});

test("the latest lines of the captions stand for a while, and go", () => {
  let now = 0;
  const captions = new Captions(async () => true, () => now);
  for (let line = 1; line <= LINES_MOST + 1; line++) captions.take({ person: "ben", text: String(line) });
  equal(captions.lines.map(({ text }) => text).join(" "), "2 3 4");
  now = STANDS_MS;
  captions.tick();
  captions.end();
  equal(captions.lines, []);
});

/** A line that answers while it is live, and breaks with each of the first `breaks` requests. */
class FakeLine extends EventTarget {
  state = "connecting";
  asked = 0;
  breaks = 0;

  become(state) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  async request() {
    this.asked += 1;
    if (this.state !== "live" || this.asked <= this.breaks) throw new LiveError("closed", { retry: true });
    return "answer";
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

test("whoever joins before the line is up waits for it, also when it breaks once more", async () => {
  const line = Object.assign(new FakeLine(), { breaks: 1 });
  const answer = ask(line, "call.ice", {}, new AbortController().signal);
  await turn();
  equal(line.asked, 0);
  line.become("live");
  await turn();
  line.become("reconnecting");
  await turn();
  equal(line.asked, 1);
  line.become("live");
  equal(await answer, "answer");
  equal(line.asked, 2);
});

test("nobody waits for a line that does not come back, or after leaving", async () => {
  const line = new FakeLine();
  const code = (leaving) => ask(line, "call.ice", {}, leaving.signal).catch((error) => error.code);
  const given = code(new AbortController());
  line.become("stopped");
  equal(await given, "closed");
  line.become("offline");
  const leaving = new AbortController();
  const left = code(leaving);
  await turn();
  leaving.abort();
  equal(await left, "closed");
});

test("how much comes in is told without the beginning, and of few pieces from all", () => {
  const steady = Array.from({ length: 30 }, (_, at) => ({ at: 500 + at * 100, bytes: 12_500 }));
  equal(rateOf([{ at: 0, bytes: 12_500 }, { at: 100, bytes: 100 }, ...steady]), 1_000);
  equal(rateOf([{ at: 100, bytes: 900 }, { at: 200, bytes: 1_250 }, { at: 300, bytes: 1_250 }]), 100);
  equal(rateOf([{ at: 80, bytes: 1_000 }]), 100);
  equal(rateOf([]), 0);
});

test("one other person gets one encoding of a camera, more people may choose among three", async () => {
  equal(encodings(true).map(({ rid, active }) => [rid, active]), [["q", true], ["h", true], ["f", true]]);
  const told = [];
  const sender = {
    parameters: { encodings: encodings(false) },
    getParameters: () => structuredClone(sender.parameters),
    setParameters: async (given) => void told.push((sender.parameters = given)),
  };
  const send = (isGroup, said) => sendEncodings(/** @type {any} */ (sender), isGroup, said);
  await send(false);
  equal(told.length, 0);
  await send(true);
  await send(true, { paused: ["f"] });
  await send(true, { paused: ["f"], shown: "small" });
  await send(false, { paused: ["f"] });
  const active = told.map((given) => given.encodings.map((/** @type {any} */ one) => one.active));
  equal(active, [[true, true, true], [true, true, false], [false, true, false]], "what nobody needs is not sent");
});

test("for one other person a camera is sent no larger than they see it, and for more in all its sizes again", async () => {
  let lines = 720;
  const sender = (encodings) => ({
    track: { getSettings: () => ({ height: lines }) },
    getParameters: () => ({ encodings: structuredClone(encodings) }),
    setParameters: async (given) => void (encodings = given.encodings),
    sent: () => encodings.map(({ active, scaleResolutionDownBy: by, maxBitrate }) => (active ? [by, maxBitrate] : [])),
  });
  const [camera, second] = ["camera", "camera_2"].map((source) => sender(encodingsOf(/** @type {any} */ (source), false).map((one) => ({ active: true, ...one }))));
  const send = async (isGroup, shown) => {
    for (const one of [camera, second]) await sendEncodings(/** @type {any} */ (one), isGroup, { shown });
    return [camera.sent(), second.sent()];
  };
  equal(await send(false, "large"), [[[], [], [1, 1_500_000]], [[1, 1_000_000]]]);
  equal(await send(false, "medium"), [[[], [], [2, 500_000]], [[2, 500_000]]]);
  equal(await send(false, "small"), [[[], [], [4, 150_000]], [[4, 150_000]]]);
  lines = 360;
  equal(await send(false, "small"), [[[], [], [2, 150_000]], [[2, 150_000]]], "a camera of half as many lines");
  equal(await send(false, "medium"), [[[], [], [1, 500_000]], [[1, 500_000]]]);
  lines = 720;
  equal(await send(true, "small"), [[[4, 150_000], [2, 500_000], [1, 1_500_000]], [[4, 150_000]]]);
  equal(await send(false, "large"), [[[], [], [1, 1_500_000]], [[1, 1_000_000]]]);
});

test("how large a picture is shown is what it has on the screen, and hidden ones count as small", () => {
  const [track] = document.createElement("canvas").captureStream().getTracks();
  const place = /** @type {any} */ ({ receiver: { track } });
  const sound = /** @type {any} */ ({ receiver: { track: { kind: "audio" } } });
  const video = document.createElement("video");
  const sizeAt = (height) => {
    video.style.height = `${height / devicePixelRatio}px`;
    return shownSizes([sound, place]).get(place);
  };
  equal(sizeAt(900), "small");
  video.srcObject = new MediaStream([track]);
  document.body.append(video);
  equal([sizeAt(160), sizeAt(400), sizeAt(900)], ["small", "medium", "large"]);
  equal(shownSizes([sound]).size, 0);
  video.remove();
});
