/**
 * What waits for a person in meetings: the private topic says so whenever it changes.
 *
 * Events: "change", "reminder" (with the event's data as detail), "team" (what one's team is asked is, or may be, something
 * else).
 *
 * @typedef {import("./topics.js").Store} Store
 * @typedef {import("./types-meeting.js").NextMeeting} NextMeeting
 * @typedef {import("./types-meeting.js").StepIn} StepIn
 * @typedef {import("./types-meeting.js").MyMeetings} MyMeetings
 */

/** Meetings of a fair end at the same moment: what follows is asked for within so long afterwards, in ms. */
const SPREAD_MS = 60_000;
/** Where that is not known then, so long after. */
const AGAIN_MS = 60_000;

export class Mine extends EventTarget {
  /** Requests that wait for an answer; null: only the page knows. @type {number | null} */
  waiting = null;
  /** @type {NextMeeting | null} */
  next = null;
  /** The one after it. @type {NextMeeting | null} */
  following = null;
  /** Whether one would step in for somebody. @type {StepIn | null} */
  offer = null;
  /** Another one than a page was made with: what it shows is different by now. */
  mark = "";
  #version = -1;
  /** The end after which is asked what follows. */
  #asked = "";

  /** @param {import("./line.js").Line} line */
  constructor(line) {
    super();
    this.line = line;
    line.addEventListener("live", () => {
      this.dispatchEvent(new Event("team"));
      void this.ask();
    });
  }

  /** The meeting that runs or comes next: when one is over the one after it, at once. The server tells of no end by itself. */
  ahead(now = this.line.ground.now()) {
    if (!this.next || now < Date.parse(this.next.ends_at)) return this.next;
    this.#askWhatFollows(`${this.next.id} ${this.next.ends_at}`);
    return this.following;
  }

  /** Once; and later again where nobody answered, or where it is not over by the server's clock. @param {string} over */
  #askWhatFollows(over) {
    if (this.#asked === over) return;
    this.#asked = over;
    const { ground } = this.line;
    ground.after(ground.random() * SPREAD_MS, async () => {
      await this.ask();
      ground.after(AGAIN_MS, () => {
        if (this.#asked === over) this.#asked = "";
        if (!["idle", "stopped"].includes(this.line.state)) this.ahead(); // they are here still
      });
    });
  }

  /** @param {any} event */
  receive(event) {
    if (event.k === "meeting.reminder") this.dispatchEvent(new CustomEvent("reminder", { detail: event.d }));
    if (event.k === "meeting.team") this.dispatchEvent(new Event("team"));
    if (event.k !== "meetings" || event.v <= this.#version) return;
    this.#version = event.v;
    this.#set(event.d);
  }

  /** Changes of the time away are not told afterwards, so ask; what is told meanwhile is newer. Whether it is known now. */
  async ask() {
    this.#version = -1;
    const answer = await this.line.request("meetings.mine", {}).catch(() => null);
    if (answer && this.#version === -1) this.#set(answer);
    return Boolean(answer) || this.#version !== -1;
  }

  /** @param {MyMeetings} state */
  #set({ waiting, next, following, offer, mark }) {
    this.waiting = waiting;
    this.next = next;
    this.following = following;
    this.offer = offer;
    this.mark = mark;
    this.dispatchEvent(new Event("change"));
  }
}
