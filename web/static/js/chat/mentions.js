import { html, nothing, render } from "lit";
import { _, ngettext } from "fairmatch/i18n";
import { composes } from "fairmatch/chat/enter";
import { avatar } from "fairmatch/kit/avatar";

/**
 * The list of people that opens after an @ in a text field, and is walked through without leaving the field.
 *
 * @typedef {{ id: string, name: string, photo?: string | null, organisation?: string | null }} Person
 * @typedef {(q: string) => Person[]} Near  people who are known here, at once
 * @typedef {(q: string) => Promise<Person[]>} Far  people whom the server knows
 */

/** An @ at the start of a word, and what was typed after it: up to three words, since names have spaces. */
const CALL = /(?:^|[\s(])@((?:[\p{L}\p{N}'’.-]+ ?){0,3})$/u;
/** Pause in typing after which the server is asked, in ms. */
const PAUSE_MS = 150;
const MOST = 8;

export class Mentions {
  /** @type {Person[]} */
  #people = [];
  #at = 0;
  #asked = 0;
  /** Whether what is typed now is the list's own doing. */
  #isPicking = false;

  /**
   * @param {HTMLTextAreaElement} area
   * @param {HTMLElement} place  empty, for the list
   * @param {{ near: Near, far: Far, picked: (person: Person) => void }} around
   */
  constructor(area, place, around) {
    this.area = area;
    this.place = place;
    this.around = around;
    area.setAttribute("aria-autocomplete", "list");
    area.addEventListener("input", () => void this.#look());
    area.addEventListener("blur", () => this.close());
  }

  get isOpen() {
    return this.#people.length > 0;
  }

  close() {
    this.#asked++;
    this.#show([]);
  }

  /** A key in the field that is the list's. @param {KeyboardEvent} event @returns {boolean} whether it was */
  take(event) {
    if (!this.isOpen || composes(event)) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#point(this.#at + step);
    else if (event.key === "Enter" || event.key === "Tab") this.#pick(this.#people[this.#at]);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    return true;
  }

  async #look() {
    const q = this.#isPicking ? null : this.#called();
    const turn = ++this.#asked;
    if (q === null) return this.#show([]);
    const near = this.around.near(q);
    if (isWhole(q, near)) return this.#show([]);
    this.#show(near);
    if (!q) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (turn !== this.#asked) return;
    const far = await this.around.far(q).catch(() => []);
    if (turn === this.#asked) this.#show(each([...near, ...far]), this.#people[this.#at]?.id);
  }

  /** What was typed after an @, or null. */
  #called() {
    const { selectionStart, selectionEnd, value } = this.area;
    if (selectionStart !== selectionEnd) return null;
    return CALL.exec(value.slice(0, selectionStart))?.[1].trimStart() ?? null;
  }

  /** @param {Person[]} people @param {string} [pointed]  id */
  #show(people, pointed) {
    this.#people = people.slice(0, MOST);
    this.#at = Math.max(0, this.#people.findIndex(({ id }) => id === pointed));
    this.#draw();
  }

  /** @param {number} to */
  #point(to) {
    this.#at = (to + this.#people.length) % this.#people.length;
    this.#draw();
  }

  #draw() {
    const id = `${this.area.id}-people`;
    render(this.isOpen ? this.#list(id) : nothing, this.place);
    if (this.isOpen) {
      this.area.setAttribute("aria-controls", id);
      this.area.setAttribute("aria-activedescendant", `${id}-${this.#at}`);
    } else {
      this.area.removeAttribute("aria-controls");
      this.area.removeAttribute("aria-activedescendant");
    }
  }

  /** @param {string} id */
  #list(id) {
    const found = ngettext("%(num)s person found, choose with the arrow keys", "%(num)s people found, choose with the arrow keys", this.#people.length);
    return html`<ul class="mention-list" id=${id} role="listbox" aria-label=${_("People to mention")}>${this.#people.map((person, index) =>
      html`<li role="option" id="${id}-${index}" aria-selected=${index === this.#at} class="mention-option"
          @pointerdown=${(/** @type {Event} */ event) => event.preventDefault()} @click=${() => this.#pick(person)}>
        ${avatar({ ...person, photo: person.photo ?? "", size: "small" })}
        <span class="mention-who"><bdi>${person.name}</bdi>${person.organisation ? html` <small>${person.organisation}</small>` : nothing}</span></li>`)}</ul>
      <p class="visually-hidden" role="status">${found}</p>`;
  }

  /** @param {Person} person */
  #pick(person) {
    const q = this.#called() ?? "";
    const end = this.area.selectionStart;
    const start = this.area.value.lastIndexOf("@", end - q.length - 1);
    this.around.picked(person);
    this.area.setRangeText(`@${person.name} `, start, end, "end");
    this.#isPicking = true;
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
    this.#isPicking = false;
  }
}

/** Whether somebody's whole name was typed, and a space: there is nothing to choose any more, and Enter sends.
 * @param {string} q @param {Person[]} people */
function isWhole(q, people) {
  return people.length === 1 && q === `${people[0].name} `;
}

/** @param {Person[]} people @returns {Person[]} each once */
function each(people) {
  return [...new Map(people.map((person) => [person.id, person])).values()];
}
