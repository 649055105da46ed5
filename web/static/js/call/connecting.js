/**
 * What both ways of a call share: numbers for connections, and getting a path back that was lost.
 */

import { LiveError } from "fairmatch/live/errors";

/** A path that is away for so long is looked for anew, in ms: shorter breaks mend themselves. */
const AWAY_MS = 1_500;
/** Both have described themselves, and after so long there is still nothing to try: candidates were lost; in ms. */
const NOTHING_MS = 6_000;
/** Browsers give up looking for a path after 15 s or so; what has not come by then, encrypted as it must be, hangs; in ms. */
const CONNECTING_MS = 20_000;
/** How long looking for a new path may take before everything is built anew, in ms. */
const RESTART_MS = 5_000;

/** Pauses before the next attempt, in ms. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000];

/** How long to wait after so many attempts in a row, in ms: not all at the same moment. @param {number} attempts */
export function pauseAfter(attempts) {
  return PAUSES[Math.min(attempts, PAUSES.length - 1)] * (0.5 + Math.random());
}

let last = 0;

/** A number above all that this tab has used, also before it was loaded anew. */
export function nextGeneration() {
  last = Math.max(last + 1, Math.floor(Date.now() / 1000));
  return last;
}

/**
 * Ask over the line as soon as there is one: a page that has just been loaded has none yet, and one that is there may
 * break before the answer. Rejects with what the server says, and with "closed" once the line does not come back by
 * itself, or nobody wants the answer any more.
 * @param {import("../live/line.js").Line} line @param {string} method @param {object} params @param {AbortSignal} signal
 */
export async function ask(line, method, params, signal) {
  for (;;) {
    await isLive(line, signal);
    if (signal.aborted) throw new LiveError("closed", { retry: true });
    try {
      return await line.request(method, params);
    } catch (error) {
      if (!isBroken(error) || isOver(line) || signal.aborted) throw error;
      await nextState(line, signal);
    }
  }
}

/** Resolves once there is a line, or there will be none by itself, or nobody waits any more.
 * @param {import("../live/line.js").Line} line @param {AbortSignal} signal */
export async function isLive(line, signal) {
  while (line.state !== "live" && !isOver(line) && !signal.aborted) await nextState(line, signal);
}

/** Whether the line broke before the answer. @param {unknown} error */
export function isBroken(error) {
  return error instanceof LiveError && error.code === "closed";
}

/** Whether the line does not come back by itself. @param {import("../live/line.js").Line} line */
export function isOver({ state }) {
  return state === "stopped" || state === "idle";
}

/** The line became otherwise, or nobody waits any more. @param {import("../live/line.js").Line} line @param {AbortSignal} signal */
function nextState(line, signal) {
  return new Promise((resolve) => {
    const settle = () => {
      for (const target of [line, signal]) for (const type of ["state", "live", "abort"]) target.removeEventListener(type, settle);
      resolve(undefined);
    };
    for (const type of ["state", "live"]) line.addEventListener(type, settle);
    signal.addEventListener("abort", settle);
    if (signal.aborted) settle();
  });
}

/**
 * Watches over a connection: asks for ICE anew when its path is lost, and for another connection when that is in vain.
 */
export class Watch {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Whether a new path is looked for, and how long that may take is counted. */
  #isRestarting = false;
  /** Whether the path that there was is lost, and comes back by itself or is looked for soon. */
  #isAway = false;
  /** Whether candidates that never came were asked for. */
  #hasAsked = false;

  /** `rebuild` says false where it is no use yet, and is asked again.
   * @param {RTCPeerConnection} peer @param {{ restart: () => void, rebuild: () => unknown }} ways */
  constructor(peer, ways) {
    this.peer = peer;
    this.ways = ways;
    peer.addEventListener("connectionstatechange", () => this.#look());
    peer.addEventListener("signalingstatechange", () => this.#begin());
  }

  /** A browser that was told no candidate neither connects nor fails, for ever: have them said anew. */
  #begin() {
    const { signalingState, remoteDescription, connectionState } = this.peer;
    if (signalingState !== "stable" || !remoteDescription || connectionState !== "new") return;
    this.#after(NOTHING_MS, () => this.peer.connectionState === "new" && this.#askAnew());
  }

  /** Once; a browser that found no way out for this connection may find one for another. */
  #askAnew() {
    if (this.#hasAsked) return this.ways.rebuild() === false && this.#wait();
    this.#hasAsked = true;
    this.ways.restart();
  }

  /** The network changed: do not wait until the path is found dead. */
  doubt() {
    if (this.peer.connectionState === "connected" || this.peer.connectionState === "disconnected") this.#restart();
  }

  end() {
    this.#isRestarting = this.#isAway = false;
    clearTimeout(this.#timer);
  }

  #look() {
    const state = this.peer.connectionState;
    if (state === "connected" || state === "closed") return this.end();
    if (state === "disconnected") this.#isAway = true;
    if (state === "disconnected") this.#after(AWAY_MS, () => this.#restart());
    if (state === "failed") this.#restart();
    if (state === "connecting" && !this.#isRestarting && !this.#isAway) this.#after(CONNECTING_MS, () => this.#restart());
  }

  #restart() {
    this.#isRestarting = true;
    this.ways.restart();
    this.#wait();
  }

  #wait() {
    this.#after(RESTART_MS, () => {
      if (this.peer.connectionState !== "connected" && this.ways.rebuild() === false) this.#wait();
    });
  }

  /** @param {number} ms @param {() => unknown} action */
  #after(ms, action) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, ms);
  }
}
