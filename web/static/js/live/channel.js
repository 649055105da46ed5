import { Reading } from "fairmatch/live/reading";
import { Sequence } from "fairmatch/live/rules";
import { Timeline } from "fairmatch/live/timeline";
import { Typing } from "fairmatch/live/typing";

/**
 * A chat channel as this tab knows it: messages, what is under way, who types, how far one has read. Elements show it.
 *
 * Events: "change"; "typing"; "arrived" with `detail` a message that somebody else wrote just now.
 *
 * @typedef {import("./topics.js").Store} Store
 * @typedef {import("./types.js").ChatMessage} Message
 * @typedef {import("./rules.js").Position} Position
 * @typedef {import("./rules.js").Durable} Durable
 * @typedef {import("./timeline.js").Author} Author
 * @typedef {import("./outbox.js").Outbox} Outbox
 * @typedef {import("./ground.js").Ground} Ground
 * @typedef {import("./types.js").ChatRights} Rights
 * @typedef {{ messages: Message[], more: boolean, read: number, rights: Rights }} Snapshot
 * @typedef {object} Around  what a channel needs
 * @property {import("./line.js").Line} line
 * @property {Outbox} outbox
 * @property {Author} me
 * @property {Ground} ground
 */

/** Messages that stay loaded while one reads the newest; older ones come back from the server when asked for. */
export const LOADED_AT_MOST = 2_000;
/** Messages of one page of history. */
export const PAGE = 50;

/** @implements {Store} */
export class Channel extends EventTarget {
  /** @type {"loading" | "ready" | "refused"} */
  status = "loading";
  /** @type {{ code: string, [field: string]: any } | null} */
  refusal = null;
  /** @type {Rights} */
  rights = { send: true, moderate: false, why: null, until: null };
  /** Whether the server has older messages than the oldest here. */
  more = false;
  /** Whether older ones are on their way. */
  fetching = false;
  timeline = new Timeline();
  sequence = new Sequence();
  #end = new AbortController();
  #asking = false;

