import { nextGeneration, Watch } from "fairmatch/call/connecting";
import { Early } from "fairmatch/call/early";
import { isSound, SOURCES } from "fairmatch/call/media";
import { configuration } from "fairmatch/call/relay";
import { CAMERAS, FIT_MS, sendAsLarge, shownSizes } from "fairmatch/call/sizes";
import { Tabs } from "fairmatch/call/tabs";
import { nothingTold, SECONDS, toldBy, wireOf } from "fairmatch/call/told";

/**
 * The direct way between two people, encrypted from end to end: perfect negotiation over the live line.
 *
 * Each side is one tab: the one in which somebody went in last. It tells their others so, and one that did not hear it is
 * turned away by the other side as soon as it speaks; so a name is a tab's for one time in a call. What is lost on the
 * way is said again, and what comes twice does nothing. Which picture is the screen, what is muted, and how large the
 * other's camera is shown, so that it sends no more, the two tell each other in a data channel.
 *
 * Events: "change"; "over", with "moved" as detail, when the call goes on in another tab of one's own.
 *
 * @typedef {import("./media.js").Source} Source
 * @typedef {import("./call.js").Other} Other
 * @typedef {import("./call.js").Ends} Ends
 * @typedef {import("../live/types-call.js").Signal} Signal
 */

/** An offer that nobody answered is repeated after so long, in ms. */
const REPEAT_MS = 4_000;
/** Who is away for so long has gone, until they come back, in ms. */
const VANISHED_MS = 12_000;

export class Pair extends EventTarget {
  /** @type {RTCPeerConnection | null} */
  peer = null;
  /** The other tab. @type {{ device: string, generation: number } | null} */
  #far = null;
  #awaySince = 0;
  #generation = 0;
  /** The generation of the other connection that ours has a description of; 0: it has none yet. */
  #paired = 0;
  #isOffering = false;
  #waits = false;
  #tabs = new Tabs();
  #early = new Early();
  /** @type {Map<Source, RTCRtpSender>} */
  #senders = new Map();
  /** @type {RTCDataChannel | null} */
  #telling = null;
  /** What the other one told. */
  #told = nothingTold();
  /** What was told last, as JSON. */
  #said = "";
  #hasPictures = true;
  /** Their tracks, with the stream that each belongs to. @type {Map<MediaStreamTrack, string>} */
  #theirs = new Map();
  #work = Promise.resolve();
  #over = new AbortController();
  /** @type {Watch | null} */
  #watch = null;

  /** @param {Ends} ends @param {string} other  the other person's id */
  constructor(ends, other) {
    super();
    this.ends = ends;
    this.other = other;
    this.device = this.#tabs.own;
    this.polite = ends.me < other;
  }

