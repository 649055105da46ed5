import { html, nothing, render } from "lit";
import { playing } from "fairmatch/call/playing";
import { heard } from "fairmatch/call/quality";
import { largeOf, stage, tilesOf } from "fairmatch/call/tiles";
import { initials } from "fairmatch/kit/avatar";
import { equal, test } from "/harness.js";

/** Names on the tiles of a call in which Greta sends, and Ben and Cem watch, as Aylin sees them who watches, too. */
function names({ isOnStage = true, moderates = false, sends = false, hands = /** @type {string[]} */ ([]), more = 0 } = {}) {
  const one = (id, watches) => ({ id, person: id, ready: true, muted: true, silenced: [], tracks: {}, watches });
  const others = [one("greta", false), one("ben", true), one("cem", true), ...Array.from({ length: more }, (_, at) => one(`guest ${at}`, true))];
  const signs = { hands: new Set(hands), reactions: new Map() };
  const call = { isOnStage, moderates, others, signs, may: () => sends, speaks: () => false, card: (id) => ({ id, name: id }), media: { isOn: () => false, tracks: {} }, live: { person: "aylin" } };
  return tilesOf(/** @type {any} */ (call)).people.map(({ card }) => card.name).join(" ");
}

test("on a stage those are seen who send, and who wants to speak", () => {
  equal(names(), "greta");
  equal(names({ hands: ["cem", "aylin"] }), "greta cem You");
  equal(names({ sends: true }), "greta You");
  equal(names({ moderates: true, sends: true }), "greta ben cem You");
  equal(names({ moderates: true, sends: true, more: 30 }), "greta You");
});

test("one's own tile has one's own initials, and is called You", () => {
  const meta = Object.assign(document.createElement("meta"), { name: "fairmatch-person", content: "aylin" });
  Object.assign(meta.dataset, { name: "Prof. Dr. Aylin Demir", photo: "" });
  document.head.append(meta);
  const signs = { hands: new Set(), reactions: new Map() };
  const call = { others: [], signs, isOnStage: false, isSpeakerView: false, moderates: false, pinned: "", may: () => true, media: { isOn: () => false, tracks: {} }, live: { person: "aylin" } };
  const page = document.createElement("div");
  render(stage(/** @type {any} */ (call)), page);
  meta.remove();
  equal(page.querySelector(".call-face")?.textContent?.trim(), "AD");
  equal(page.querySelector(".call-name bdi")?.textContent, "You");
});

test("a title is no part of somebody's initials, and two first names in short are", () => {
  equal(["Prof. Dr. Aylin Demir", "Dr. K.-H. Schmidt", "J. Berg", "Dr."].map(initials), ["AD", "KS", "JB", "D"]);
});

test("in a room everybody is seen", () => {
  equal(names({ isOnStage: false }), "greta ben cem You");
});

test("what is pinned is large, else a screen, else whoever speaks, else whoever spoke last", () => {
  const tile = (key, more) => ({ key, own: false, speaks: false, ...more });
  const people = [tile("greta", { other: {} }), tile("ben", { other: { rank: 1 } }), tile("cem", { other: { rank: 0 } }), tile("own", { own: true, speaks: true })];
  const speaking = people.map((one) => (one.key === "ben" ? { ...one, speaks: true } : one));
  const screens = [tile("cem.screen"), tile("greta.screen")];
  const large = (shown, given, { pinned = "", isSpeakerView = true } = {}) =>
    largeOf(/** @type {any} */ ({ pinned, isSpeakerView }), /** @type {any} */ (shown), /** @type {any} */ (given)).map(({ key }) => key).join(" ");
  equal(large(screens, speaking, { pinned: "greta" }), "greta");
  equal(large(screens, speaking, { pinned: "greta.screen" }), "greta.screen");
  equal(large(screens, speaking, { pinned: "who left" }), "cem.screen greta.screen");
  equal(large(screens, speaking, { isSpeakerView: false }), "cem.screen greta.screen");
  equal(large([], speaking), "ben");
  equal(large([], people), "cem");
  equal(large([], people.slice(0, 1)), "greta");
  equal(large([], people.slice(3)), "", "never oneself");
  equal(large([], speaking, { isSpeakerView: false }), "", "all alike");
});

