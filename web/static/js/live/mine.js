/**
 * What waits for a person in meetings: the private topic says so whenever it changes.
 *
 * Events: "change", "reminder" (with the event's data as detail), "team" (what one's team is asked is, or may be, something
 * else).
 *
 * @typedef {import("./topics.js").Store} Store
 * @typedef {import("./types-meeting.js").NextMeeting} NextMeeting
 * @typedef {import("./types-meeting.js").StepIn} StepIn
 */

export class Mine extends EventTarget {
  /** Requests that wait for an answer; null: only the page knows. @type {number | null} */
  waiting = null;
  /** @type {NextMeeting | null} */
  next = null;
  /** Whether one would step in for somebody. @type {StepIn | null} */
  offer = null;
  #version = -1;

  /** @param {import("./line.js").Line} line */
  constructor(line) {
    super();
    this.line = line;
    line.addEventListener("live", () => void this.#ask());
  }

  /** @param {any} event */
  receive(event) {
    if (event.k === "meeting.reminder") this.dispatchEvent(new CustomEvent("reminder", { detail: event.d }));
    if (event.k === "meeting.team") this.dispatchEvent(new Event("team"));
    if (event.k !== "meetings" || event.v <= this.#version) return;
    this.#version = event.v;
    this.#set(event.d);
  }

  /** Changes of the time away are not told afterwards, so ask; what is told meanwhile is newer. */
  async #ask() {
    this.#version = -1;
    this.dispatchEvent(new Event("team"));
    const answer = await this.line.request("meetings.mine", {}).catch(() => null);
    if (answer && this.#version === -1) this.#set(answer);
  }

  /** @param {{ waiting: number, next: NextMeeting | null, offer: StepIn | null }} state */
  #set({ waiting, next, offer }) {
    this.waiting = waiting;
    this.next = next;
    this.offer = offer;
    this.dispatchEvent(new Event("change"));
  }
}
