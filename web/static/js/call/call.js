import { _, time } from "fairmatch/i18n";
import { Captions } from "fairmatch/call/captions";
import { ask } from "fairmatch/call/connecting";
import { deviceOf } from "fairmatch/call/device";
import { devices } from "fairmatch/call/devices";
import { Forwarded } from "fairmatch/call/forwarded";
import { after, atTheFoot, atTheTop, climbing, isCutOff, outSince } from "fairmatch/call/ladder";
import { sayWhyNot } from "fairmatch/call/lost";
import { Media, SCREENS, SOURCES } from "fairmatch/call/media";
import { sayFreed, saySilenced } from "fairmatch/call/moderation";
import { sayOver } from "fairmatch/call/over";
import { Pair } from "fairmatch/call/pair";
import { heard, measure, nothingCounted } from "fairmatch/call/quality";
import { hearAnswers } from "fairmatch/call/recorded";
import { hasRelay, isRelayOnly } from "fairmatch/call/relay";
import { Signs } from "fairmatch/call/signs";
import { Sounds } from "fairmatch/call/sounds";
import { toast } from "fairmatch/kit/toast";
import { iceServer, through } from "fairmatch/call/ways";
import { joinedCall } from "fairmatch/live/call";

/**
 * One's part in a call: what one sends, whom one sees and hears, and how one gets there. It belongs to no page.
 *
 * Events: "change"; "over", once.
 *
 * @typedef {import("../live/session.js").Session} Session
 * @typedef {import("./media.js").Source} Source
 * @typedef {{ id: string, name: string, photo?: string | null }} Card
 * @typedef {object} Place  where a call is, as the page says
 * @property {string} topic  call:<id>
 * @property {string} name  the room's, or the other person's
 * @property {string} path  the page to come back to
 * @property {string} ends  when its time is over, as an ISO date; or ""
 * @property {string} closes  when the server closes it; or ""
 * @property {string} other  the other person's id, where the two talk directly; else ""
 * @property {string} room  the topic whose people are in the call; or ""
 * @property {Card[]} people  who may be met in it, as far as the page knows
 * @typedef {object} Other  somebody else in it
 * @property {string} id
 * @property {string} person
 * @property {boolean} ready
 * @property {boolean} muted
 * @property {Source[]} silenced  what a moderator has muted
 * @property {Partial<Record<Source, MediaStreamTrack>>} tracks
 * @property {boolean} [speaks]  where the way itself says so; else it is heard
 * @property {boolean} [watches]  sends nothing, silent or not
 * @property {number} [rank]  the place among those who spoke last
 * @typedef {{ topic: string, device: string, me: string, live: Session, media: Media, ice: RTCIceServer[] }} Ends
 */

const LOOK_MS = 3_000;
const LISTEN_MS = 400;
/** Looks at which even sound alone was poor, before writing is advised. */
const WRITE_AFTER = 4;
/** How long it is said that the call goes another way now, in ms. */
const TURN_MS = 9_000;

export class Call extends EventTarget {
  /** @type {Pair | Forwarded | import("./elsewhere.js").Elsewhere | null} */
  way = null;
  isOver = false;
  /** In one quiet line, why it is not as it should be; "": all is well. */
  trouble = "";
  /** How well the connection carries the call, with figures where there are any; null: not known yet.
   * @type {Pick<import("./quality.js").Measured, "quality"> & Partial<import("./quality.js").Measured> | null} */
  measured = null;
  #rung = atTheTop();
  #climb = atTheFoot();
  /** Since when there has been no path for the call, though there is one for texts. @type {number | null} */
  #outSince = null;
  #seenAt = Date.now();
  /** When the call took another way last. */
  #turnedAt = -Infinity;
  /** How it stands with whom one has rung; "" in calls that ring nobody. */
  ringing = "";
  since = Date.now();
  /** Whose tile is kept large, by its key; "": nobody's. */
  pinned = "";
  /** Whether whoever speaks is shown large. */
  isSpeakerView = false;
  /** How many cameras there are, as far as the browser says. */
  cameras = 0;
  /** @type {Set<MediaStreamTrack>} */
  #heard = new Set();
  #wasIn = false;
  /** What a moderator has muted of mine. @type {Source[]} */
  #silent = [];
  /** What one could send until now. @type {Source[]} */
  #could = [];
  #lacksRelay = false;
  #stopping = new AbortController();
  #counted = nothingCounted();

