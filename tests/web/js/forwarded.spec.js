import { Forwarded } from "fairmatch/call/forwarded";
import { SOURCES } from "fairmatch/call/media";
import { offered } from "fairmatch/call/offered";
import { PLACES_MOST } from "fairmatch/call/places";
import { encodings } from "fairmatch/call/sizes";
import { CallRoom } from "fairmatch/live/call";
import { LiveError } from "fairmatch/live/errors";
import { equal, ok, settle, test } from "/harness.js";

/** Bytes and lines of an offer that the server reads. */
const OFFER_MOST = 32 * 1024;
const LINES_MOST = 2_000;

/** A connection that agrees to whatever it is told; its sections are named when they are offered. */
class FakePeer extends EventTarget {
  connectionState = "new";
  signalingState = "stable";
  /** @type {any} */
  localDescription = { sdp: "v=0\r\n" };
  remoteDescription = null;
  currentRemoteDescription = /** @type {any} */ (null);
  /** @type {any[]} */
  places = [];

  addTransceiver(what) {
    const sender = { track: what, getParameters: () => ({ encodings: [] }) };
    this.places.push({ mid: null, receiver: { track: { kind: what } }, sender, stop() {} });
    return this.places.at(-1);
  }

  async setLocalDescription() {
    this.places.forEach((place, at) => (place.mid = String(at)));
  }

  async setRemoteDescription(given) {
    this.currentRemoteDescription = given;
  }

  close() {}
}

/** Aylin in a call with others, whom the node tells of. `answer` answers the oldest question.
 * @param {(ground: { call: Forwarded, comes: (...names: string[]) => Promise<void>, asked: any[], answer: (sdp?: string) => Promise<void>,
 *   refuse: (code: string, about?: object) => Promise<void>, room: CallRoom, rejoined: string[],
 *   speaks: (...names: string[]) => Promise<void>, breaks: (state?: string) => Promise<void>, returns: () => Promise<void>, media: any }) => Promise<void>} body */
async function withCall(body) {
  const { RTCPeerConnection: real } = globalThis;
  globalThis.RTCPeerConnection = /** @type {any} */ (FakePeer);
  const rejoined = [];
  const room = new CallRoom(() => void rejoined.push("call:1"));
  const asked = [];
  const waiting = [];
  const line = Object.assign(new EventTarget(), {
    state: "live",
    request: (method, params) => line.state === "live"
      ? new Promise((resolve, reject) => (asked.push({ method, ...params }), waiting.push({ resolve, reject })))
      : Promise.reject(new LiveError("closed", { retry: true })),
  });
  const closed = () => new LiveError("closed", { retry: true });
  const breaks = async (state = "away") => (line.state = state, waiting.splice(0).forEach(({ reject }) => reject(closed())), line.dispatchEvent(new Event("state")), settle());
  const returns = async () => (line.state = "live", line.dispatchEvent(new Event("live")), settle());
  const track = { getSettings: () => ({}) };
  const media = { tracks: { microphone: track, camera: track }, isOn: () => true };
  const call = new Forwarded(/** @type {any} */ ({ topic: "call:1", device: "a1", me: "aylin", live: { line }, media, ice: [] }), room);
  const state = (names) => ({ participants: names.map((name) => ({ id: name, person: name, generation: asked[0]?.generation, tracks: ["microphone", "camera"].map((source) => ({ id: `${name}.${source}`, source, muted: false })) })), speakers: [], recording: false });
  let here = /** @type {string[]} */ ([]);
  const comes = async (...names) => (room.receive({ k: "call", d: state(here = names) }), settle());
  const speaks = async (...speakers) => (room.receive({ k: "call", d: { ...state(here), speakers } }), settle());
  const answer = async (sdp = "v=0") => (waiting.shift()?.resolve({ participant: "aylin", sdp }), settle());
  const refuse = async (code, about = {}) => (waiting.shift()?.reject(new LiveError(code, about)), settle());
  try {
    room.recover({ snapshot: { ...state([]), may: { publish: ["microphone", "camera"], listen: true, moderate: false } } });
    await call.start();
    await settle();
    await body({ call, comes, speaks, asked, answer, refuse, breaks, returns, media, room, rejoined });
  } finally {
    call.end();
    globalThis.RTCPeerConnection = real;
  }
}

