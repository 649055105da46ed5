import { _ } from "fairmatch/i18n";
import { morphElements, visit } from "@hotwired/turbo";
import { toast } from "fairmatch/kit/toast";
import { MeetingRoom, ROOM_GRACE_MS } from "fairmatch/live/meeting";
import { session } from "fairmatch/live/start";

/**
 * <fm-meeting>: the room of a meeting. While it is in the document and open, one is there. Video is brought by others:
 * it goes into [data-media], for the topic that [data-meeting] names.
 */

/** How long one types on before the notes are sent, in ms. */
const NOTES_AFTER = 900;
/** Two minutes after the start the server knows who is missing; a little later the page asks, and not all pages at once. */
const MISSING_AFTER = 122_000;
/** So often it looks again while one is alone: who was missing, or could come in instead, may be here by then. In ms. */
const LOOK_EVERY = 10_000;

class FmMeeting extends HTMLElement {
  #leaving = new AbortController();
  #release = () => {};
  /** @type {ReturnType<typeof setTimeout>[]} */
  #timers = [];
  #looking = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  #typed = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  connectedCallback() {
    const live = session();
    const topic = this.getAttribute("topic");
    if (!live || !topic) return;
    this.#leaving = new AbortController();
    if (!this.hasAttribute("open")) return this.#comeBackAt(this.#moment("opens"));
    this.classList.add("fm-live");
    const { store, release } = live.line.join(topic, () => new MeetingRoom(topic, live.line), ROOM_GRACE_MS);
    this.#release = release;
    const { signal } = this.#leaving;
    store.addEventListener("change", () => this.#draw(store), { signal });
    store.addEventListener("notes", (event) => this.#show(/** @type {CustomEvent} */ (event).detail), { signal });
    store.addEventListener("files", () => this.#frame("meeting-files")?.reload(), { signal });
    store.addEventListener("changed", () => visit(location.href, { action: "replace" }), { signal });
    store.addEventListener("revoked", () => visit("/meetings"), { signal });
    this.#draw(store);
    this.#writeWith(live.line, topic);
    this.#at(this.#moment("starts"), () => this.#start());
    // Whoever comes later than that may be alone as well, and is known to be here in a moment.
    this.#lookAgain(store, Math.max(this.#moment("starts") + MISSING_AFTER - Date.now(), 0) + Math.random() * 3_000);
  }

  disconnectedCallback() {
    this.#leaving.abort();
    this.#release();
    this.#release = () => {};
    for (const timer of this.#timers) clearTimeout(timer);
    clearTimeout(this.#looking);
    clearTimeout(this.#typed);
  }

  /** @param {string} name */
  #moment(name) {
    return Date.parse(this.getAttribute(name) ?? "");
  }

  /** Load the page anew at a moment. @param {number} moment */
  #comeBackAt(moment) {
    this.#at(moment, () => visit(location.href, { action: "replace" }));
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

  /** Do something just after a moment, unless that is past. @param {number} moment @param {() => void} what */
  #at(moment, what) {
    const wait = moment - Date.now();
    if (wait > -1_000 && wait < 2 ** 31) this.#timers.push(setTimeout(what, Math.max(wait, 0) + 500));
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

  /** @param {import("../live/line.js").Line} line @param {string} topic */
  #writeWith(line, topic) {
    const text = this.#notes();
    text?.addEventListener("input", () => {
      clearTimeout(this.#typed);
      this.#typed = setTimeout(() => void this.#send(line, topic), NOTES_AFTER);
    }, { signal: this.#leaving.signal });
  }

  /** @param {import("../live/line.js").Line} line @param {string} topic */
  async #send(line, topic) {
    const text = this.#notes();
    if (!text) return;
    const sent = text.value;
    const answer = await line
      .request("meeting.note", { meeting: topic, text: sent, version: this.#version })
      .catch(() => null);
    if (!answer) return this.#say(_("Not saved yet: what you typed is still here."));
    this.#version = answer.version;
    if (answer.taken) return this.#say(_("Saved for everybody."));
    text.value = `${answer.text}\n${sent}`;
    this.#say(_("Somebody wrote at the same time: both texts are here."));
    void this.#send(line, topic);
  }

  /** @param {{ text: string, version: number }} notes */
  #show({ text, version }) {
    const field = this.#notes();
    if (!field || version <= this.#version || document.activeElement === field) return;
    field.value = text;
    this.#version = version;
  }

  get #version() {
    return Number(/** @type {HTMLInputElement | null} */ (this.querySelector("[data-version]"))?.value ?? 0);
  }

  set #version(version) {
    const field = /** @type {HTMLInputElement | null} */ (this.querySelector("[data-version]"));
    if (field) field.value = String(version);
  }

  /** @param {string} id */
  #frame(id) {
    return /** @type {(HTMLElement & { reload(): Promise<void> }) | null} */ (this.querySelector(`turbo-frame#${id}`));
  }

  #notes() {
    return /** @type {HTMLTextAreaElement | null} */ (this.querySelector("[data-notes]"));
  }

  /** @param {string} words */
  #say(words) {
    const place = this.querySelector("[data-notes-state]");
    if (place) place.textContent = words;
    else toast(words);
  }
}

customElements.define("fm-meeting", FmMeeting);
