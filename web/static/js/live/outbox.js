import { LiveError } from "fairmatch/live/errors";
import { newCid } from "fairmatch/live/ground";
import { pauseBefore } from "fairmatch/live/rules";

/**
 * What a person did and the server has not acknowledged yet. Each change keeps its client id for life, so that sending
 * it again, after whatever happened, never does it twice. Kept in the browser's storage until acknowledged: a reload,
 * a crash, a closed tab lose nothing. Of one channel one change is under way at a time, so their order stays.
 *
 * Events: "change" with `detail` the channel.
 *
 * @typedef {"chat.send" | "chat.edit" | "chat.delete" | "chat.react"} Method
 * @typedef {"waiting" | "sending" | "sent" | "failed"} Stage  sent: acknowledged, but its event is not applied yet
 * @typedef {object} Entry
 * @property {string} cid
 * @property {string} channel
 * @property {Method} method
 * @property {Record<string, any>} params  without channel and cid
 * @property {string} at  when the person did it, ISO
 * @property {Stage} stage
 * @property {{ code: string, [field: string]: any }} [error]  why it failed
 * @property {number} [s]  its number in the log, once acknowledged
 * @property {string} [message]  the id of the message, once acknowledged
 * @typedef {object} Sender  the part of Line that is used
 * @property {(method: string, params: object) => Promise<any>} request
 * @property {string} state
 * @property {(type: "live", listener: () => void) => void} addEventListener
 * @typedef {import("./ground.js").Ground} Ground
 */

/** Answers that say "try again" to one change; after so many it is shown as failed, and the next one gets its turn. */
const TRIES = 6;

export class Outbox extends EventTarget {
  /** @type {Map<string, Entry>} in the order of their making */
  #entries = new Map();
  /** Channels with a change under way. */
  #busy = new Set();
  /** @type {Map<string, number>} how often a change was answered with "try again" */
  #tries = new Map();

  /** When the latest change was made, ms since 1970. */
  #last = 0;

  /**
   * @param {Sender} line
   * @param {import("./kept.js").Kept} kept
   * @param {Ground} ground
   */
  constructor(line, kept, ground) {
    super();
    this.line = line;
    this.kept = kept;
    this.ground = ground;
    this.#load();
    line.addEventListener("live", () => this.#resume());
  }

  /** What is not settled in a channel, oldest first. @param {string} channel */
  of(channel) {
    return [...this.#entries.values()].filter((entry) => entry.channel === channel);
  }

  /**
   * Do something as soon as possible, exactly once.
   * @param {Method} method @param {string} channel @param {Record<string, any>} params
   * @returns {Entry}
   */
  put(method, channel, params) {
    const at = this.#moment();
    const entry = this.#set({ cid: newCid(), channel, method, params, at, stage: "waiting" });
    this.kept.write(entry.cid, entry);
    void this.#send(channel);
    return entry;
  }

  /** Try a failed change once more. @param {string} cid */
  again(cid) {
    const entry = this.#entries.get(cid);
    if (entry?.stage !== "failed") return;
    this.#tries.delete(cid);
    const { error: _, ...rest } = entry;
    this.kept.write(cid, this.#set({ ...rest, stage: "waiting" }));
    void this.#send(entry.channel);
  }

  /** Give a change up. @param {string} cid */
  discard(cid) {
    this.#drop(cid);
  }

  /** The channel's log holds this change now, or another tab settled it. @param {string} cid */
  settle(cid) {
    this.#drop(cid);
  }

  /** Everything up to this number of the log is shown. @param {string} channel @param {number} s */
  seen(channel, s) {
    for (const entry of this.of(channel)) if (entry.stage === "sent" && (entry.s ?? 0) <= s) this.#drop(entry.cid);
  }

  #load() {
    for (const entry of this.kept.all())
      if (!this.#entries.has(entry.cid)) this.#set(entry.stage === "failed" ? entry : { ...entry, stage: "waiting" });
  }

  /** A moment later than that of every change before, so that their order can be told from it. */
  #moment() {
    this.#last = Math.max(this.ground.now(), this.#last + 1);
    return new Date(this.#last).toISOString();
  }

  /** Other tabs of this person may have left something behind: what is kept is sent by whoever is there. */
  #resume() {
    this.#load();
    for (const channel of new Set([...this.#entries.values()].map((entry) => entry.channel))) void this.#send(channel);
  }

  /** @param {string} channel */
  async #send(channel) {
    if (this.#busy.has(channel)) return;
    this.#busy.add(channel);
    try {
      for (let next = this.#next(channel); next; next = this.#next(channel)) await this.#offer(next);
    } finally {
      this.#busy.delete(channel);
    }
  }

  /** @param {string} channel */
  #next(channel) {
    if (this.line.state !== "live") return undefined;
    return this.of(channel).find(({ stage }) => stage === "waiting");
  }

  /** @param {Entry} entry */
  async #offer(entry) {
    const { cid, channel, method, params } = entry;
    this.#set({ ...entry, stage: "sending" });
    try {
      const answer = await this.line.request(method, { channel, cid, ...params });
      this.#acknowledge(cid, answer);
    } catch (error) {
      if (!(error instanceof LiveError)) throw error;
      await this.#failed(cid, error);
    }
  }

  /** @param {string} cid @param {{ s: number, message?: string }} answer */
  #acknowledge(cid, answer) {
    this.kept.remove(cid);
    const entry = this.#entries.get(cid);
    if (entry) this.#set({ ...entry, stage: "sent", s: answer.s, message: answer.message });
  }

  /** @param {string} cid @param {LiveError} error */
  async #failed(cid, error) {
    const entry = this.#entries.get(cid);
    if (!entry) return;
    const tries = (this.#tries.get(cid) ?? 0) + (error.code === "closed" ? 0 : 1);
    this.#tries.set(cid, tries);
    if (error.retry && tries < TRIES) {
      this.#set({ ...entry, stage: "waiting" });
      if (error.code !== "closed") await this.#pause(error, tries);
    } else {
      this.kept.write(cid, this.#set({ ...entry, stage: "failed", error: { ...error.about, code: error.code } }));
    }
  }

  /** @param {LiveError} error @param {number} tries @returns {Promise<void>} */
  #pause(error, tries) {
    return new Promise((resolve) => this.ground.after(pauseBefore(tries, this.ground.random, error.after), resolve));
  }

  /** @param {Entry} entry */
  #set(entry) {
    this.#entries.set(entry.cid, entry);
    this.#say(entry.channel);
    return entry;
  }

  /** @param {string} cid */
  #drop(cid) {
    this.kept.remove(cid);
    this.#tries.delete(cid);
    const entry = this.#entries.get(cid);
    if (!this.#entries.delete(cid) || !entry) return;
    this.#say(entry.channel);
  }

  /** @param {string} channel */
  #say(channel) {
    this.dispatchEvent(new CustomEvent("change", { detail: channel }));
  }
}