const methods = (asked) => asked.map(({ method }) => method);
const carried = ({ listen }) => Object.values(listen).sort().join(" ");

test("an offer with all places and everything that one can send is read by the server", async () => {
  const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  for (const form of /** @type {("audio" | "video")[]} */ (["audio", "video"]))
    for (let at = 0; at < PLACES_MOST[form]; at++) peer.addTransceiver(form, { direction: "recvonly" });
  for (const source of SOURCES) {
    const sendEncodings = source === "camera" ? encodings(true) : [{}];
    peer.addTransceiver(source === "microphone" || source === "screen_sound" ? "audio" : "video", { direction: "sendonly", sendEncodings });
  }
  const { sdp = "" } = await peer.createOffer();
  const short = offered(sdp);
  ok(sdp.length > 2 * OFFER_MOST && short.length < OFFER_MOST, `${sdp.length} became ${short.length}`);
  ok(short.split("\r\n").length < LINES_MOST, `${short.split("\r\n").length} lines`);
  const sections = short.split("\r\nm=").slice(1);
  equal(sections.length, PLACES_MOST.audio + PLACES_MOST.video + SOURCES.length);
  equal(sections.filter((one) => one.includes("a=rid:")).length, 1);
  equal(short.match(/a=fingerprint:/g)?.length, 1);
  ok(sections.every((one) => one.includes("opus") || ["VP8", "VP9", "H264", "AV1", "rtx"].every((name) => one.includes(` ${name}/`))), sections[20]);
  peer.close();
});

test("what a section shall be forwarded with is left in it, and nothing else", () => {
  const lines = ["v=0", "a=group:BUNDLE 0", "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101", "c=IN IP4 0.0.0.0", "a=ice-ufrag:abcd", "a=mid:0", "a=ssrc:1 cname:x",
    "a=ssrc:1 msid:x y", "a=rtpmap:96 H264/90000", "a=fmtp:96 packetization-mode=0", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96",
    "a=rtpmap:98 VP8/90000", "a=rtcp-fb:98 nack", "a=rtcp-fb:98 transport-cc", "a=rtpmap:99 rtx/90000", "a=fmtp:99 apt=98",
    "a=rtpmap:100 red/90000", "a=rtpmap:101 VP9/90000", "a=fmtp:101 profile-id=2", "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid", "a=extmap:4 urn:3gpp:video-timing", ""];
  equal(offered(lines.join("\r\n")).split("\r\n"), ["v=0", "a=group:BUNDLE 0", "c=IN IP4 0.0.0.0", "a=ice-ufrag:abcd", "m=video 9 UDP/TLS/RTP/SAVPF 98 99", "a=mid:0",
    "a=ssrc:1 cname:x", "a=rtpmap:98 VP8/90000", "a=rtcp-fb:98 nack", "a=rtpmap:99 rtx/90000", "a=fmtp:99 apt=98", "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid", ""]);
});

test("how to reach each other is kept wherever the browser says it: Firefox has its keys before the first section", () => {
  const media = (mid, kind, ...lines) => [`m=${kind} 9 UDP/TLS/RTP/SAVPF 109`, "c=IN IP4 0.0.0.0", "a=ice-pwd:secret", "a=ice-ufrag:abcd", `a=mid:${mid}`, "a=setup:actpass", ...lines];
  const offer = ["v=0", "o=mozilla 1 0 IN IP4 0.0.0.0", "a=fingerprint:sha-256 AA:BB", "a=group:BUNDLE 0 1", "a=ice-options:trickle", ...media(0, "audio"), ...media(1, "audio", "a=bundle-only"), ""];
  equal(offered(offer.join("\r\n")).split("\r\n"), ["v=0", "o=mozilla 1 0 IN IP4 0.0.0.0", "a=group:BUNDLE 0 1", "a=fingerprint:sha-256 AA:BB", "c=IN IP4 0.0.0.0",
    "a=ice-pwd:secret", "a=ice-ufrag:abcd", "a=setup:actpass", "m=audio 9 UDP/TLS/RTP/SAVPF 109", "a=mid:0", "m=audio 9 UDP/TLS/RTP/SAVPF 109", "a=mid:1", ""]);
});

