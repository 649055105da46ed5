/**
 * What both ways of a call share: numbers for connections, and getting a path back that was lost.
 */

import { LiveError } from "fairmatch/live/errors";

/** A path that is away for so long is looked for anew, in ms: shorter breaks mend themselves. */
const AWAY_MS = 1_500;
/** Both have described themselves, and after so long there is still nothing to try: candidates were lost; in ms. */
const NOTHING_MS = 6_000;
/** How long looking for a new path may take before everything is built anew, in ms. */
const RESTART_MS = 5_000;

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
    try {
      return await line.request(method, params);
    } catch (error) {
      const isBroken = error instanceof LiveError && error.code === "closed";
      if (!isBroken || isOver(line) || signal.aborted) throw error;
      await nextState(line, signal);
    }
  }
}

/** @param {import("../live/line.js").Line} line @param {AbortSignal} signal */
async function isLive(line, signal) {
  while (line.state !== "live" && !isOver(line) && !signal.aborted) await nextState(line, signal);
}

/** Whether the line does not come back by itself. @param {import("../live/line.js").Line} line */
function isOver({ state }) {
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

  /** @param {RTCPeerConnection} peer @param {{ restart: () => void, rebuild: () => void }} ways */
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
    this.#after(NOTHING_MS, () => this.peer.connectionState === "new" && this.ways.restart());
  }

  /** The network changed: do not wait until the path is found dead. */
  doubt() {
    if (this.peer.connectionState === "connected" || this.peer.connectionState === "disconnected") this.#restart();
  }

  end() {
    clearTimeout(this.#timer);
  }

  #look() {
    const state = this.peer.connectionState;
    if (state === "connected" || state === "closed") return this.end();
    if (state === "disconnected") this.#after(AWAY_MS, () => this.#restart());
    if (state === "failed") this.#restart();
  }

  #restart() {
    this.ways.restart();
    this.#after(RESTART_MS, () => {
      if (this.peer.connectionState !== "connected") this.ways.rebuild();
    });
  }

  /** @param {number} ms @param {() => unknown} action */
  #after(ms, action) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, ms);
  }
}
