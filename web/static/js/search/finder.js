/**
 * What may be meant, while one types: a list below the search box, walked through without leaving the box. It shows what
 * the server rendered; without this script the box is a form as any other.
 */

import { visit } from "@hotwired/turbo";
import { onPage } from "fairmatch/kit/page";

/** Pause in typing after which the server is asked, in ms. */
const PAUSE_MS = 90;

class Finder {
  /** @type {AbortController | null} */
  #asking = null;
  #timer = 0;
  #at = -1;

  /** @param {HTMLInputElement} box @param {HTMLElement} list @param {string} from */
  constructor(box, list, from) {
    this.box = box;
    this.list = list;
    this.from = from;
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-controls", list.id);
    box.setAttribute("aria-expanded", "false");
    box.addEventListener("input", () => this.#soon());
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the box keeps the focus
      this.#settle();
    });
    list.addEventListener("click", (event) => this.#go(event.target));
  }

  get options() {
    return /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll("[role=option]")]);
  }

  close() {
    this.#settle();
    this.#show("");
  }

  /** Ask no more: what somebody begins to choose from stays under their hand, however late an answer would come. */
  #settle() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#ask(), PAUSE_MS);
  }

  async #ask() {
    const typed = this.box.value;
    this.#asking?.abort();
    if (!typed.trim()) return this.#show("");
    this.#asking = new AbortController();
    try {
      const address = `${this.from}?${new URLSearchParams({ q: typed })}`;
      const answer = await fetch(address, { signal: this.#asking.signal, headers: { accept: "text/html" } });
      if (answer.ok) this.#show(await answer.text());
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) this.#show("");
    }
  }

  /** @param {string} html  rendered and escaped by our own server */
  #show(html) {
    this.list.innerHTML = html;
    const open = this.options.length > 0 && document.activeElement === this.box;
    this.list.hidden = !open;
    this.box.setAttribute("aria-expanded", String(open));
    this.#point(-1);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.list.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.#settle();
      this.#point(this.#at + step);
    } else if (event.key === "Enter" && this.#at >= 0) this.#go(this.options[this.#at]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  /** @param {number} at */
  #point(at) {
    const options = this.options;
    this.#at = options.length ? Math.max(-1, Math.min(at, options.length - 1)) : -1;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === this.#at)));
    const chosen = options[this.#at];
    if (chosen) {
      this.box.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else this.box.removeAttribute("aria-activedescendant");
  }

  /** @param {EventTarget | null} target */
  #go(target) {
    const option = target instanceof Element ? target.closest("[data-href]") : null;
    if (!(option instanceof HTMLElement) || !option.dataset.href) return;
    this.close();
    visit(option.dataset.href);
  }
}

onPage((body) => {
  // Choosing an order is enough where scripts run; the wide screen has the facets open.
  body.querySelectorAll("[data-sorting]").forEach((form) => form.setAttribute("data-eased", ""));
  const facets = body.querySelector("[data-facets]");
  if (facets instanceof HTMLDetailsElement && matchMedia("(min-width: 62rem)").matches) facets.open = true;
  const box = body.querySelector("[data-suggests]");
  const list = body.querySelector("#suggestions");
  if (!(box instanceof HTMLInputElement) || !(list instanceof HTMLElement) || box.getAttribute("role")) return;
  new Finder(box, list, box.dataset.suggests ?? "");
});
