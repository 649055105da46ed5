import { Connection } from "fairmatch/live/connection";
import { LiveError } from "fairmatch/live/errors";
import { afterClose, pauseBefore, retryAfter } from "fairmatch/live/rules";
import { Topics } from "fairmatch/live/topics";

/**
 * The live line of this tab: it opens a connection, keeps it, and comes back by itself; islands come and go above it.
 *
 * Events: "state" whenever `state` changes; "live" after each welcome, and "seen" after a hidden page was shown again,
 * when everything that was missed is applied.
 *
 * @typedef {import("./ground.js").Ground} Ground
 * @typedef {import("./topics.js").Store} Store
 * @typedef {import("./rules.js").Stop} Stop
 * @typedef {"idle" | "connecting" | "live" | "reconnecting" | "offline" | "stopped"} State
 * @typedef {{ resume?: string, ticket?: string }} Proof
 * @typedef {object} Identity
 * @property {string} id  of the person
 * @property {Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem">} storage  where the resume token is kept:
 *   a tab's own, so that it survives a reload and nothing else
 */

/** After so long a welcome counts as success, and the next break starts with short pauses again, in ms. */
const STEADY_MS = 10_000;
/** A timer that comes this much late was asleep: the machine, or the tab, in ms. */
const ASLEEP_MS = 15_000;
const TICK_MS = 10_000;

export class Line extends EventTarget {
  /** @type {State} */
  state = "idle";
  /** @type {Stop | null} why the line does not come back by itself */
  stop = null;
  /** The server's name for the connection, "" while there is none. */
  connection = "";

  /** @type {Connection | null} */
  #now = null;
  /** Topics that the present connection knows of. @type {Set<string>} */
  #told = new Set();
  #attempt = 0;
  #resumed = false;
  /** @type {number | null} ms, as the server said in its bye or Retry-After */
  #pause = null;
  #waiting = () => {};
  #steady = () => {};
  #ticking = () => {};
  #gathering = false;
  #everLive = false;

  /** @param {Ground} ground @param {Identity} identity */
  constructor(ground, identity) {
    super();
    this.ground = ground;
    this.identity = identity;
    this.topics = new Topics(ground, (topic) => this.#leave(topic));
  }

  /** Open the line, and keep it open. */
  start() {
    this.#become("connecting");
    this.#tick(this.ground.now());
    void this.#connect();
  }

  /** Give the line up for good: somebody signed out. */
  end() {
    this.#drop();
    this.#ticking();
    this.#become("idle");
  }

  /** Come back after a stop, because somebody asked for it. */
  resume() {
    if (this.state !== "stopped") return this.#hurry();
    this.stop = null;
    this.#attempt = 0;
    this.start();
  }

  /** There is a reason for doubt (the network changed, the tab was asleep): look whether the line is alive. */
  doubt() {
    if (this.#now && this.state === "live") this.#now.doubt();
    else this.#hurry();
  }

  /**
   * Want a topic, see Topics.join. The store gets what was missed, then every event, in order.
   * @template {Store} S
   * @param {string} topic
   * @param {() => S} make
   * @param {number} [grace]  ms
   */
  join(topic, make, grace) {
    const joined = this.topics.join(topic, make, grace);
    if (joined.isNew) this.#gather();
    return joined;
  }

  /**
   * Ask the server something. Rejects with LiveError; "closed" at once when there is no connection.
   * @param {string} method @param {object} params
   * @returns {Promise<any>}
   */
  request(method, params) {
    if (!this.#now || this.state !== "live") return Promise.reject(new LiveError("closed", { retry: true }));
    return this.#now.request(method, params);
  }

  /** The page was hidden or shown: hidden pages get counters only, and catch up when they are shown. */
  async see() {
    const hidden = this.ground.hidden();
    if (!hidden) this.doubt();
    if (this.state !== "live") return;
    const answer = await this.request("visible", { hidden }).catch(() => ({}));
    this.#recover(answer.channels ?? {});
    if (!hidden) this.dispatchEvent(new Event("seen"));
  }

  async #connect() {
    this.#waiting();
    this.#waiting = () => {};
    const proof = await this.#proof();
    if (!proof || this.#now || this.#isOver) return;
    this.#resumed = Boolean(proof.resume);
    const connection = new Connection(this.ground, {
      event: (event) => this.#receive(event),
      closed: (code) => this.#closed(code),
    });
    this.#now = connection;
    await connection.opened;
    await this.#hello(connection, proof);
  }

  /** @param {Connection} connection @param {Proof} proof */
  async #hello(connection, proof) {
    const channels = this.topics.wanted();
    this.#told = new Set(Object.keys(channels));
    const hidden = this.ground.hidden();
    try {
      const welcome = await connection.request("hello", { ...proof, channels, hidden });
      this.#welcome(welcome);
    } catch (error) {
      if (!(error instanceof LiveError)) throw error;
      if (connection === this.#now && error.code !== "closed") this.#refused(error);
    }
    if (hidden !== this.ground.hidden()) void this.see();
  }

  /** @param {any} welcome */
  #welcome(welcome) {
    this.#remember(welcome.resume);
    this.connection = welcome.connection;
    this.#pause = null;
    this.#everLive = true;
    this.#steady = this.ground.after(STEADY_MS, () => (this.#attempt = 0));
    this.#become("live");
    this.#recover(welcome.channels);
    this.#gather();
    this.dispatchEvent(new Event("live"));
  }

  /** @param {string} token */
  #remember(token) {
    try {
      this.identity.storage.setItem(this.#key, token);
    } catch {
      // A full storage costs a ticket after the next reload, and nothing else.
    }
  }

  /**
   * No welcome. After most refusals the server closes with a code of its own; where it does not, or is not heard any
   * more, this is a break like others.
   * @param {LiveError} error
   */
  #refused(error) {
    this.#pause = error.after;
    this.#now?.close();
    this.#closed(error.retry ? 4000 : 4502);
  }

  /** A way to say who we are, or null when there is none now (another attempt is then under way). */
  async #proof() {
    const token = this.identity.storage.getItem(this.#key);
    if (token) return { resume: token };
    const response = await this.ground.ticket().catch(() => null);
    const ticket = response?.ok ? (await response.json().catch(() => null))?.ticket : null;
    if (this.#isOver) return null;
    if (ticket) return { ticket };
    if (response && isSignedOut(response)) this.#halt("ended");
    else this.#later(retryAfter(response?.headers.get("Retry-After") ?? null, this.ground.now()));
    return null;
  }

  get #isOver() {
    return this.state === "idle" || this.state === "stopped";
  }

  get #key() {
    return `fairmatch:resume:${this.identity.id}`;
  }

