import { Forwarded, PLACES_MOST } from "fairmatch/call/forwarded";
import { SOURCES } from "fairmatch/call/media";
import { offered } from "fairmatch/call/offered";
import { encodings } from "fairmatch/call/sizes";
import { CallRoom } from "fairmatch/live/call";
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
  /** @type {any[]} */
  places = [];

  addTransceiver(what) {
    const sender = { track: what, getParameters: () => ({ encodings: [] }) };
    this.places.push({ mid: null, receiver: { track: { kind: what } }, sender });
    return this.places.at(-1);
  }

  async setLocalDescription() {
    this.places.forEach((place, at) => (place.mid = String(at)));
  }

  async setRemoteDescription() {}

  close() {}
}

/** Aylin in a call with others, whom the node tells of. `answer` answers the oldest question.
 * @param {(ground: { call: Forwarded, comes: (...names: string[]) => Promise<void>, asked: any[], answer: () => Promise<void> }) => Promise<void>} body */
async function withCall(body) {
  const { RTCPeerConnection: real } = globalThis;
  globalThis.RTCPeerConnection = /** @type {any} */ (FakePeer);
  const room = new CallRoom();
  const asked = [];
  const waiting = [];
  const line = Object.assign(new EventTarget(), {
    state: "live",
    request: (method, params) => new Promise((resolve) => (asked.push({ method, ...params }), waiting.push(resolve))),
  });
  const track = { getSettings: () => ({}) };
  const media = { tracks: { microphone: track, camera: track }, isOn: () => true };
  const call = new Forwarded(/** @type {any} */ ({ topic: "call:1", device: "a1", me: "aylin", live: { line }, media, ice: [] }), room);
  const state = (names) => ({ participants: names.map((name) => ({ id: name, person: name, generation: asked[0]?.generation, tracks: ["microphone", "camera"].map((source) => ({ id: `${name}.${source}`, source, muted: false })) })), speakers: [], recording: false });
  const comes = async (...names) => (room.receive({ k: "call", d: state(names) }), settle());
  const answer = async () => (waiting.shift()?.({ participant: "aylin", sdp: "v=0" }), settle());
  try {
    room.recover({ snapshot: { ...state([]), may: { publish: ["microphone", "camera"], listen: true, moderate: false } } });
    await call.start();
    await settle();
    await body({ call, comes, asked, answer });
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

test("whoever the node has lost comes in again by themselves, on a newer connection", async () => {
  const { setTimeout: later } = globalThis;
  globalThis.setTimeout = /** @type {any} */ ((action, ms) => later(action, ms / 100));
  try {
    await withCall(async ({ call, comes, asked, answer }) => {
      await answer();
      await comes("aylin", "ben");
      const [first] = asked;
      await comes(); // the node died: nobody is in the room
      equal(call.isIn, false);
      const offers = () => asked.filter(({ method }) => method === "call.offer");
      while (offers().length < 2) await new Promise((resolve) => later(resolve, 5));
      equal([offers()[1].device, offers()[1].generation > first.generation], ["a1", true]);
    });
  } finally {
    globalThis.setTimeout = later;
  }
});