test("coming in takes one offer, the next two are seen without one, and the third with places for two more", async () => {
  await withCall(async ({ comes, asked, answer }) => {
    await answer();
    for (const names of [["ben"], ["ben", "mia"]]) {
      await comes(...names);
      await answer();
    }
    equal(methods(asked), ["call.offer", "call.listen", "call.listen"]);
    equal(carried(asked[2]), "ben.camera ben.microphone mia.camera mia.microphone");
    await comes("ben", "mia", "olga");
    await answer();
    await comes("ben", "mia", "olga", "noah", "ida");
    equal(methods(asked).slice(3), ["call.offer", "call.listen"]);
  });
});

test("of more pictures than there are places those of who spoke last are asked for, and who keeps a place keeps their own", async () => {
  await withCall(async ({ comes, speaks, asked, answer }) => {
    const names = Array.from({ length: PLACES_MOST.video + 2 }, (_, at) => `guest${at + 10}`);
    const places = () => Object.entries(asked.at(-1).listen).filter(([, id]) => id.endsWith(".camera"));
    const seen = () => places().map(([, id]) => id.slice(0, 7)).sort();
    await comes(...names);
    for (let turn = 0; turn < 4; turn++) await answer();
    equal(seen(), names.slice(0, -2));
    equal(Object.keys(asked.at(-1).listen).length, 2 * names.length - 2, "all are heard");
    const [first, left, last] = [new Map(places()), ...names.slice(-2)];
    for (const speakers of [[last], [left, last]]) {
      await speaks(...speakers, names[0]);
      await answer();
    }
    equal([asked.at(-1).method, seen()], ["call.listen", [...names.slice(0, -4), left, last]]);
    equal(places().filter(([mid, id]) => first.get(mid) !== id).length, 2);
    const before = asked.length;
    await speaks(names[3], left, last);
    await speaks(...names.slice(0, 8));
    equal(asked.length, before, "nobody jumps for somebody who is seen already, nor because others have spoken since");
  });
});

test("who comes while an offer is on its way is asked for after it, and the newest wish last", async () => {
  await withCall(async ({ call, comes, asked, answer }) => {
    await comes("ben");
    await comes("ben", "aylin");
    equal([methods(asked), call.others.map(({ id }) => id)], [["call.offer"], ["ben"]]);
    await answer();
    equal([methods(asked), carried(asked[1])], [["call.offer", "call.listen"], "ben.camera ben.microphone"]);
    await comes("mia", "aylin");
    equal(asked.length, 2);
    await answer();
    equal([methods(asked).at(-1), carried(asked[2])], ["call.listen", "mia.camera mia.microphone"]);
    await answer();
    equal(asked.length, 3);
  });
});

test("whoever the node has lost comes in again by themselves, on a newer connection", () =>
  hurried((until) => withCall(async ({ call, comes, asked, answer }) => {
    await answer();
    await comes("aylin", "ben");
    const [first] = asked;
    await comes(); // the node died: nobody is in the room
    equal(call.isIn, false);
    const offers = () => asked.filter(({ method }) => method === "call.offer");
    await until(() => offers().length === 2);
    equal([offers()[1].device, offers()[1].generation > first.generation], ["a1", true]);
  })));

/** Time passes a hundred times as fast. @param {(until: (isSo: () => unknown) => Promise<void>) => Promise<void>} body */
async function hurried(body) {
  const { setTimeout: later } = globalThis;
  globalThis.setTimeout = /** @type {any} */ ((action, ms) => later(action, ms / 100));
  try {
    await body(async (isSo) => {
      while (!isSo()) await new Promise((resolve) => later(resolve, 5));
    });
  } finally {
    globalThis.setTimeout = later;
  }
}

