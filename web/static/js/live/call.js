/**
 * A call, as the media node tells it: who is in it, what they send, who speaks, and what one may do.
 *
 * Events: "change"; "sign" when somebody shows a hand or a reaction, "caption" when they write along, with it as detail; "revoked" when one has no part in it any more.
 *
 * @typedef {import("./topics.js").Store} Store
 * @typedef {import("./types-call.js").Participant} Participant
 * @typedef {import("./types-call.js").CallMay} CallMay
 */

/** @implements {Store} */
export class CallRoom extends EventTarget {
  /** @type {Participant[]} */
  participants = [];
  /** Ids of participants, the active speaker first. @type {string[]} */
  speakers = [];
  recording = false;
  /** What one may do; null: not known yet. @type {CallMay | null} */
  may = null;
  /** What it belongs to: stage, booth, meeting ... */
  kind = "";

  position() {
    return null;
  }

  /** @param {any} state */
  recover(state) {
    if (!state.snapshot) return;
    this.may = state.snapshot.may;
    this.kind = state.snapshot.kind;
    this.#set(state.snapshot);
  }

  /** @param {any} event */
  receive(event) {
    if (event.k === "call") this.#set(event.d);
    else if (event.k === "sign" || event.k === "caption") this.dispatchEvent(new CustomEvent(event.k, { detail: event.d }));
  }

  /** @param {{ code: string }} _why */
  refuse(_why) {
    this.dispatchEvent(new Event("revoked"));
  }

  /** @param {{ participants: Participant[], speakers: string[], recording: boolean }} state */
  #set({ participants, speakers, recording }) {
    Object.assign(this, { participants, speakers, recording });
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * What others send to this person about calls. Events, with the message as detail: "signal", "ring".
 */
export class Signals extends EventTarget {
  /** @param {any} event */
  receive(event) {
    if (event.k === "signal" || event.k === "ring") this.dispatchEvent(new CustomEvent(event.k, { detail: event.d }));
  }
}