  /** @param {string} topic @param {Around} around */
  constructor(topic, { line, outbox, me, ground }) {
    super();
    this.topic = topic;
    this.line = line;
    this.outbox = outbox;
    this.me = me;
    this.ground = ground;
    this.reading = new Reading(ground, (s) => line.request("chat.read", { channel: topic, s }));
    this.typing = new Typing(ground, () => this.#say("typing"), () => this.#request("chat.typing"));
    const { signal } = this.#end;
    outbox.addEventListener("change", (event) => this.#outboxChanged(/** @type {CustomEvent} */ (event).detail), { signal });
    line.addEventListener("live", () => this.reading.flush(), { signal });
  }

  /** Begin with what the page brought along, unless more is known already. @param {Snapshot & { pos: Position }} state */
  seed(state) {
    if (this.sequence.position === null) this.#begin(state, state.pos);
  }

  /** Nobody wants it any more. */
  end() {
    this.#end.abort();
  }

  /** Rows to be shown, oldest first. */
  rows() {
    return this.timeline.rows(this.outbox.of(this.topic), this.me);
  }

  /** Number of the last event applied; 0 before the first. */
  get top() {
    return this.sequence.position?.s ?? 0;
  }

  /** Whether one may write at a moment: a mute can end by itself. @param {number} now  ms since 1970 */
  maySend(now) {
    const { send, why, until } = this.rights;
    return send || (why === "muted" && until !== null && Date.parse(until) <= now);
  }

  /** @param {string} text */
  send(text) {
    this.typing.done();
    return this.outbox.put("chat.send", this.topic, { text });
  }

  /** @param {string} message @param {string} text */
  edit(message, text) {
    this.outbox.put("chat.edit", this.topic, { message, text });
  }

  /** @param {string} message */
  remove(message) {
    this.outbox.put("chat.delete", this.topic, { message });
  }

  /** @param {string} message @param {string} emoji @param {boolean} on */
  react(message, emoji, on) {
    this.outbox.put("chat.react", this.topic, { message, emoji, on });
  }

  /** Load a page of older messages. Rejects with LiveError when it could not be had. */
  async older() {
    if (!this.more || this.fetching) return;
    this.fetching = true;
    this.#say("change");
    try {
      const before = this.timeline.messages[0]?.s ?? null;
      const page = await this.line.request("chat.history", { channel: this.topic, before, limit: PAGE });
      this.timeline.prepend(page.messages);
      this.more = page.more;
    } finally {
      this.fetching = false;
      this.#say("change");
    }
  }

  /** Everything that is here was on screen. */
  seen() {
    if (this.reading.reached(this.top)) this.#say("change");
  }

  /** One reads the newest, so what lies far back may go. */
  trim() {
    if (this.timeline.trim(LOADED_AT_MOST)) this.more = true;
  }

  // What the line tells: see topics.js.

  position() {
    if (this.status === "refused") return null; // what one may do there now is only told with all of it
    return this.sequence.position;
  }

  /** @param {any} state */
  recover(state) {
    if (!state.recovered) {
      this.#begin(state.snapshot, { s: state.top, epoch: state.epoch });
      return;
    }
    const at = this.sequence.position;
    this.sequence.position = { s: at?.s ?? 0, epoch: state.epoch };
    for (const event of state.events) this.#take(event);
    this.#ready();
    if (this.top < state.top || this.sequence.gap) void this.#ask();
  }

  /** @param {any} event */
  receive(event) {
    if ("s" in event) {
      if (this.#take(event)) void this.#ask();
      this.#say("change");
    } else if (event.k === "typing") {
      if (event.d.person !== this.me.id) this.typing.heard(event.d);
    } else if (event.k === "top" && event.d.top > this.top && !this.ground.hidden()) {
      void this.#ask();
    }
  }

  /** @param {{ code: string }} refusal */
  refuse(refusal) {
    this.status = "refused";
    this.refusal = refusal;
    this.rights = { send: false, moderate: false, why: refusal.code, until: null };
    this.#say("change");
  }

  /** @param {Snapshot} state @param {Position} position */
  #begin(state, position) {
    this.timeline.replace(state.messages);
    this.more = state.more;
    this.rights = state.rights;
    this.reading.known(state.read);
    this.sequence.reset(position);
    this.#ready();
  }

  #ready() {
    this.status = "ready";
    this.refusal = null;
    this.outbox.seen(this.topic, this.top);
    this.#say("change");
  }

  /** @param {Durable} event @returns {boolean} whether something is missing */
  #take(event) {
    const { due, ask } = this.sequence.take(event);
    for (const one of due) this.#apply(one);
    if (due.length) this.outbox.seen(this.topic, this.top);
    return ask;
  }

  /** @param {Durable} event */
  #apply(event) {
    this.timeline.apply(event);
    if (event.cid) this.outbox.settle(event.cid);
    if (event.k === "message.created" && event.d.author.id !== this.me.id) this.#arrived({ ...event.d, s: event.s });
    if (event.k === "member.muted" && event.d.person === this.me.id) this.#mute(event.d.until);
    if (event.k === "member.unmuted" && event.d.person === this.me.id)
      this.rights = { ...this.rights, send: true, why: null, until: null };
  }

  /** @param {Message} message */
  #arrived(message) {
    this.typing.stopped(message.author.id);
    this.dispatchEvent(new CustomEvent("arrived", { detail: message }));
  }

  /** @param {string | null} until */
  #mute(until) {
    this.rights = { ...this.rights, send: false, why: "muted", until };
  }

  /** Ask for what is missing. One question at a time; when the line breaks, the next welcome answers it. */
  async #ask() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const state = await this.line.request("since", { channel: this.topic, pos: this.sequence.position });
      this.#asking = false;
      if (state.ok) this.recover(state);
    } catch {
      this.#asking = false;
    }
  }

  /** @param {string} method */
  #request(method) {
    this.line.request(method, { channel: this.topic }).catch(() => {});
  }

  /** @param {string} channel */
  #outboxChanged(channel) {
    if (channel !== this.topic) return;
    this.outbox.seen(this.topic, this.top);
    this.#say("change");
  }

  /** @param {string} what */
  #say(what) {
    this.dispatchEvent(new Event(what));
  }
}
