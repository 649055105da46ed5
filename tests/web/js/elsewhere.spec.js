import { equal, ok, settle, test } from "/harness.js";
import { Elsewhere, library } from "fairmatch/call/elsewhere";
import { LiveError } from "fairmatch/live/errors";

const DISCONNECTED = { CLIENT_INITIATED: 1, DUPLICATE_IDENTITY: 2, PARTICIPANT_REMOVED: 4, ROOM_DELETED: 5 };
/** As LiveKit numbers them. */
const CAMERA = 1;
const MICROPHONE = 2;

/** LiveKit's room, as far as we use it. */
class FakeRoom {
  /** @type {FakeRoom} */
  static last;
  state = "disconnected";
  /** @type {any[]} */
  activeSpeakers = [];
  remoteParticipants = new Map();
  /** @type {Map<string, Function>} */
  listeners = new Map();
  /** @type {string[]} */
  done = [];

  /** @param {any} options */
  constructor(options) {
    this.options = options;
    FakeRoom.last = this;
    const { done } = this;
    this.localParticipant = {
      attributes: /** @type {Record<string, string>} */ ({}),
      connectionQuality: "unknown",
      permissions: { canPublish: true, canPublishSources: [MICROPHONE, CAMERA] },
      publishTrack: async (/** @type {any} */ track, /** @type {any} */ { source }) => {
        done.push(`publish ${source} ${track.id}`);
        return { isMuted: false, mute: async () => done.push(`mute ${source}`), unmute: async () => {} };
      },
      unpublishTrack: async (/** @type {any} */ track) => done.push(`unpublish ${track.id}`),
    };
  }

  /** @param {string} event @param {Function} listener */
  on(event, listener) {
    this.listeners.set(event, listener);
  }

  /** @param {string} event @param {any[]} about */
  tell(event, ...about) {
    this.listeners.get(event)?.(...about);
  }

  /** @param {string} url @param {string} token @param {any} options */
  async connect(url, token, options) {
    this.state = "connected";
    this.done.push(`connect ${url} ${token}`);
    this.connected = options;
  }

  async disconnect() {
    this.state = "disconnected";
  }
}

const RoomEvent = new Proxy({}, { get: (_target, name) => String(name) });
const LIBRARY = { Room: FakeRoom, RoomEvent, DisconnectReason: DISCONNECTED };

/** @param {() => Promise<any>} answer */
function made(answer = async () => ({ participant: "anna-1", sdp: "", url: "wss://livekit.example", token: "t" })) {
  const line = Object.assign(new EventTarget(), { state: "live", request: answer });
  /** @type {Record<string, any>} */
  const tracks = { microphone: { id: "m" }, camera: { id: "c" }, screen: null, screen_sound: null };
  const media = { tracks, off: new Set(), isOn: (/** @type {string} */ one) => Boolean(tracks[one]) && !media.off.has(one) };
  const ends = { topic: "call:1", device: "0a", me: "anna", live: { line }, media, ice: [] };
  const way = new Elsewhere(/** @type {any} */ (ends), /** @type {any} */ (new EventTarget()), async () => LIBRARY);
  /** @type {string[]} */
  const told = [];
  for (const kind of ["over", "silenced"])
    way.addEventListener(kind, (event) => told.push(`${kind} ${/** @type {CustomEvent} */ (event).detail}`));
  return { way, media, told };
}

test("the package that is served has what is used of it", async () => {
  const { Room, RoomEvent: events, DisconnectReason: reasons } = await library();
  const room = new Room({ adaptiveStream: false });
  equal(room.activeSpeakers, []);
  equal(room.state, "disconnected");
  equal([room.localParticipant.connectionQuality, room.localParticipant.attributes], ["unknown", {}]);
  ok(typeof room.localParticipant.publishTrack === "function", "it publishes");
  for (const name of ["ParticipantPermissionsChanged", "Disconnected", "TrackSubscribed", "ActiveSpeakersChanged", "ConnectionQualityChanged", "ParticipantAttributesChanged"])
    ok(typeof events[name] === "string", name);
  for (const [name, number] of Object.entries(DISCONNECTED)) equal(reasons[name], number, name);
});