  async start() {
    const { signal } = this.#over;
    const { signals, line } = this.ends.live;
    signals.addEventListener("signal", (event) => this.#hear(/** @type {CustomEvent} */ (event).detail), { signal });
    line.addEventListener("live", () => this.#comeBack(), { signal });
    const timers = [setInterval(() => this.#repeat(), REPEAT_MS), setInterval(() => this.#fit(), FIT_MS)];
    signal.addEventListener("abort", () => timers.forEach(clearInterval));
    this.#say({ to: this.ends.me, moved: true });
    this.#build();
  }

  /** What one sends has changed. */
  update() {
    if (!this.peer) return;
    for (const source of SOURCES) {
      const track = this.#goes(source) ? this.ends.media.tracks[source] : null;
      const sender = this.#senders.get(source);
      if (sender && sender.track !== track) void sender.replaceTrack(track).catch(() => {});
      else if (!sender && track) this.#senders.set(source, this.peer.addTrack(track, this.#streamOf(source)));
    }
    this.#tell();
  }

  /** Send and take pictures, or sound only; the other one does the same while either wants it. @param {boolean} on */
  carryPictures(on) {
    if (on === this.#hasPictures) return;
    this.#hasPictures = on;
    this.update();
  }

  /** Whether a source may go out now. @param {Source} source */
  #goes(source) {
    return isSound(source) || (this.#hasPictures && this.#told.pictures);
  }

  /** The network changed. */
  doubt() {
    this.#watch?.doubt();
  }

  /** @returns {Other[]} */
  get others() {
    if (!this.#far || !this.peer?.remoteDescription) return [];
    /** @type {Other["tracks"]} */
    const tracks = {};
    for (const [track, stream] of this.#theirs) {
      const source = this.#sourceOf(track, stream);
      if (this.#told.on.includes(source)) tracks[source] = track;
    }
    const muted = !this.#told.on.includes("microphone");
    return [{ id: this.other, person: this.other, tracks, muted, silenced: [], ready: this.isConnected }];
  }

  /** Two have no moderator. @returns {Source[]} */
  get silenced() {
    return [];
  }

  /** @param {MediaStreamTrack} track @param {string} stream @returns {Source} */
  #sourceOf({ kind }, stream) {
    const { screen, seconds } = this.#told;
    const second = SECONDS.find((source) => stream && seconds[source] === stream);
    if (second) return second;
    if (kind === "audio") return stream === screen ? "screen_sound" : "microphone";
    return stream === screen ? "screen" : "camera";
  }

  get isConnected() {
    return this.peer?.connectionState === "connected";
  }

  /** Nobody waits for the other one here: there may be none. */
  get isIn() {
    return this.isConnected || !this.#far;
  }

  /** Leave. */
  end() {
    this.#over.abort();
    this.#say({ gone: true });
    this.#close();
  }

  // -- the connection ------------------------------------------------------------------------------------------------

  #build() {
    this.#close();
    const peer = new RTCPeerConnection(configuration(this.ends.ice));
    this.peer = peer;
    this.#generation = nextGeneration();
    this.#streams = newStreams();
    this.#telling = peer.createDataChannel("state", { negotiated: true, id: 0 });
    this.#telling.onopen = () => this.#tell();
    this.#said = "";
    this.#telling.onmessage = ({ data }) => this.#listen(data);
    peer.onnegotiationneeded = () => this.#next(peer, () => this.#offer(peer));
    peer.onicecandidate = ({ candidate }) => candidate?.candidate && this.#say({ candidate: wireOf(candidate) });
    peer.ontrack = ({ track, streams }) => this.#take(track, streams[0]?.id ?? "");
    peer.addEventListener("connectionstatechange", () => this.#changed());
    this.#watch = new Watch(peer, { restart: () => peer.restartIce(), rebuild: () => this.#build() });
    this.update();
    this.#changed();
  }

  #close() {
    this.#watch?.end();
    this.#telling?.close();
    if (this.peer) this.peer.onnegotiationneeded = this.peer.onicecandidate = this.peer.ontrack = null;
    this.peer?.close();
    this.peer = null;
    this.#senders.clear();
    this.#theirs.clear();
    this.#told = nothingTold();
    // A connection that is closed never answers what it was asked before: nothing may wait for that.
    [this.#paired, this.#work, this.#isOffering] = [0, Promise.resolve(), false];
    this.#early.forget();
  }

  #streams = newStreams();

  /** @param {Source} source */
  #streamOf(source) {
    if (source === "camera_2" || source === "screen_2") return this.#streams[source];
    return source.startsWith("screen") ? this.#streams.screen : this.#streams.own;
  }

  /** @param {MediaStreamTrack} track @param {string} stream */
  #take(track, stream) {
    this.#theirs.set(track, stream);
    track.addEventListener("ended", () => this.#theirs.delete(track) && this.#changed());
    this.#changed();
  }

  // -- what the two say to each other --------------------------------------------------------------------------------

  #tell() {
    if (this.#telling?.readyState !== "open") return;
    const on = SOURCES.filter((source) => this.ends.media.isOn(source) && this.#goes(source));
    const { screen, camera_2, screen_2 } = this.#streams;
    const seconds = { camera_2: camera_2.id, screen_2: screen_2.id };
    const told = JSON.stringify({ on, screen: screen.id, seconds, pictures: this.#hasPictures, shown: this.#shown() });
    if (told !== this.#said) this.#telling.send(told);
    this.#said = told;
  }

  /** How large their cameras are shown here. */
  #shown() {
    const sizes = [...shownSizes(this.peer?.getTransceivers() ?? [])].filter(([{ receiver }]) => this.#theirs.has(receiver.track));
    const known = sizes.map(([{ receiver: { track } }, size]) => [this.#sourceOf(track, this.#theirs.get(track) ?? ""), size]);
    return Object.fromEntries(known.filter(([source]) => CAMERAS.includes(/** @type {Source} */ (source))));
  }

  /** @param {unknown} data */
  #listen(data) {
    const told = toldBy(data);
    if (!told) return;
    const before = this.#told.pictures;
    this.#told = told;
    if (before !== told.pictures) this.update();
    this.#fit();
    this.#changed();
  }

  /** Send no more of a camera than the other one says that they see, and tell them what is seen here. */
  #fit() {
    for (const source of CAMERAS) {
      const sender = this.#senders.get(source);
      if (sender) void sendAsLarge(sender, this.#told.shown[source] ?? "large");
    }
    this.#tell();
  }

  /** What belongs to a connection with one of the other's says so: whoever stood still has others' signals of connections
   * that are no more, and answers them. @param {any} what */
  #say(what) {
    const { topic, live } = this.ends;
    const to = { to: this.other, to_device: this.#far?.device ?? "", to_generation: what.gone || what.moved ? 0 : this.#paired };
    const from = { call: topic, device: this.device, generation: this.#generation };
    live.line.request("call.signal", { ...from, ...to, ...what }).catch(() => {});
  }

  /** Who stood still for a while asks whether one has gone in elsewhere meanwhile. */
  #comeBack() {
    this.#say({ to: this.ends.me, to_device: this.device, generation: this.#tabs.since, moved: true });
    this.#repeat();
  }

  /** Say one's description again while it is without an answer. */
  #repeat() {
    const peer = this.peer;
    this.#lookWhoIsAway();
    if (peer?.signalingState === "have-local-offer" && peer.localDescription) this.#say({ description: peer.localDescription.toJSON() });
  }

  /** Whose browser died says no goodbye: after a while they are not shown any more. Whoever comes back begins anew. */
  #lookWhoIsAway() {
    // Who has answered and is still on the way is not away, however slow their machine is.
    const isComing = this.peer?.remoteDescription && ["new", "connecting"].includes(this.peer.connectionState);
    if (this.isConnected || isComing || !this.#far) return void (this.#awaySince = 0);
    this.#awaySince ||= Date.now();
    // The second look after the first decides: a whole number of looks would be a matter of milliseconds between two timers.
    if (Date.now() - this.#awaySince < VANISHED_MS - 1.5 * REPEAT_MS) return;
    this.#far = null;
    this.#awaySince = 0;
    this.#changed();
  }

  /** @param {Signal} signal */
  #hear(signal) {
    if (signal.call !== this.ends.topic || ![this.other, this.ends.me].includes(signal.sender)) return;
    if (signal.moved) return this.#moved(signal);
    if (signal.sender !== this.other || (signal.to_device && signal.to_device !== this.device)) return;
    if (this.#tabs.isTurnedAway(signal.device)) return void (signal.gone || this.#turnAway(signal.device));
    if (signal.to_generation && signal.to_generation !== this.#generation) return;
    if (!this.#meet(signal)) return;
    const peer = this.peer;
    if (!peer) return;
    if (signal.description) this.#next(peer, () => this.#describe(peer, /** @type {any} */ (signal.description)));
    if (signal.candidate) this.#next(peer, () => this.#early.add(peer, /** @type {any} */ (signal.candidate)));
  }

  /** One went in elsewhere: one's own other tab says so to all, and to a tab that comes back and asks, as the other side does
   * to one that goes on speaking. @param {Signal} signal */
  #moved(signal) {
    const { sender, device, to_device: meant } = signal;
    const isMine = sender === this.ends.me;
    if (isMine && device === this.device) return;
    const asks = isMine && meant === device;
    if (asks && this.#tabs.isLaterThan(signal)) this.#say({ to: sender, to_device: device, moved: true });
    else if (meant === this.device || (isMine && !meant)) this.dispatchEvent(new CustomEvent("over", { detail: "moved" }));
  }

  /** @param {string} device */
  #turnAway(device) {
    this.#say({ to_device: device, moved: true });
  }

  /** Whether a signal is from the tab and connection that count; a newer one replaces what was there. @param {Signal} signal */
  #meet(signal) {
    const far = this.#far;
    const same = far?.device === signal.device;
    if (same && signal.generation < /** @type {any} */ (far).generation) return false;
    if (signal.gone) {
      if (same) this.#leftAlone();
      return false;
    }
    if (same && signal.generation === far?.generation) return true;
    // A connection that is known to none yet may be answered by any; an offer is always a beginning.
    const isFresh = !this.peer?.remoteDescription;
    const { type } = signal.description ?? {};
    if (type !== "offer" && !(isFresh && type === "answer")) return this.#early.keepAhead(signal);
    const before = this.#tabs.begin(signal.device);
    if (before) this.#turnAway(before);
    if (!isFresh) this.#build();
    this.#far = { device: signal.device, generation: signal.generation };
    this.#waits = false;
    this.#early.begin(signal);
    return true;
  }

  /** The other one is gone from here. Whoever comes back begins. */
  #leftAlone() {
    this.#far = null;
    this.#waits = true;
    this.#build();
  }

  // -- perfect negotiation -------------------------------------------------------------------------------------------

  /** @param {RTCPeerConnection} peer */
  async #offer(peer) {
    if (peer.signalingState !== "stable" || this.#waits) return;
    this.#isOffering = true;
    try {
      await peer.setLocalDescription();
      if (peer.localDescription) this.#say({ description: peer.localDescription.toJSON() });
    } finally {
      if (peer === this.peer) this.#isOffering = false;
    }
  }

  /** @param {RTCPeerConnection} peer @param {{ type: RTCSdpType, sdp: string }} description */
  async #describe(peer, description) {
    if (description.type === "answer") {
      if (peer.signalingState === "have-local-offer") await this.#pair(peer, description);
      return this.#takeEarly(peer);
    }
    if (peer.remoteDescription?.sdp === description.sdp && peer.localDescription?.type === "answer")
      return this.#say({ description: peer.localDescription.toJSON() });
    const collides = this.#isOffering || peer.signalingState !== "stable";
    if (collides && !this.polite) return this.#repeat();
    await this.#pair(peer, description);
    await peer.setLocalDescription();
    if (peer.localDescription) this.#say({ description: peer.localDescription.toJSON() });
    await this.#takeEarly(peer);
    this.#changed();
  }

  /** @param {RTCPeerConnection} peer @param {RTCSessionDescriptionInit} description */
  async #pair(peer, description) {
    await peer.setRemoteDescription(description);
    if (peer === this.peer) this.#paired = this.#far?.generation ?? 0;
  }

  /** @param {RTCPeerConnection} peer */
  async #takeEarly(peer) {
    await this.#early.take(peer);
    this.#changed();
  }

  /** One after the other; what was meant for a connection that is no more is left out, and one that broke is replaced.
   * @param {RTCPeerConnection} peer @param {() => any} step */
  #next(peer, step) {
    this.#work = this.#work.then(async () => {
      if (peer === this.peer) await step();
    }).catch(() => {
      if (peer === this.peer && !this.#over.signal.aborted) setTimeout(() => peer === this.peer && this.#build(), 1_000);
    });
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** Which track is what the other side learns from the stream that it is in. */
function newStreams() {
  return { own: new MediaStream(), screen: new MediaStream(), camera_2: new MediaStream(), screen_2: new MediaStream() };
}
