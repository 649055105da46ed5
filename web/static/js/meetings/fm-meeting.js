import { _ } from "fairmatch/i18n";
import { morphElements, visit } from "@hotwired/turbo";
import { toast } from "fairmatch/kit/toast";
import { keepTyped } from "fairmatch/kit/typed";
import { LiveError } from "fairmatch/live/errors";
import { MeetingRoom, ROOM_GRACE_MS } from "fairmatch/live/meeting";
import { session } from "fairmatch/live/start";
import { comeBackAfter, waitFor } from "fairmatch/meetings/moments";
import { Notes } from "fairmatch/meetings/notes";

/**
 * <fm-meeting>: the room of a meeting. While it is in the document and open, one is there. Video is brought by others:
 * it goes into [data-media], for the topic that [data-meeting] names.
 */

/** Two minutes after the start the server knows who is missing; a little later the page asks, and not all pages at once. */
const MISSING_AFTER = 122_000;
/** So often it looks again while one is alone: who was missing, or could come in instead, may be here by then. In ms. */
const LOOK_EVERY = 10_000;
/** What a server could not answer is asked again after so long, in ms. */
const AGAIN_AFTER = 2_000;
/** How often the page of a room was loaded anew that should have been open, or closed. It lasts: one page follows another without a load.
 * @type {Map<string | null, number>} */
const tries = new Map();
/** What somebody was writing when their page was loaded anew, by the room; they go on in it.
 * @type {Map<string, import("./notes.js").Kept>} */
const written = new Map();

class FmMeeting extends HTMLElement {
  #leaving = new AbortController();
  #release = () => {};
  /** @type {ReturnType<typeof setTimeout>[]} */
  #timers = [];
  #looking = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  /** @type {Notes | null} */
  #notes = null;

