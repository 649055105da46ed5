/** What is told of a call to whoever stands at its door: that it is recorded, and that a moderator has put one out. */

import { isPutOut, letIn } from "fairmatch/call/current";
import { session } from "fairmatch/live/start";
import { joinedCall } from "fairmatch/live/call";

export class Door {
  /** Whether a moderator has put one out, and has not let one in again. */
  isShut;
  /** @type {import("../live/call.js").CallRoom | undefined} */
  #room;
  #over = new AbortController();

  /** @param {import("./call.js").Place} place @param {boolean} isShut  as the page says @param {() => void} changed */
  constructor({ topic, other }, isShut, changed) {
    this.isShut = isShut || isPutOut(topic);
    const live = session();
    if (!live || other) return; // two people alone are neither recorded nor moderated
    const { store, release } = joinedCall(live.line, topic);
    const { signal } = this.#over;
    this.#room = store;
    const now = (/** @type {boolean} */ isShut) => {
      if (this.isShut && !isShut) letIn();
      this.isShut = isShut;
      changed();
    };
    store.addEventListener("change", () => now(false), { signal }); // who hears of it may come in
    store.addEventListener("revoked", (event) => now(this.isShut || /** @type {CustomEvent} */ (event).detail === "removed"), { signal });
    signal.addEventListener("abort", release);
  }

  get isRecorded() {
    return this.#room?.recording ?? false;
  }

  /** Nobody stands there any more. */
  end() {
    this.#over.abort();
  }
}
