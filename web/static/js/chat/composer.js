import { sends } from "fairmatch/chat/enter";
import { grow } from "fairmatch/chat/grow";
import { Mentions } from "fairmatch/chat/mentions";
import { clean, withMentions } from "fairmatch/chat/text";

/**
 * The field in which one writes: Enter sends, Shift+Enter begins a line, an @ calls somebody, the draft is kept.
 *
 * @typedef {import("../live/drafts.js").Draft} Draft
 * @typedef {object} Around
 * @property {(text: string) => void} send
 * @property {() => void} typed
 * @property {() => void} editLast  the arrow up in an empty field
 * @property {Draft | null} draft
 * @property {(draft: Draft) => void} keep
 * @property {import("./mentions.js").Near} near
 * @property {import("./mentions.js").Far} far
 */

export class Composer {
  /** @type {Record<string, string>} */
  #called = {};

  /** @param {HTMLFormElement} form  as kit/chat.html has it @param {HTMLElement} list  place for people to call @param {Around} around */
  constructor(form, list, around) {
    this.form = form;
    this.around = around;
    this.area = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
    const { near, far } = around;
    this.mentions = new Mentions(this.area, list, { near, far, picked: ({ id, name }) => (this.#called[name] = id) });
    this.#restore(around.draft);
    form.noValidate = true; // to press twice is no mistake: there is nothing more to send, and nothing to say about it
    form.addEventListener("submit", (event) => this.#submit(event));
    this.area.addEventListener("keydown", (event) => this.#key(event));
    this.area.addEventListener("input", () => this.#changed());
  }

  focus() {
    this.area.focus();
  }

  /** Nothing can be written, and here is why. @param {string} why  "" opens it again */
  close(why) {
    this.area.readOnly = Boolean(why);
    const place = this.form.querySelector(".composer-why") ?? this.form.appendChild(reason(`${this.area.id}-why`));
    place.textContent = why;
    /** @type {HTMLElement} */ (place).hidden = !why;
    for (const control of [this.area, this.form.querySelector(".composer-send")]) describe(control, why ? place.id : "");
    this.form.querySelector(".composer-send")?.setAttribute("aria-disabled", String(Boolean(why)));
  }

  /** @param {Draft | null} draft */
  #restore(draft) {
    // A text of its own: what came back because it could not be sent.
    if (!draft || (this.area.value && this.area.value !== draft.text)) return;
    this.area.value = draft.text;
    this.#called = draft.called;
    grow(this.area);
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const text = clean(this.area.value);
    if (!text || this.area.readOnly) return;
    this.around.send(withMentions(text, this.#called));
    this.area.value = "";
    this.#called = {};
    this.mentions.close();
    this.#changed();
    this.area.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.mentions.take(event)) return;
    if (event.key === "ArrowUp" && !this.area.value) {
      event.preventDefault();
      this.around.editLast();
    }
    if (!sends(event)) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  #changed() {
    grow(this.area);
    this.around.keep({ text: this.area.value, called: this.#called });
    if (this.area.value) this.around.typed();
  }
}

/** @param {string} id */
function reason(id) {
  return Object.assign(document.createElement("p"), { className: "composer-why", id });
}

/** @param {Element | null} control @param {string} id */
function describe(control, id) {
  if (id) control?.setAttribute("aria-describedby", id);
  else control?.removeAttribute("aria-describedby");
}
