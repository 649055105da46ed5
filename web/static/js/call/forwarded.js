import { isBroken, isLive, isOver, nextGeneration, pauseAfter, Watch } from "fairmatch/call/connecting";
import { isSound, SOURCES } from "fairmatch/call/media";
import { Mutes } from "fairmatch/call/mutes";
import { isFromAnother, offered } from "fairmatch/call/offered";
import { deserving, PLACES_MOST, SPARE } from "fairmatch/call/places";
import { configuration } from "fairmatch/call/relay";
import { CAMERAS, encodingsOf, FIT_MS, sendEncodings, shownSizes } from "fairmatch/call/sizes";
import { LiveError } from "fairmatch/live/errors";

/**
 * The way through the media node, for any number of people. The browser offers, the node answers. What one hears and
 * sees comes in places (receiving sections); which track a place carries is changed without a new offer.
 *
 * Events: "change"; "silenced" when a moderator muted something of ours, with the source as detail; "over" when there is
 * no way in any more, with the reason.
 *
 * @typedef {import("./media.js").Source} Source
 * @typedef {import("./call.js").Other} Other
 * @typedef {import("./call.js").Ends} Ends
 * @typedef {import("./sizes.js").Sizes} Sizes
 * @typedef {import("../live/types-call.js").Participant} Participant
 * @typedef {"audio" | "video"} Form
 */

export class Forwarded extends EventTarget {
  /** @type {RTCPeerConnection | null} */
  peer = null;
  /** My id in this call, once it is known. */
  participant = "";
  #hasPictures = true;
  #generation = 0;
  /** @type {Map<Source, RTCRtpTransceiver>} */
  #sending = new Map();
  /** Places, with the id of the track that each carries. @type {Map<RTCRtpTransceiver, string>} */
  #places = new Map();
  /** Which of mine are silent. */
  #mutes = new Mutes({
    tracks: () => (this.#over.signal.aborted ? [] : (this.#mine?.tracks ?? [])),
    silencedNow: () => this.silenced,
    isSilent: (source) => !this.ends.media.isOn(source) || !(this.#hasPictures || isSound(source)),
    tell: (source, muted) => this.ends.live.line.request("call.mute", { call: this.ends.topic, participant: this.participant, sources: [source], muted }),
    silenced: (source) => this.dispatchEvent(new CustomEvent("silenced", { detail: source })),
  });
  #isOffering = false;
  #offersAgain = false;
  /** Whether something is to be offered for which there was no line. */
  #owes = false;
  /** Whether the node told that this connection is in. */
  #wasIn = false;
  #attempt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;
  #over = new AbortController();
  /** Until this connection is given up for another one. */
  #given = new AbortController();
  /** @type {Watch | null} */
  #watch = null;
  /** How large the places are shown. @type {Sizes} */
  #sizes = new Map();
  /** What the node was asked for last, as JSON. */
  #asked = "";
  #isAsking = false;
  /** What was offered to be sent; null: nothing was offered yet. @type {string | null} */
  #published = null;

  /** @param {Ends} ends @param {import("../live/call.js").CallRoom} room */
  constructor(ends, room) {
    super();
    this.ends = ends;
    this.room = room;
  }

