import { ANOTHER, SOURCES } from "fairmatch/call/media";
import { isRelayOnly } from "fairmatch/call/relay";
import { LiveError } from "fairmatch/live/errors";

/**
 * The way through a LiveKit server, for any number of people, with LiveKit's own client: it negotiates, finds its path
 * again and chooses qualities by itself. Our server says whether one may come in, and gives the token.
 *
 * Events: as those of the way through our nodes.
 *
 * @typedef {import("./media.js").Source} Source
 * @typedef {import("./call.js").Other} Other
 * @typedef {import("./call.js").Ends} Ends
 * @typedef {any} Library  the package livekit-client; it is large, so that it is loaded by whoever is in such a call
 */

/** Pauses before coming in again, in ms. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000];
/** What LiveKit calls our sources. @type {Record<Source, string>} */
const NAMES = { microphone: "microphone", camera: "camera", screen: "screen_share", screen_sound: "screen_share_audio", camera_2: "camera", screen_2: "screen_share" };
/** Bits per second at most. @type {Partial<Record<Source, number>>} */
const BITS = { camera: 1_500_000, screen: 2_500_000, camera_2: 1_000_000, screen_2: 2_500_000 };

/** LiveKit's words for it; "unknown" is none of them. @type {Record<string, import("./quality.js").Quality>} */
const QUALITIES = { excellent: "good", good: "fair", poor: "poor", lost: "poor" };

/** The package is made for script elements as well, and leaves what it has in a global.
 * @returns {Promise<Library>} */
export async function library() {
  await import("livekit-client");
  return /** @type {any} */ (globalThis).LivekitClient;
}

export class Elsewhere extends EventTarget {
  /** LiveKit's client keeps its connections to itself. @type {RTCPeerConnection | null} */
  peer = null;
  participant = "";
  /** @type {any} LiveKit's room */
  #there = null;
  /** @type {Library} */
  #library = null;
  /** What is published, by source. @type {Map<Source, { track: MediaStreamTrack, publication: any }>} */
  #sent = new Map();
  #work = Promise.resolve();
  #attempt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;
  #over = new AbortController();

  /** @param {Ends} ends @param {import("../live/call.js").CallRoom} room @param {() => Promise<Library>} load */
  constructor(ends, room, load = library) {
    super();
    this.ends = ends;
    this.room = room;
    this.load = load;
  }

