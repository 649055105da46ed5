import { LiveError } from "fairmatch/live/errors";

/**
 * One socket, from the upgrade to its end: requests and their answers, batches, heartbeats.
 *
 * @typedef {import("./ground.js").Ground} Ground
 * @typedef {import("./ground.js").Socket} Socket
 * @typedef {object} Listener
 * @property {(event: any) => void} event  a durable, state or passing event
 * @property {(code: number) => void} closed  once, whatever the reason; 1006 when the line was found dead
 * @typedef {{ resolve: (result: any) => void, reject: (error: LiveError) => void, stop: () => void }} Asked
 */

/** How long an answer may take, in ms, before the request counts as failed. */
const ANSWER_MS = 15_000;
/** A browser does not show the server's pings to scripts. After so much silence the client asks by itself, in ms. */
const QUIET_MS = 30_000;
/** How long the answer to that may take. With QUIET_MS this makes the 40 s after which silence means dead. */
const PROBE_MS = 10_000;
/** The same where there is a reason for doubt: the network changed, the laptop woke up. */
const DOUBT_MS = 5_000;
/** How long the upgrade may take, in ms. */
const OPEN_MS = 10_000;

const LOST = 1006;

export class Connection {
  /** @type {Map<number, Asked>} */
  #asked = new Map();
  #number = 0;
  #closed = false;
  #probing = () => {};
  #quiet = () => {};

  /**
   * @param {Ground} ground
   * @param {Listener} listener
   */
  constructor(ground, listener) {
    this.ground = ground;
    this.listener = listener;
    /** @type {Socket} */
    this.socket = ground.open();
    const late = ground.after(OPEN_MS, () => this.#end(LOST));
    /** @type {Promise<void>} Settled once the socket is open; never, when it does not open (see `closed`). */
    this.opened = new Promise((resolve) => {
      this.socket.onopen = () => {
        late();
        this.#heard();
        resolve();
      };
    });
    this.socket.onmessage = ({ data }) => this.#read(data);
    this.socket.onclose = ({ code }) => {
      late();
      this.#end(code);
    };
  }

  /**
   * Ask something. Rejects with a LiveError: the server's, or "timeout", or "closed" when the connection ended first.
   * After the latter two it is not known whether it was done; a `cid` makes it safe to ask again.
   * @param {string} method
   * @param {object} params
   * @param {number} patience  ms
   * @returns {Promise<any>}
   */
  request(method, params, patience = ANSWER_MS) {
    if (this.#closed) return Promise.reject(new LiveError("closed", { retry: true }));
    const number = this.#number++;
    return new Promise((resolve, reject) => {
      const stop = this.ground.after(patience, () => this.#answer(number, { e: { code: "timeout", retry: true } }));
      this.#asked.set(number, { resolve, reject, stop });
      this.socket.send(JSON.stringify({ i: number, m: method, p: params }));
    });
  }

  /** Find out soon whether anybody is still there. */
  doubt() {
    this.#probe(DOUBT_MS);
  }

  /** End it from this side, without a word to the listener. */
  close() {
    this.listener = { event: () => {}, closed: () => {} };
    this.#end(1000);
  }

  /** @param {any} data */
  #read(data) {
    if (this.#closed) return;
    this.#heard();
    const frame = JSON.parse(data);
    for (const one of Array.isArray(frame) ? frame : [frame]) {
      if ("i" in one) this.#answer(one.i, one);
      else this.listener.event(one);
    }
  }

  /** @param {number} number @param {{ r?: any, e?: any }} answer */
  #answer(number, answer) {
    const asked = this.#asked.get(number);
    if (!asked) return;
    this.#asked.delete(number);
    asked.stop();
    if (answer.e) asked.reject(new LiveError(answer.e.code, answer.e));
    else asked.resolve(answer.r ?? {});
  }

  #heard() {
    this.#probing();
    this.#probing = () => {};
    this.#quiet();
    this.#quiet = this.ground.after(QUIET_MS, () => this.#probe(PROBE_MS));
  }

  /** @param {number} patience  ms; any frame counts as an answer */
  #probe(patience) {
    if (this.#closed) return;
    this.#probing();
    this.#probing = this.ground.after(patience, () => this.#end(LOST));
    this.request("echo", {}).catch(() => {});
  }

  /** @param {number} code */
  #end(code) {
    if (this.#closed) return;
    this.#closed = true;
    this.#probing();
    this.#quiet();
    // A dead socket can take minutes to say that it closed: let go of it.
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    for (const { reject, stop } of this.#asked.values()) {
      stop();
      reject(new LiveError("closed", { retry: true }));
    }
    this.#asked.clear();
    this.listener.closed(code);
  }
}