  /** @param {Session} live @param {Place} place @param {Media} media */
  constructor(live, place, media) {
    super();
    this.live = live;
    this.place = place;
    this.media = media;
    this.sounds = new Sounds(() => this.#changed());
    this.captions = new Captions((text) => live.line.request("call.caption", { call: place.topic, text }).then(() => true, (error) => (this.signs.fail(error), false)));
    this.signs = new Signs(live, place.topic, (person) => this.card(person).name);
    const joined = joinedCall(live.line, place.topic);
    const people = place.room ? live.room(place.room) : null;
    this.room = joined.store;
    this.people = people?.store ?? null;
    const { signal } = this.#stopping;
    signal.addEventListener("abort", () => {
      joined.release();
      people?.release();
    });
    media.addEventListener("change", () => this.#sentOtherwise(), { signal });
    this.room.addEventListener("change", () => this.#toldMay(), { signal });
    this.room.addEventListener("reactions", (event) => this.signs.gather(/** @type {CustomEvent} */ (event).detail), { signal });
    this.room.addEventListener("sign", (event) => this.signs.take(/** @type {CustomEvent} */ (event).detail), { signal });
    this.room.addEventListener("caption", (event) => this.captions.take(/** @type {CustomEvent} */ (event).detail), { signal });
    this.captions.addEventListener("change", () => this.#changed(), { signal });
    this.signs.addEventListener("change", () => this.#changed(), { signal });
    this.room.addEventListener("revoked", (event) => this.#refused(/** @type {CustomEvent} */ (event).detail || "forbidden"), { signal });
    hearAnswers(this, signal);
    this.people?.addEventListener("change", () => this.#changed(), { signal });
    this.#watchNetwork(signal);
  }

  /** Begin, as soon as there is a line. Rejects with LiveError when the server refuses. */
  async start() {
    const { live, place, media } = this;
    const device = deviceOf(live.storages.tab, live.person);
    const told = await ask(live.line, "call.ice", { call: place.topic }, this.#stopping.signal).catch((error) => this.isOver ? null : Promise.reject(error));
    if (!told) return;
    const { servers, engine } = told;
    const ice = servers.map(iceServer);
    this.#lacksRelay = isRelayOnly() && !hasRelay(ice);
    if (this.isOver) return;
    const ends = { topic: place.topic, device, me: live.person, live, media, ice };
    this.way = place.other ? new Pair(ends, place.other) : await through(engine, ends, this.room);
    if (this.isOver) return this.way.end();
    this.way.addEventListener("change", () => this.#changed());
    this.way.addEventListener("over", (event) => this.#refused(/** @type {CustomEvent} */ (event).detail));
    this.way.addEventListener("silenced", (event) => this.#silenced(/** @type {CustomEvent} */ (event).detail));
    await this.way.start();
  }

  /** Leave. @param {string} [why]  goes with "over": "moved", "removed" */
  end(why = "") {
    if (this.isOver) return;
    this.isOver = true;
    this.#stopping.abort();
    this.way?.end();
    this.media.end();
    this.signs.end();
    this.captions.end();
    this.sounds.play([]);
    this.dispatchEvent(new CustomEvent("over", { detail: why }));
  }

  /** Turn microphone or camera on or off. @param {"microphone" | "camera"} source */
  async toggle(source) {
    if (this.media.isOn(source)) return this.media.turnOff(source);
    await this.media.turnOn(source).catch((error) => sayWhyNot(this, error, source));
  }

  /** Show a screen, or none any more. */
  async toggleScreen() {
    if (this.showsScreen) return this.media.stopSharing();
    await this.addScreen();
  }

  get showsScreen() {
    return SCREENS.some((screen) => this.media.isOn(screen));
  }

  /** Show a screen, also beside another one. */
  async addScreen() {
    const screen = this.media.isOn("screen") ? "screen_2" : "screen";
    await this.media.share().catch((error) => sayWhyNot(this, error, screen));
  }

  get canAddScreen() {
    return this.may("screen_2") && this.showsScreen && SCREENS.some((screen) => !this.media.isOn(screen));
  }

  async addCamera() {
    await this.media.addCamera().catch((error) => sayWhyNot(this, error, "camera_2"));
  }

  get canAddCamera() {
    return this.may("camera_2") && this.cameras > 1 && this.media.isOn("camera") && !this.media.isOn("camera_2");
  }

  /** Keep a tile large, or no longer. @param {string} key */
  pin(key) {
    this.pinned = this.pinned === key ? "" : key;
    this.#changed();
  }

  /** Whoever speaks large, or all alike. */
  toggleView() {
    this.isSpeakerView = !this.isSpeakerView;
    this.pinned = "";
    this.#changed();
  }

  /** @returns {Other[]} the order is by who came first */
  get others() {
    return this.way?.others ?? [];
  }

  get isIn() {
    return this.way?.isIn ?? false;
  }

  /** What one may send. @param {Source} source */
  may(source) {
    return Boolean(this.place.other) || Boolean(this.room.may?.publish.includes(source));
  }

  /** Whether few are seen here, and many see. */
  get isOnStage() {
    return this.room.kind === "stage";
  }

  /** Whether encoders and players take part as well: by our own node. */
  get takesPrograms() {
    return this.way instanceof Forwarded;
  }

  get moderates() {
    return !this.place.other && Boolean(this.room.may?.moderate);
  }

  /** Whether somebody is heard now. @param {Other} other */
  speaks(other) {
    if (other.muted || !other.tracks.microphone) return false;
    return other.speaks ?? this.#heard.has(other.tracks.microphone);
  }

  /** What is known of somebody. @param {string} person @returns {Card} */
  card(person) {
    const known = this.people?.people.find(({ id }) => id === person) ?? this.place.people.find(({ id }) => id === person);
    return known ?? { id: person, name: _("Participant") };
  }

  #sentOtherwise() {
    this.way?.update();
    this.#changed();
    void this.#countCameras();
  }

  async #countCameras() {
    const { length } = await devices("videoinput");
    if (length === this.cameras) return;
    this.cameras = length;
    this.#changed();
  }

  /** @param {Source} source */
  #silenced(source) {
    if (this.media.isOn(source)) saySilenced(source);
    this.media.turnOff(source);
  }

  /** What one may not send any more is off. */
  #toldMay() {
    const lost = this.#could.filter((source) => !this.may(source) && this.media.tracks[source]);
    const wasOn = lost.some((source) => this.media.isOn(source));
    this.#could = SOURCES.filter((source) => this.may(source));
    for (const source of lost) this.media.letGo(source); // a microphone that is only silent as well
    if (wasOn) toast(_("You may not send that here any more, so it was switched off."), { error: true });
    this.#changed();
  }

  /** Say what a moderator lets one send again. */
  #hearFreed() {
    const now = this.way?.silenced ?? [];
    const freed = this.isIn ? this.#silent.filter((source) => !now.includes(source)) : [];
    if (this.isIn) this.#silent = now;
    sayFreed(freed);
  }

  /** @param {string} code */
  #refused(code) {
    if (this.isOver) return;
    sayOver(code, this.#isClosing);
    this.end(code);
  }

  /** @param {AbortSignal} signal */
  #watchNetwork(signal) {
    const doubt = () => this.way?.doubt();
    addEventListener("online", doubt, { signal });
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.#countCameras(), { signal });
    void this.#countCameras();
    /** @type {any} */ (navigator).connection?.addEventListener?.("change", doubt, { signal });
    const looking = setInterval(() => void this.#look(), LOOK_MS);
    const listening = setInterval(() => this.#listen(), LISTEN_MS);
    signal.addEventListener("abort", () => (clearInterval(looking), clearInterval(listening)));
  }

  /** Whose each track is that comes. */
  get #owners() {
    return new Map(this.others.flatMap(({ id, tracks }) => Object.values(tracks).map((track) => [track.id, id])));
  }

  async #look() {
    if (!this.isIn) this.#changed(); // nothing happens, and that for long
    const peer = this.way?.peer;
    if (!peer || peer.connectionState !== "connected") return;
    const { counted, ...measured } = await measure(peer, this.#counted, this.#owners);
    this.#counted = counted;
    if (this.measured?.way && measured.way && this.measured.way !== measured.way) this.#turnedAt = Date.now();
    this.measured = measured;
    this.#rung = after(this.#rung, measured.quality);
    this.#climb = climbing(this.#climb, measured.way, isRelayOnly());
    if (this.#climb.isDue) this.way?.doubt();
    if (this.way && "carryPictures" in this.way) this.way.carryPictures(!this.#rung.soundOnly);
    this.#changed();
  }

  #listen() {
    const peer = this.way?.peer;
    if (!peer) return;
    const now = heard(peer);
    const isSame = now.size === this.#heard.size && [...now].every((track) => this.#heard.has(track));
    this.#heard = now;
    if (!isSame) this.#changed();
  }

  #changed() {
    if (this.isOver) return;
    if (this.isIn) this.#wasIn = true;
    this.signs.meet(this.others.map(({ person }) => person), this.isIn);
    this.#hearFreed();
    if (this.way && "quality" in this.way) this.measured = this.way.quality && { quality: this.way.quality };
    this.#seeWhetherOut(Date.now());
    this.trouble = this.#troubleNow();
    const tracks = this.others.flatMap(({ tracks: { microphone, screen_sound: screen } }) => [microphone, screen]);
    this.sounds.play(tracks.filter((track) => track !== undefined));
    this.dispatchEvent(new Event("change"));
  }

  get #isClosing() {
    return Boolean(this.place.closes) && Date.now() > Date.parse(this.place.closes) - 5_000;
  }

  /** Once its time is over, until when one may stay; else "". */
  get farewell() {
    const { ends, closes } = this.place;
    if (!ends || Date.now() < Date.parse(ends)) return "";
    return _("The time is over. The room closes at %(time)s.", { time: time(new Date(closes)) });
  }

  /** Whether even sound alone has been poor for a while, or nothing at all gets through. */
  get isBetterWritten() {
    return this.#isCutOff || (this.#rung.soundOnly && this.#rung.bad > WRITE_AFTER);
  }

  /** Texts may not get through either, which the line does not know yet: it is asked. @param {number} now */
  #seeWhetherOut(now) {
    const since = outSince(this.#outSince, this.isIn || this.live.line.state !== "live", now, this.#seenAt);
    if (since !== null && since !== this.#outSince) this.live.line.doubt();
    this.#outSince = since;
    this.#seenAt = now;
  }

  get #isCutOff() {
    return isCutOff(this.#outSince, Date.now());
  }

  get #withoutPictures() {
    if (this.isBetterWritten) return _("Sound hardly gets through either: better write now. It comes back by itself.");
    return _("The connection is weak: sound only for now. Pictures come back by themselves.");
  }

  #troubleNow() {
    if (this.#lacksRelay) return _("You want calls through a relay only, and there is none here. The check of camera and connection has the switch.");
    if (this.#isCutOff) return _("Nothing gets through: better write now. The call goes on trying by itself.");
    if (!this.isIn) return this.#wasIn ? _("The connection was lost. It is being restored.") : _("Connecting");
    return this.#rung.soundOnly ? this.#withoutPictures : this.farewell || this.#turn;
  }

  /** For a moment, which way the call goes now. */
  get #turn() {
    if (Date.now() - this.#turnedAt > TURN_MS) return "";
    const way = this.measured?.way;
    return way === "direct" ? _("The call goes straight through again.") : _("The network changed: the call goes through the relay now (%(way)s).", { way: String(way).toUpperCase() });
  }
}