  connectedCallback() {
    const live = session();
    const topic = this.getAttribute("topic");
    if (!live || !topic) return;
    this.#leaving = new AbortController();
    this.classList.add("fm-live");
    this.#write(topic);
    this.#send(live.line, topic); // whoever prepares a meeting writes before its room opens
    if (!this.hasAttribute("open")) return Date.now() > this.#moment("ends") ? undefined : this.#comeBack("opens");
    if (Date.now() < this.#moment("closes")) tries.delete(topic);
    this.#comeBack("closes");
    const { store, release } = live.line.join(topic, () => new MeetingRoom(topic, live.line), ROOM_GRACE_MS);
    this.#release = release;
    const { signal } = this.#leaving;
    store.addEventListener("change", () => this.#draw(store), { signal });
    store.addEventListener("notes", (event) => this.#notes?.show(/** @type {CustomEvent} */ (event).detail), { signal });
    const read = () => this.#read(live.line, topic);
    store.addEventListener("entered", read, { signal }); // what was written between the page and now, or while one was away
    store.addEventListener("files", () => this.#frame("meeting-files")?.reload(), { signal });
    store.addEventListener("changed", () => this.#loadAnew(), { signal });
    store.addEventListener("revoked", () => void this.#leave(topic), { signal });
    this.#draw(store);
    read(); // a page from before, whose room one was in all the time, missed it as well
    this.#after(waitFor(this.#moment("starts")), () => this.#start());
    // Whoever comes later than that may be alone as well, and is known to be here in a moment.
    this.#lookAgain(store, Math.max(this.#moment("starts") + MISSING_AFTER - Date.now(), 0) + Math.random() * 3_000);
  }

  disconnectedCallback() {
    this.#leaving.abort();
    this.#release();
    this.#release = () => {};
    for (const timer of this.#timers) clearTimeout(timer);
    clearTimeout(this.#looking);
  }

  /** @param {string} name */
  #moment(name) {
    return Date.parse(this.getAttribute(name) ?? "");
  }

  /** Load the page anew once the room opens or closes. @param {"opens" | "closes"} what */
  #comeBack(what) {
    const moment = this.#moment(what);
    const [topic, isPast] = [this.getAttribute("topic"), moment <= Date.now()];
    this.#after(comeBackAfter(moment, tries.get(topic) ?? 0), () => {
      if (isPast) tries.set(topic, (tries.get(topic) ?? 0) + 1);
      this.#loadAnew();
    });
  }

  /** The page as it is now, with what is being written into it. */
  #loadAnew() {
    visit(location.href, { action: "replace" });
    keepTyped();
  }

  /** There is no room any more: the meeting's page says why, where one takes part in it still. @param {string} topic */
  async #leave(topic) {
    const page = topic.replace("meeting:", "/meetings/");
    const answer = await fetch(page, { headers: { accept: "text/html" } }).catch(() => null);
    if (!this.#leaving.signal.aborted) visit(answer?.ok ? page : "/meetings");
  }

  /** Notes that are being written outlast a page that is loaded anew, whatever loads it. @param {string} topic */
  #write(topic) {
    const field = /** @type {HTMLTextAreaElement | null} */ (this.querySelector("[data-notes]"));
    const number = /** @type {HTMLInputElement | null} */ (this.querySelector("[data-version]"));
    if (!field || !number) return;
    const notes = (this.#notes = new Notes(field, number, (words) => this.#say(words)));
    const kept = written.get(topic);
    written.delete(topic);
    if (kept) notes.goOn(kept);
    const { signal } = this.#leaving;
    let isHandedIn = false; // by the form: the page that comes answers that, with both texts where somebody else wrote
    field.form?.addEventListener("submit", () => (isHandedIn = true), { signal });
    const keep = (/** @type {Event} */ event) => {
      const { newBody } = /** @type {CustomEvent<{ newBody: HTMLElement }>} */ (event).detail;
      const room = newBody.querySelector("fm-meeting")?.getAttribute("topic");
      if (room === topic && !isHandedIn) written.set(topic, notes.keep());
    };
    document.addEventListener("turbo:before-render", keep, { signal });
  }

  /** What is written is saved while one writes. @param {import("fairmatch/live/line").Line} line @param {string} topic */
  #send(line, topic) {
    const { signal } = this.#leaving;
    this.#notes?.sendWith(({ text, version }) => line.request("meeting.note", { meeting: topic, text, version }), signal);
    line.addEventListener("live", () => void this.#notes?.send(), { signal });
    void this.#notes?.send();
  }

  /** Bring what the notes are now. @param {import("fairmatch/live/line").Line} line @param {string} topic */
  async #read(line, topic) {
    const { signal } = this.#leaving;
    try {
      this.#notes?.show(await line.request("meeting.written", { meeting: topic }));
    } catch (error) {
      if (!(error instanceof LiveError) || !error.retry || error.code === "closed") return; // who enters again reads again
      this.#after(error.after ?? AGAIN_AFTER, () => !signal.aborted && this.#read(line, topic));
    }
  }

  /**
   * Look who is missing and who could come in instead, until the meeting is over; once more when somebody has come.
   * @param {MeetingRoom} room @param {number} wait in ms @param {boolean} [wasAlone]
   */
  #lookAgain(room, wait, wasAlone = true) {
    if (Date.now() + wait > this.#moment("ends") || wait > 2 ** 31) return;
    this.#looking = setTimeout(async () => {
      const isAlone = room.count < 2;
      const arrived = isAlone || wasAlone ? await this.#look(room).catch(() => false) : true; // else it is asked for again
      if (!this.#leaving.signal.aborted) this.#lookAgain(room, LOOK_EVERY, isAlone || !arrived);
    }, wait);
  }

  /** Whether what was looked for arrived. @param {MeetingRoom} room */
  async #look(room) {
    const place = /** @type {HTMLElement | null} */ (this.querySelector("[data-look]"));
    if (!place) return true;
    const headers = { accept: "text/html", "turbo-frame": place.id };
    const signal = AbortSignal.timeout(LOOK_EVERY);
    const answer = await fetch(place.dataset.look ?? "", { headers, redirect: "error", signal });
    const brought = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(place.id) : null;
    if (!brought || this.#leaving.signal.aborted) return false;
    morphElements(place, brought);
    this.#draw(room);
    return true;
  }

  /** @param {number | null} wait in ms @param {() => void} what */
  #after(wait, what) {
    if (wait !== null) this.#timers.push(setTimeout(what, wait));
  }

  /** It begins: what is there from the start shows itself, and nothing is loaded anew under a call. */
  #start() {
    for (const each of this.querySelectorAll("[data-until-start]")) each.toggleAttribute("hidden", true);
    for (const each of this.querySelectorAll("[data-from-start]")) each.toggleAttribute("hidden", false);
  }

  /** @param {MeetingRoom} room */
  #draw(room) {
    const there = new Set(room.people.map(({ id }) => id));
    for (const place of this.querySelectorAll("[data-person]"))
      place.toggleAttribute("data-here", there.has(/** @type {HTMLElement} */ (place).dataset.person ?? ""));
    for (const place of this.querySelectorAll("[data-missing]")) // whoever was missing may have come
      place.toggleAttribute("hidden", (/** @type {HTMLElement} */ (place).dataset.missing ?? "").split(" ").every((id) => there.has(id)));
  }

  /** @param {string} id */
  #frame(id) {
    return /** @type {(HTMLElement & { reload(): Promise<void> }) | null} */ (this.querySelector(`turbo-frame#${id}`));
  }

  /** @param {string} words */
  #say(words) {
    const place = this.querySelector("[data-notes-state]");
    if (place) place.textContent = words;
    else toast(words);
  }
}

customElements.define("fm-meeting", FmMeeting);
