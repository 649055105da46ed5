/**
 * The rules of the live line, without any input or output: what to do with an event, with a closed socket, with a delay.
 *
 * @typedef {{ s: number, epoch: string }} Position  the last event applied in a channel, and in which life of its log
 * @typedef {{ c: string, s: number, k: string, d: any, cid?: string, epoch?: string }} Durable  an event of a channel's log
 */

/** Events held back while an earlier one is missing; what comes beyond is left to the answer that fills the gap. */
export const HELD_AT_MOST = 256;

/** Longest pause before the next attempt to connect, in ms. */
export const BACK_OFF_CAP_MS = 30_000;
/** The first pause is drawn from nothing to this, in ms; each failure doubles it. */
export const BACK_OFF_BASE_MS = 500;

/**
 * Where a reader stands in one channel's log, and what is held back until the events before it are here.
 * The log's numbers are dense: 1, 2, 3 ... So a number that is skipped is an event that is missing.
 */
export class Sequence {
  /** @param {Position | null} position  null: nothing known yet; only a snapshot can begin */
  constructor(position = null) {
    this.position = position;
    /** @type {Map<number, Durable>} */
    this.held = new Map();
  }

  /** Whether something is held back because something before it is missing. */
  get gap() {
    return this.held.size > 0;
  }

  /**
   * Begin anew at a position: after a snapshot.
   * @param {Position} position
   */
  reset(position) {
    this.position = position;
    this.held.clear();
  }

  /**
   * Take one event and give back those that are now due, in order. `ask` says that something is missing.
   * @param {Durable} event
   * @returns {{ due: Durable[], ask: boolean }}
   */
  take(event) {
    const at = this.position;
    if (at === null) return { due: [], ask: true };
    if (event.s <= at.s) return { due: [], ask: false };
    if (event.s > at.s + 1) {
      if (this.held.size < HELD_AT_MOST) this.held.set(event.s, event);
      return { due: [], ask: true };
    }
    const due = [event, ...this.#following(event.s)];
    this.position = { s: event.s + due.length - 1, epoch: at.epoch };
    this.#forget(this.position.s);
    return { due, ask: this.gap };
  }

  /** @param {number} s */
  #following(s) {
    const events = [];
    for (let next = this.held.get(++s); next; next = this.held.get(++s)) events.push(next);
    return events;
  }

  /** @param {number} s */
  #forget(s) {
    for (const held of this.held.keys()) if (held <= s) this.held.delete(held);
  }
}

/**
 * How long to wait before attempt number `attempt` (0 is the first after a break), in ms. Full jitter, so that
 * thousands of clients of one restarted server come back spread out; a pause that the server named goes first.
 * @param {number} attempt
 * @param {() => number} random  from 0 to 1
 * @param {number | null} told  ms, as the server said
 */
export function pauseBefore(attempt, random, told = null) {
  if (told !== null) return told;
  return random() * Math.min(BACK_OFF_CAP_MS, BACK_OFF_BASE_MS * 2 ** Math.min(attempt, 16));
}

/**
 * What a Retry-After header asks for, in ms, or null when it says nothing that can be used.
 * @param {string | null} header  seconds, or a date
 * @param {number} now  ms since 1970
 */
export function retryAfter(header, now) {
  if (!header) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/**
 * Why a line stopped for good; each has its own words in <fm-connection>.
 * @typedef {"ended" | "version" | "tabs" | "flood" | "refused"} Stop
 * @typedef {{ back: true, anew: boolean } | { back: false, why: Stop }} Verdict
 *   back: come back by itself; anew: with a new ticket, since the old token is worth nothing any more
 */

/** Codes with which the server says that coming back by itself is of no use.
 * @type {Record<number, Stop>} */
const STOPS = { 4503: "ended", 4505: "tabs", 4506: "version", 4508: "flood" };
const NEW_TICKET = 4011;
/** We say hello as soon as we can. Where it came too late, the network stalled, and that passes. */
const NO_HELLO = 4501;
const BAD_TICKET = 4502;

/**
 * What to do after the socket was closed.
 * @param {number} code
 * @param {boolean} resumed  whether the connection had been opened with a resume token. When that was refused, a new
 *   ticket may still be good: tokens expire while a laptop sleeps, sessions less so.
 * @returns {Verdict}
 */
export function afterClose(code, resumed) {
  if (code === BAD_TICKET && resumed) return { back: true, anew: true };
  if (code >= 4500 && code < 5000 && code !== NO_HELLO) return { back: false, why: STOPS[code] ?? "refused" };
  return { back: true, anew: code === NEW_TICKET };
}