test("where the node could not be asked who is in the call, nobody counts as gone, and it is asked again", () =>
  hurried((until) => withCall(async ({ call, comes, answer, room, rejoined }) => {
    await answer();
    await comes("aylin", "ben");
    const { peer } = call;
    const may = { publish: ["microphone"], listen: true, moderate: true };
    room.recover({ snapshot: { participants: [], speakers: [], recording: false, kind: "booth", may, known: false } });
    await settle();
    equal([call.peer === peer, call.others.map(({ id }) => id), room.may.moderate], [true, ["ben"], true]);
    await until(() => rejoined.length);
    room.recover({ snapshot: { participants: [], speakers: [], recording: false, kind: "booth", may, known: true } });
    await settle();
    equal([call.peer, call.others], [null, []], "now it is known that nobody is there");
  })));

test("an offer that the node cannot answer just now is made again, and what stands goes on", () =>
  hurried((until) => withCall(async ({ call, asked, answer, refuse, media }) => {
    await answer();
    const { peer } = call;
    peer.connectionState = "connected";
    media.tracks.screen = { getSettings: () => ({}) };
    call.room.may.publish.push("screen");
    call.update();
    await settle();
    const offers = () => asked.filter(({ method }) => method === "call.offer");
    for (const count of [3, 4]) {
      await refuse("unavailable", { retry: true });
      await until(() => offers().length === count);
      equal(call.peer === peer, true, "the connection stands");
    }
    await answer();
    equal(offers().map(({ generation, publish }) => [generation === asked[0].generation, publish.length]), [[true, 2], [true, 3], [true, 3], [true, 3]]);
    media.tracks.camera_2 = { getSettings: () => ({}) };
    call.room.may.publish.push("camera_2");
    call.update();
    await settle();
    await refuse("forbidden");
    equal(call.peer, null, "what is refused for good ends it");
  })));

test("who is carried elsewhere once they send comes in anew, on a newer connection", () =>
  hurried((until) => withCall(async ({ call, asked, answer, refuse, media }) => {
    await answer();
    const { peer } = call;
    peer.connectionState = "connected";
    media.tracks.screen = { getSettings: () => ({}) };
    call.room.may.publish.push("screen");
    call.update();
    await settle();
    await refuse("moved");
    equal(call.peer, null, "the former connection is over");
    const before = asked.length;
    await until(() => asked.length > before);
    const { generation, publish } = asked.at(-1);
    equal([generation > asked[0].generation, publish.length], [true, 3]);
  })));

test("whose connection is answered by a node that was started again comes in on a new one, at once", async () => {
  const from = (key) => `v=0\r\na=fingerprint:sha-256 ${key}\r\n`;
  await withCall(async ({ call, asked, answer }) => {
    await answer(from("AA:AA"));
    const { peer } = call;
    const generations = () => asked.filter(({ method }) => method === "call.offer").map(({ generation }) => generation - asked[0].generation);
    const restart = async () => (call.doubt(), settle());
    Object.assign(/** @type {any} */ (peer), { connectionState: "connected", restartIce() {} });
    await restart();
    await answer(from("aa:aa"));
    equal([call.peer === peer, generations()], [true, [0, 0]], "the same node as before");
    await restart();
    await answer(from("BB:BB"));
    equal([call.peer === peer, call.peer?.currentRemoteDescription, generations()], [false, null, [0, 0, 0, 1]], "another one");
    await answer(from("BB:BB"));
    equal(generations(), [0, 0, 0, 1]);
  });
});

test("whose line is away keeps the call, and what is new is offered once the line is back", async () => {
  await withCall(async ({ call, asked, answer, breaks, returns, media }) => {
    await answer();
    await breaks();
    const { peer } = call;
    media.tracks.screen = { getSettings: () => ({}) };
    call.room.may.publish.push("screen");
    call.update();
    await settle();
    equal(call.peer, peer);
    const before = asked.length;
    await returns();
    equal(call.peer, peer);
    const offers = asked.slice(before).filter(({ method }) => method === "call.offer");
    equal(offers.map(({ publish }) => publish.map(({ source }) => source)), [["microphone", "camera", "screen"]]);
  });
});