  async start() {
    const { signal } = this.#over;
    this.room.addEventListener("revoked", () => this.#stop("forbidden"), { signal });
    this.ends.live.line.addEventListener("live", () => this.#there || this.#later || void this.#enter(), { signal });
    await this.#enter();
  }

  /** What one sends has changed. */
  update() {
    this.#work = this.#work.then(() => this.#publish()).catch(() => this.#changed());
  }

  /** The network changed: LiveKit's client notices that by itself. */
  doubt() {}

  /** @returns {Other[]} */
  get others() {
    if (!this.#there) return [];
    const speaking = this.#there.activeSpeakers.map((/** @type {any} */ { identity }) => identity);
    return [...this.#there.remoteParticipants.values()].filter(({ attributes }) => attributes.person).map((one) => {
      /** @type {Other["tracks"]} */
      const tracks = {};
      for (const source of SOURCES) {
        const publication = publicationOf(one, source);
        if (publication?.track && !publication.isMuted) tracks[source] = publication.track.mediaStreamTrack;
      }
      const muted = one.getTrackPublication(NAMES.microphone)?.isMuted ?? true;
      const speaks = speaking.includes(one.identity);
      const rank = speaks ? speaking.indexOf(one.identity) : undefined;
      return { id: one.identity, person: one.attributes.person, ready: true, tracks, muted, silenced: silencedOf(one), watches: !SOURCES.some((source) => publicationOf(one, source)), rank, speaks };
    });
  }

  /** What a moderator has muted of mine. @returns {Source[]} */
  get silenced() {
    return this.#there ? silencedOf(this.#there.localParticipant) : [];
  }

  /** How well the connection carries the call, as the server measures it; null: not known yet.
   * @returns {import("./quality.js").Quality | null} */
  get quality() {
    return QUALITIES[this.#there?.localParticipant.connectionQuality] ?? null;
  }

  get isIn() {
    // In the latter only the words to the server have to find their way again.
    return ["connected", "signalReconnecting"].includes(this.#there?.state);
  }

  /** Leave. */
  end() {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#close();
  }

  // -- coming in -----------------------------------------------------------------------------------------------------

  async #enter() {
    this.#close();
    try {
      const { topic, device, live } = this.ends;
      // The tab is the participant, and LiveKit's client counts its connections: ours are not told apart.
      const answer = await live.line.request("call.offer", { call: topic, device, generation: 0, sdp: "" });
      this.#library ??= await this.load();
      if (this.#over.signal.aborted) return;
      this.participant = answer.participant;
      await this.#connect(answer.url, answer.token);
    } catch (error) {
      if (this.#over.signal.aborted) return;
      if (error instanceof LiveError && !error.retry && error.code !== "unavailable") return this.#stop(error.code);
      this.#retry();
    }
  }

  /** @param {string} url @param {string} token */
  async #connect(url, token) {
    const { Room, RoomEvent } = this.#library;
    // Our tiles and sounds take tracks, not elements that it fills: so it must not pause what it sees nowhere.
    const there = new Room({ adaptiveStream: false, dynacast: true, stopLocalTrackOnUnpublish: false });
    this.#there = there;
    const told = [RoomEvent.ParticipantConnected, RoomEvent.ParticipantDisconnected, RoomEvent.TrackSubscribed,
      RoomEvent.TrackUnsubscribed, RoomEvent.TrackMuted, RoomEvent.TrackUnmuted, RoomEvent.ActiveSpeakersChanged,
      RoomEvent.ParticipantAttributesChanged, RoomEvent.ConnectionQualityChanged, RoomEvent.ConnectionStateChanged];
    for (const event of told) there.on(event, () => this.#changed());
    there.on(RoomEvent.ParticipantPermissionsChanged, (/** @type {any} */ _before, /** @type {any} */ who) => this.#allowed(who));
    there.on(RoomEvent.Disconnected, (/** @type {number} */ why) => there === this.#there && this.#left(why));
    const rtcConfig = isRelayOnly() ? { iceServers: this.ends.ice, iceTransportPolicy: "relay" } : undefined;
    await there.connect(url, token, { rtcConfig });
    if (there !== this.#there) return;
    this.#attempt = 0;
    this.update();
    this.#changed();
  }

  #close() {
    clearTimeout(this.#later);
    this.#later = undefined;
    const there = this.#there;
    this.#there = null;
    this.#sent.clear();
    void there?.disconnect(false);
  }

  /** Come in anew after a while. */
  #retry() {
    this.#close();
    this.#changed();
    const pause = PAUSES[Math.min(this.#attempt++, PAUSES.length - 1)];
    this.#later = setTimeout(() => {
      this.#later = undefined;
      if (this.ends.live.line.state === "live") void this.#enter();
    }, pause * (0.5 + Math.random()));
  }

  /** @param {number} why */
  #left(why) {
    const { PARTICIPANT_REMOVED, ROOM_DELETED, DUPLICATE_IDENTITY } = this.#library.DisconnectReason;
    if (why === PARTICIPANT_REMOVED || why === ROOM_DELETED) return this.#stop("forbidden");
    if (why === DUPLICATE_IDENTITY) return this.#stop("elsewhere");
    this.#retry();
  }

  /** @param {string} why */
  #stop(why) {
    this.end();
    this.dispatchEvent(new CustomEvent("over", { detail: why }));
  }

  // -- sending -------------------------------------------------------------------------------------------------------

  /** Whether LiveKit lets a source through: a moderator may have taken it. @param {Source} source */
  #mayNow(source) {
    const may = this.#there?.localParticipant.permissions;
    if (!may?.canPublish) return false;
    const named = may.canPublishSources.map((/** @type {number} */ number) => SOURCE_NUMBERS[number]);
    return named.length === 0 || named.includes(ANOTHER[source] ?? source);
  }

  async #publish() {
    const me = this.#there?.localParticipant;
    if (!me || !this.isIn) return;
    for (const source of SOURCES) {
      const track = this.ends.media.tracks[source];
      const known = this.#sent.get(source);
      if (known && known.track !== track) {
        this.#sent.delete(source);
        await me.unpublishTrack(known.track, false);
      }
      if (!track || !this.#mayNow(source)) continue;
      if (!this.#sent.has(source)) {
        const videoEncoding = BITS[source] ? { maxBitrate: BITS[source] } : undefined;
        const publication = await me.publishTrack(track, { source: NAMES[source], name: source, videoEncoding });
        this.#sent.set(source, { track, publication });
      }
      const { publication } = /** @type {any} */ (this.#sent.get(source));
      const isOn = this.ends.media.isOn(source);
      if (publication.isMuted === isOn) await (isOn ? publication.unmute() : publication.mute());
    }
  }

  /** @param {any} who */
  #allowed(who) {
    if (who !== this.#there?.localParticipant) return;
    for (const source of [...this.#sent.keys()]) {
      if (this.#mayNow(source)) continue;
      this.#sent.delete(source);
      this.dispatchEvent(new CustomEvent("silenced", { detail: source }));
    }
    this.update();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** LiveKit does not tell a second camera or screen from the first: its name does. @param {any} one @param {Source} source */
function publicationOf(one, source) {
  const all = () => [...one.trackPublications.values()];
  if (source in ANOTHER) return all().find(({ trackName }) => trackName === source);
  const found = one.getTrackPublication(NAMES[source]);
  if (!(found?.trackName in ANOTHER)) return found;
  // The second was there before: the first was switched on again.
  return all().find((each) => each.source === NAMES[source] && !(each.trackName in ANOTHER));
}

/** Our server's word, which travels with them. @param {any} one @returns {Source[]} */
function silencedOf({ attributes }) {
  const named = attributes.muted?.split(",") ?? [];
  return SOURCES.filter((source) => named.includes(source));
}

/** As LiveKit's messages number them. @type {Record<number, Source>} */
const SOURCE_NUMBERS = { 1: "camera", 2: "microphone", 3: "screen", 4: "screen_sound" };