  /** @param {number} code */
  #closed(code) {
    this.#drop();
    const verdict = afterClose(code, this.#resumed);
    if (!verdict.back || verdict.anew) this.identity.storage.removeItem(this.#key);
    if (verdict.back) this.#later(this.#pause);
    else this.#halt(verdict.why);
    this.#pause = null;
  }

  #drop() {
    this.#now?.close();
    this.#now = null;
    this.connection = "";
    this.#steady();
    this.#waiting();
  }

  /** @param {Stop} why */
  #halt(why) {
    this.stop = why;
    this.#ticking();
    this.#become("stopped");
  }

  /** @param {number | null} told  ms */
  #later(told) {
    this.#become(this.ground.online() ? (this.#everLive ? "reconnecting" : "connecting") : "offline");
    const pause = pauseBefore(this.#attempt++, this.ground.random, told);
    this.#waiting = this.ground.after(pause, () => void this.#connect());
  }

  /** The network is back, or somebody looks: do not wait any longer, but not all at the same moment either. */
  #hurry() {
    if (this.#now || this.#isOver) return;
    this.#waiting();
    this.#attempt = 0;
    this.#later(null);
  }

  /** @param {any} event */
  #receive(event) {
    if (event.k === "bye") this.#pause = event.d.after_ms ?? null;
    else if (event.k === "revoked") this.#refuse(event.c, { code: "forbidden", ...event.d });
    else if (event.k === "restored") this.topics.restore(event.c) && this.rejoin(event.c);
    else this.topics.store(event.c)?.receive(event);
  }

  /** @param {Record<string, any>} channels */
  #recover(channels) {
    for (const [topic, state] of Object.entries(channels)) {
      if (state.ok) this.topics.store(topic)?.recover(state);
      else this.#refuse(topic, state.e);
    }
  }

  /** The server does not tell of it any more: whoever wants it later asks anew. @param {string} topic @param {{ code: string, why?: string }} why */
  #refuse(topic, why) {
    this.#told.delete(topic);
    this.topics.refuse(topic, why);
  }

  /** Islands come in crowds: subscribe for all of them with one request. */
  #gather() {
    if (this.#gathering || this.state !== "live") return;
    this.#gathering = true;
    queueMicrotask(() => {
      this.#gathering = false;
      void this.#subscribe();
    });
  }

  async #subscribe() {
    const wanted = Object.entries(this.topics.wanted()).filter(([topic]) => !this.#told.has(topic));
    if (wanted.length === 0 || this.state !== "live") return;
    for (const [topic] of wanted) this.#told.add(topic);
    try {
      this.#recover((await this.request("subscribe", { channels: Object.fromEntries(wanted) })).channels);
    } catch (error) {
      if (!(error instanceof LiveError) || error.code === "closed") return;
      for (const [topic] of wanted) this.#told.delete(topic);
      this.ground.after(error.after ?? 2_000, () => this.#gather());
    }
  }

  /** Subscribe again to a topic that lost its thread. @param {string} topic */
  rejoin(topic) {
    this.#told.delete(topic);
    this.#gather();
  }

  /** @param {string} topic */
  #leave(topic) {
    if (!this.#told.delete(topic)) return;
    this.request("unsubscribe", { channels: [topic] }).catch(() => {});
  }

  /** Timers stand still while a laptop sleeps: one that comes far too late says so. @param {number} then */
  #tick(then) {
    this.#ticking = this.ground.after(TICK_MS, () => {
      const now = this.ground.now();
      if (now - then > TICK_MS + ASLEEP_MS) this.doubt();
      this.#tick(now);
    });
  }

  /** @param {State} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

/** @param {Response} response */
function isSignedOut(response) {
  return response.status === 401 || response.type === "opaqueredirect";
}