test("one comes in with the token and sends what is on", async () => {
  const { way, media } = made();
  media.off.add("camera");
  await way.start();
  await settle();
  ok(way.isIn, "in");
  equal(FakeRoom.last.done, ["connect wss://livekit.example t", "publish microphone m", "publish camera c", "mute camera"]);
  media.tracks.camera = null;
  way.update();
  await settle();
  equal(FakeRoom.last.done.at(-1), "unpublish c");
});

test("others are shown by person, with what is not muted, who speaks first", async () => {
  const { way } = made();
  await way.start();
  const sound = { track: { mediaStreamTrack: "sound" }, isMuted: false };
  const picture = { track: { mediaStreamTrack: "picture" }, isMuted: true };
  const slides = { trackName: "screen_2", track: { mediaStreamTrack: "slides" }, isMuted: false };
  const trackPublications = new Map([["TR_1", slides]]);
  const ben = { identity: "ben-1", attributes: { person: "ben", muted: "camera" }, trackPublications, getTrackPublication: (/** @type {string} */ name) => ({ microphone: sound, camera: picture, screen_share: slides })[name] };
  const recorder = { identity: "EG_1", attributes: {} };
  FakeRoom.last.remoteParticipants = new Map([["ben-1", ben], ["EG_1", recorder]]);
  FakeRoom.last.activeSpeakers = [ben];
  equal(way.others, [{ id: "ben-1", person: "ben", ready: true, tracks: { microphone: "sound", screen_2: "slides" }, muted: false, silenced: ["camera"], watches: false, rank: 0, speaks: true }]);
  FakeRoom.last.activeSpeakers = [];
  equal(way.others[0].speaks, false);
});

test("how the connection is is said as the server measures it", async () => {
  const { way } = made();
  equal(way.quality, null);
  await way.start();
  const said = ["unknown", "excellent", "good", "poor", "lost"].map((word) => {
    FakeRoom.last.localParticipant.connectionQuality = word;
    return way.quality;
  });
  equal(said, [null, "good", "fair", "poor", "poor"]);
});

test("a camera that is switched on again beside a second one is shown as the first", async () => {
  const { way } = made();
  await way.start();
  const publication = (/** @type {string} */ source, /** @type {string} */ trackName) => ({ source, trackName, track: { mediaStreamTrack: trackName }, isMuted: false });
  const all = [publication("camera", "camera_2"), publication("camera", "camera")];
  const getTrackPublication = (/** @type {string} */ name) => all.find(({ source }) => source === name);
  const ben = { identity: "ben-1", attributes: { person: "ben" }, trackPublications: new Map(all.map((one) => [one.trackName, one])), getTrackPublication };
  FakeRoom.last.remoteParticipants = new Map([["ben-1", ben]]);
  equal(way.others[0].tracks, { camera: "camera", camera_2: "camera_2" });
});

test("what a moderator takes is silenced, and does not come back by itself", async () => {
  const { way, told } = made();
  await way.start();
  await settle();
  const { last } = FakeRoom;
  last.localParticipant.permissions = { canPublish: true, canPublishSources: [CAMERA] };
  last.localParticipant.attributes.muted = "microphone";
  last.tell("ParticipantPermissionsChanged", {}, last.localParticipant);
  await settle();
  equal([told, way.silenced], [["silenced microphone"], ["microphone"]]);
  equal(last.done.filter((one) => one.startsWith("publish microphone")).length, 1);
});

test("who was put out stays out, and who is refused is told so", async () => {
  const { way, told } = made();
  await way.start();
  FakeRoom.last.tell("Disconnected", DISCONNECTED.PARTICIPANT_REMOVED);
  equal([told, way.isIn], [["over forbidden"], false]);
  const refused = made(async () => {
    throw new LiveError("not_found", "");
  });
  await refused.way.start();
  equal(refused.told, ["over not_found"]);
});
