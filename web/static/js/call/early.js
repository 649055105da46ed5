import { candidateOf } from "fairmatch/call/told";

/**
 * Candidates that come before the description that they belong to: on the way one may overtake the other.
 *
 * @typedef {import("../live/types-call.js").Signal} Signal
 * @typedef {{ candidate: string, mid: string | null, line: number | null }} Wire
 */

/** How many are kept. */
const MOST = 64;

export class Early {
  /** Of the connection that there is. @type {RTCIceCandidateInit[]} */
  #waiting = [];
  /** Of one that nobody has offered yet. @type {Signal[]} */
  #ahead = [];

  /** Of a connection that is not known. @param {Signal} signal @returns {false} it is not for the one that there is */
  keepAhead(signal) {
    if (signal.candidate) this.#ahead = [...this.#ahead, signal].slice(-MOST);
    return false;
  }

  /** A connection has become known by this signal. @param {Signal} signal */
  begin({ device, generation }) {
    const its = this.#ahead.filter((signal) => signal.device === device && signal.generation === generation);
    this.#waiting = its.map(({ candidate }) => candidateOf(/** @type {Wire} */ (candidate)));
    this.#ahead = [];
  }

  /** Add one; what does not fit yet is tried again after the next description.
   * @param {RTCPeerConnection} peer @param {Wire} wire */
  async add(peer, wire) {
    const candidate = candidateOf(wire);
    if (!peer.remoteDescription) return this.#keep(candidate);
    await peer.addIceCandidate(candidate).catch(() => this.#keep(candidate));
  }

  /** A description has come: try all that wait. @param {RTCPeerConnection} peer */
  async take(peer) {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const candidate of waiting) await peer.addIceCandidate(candidate).catch(() => {});
  }

  /** The connection is no more. */
  forget() {
    this.#waiting = [];
  }

  /** @param {RTCIceCandidateInit} candidate */
  #keep(candidate) {
    this.#waiting = [...this.#waiting, candidate].slice(-MOST);
  }
}