test("whoever is heard is marked on the page, and nobody else", () => {
  const track = (kind) => ({ kind });
  const [loud, quiet, silent, picture] = ["audio", "audio", "audio", "video"].map(track);
  const receiver = (of, ...levels) => ({ track: of, getSynchronizationSources: () => levels.map((audioLevel) => ({ audioLevel })) });
  const peer = { getReceivers: () => [receiver(loud, undefined, 0.3), receiver(quiet, 0.01), receiver(silent), receiver(picture, 0.3)] };
  const now = heard(/** @type {any} */ (peer));
  const one = (id, microphone) => ({ id, person: id, ready: true, muted: false, silenced: [], tracks: { microphone }, watches: false });
  const others = [one("greta", quiet), one("ben", loud), one("cem", silent)];
  const signs = { hands: new Set(), reactions: new Map() };
  const call = { others, signs, isOnStage: false, isSpeakerView: false, moderates: false, pinned: "", may: () => true, speaks: ({ tracks }) => now.has(tracks.microphone), card: (id) => ({ id, name: id }), media: { isOn: () => false, tracks: {} }, live: { person: "aylin" } };
  const page = document.createElement("div");
  const show = (view = {}) => render(stage(/** @type {any} */ ({ ...call, ...view })), page);
  const marked = (where) => [...page.querySelectorAll(where)].map(({ dataset }) => dataset.tile).join(" ");
  show();
  equal(now.size, 1);
  equal([marked(".is-speaking"), marked(".call-main figure")], ["ben", ""]);
  show({ isSpeakerView: true });
  equal([marked(".is-speaking"), marked(".call-main figure")], ["ben", "ben"]);
});

test("a picture goes on while its tile is drawn again, and begins anew only with another track", () => {
  const video = () => document.createElement("canvas").captureStream().getVideoTracks()[0];
  const [track, another] = [video(), video()];
  const one = (camera) => ({ id: "ben", person: "ben", ready: true, muted: false, silenced: [], tracks: { camera }, watches: false });
  const signs = { hands: new Set(), reactions: new Map() };
  const call = { signs, isOnStage: false, isSpeakerView: false, moderates: false, pinned: "", may: () => true, speaks: () => false, card: (id) => ({ id, name: id }), media: { isOn: () => false, tracks: {} }, live: { person: "aylin" } };
  const page = document.createElement("div");
  const given = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
  const begun = [];
  Object.defineProperty(HTMLMediaElement.prototype, "srcObject", { ...given, set(stream) {
    begun.push(stream.getVideoTracks()[0] === track ? "track" : "another");
    given?.set?.call(this, stream);
  } });
  try {
    for (const shown of [track, track, track, another, another]) render(stage(/** @type {any} */ ({ ...call, others: [one(shown)] })), page);
  } finally {
    Object.defineProperty(HTMLMediaElement.prototype, "srcObject", /** @type {PropertyDescriptor} */ (given));
  }
  equal(begun.join(" "), "track another");
});

test("a picture ends with the tile that shows it, and comes again with another one", () => {
  const page = document.createElement("div");
  const [track] = document.createElement("canvas").captureStream().getVideoTracks();
  const show = (shown) => render(shown ? html`<div><video .srcObject=${playing(track)}></video></div>` : nothing, page);
  const plays = (video) => video.srcObject?.getVideoTracks()[0] === track;
  show(true);
  const gone = page.querySelector("video");
  equal(plays(gone), true);
  show(false);
  equal(gone.srcObject, null);
  show(true);
  equal(plays(page.querySelector("video")), true);
});