  async start() {
    const { signal } = this.#over;
    this.room.addEventListener("change", () => this.#follow(), { signal });
    this.room.addEventListener("revoked", () => this.#stop("forbidden"), { signal });
    this.ends.live.line.addEventListener("live", () => (this.peer ? this.#owes && this.#offer() : this.#begin()), { signal });
    const fitting = setInterval(() => this.#fit(), FIT_MS);
    signal.addEventListener("abort", () => clearInterval(fitting));
    this.#begin();
  }

  /** What one sends has changed. */
  update() {
    if (this.#send()) void this.#offer();
    this.#mutes.tell(true);
  }

  /** Have sent what is there now. Returns whether it takes an offer. */
  #send() {
    let isNew = false;
    if (!this.peer) return isNew;
    for (const source of SOURCES) {
      const track = this.#sent(source);
      const known = this.#allowed(source);
      if (known && known.sender.track !== track) void known.sender.replaceTrack(track).catch(() => {});
      if (known || !track || !this.room.may?.publish.includes(source)) continue;
      const sendEncodings = encodingsOf(source, this.#isGroup);
      this.#sending.set(source, this.peer.addTransceiver(track, { direction: "sendonly", sendEncodings }));
      isNew = true;
    }
    return isNew;
  }

  /** What sends a source. A section that was turned down has lost its encodings, and is not used again.
   * @param {Source} source */
  #allowed(source) {
    const known = this.#sending.get(source);
    if (!known || this.room.may?.publish.includes(source) !== false) return known;
    known.stop();
    this.#sending.delete(source);
    return undefined;
  }

  /** Send and take pictures, or sound only. @param {boolean} on */
  carryPictures(on) {
    if (on === this.#hasPictures) return;
    this.#hasPictures = on;
    this.#assign();
    this.update();
    this.#changed();
  }

  /** What goes out of a source. @param {Source} source */
  #sent(source) {
    return this.#hasPictures || isSound(source) ? this.ends.media.tracks[source] : null;
  }

  /** The network changed. */
  doubt() {
    this.#watch?.doubt();
  }

  /** @returns {Other[]} */
  get others() {
    const carried = new Map([...this.#places].map(([place, id]) => [id, place.receiver.track]));
    const rank = new Map(this.room.speakers.map((id, at) => [id, at]));
    return this.#present.map(({ id, person, ready, tracks, silenced }) => {
      /** @type {Other["tracks"]} */
      const shown = {};
      for (const { id: track, source, muted } of tracks) if (!muted && carried.has(track)) shown[source] = carried.get(track);
      const muted = !tracks.some(({ source, muted: silent }) => source === "microphone" && !silent);
      return { id, person, ready, tracks: shown, muted, silenced, watches: !tracks.length, rank: rank.get(id) };
    });
  }

  /** Everybody else. Before one's own offer is answered, the node may have told of oneself already. */
  get #present() {
    const { participant, ends } = this;
    const isMine = (/** @type {Participant} */ { id, person, generation }) => participant ? id === participant : person === ends.me && generation === this.#generation;
    return this.room.participants.filter((one) => !isMine(one));
  }

  /** What a moderator has muted of mine. @returns {Source[]} */
  get silenced() {
    return this.#mine?.silenced ?? [];
  }

  /** Me, as the node tells. */
  get #mine() {
    return this.room.participants.find(({ id }) => id === this.participant);
  }

  get isIn() {
    return this.peer?.connectionState === "connected";
  }

  /** Leave. */
  end() {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    const { topic, device, live } = this.ends;
    if (this.participant) live.line.request("call.leave", { call: topic, device }).catch(() => {});
    this.#close();
  }

  // -- the connection ------------------------------------------------------------------------------------------------

  /** What one may send comes with the call's first state. */
  #begin() {
    if (this.room.may) this.#build();
    else this.room.addEventListener("change", () => this.#begin(), { signal: this.#over.signal, once: true });
  }

  #build() {
    if (this.#over.signal.aborted) return;
    this.#close();
    const peer = new RTCPeerConnection({ ...configuration(this.ends.ice), bundlePolicy: "max-bundle" });
    this.peer = peer;
    this.#generation = nextGeneration();
    this.#wasIn = false;
    peer.addEventListener("connectionstatechange", () => this.#changed());
    const restart = () => (peer.restartIce(), void this.#offer());
    // What was to bring the path back may not have left yet: the one that was lost may come back before it.
    const rebuild = () => (this.#isOffering || this.ends.live.line.state !== "live" ? false : this.#build());
    this.#watch = new Watch(peer, { restart, rebuild });
    this.#assign(true);
    this.#send();
    void this.#offer();
  }

  #close() {
    clearTimeout(this.#later);
    this.#watch?.end();
    this.#given.abort();
    this.#given = new AbortController();
    this.peer?.close();
    this.peer = null;
    this.#sending.clear();
    this.#places.clear();
    this.#isOffering = this.#offersAgain = this.#owes = this.#isAsking = false;
    this.#published = null;
  }

  /** Come in anew after a while. */
  #retry() {
    if (this.#over.signal.aborted) return;
    this.#close();
    this.#changed();
    this.#later = setTimeout(() => this.ends.live.line.state === "live" && this.#build(), pauseAfter(this.#attempt++));
  }

  /** The node cannot be asked for something new just now: what stands goes on meanwhile. */
  #offerLater() {
    this.#owes = true;
    this.#later = setTimeout(() => void this.#offer(), pauseAfter(this.#attempt++));
  }

  /** @param {string} why */
  #stop(why) {
    this.end();
    this.dispatchEvent(new CustomEvent("over", { detail: why }));
  }

  async #offer() {
    const peer = this.peer;
    if (!peer) return;
    if (this.#isOffering) return void (this.#offersAgain = true);
    clearTimeout(this.#later);
    this.#isOffering = true;
    this.#owes = false;
    try {
      do {
        this.#offersAgain = false;
        await this.#exchange(peer);
      } while (this.#offersAgain && peer === this.peer);
    } catch (error) {
      if (peer !== this.peer) return;
      if (isBroken(error) && this.isIn) return void (this.#owes = true); // the call needs no line to go on as it is
      if (error instanceof LiveError && !error.retry && !["moved", "unavailable"].includes(error.code)) return this.#stop(error.code);
      return this.isIn && error instanceof LiveError && error.code !== "moved" ? this.#offerLater() : this.#retry();
    } finally {
      if (peer === this.peer) this.#isOffering = false;
    }
    void this.#ask();
  }

  /** A call does not need the live line: while that is away it goes on as it is, and what is new waits for it. What is
   * offered is worked out then, not before. @param {RTCPeerConnection} peer */
  async #exchange(peer) {
    const { topic, device, live } = this.ends;
    const answer = await this.#answered(peer, live.line, { call: topic, device, generation: this.#generation });
    if (peer !== this.peer || !answer) return;
    if (answer.url) return this.#stop("elsewhere");
    if (isFromAnother(answer.sdp, peer.currentRemoteDescription)) return this.#build();
    this.participant = answer.participant;
    await peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    this.#attempt = 0;
    this.#follow();
  }

  /** The answer to what is offered now; null: another connection has taken the place of this one.
   * @param {RTCPeerConnection} peer @param {import("../live/line.js").Line} line @param {object} who */
  async #answered(peer, line, who) {
    for (;;) {
      await isLive(line, this.#given.signal);
      if (peer !== this.peer) return null;
      await peer.setLocalDescription();
      if (peer !== this.peer) return null;
      // What began to be sent meanwhile is in the next offer.
      const publish = this.#permitted.filter(([, { mid }]) => mid).map(([source, { mid }]) => ({ mid, source }));
      this.#published = publish.map(({ source }) => source).join();
      const wish = this.#wish();
      this.#asked = JSON.stringify(wish);
      try {
        return await line.request("call.offer", { ...who, sdp: offered(peer.localDescription?.sdp ?? ""), publish, ...wish });
      } catch (error) {
        if (peer === this.peer && (!isBroken(error) || isOver(line))) throw error;
      }
    }
  }

  /** What there is to send, and may be sent. */
  get #permitted() {
    return [...this.#sending].filter(([source]) => this.room.may?.publish.includes(source));
  }

  get #publishes() {
    return this.#permitted.map(([source]) => source).join();
  }

  // -- places --------------------------------------------------------------------------------------------------------

  /** The node told how the call is now. */
  #follow() {
    const mine = this.room.participants.find(({ id, generation }) => id === this.participant && generation === this.#generation);
    if (mine) this.#wasIn = true;
    // The node has lost us (it died, or another one of us came in): in again, if the path is gone as well.
    else if (this.#wasIn && this.peer) return this.#retry();
    if (this.#published !== null && (this.#send() || this.#publishes !== this.#published)) void this.#offer();
    this.#assign();
    this.#mutes.tell(false);
    this.#fitEncodings();
    this.#changed();
  }

  /** Give each wanted track a place, leaving those that have one where they are. @param {boolean} [begins]  the offer
   * that has the places in it follows anyhow */
  #assign(begins = false) {
    if (!this.peer || this.room.may?.listen === false) return;
    const opened = [this.#assignForm("audio", begins), this.#assignForm("video", begins)].some(Boolean);
    if (opened && !begins) void this.#offer();
    else void this.#ask();
  }

  /** Returns whether something waits for a place that was not offered yet. @param {Form} form @param {boolean} begins */
  #assignForm(form, begins) {
    const wanted = this.#wanted(form);
    const mine = [...this.#places].filter(([place]) => place.receiver.track.kind === form);
    const free = mine.filter(([, id]) => !wanted.includes(id)).map(([place]) => place);
    for (const place of free) this.#places.set(place, "");
    const carried = new Set(mine.map(([, id]) => id));
    const missing = wanted.filter((track) => !carried.has(track));
    if (begins || missing.length > free.length) {
      const most = Math.min(missing.length + SPARE, PLACES_MOST[form] - mine.length + free.length);
      while (free.length < most) free.push(this.#open(form));
    }
    missing.forEach((id, at) => this.#places.set(free[at], id));
    return missing.some((_, at) => !free[at].mid);
  }

  /** Ids of the tracks that deserve a place. @param {Form} form */
  #wanted(form) {
    return form === "video" && !this.#hasPictures ? [] : deserving(form, this.#present, this.room.speakers, new Set(this.#places.values()));
  }

  /** @param {Form} form */
  #open(form) {
    const place = /** @type {RTCPeerConnection} */ (this.peer).addTransceiver(form, { direction: "recvonly" });
    this.#places.set(place, "");
    return place;
  }

  /** What the node is asked for. */
  #wish() {
    const sizes = [...this.#sizes].filter(([place]) => place.mid && this.#places.get(place)).map(([place, size]) => [place.mid, size]);
    const listen = [...this.#places].filter(([place, id]) => place.mid && id).map(([place, id]) => [place.mid, id]);
    return { listen: Object.fromEntries(listen), sizes: Object.fromEntries(sizes) };
  }

  /** Let the node know how large the pictures are shown, and send as many encodings as there are people to choose. */
  #fit() {
    this.#sizes = shownSizes(this.#places.keys());
    void this.#ask();
    this.#fitEncodings();
  }

  #fitEncodings() {
    for (const name of CAMERAS) {
      const camera = this.#sending.get(name);
      if (camera) void sendEncodings(camera.sender, this.#isGroup, this.#mine?.tracks.find(({ source }) => source === name));
    }
  }

  /** Whether more than one other person is here, who may want different encodings. */
  get #isGroup() {
    return this.#present.length > 1;
  }

  /** Ask the node for what the places are to carry now, where it was asked for something else. One question at a time, and
   * none beside an offer: which of two is answered last is not known. */
  async #ask() {
    const { peer } = this;
    if (!peer || !this.participant || this.#isOffering || this.#isAsking) return;
    const wish = this.#wish();
    if (this.#asked === JSON.stringify(wish)) return;
    this.#asked = JSON.stringify(wish);
    this.#isAsking = true;
    const { topic, device, live } = this.ends;
    const isHeard = await live.line.request("call.listen", { call: topic, device, ...wish }).then(() => true, () => false);
    if (peer !== this.peer) return;
    this.#isAsking = false;
    if (isHeard) void this.#ask();
    else this.#asked = ""; // once more with the next look
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
