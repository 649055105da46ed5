/**
 * A call, as the media node tells it: who is in it, what they send, who speaks, and what one may do.
 *
 * Events: "change"; "sign" when somebody shows a hand, "reactions" when people react, "caption" when they write along, with it as detail; "revoked" when one has no part in it any more, with why as detail.
 *
 * @typedef {import("./topics.js").Store} Store
 * @typedef {import("./types-call.js").Participant} Participant
 * @typedef {import("./types-call.js").CallMay} CallMay
 * @typedef {import("./types-call.js").RecordingStopped} RecordingStopped
 */

/** Who is in it could not be said: it is asked again after about so long, then twice as long, and so on; in ms. */
const AGAIN_MS = 1_000;
const AGAIN_MOST_MS = 8_000;

/** @implements {Store} */
export class CallRoom extends EventTarget {
  /** @type {Participant[]} */
  participants = [];
  /** Ids of participants, the active speaker first. @type {string[]} */
  speakers = [];
  recording = false;
  /** What one answered who is asked to be recorded; null: nothing yet. @type {boolean | null} */
  agrees = null;
  /** The last recording, which nobody wished to end, or that ended just now; null: none, or another one runs.
   * @type {RecordingStopped & { heardAt: number } | null} */
  stopped = null;
  /** What one may do; null: not known yet. @type {CallMay | null} */
  may = null;
  /** What it belongs to: stage, booth, meeting ... */
  kind = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;
  #asked = 0;

  /** @param {() => void} rejoin  asks how the call is */
  constructor(rejoin) {
    super();
    this.rejoin = rejoin;
  }

  position() {
    return null;
  }

  /** Where it is not known who is in it now, those count who were. @param {any} state */
  recover({ snapshot }) {
    if (!snapshot) return;
    this.may = snapshot.may;
    this.kind = snapshot.kind;
    this.agrees = snapshot.agrees ?? null;
    if (snapshot.stopped) this.#hasStopped(snapshot.stopped);
    if (snapshot.known !== false) return this.#set(snapshot);
    clearTimeout(this.#again);
    const pause = Math.min(AGAIN_MS * 2 ** this.#asked++, AGAIN_MOST_MS);
    this.#again = setTimeout(this.rejoin, pause * (0.5 + Math.random()));
    this.dispatchEvent(new Event("change"));
  }

  /** @param {any} event */
  receive(event) {
    if (event.k === "call") this.#set(event.d);
    else if (event.k === "may") this.#mayNow(event.d);
    else if (event.k === "recording.stopped") {
      this.#hasStopped(event.d);
      this.dispatchEvent(new Event("change"));
    }
    else if (event.k === "sign" || event.k === "reactions" || event.k === "caption") this.dispatchEvent(new CustomEvent(event.k, { detail: event.d }));
  }

  /** @param {{ code: string, why?: string }} refusal */
  refuse({ why = "" }) {
    this.dispatchEvent(new CustomEvent("revoked", { detail: why }));
  }

  /** A role was given or taken away meanwhile. @param {CallMay} may */
  #mayNow(may) {
    this.may = may;
    this.dispatchEvent(new Event("change"));
  }

  /** One has answered. @param {boolean} agrees */
  answered(agrees) {
    this.agrees = agrees;
    this.dispatchEvent(new Event("change"));
  }

  /** Whoever comes back is told once more of what they know. @param {RecordingStopped} stopped */
  #hasStopped(stopped) {
    if (this.stopped?.recording !== stopped.recording) this.stopped = { ...stopped, heardAt: Date.now() };
  }

  /** @param {{ participants: Participant[], speakers: string[], recording: boolean }} state */
  #set({ participants, speakers, recording }) {
    clearTimeout(this.#again);
    this.#asked = 0;
    if (recording && !this.recording) this.stopped = null;
    if (!recording && this.recording) this.agrees = null; // the next one is another question
    Object.assign(this, { participants, speakers, recording });
    this.dispatchEvent(new Event("change"));
  }
}

const TO_ONESELF = new Set(["signal", "ring", "recording.answer"]);

/**
 * What others send to this person about calls. Events, with the message as detail: "signal", "ring",
 * "recording.answer".
 */
export class Signals extends EventTarget {
  /** @param {any} event */
  receive(event) {
    if (TO_ONESELF.has(event.k)) this.dispatchEvent(new CustomEvent(event.k, { detail: event.d }));
  }
}

/** The call of a topic, until it is released. Its state outlives whoever joined it first, so it is made here, where it
 * holds nothing of theirs: a door's page would be kept by the call that one enters through it.
 * @param {import("./line.js").Line} line @param {string} topic @returns {{ store: CallRoom, release: () => void }} */
export function joinedCall(line, topic) {
  return line.join(topic, () => new CallRoom(() => line.rejoin(topic)), 0);
}