test("an offer that the line took with it as it broke is made once more, of the same connection", async () => {
  await withCall(async ({ call, asked, answer, breaks, returns }) => {
    const { peer } = call;
    await breaks();
    await returns();
    await answer();
    equal(methods(asked), ["call.offer", "call.offer"]);
    equal(asked[0].generation, asked[1].generation);
    equal(call.peer, peer);
    equal(call.participant, "aylin");
  });
});

test("what is offered after the line was away follows the rights of then", async () => {
  await withCall(async ({ call, asked, answer, breaks, returns, media }) => {
    await answer();
    await breaks();
    media.tracks.screen = { getSettings: () => ({}) };
    call.room.may.publish.push("screen");
    call.update();
    await settle();
    call.room.may.publish = ["screen"];
    const before = asked.length;
    await returns();
    equal(asked.slice(before).map(({ publish }) => publish.map(({ source }) => source)), [["screen"]]);
  });
});

test("a line that does not come back by itself ends no call that goes on", async () => {
  await withCall(async ({ call, answer, breaks, returns, asked, media }) => {
    await answer();
    const { peer } = call;
    peer.connectionState = "connected";
    await breaks("stopped");
    media.tracks.screen = { getSettings: () => ({}) };
    call.room.may.publish.push("screen");
    call.update();
    await settle();
    equal(call.peer, peer);
    const before = asked.length;
    await returns();
    equal(call.peer, peer);
    equal(asked.slice(before).map(({ method, publish }) => [method, publish?.length]), [["call.offer", 3]]);
  });
});

test("what begins to be sent while an offer is worked out is in the next one", () =>
  withCall(async ({ call, asked, answer, media, room }) => {
    await answer();
    const peer = /** @type {any} */ (call.peer);
    const describe = peer.setLocalDescription;
    peer.setLocalDescription = async () => {
      await describe.call(peer);
      media.tracks.screen_2 = media.tracks.camera;
      call.update();
    };
    media.tracks.screen = media.tracks.camera;
    room.receive({ k: "may", d: { publish: ["microphone", "camera", "screen", "screen_2"], listen: true, moderate: false } });
    await settle();
    await answer();
    const published = asked.filter(({ method }) => method === "call.offer").map(({ publish }) => publish);
    equal(published.slice(-2).map((one) => one.map(({ source }) => source).join(" ")), ["microphone camera screen", "microphone camera screen screen_2"]);
    ok(published.flat().every(({ mid }) => mid), "each in a section");
  }));

test("what one may send is offered when a role is given, and no longer when it is taken away", () =>
  withCall(async ({ call, comes, asked, answer, room, media }) => {
    await answer();
    await comes("aylin", "ben");
    const { peer } = call;
    const sent = () => asked.filter(({ method }) => method === "call.offer").map(({ publish }) => publish.map(({ source }) => source).join());
    media.tracks.screen = { getSettings: () => ({}) };
    const roles = [["microphone"], ["microphone", "camera", "screen"]];
    const expected = ["microphone,camera", "microphone", "microphone,camera,screen"];
    for (const [at, publish] of roles.entries()) {
      room.receive({ k: "may", d: { publish, listen: true, moderate: at === 1 } });
      await settle();
      await answer();
      equal([sent(), room.may.moderate], [expected.slice(0, at + 2), at === 1]);
    }
    await comes("aylin", "ben");
    equal([sent().length, call.peer === peer], [3, true], "nothing else is offered anew");
    const offers = asked.filter(({ method }) => method === "call.offer").map(({ publish }) => publish.find(({ source }) => source === "camera")?.mid);
    ok(offers[0] && offers[2] && offers[0] !== offers[2], "a section that was turned down is not used again");
  }));
