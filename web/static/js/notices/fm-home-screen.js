/** <fm-home-screen> says how Fairmatch gets onto the home screen of this very device, and has the button where there is one. */

import { canBePut, homeScreen, isOnHomeScreen, mustBeOnHomeScreen, putOnHomeScreen } from "fairmatch/kit/home-screen";

class FmHomeScreen extends HTMLElement {
  #left = new AbortController();

  connectedCallback() {
    this.#left = new AbortController();
    const { signal } = this.#left;
    homeScreen.addEventListener("change", () => this.#draw(), { signal });
    this.querySelector("button")?.addEventListener("click", () => void putOnHomeScreen(), { signal });
    this.#draw();
  }

  disconnectedCallback() {
    this.#left.abort();
  }

  #draw() {
    const way = isOnHomeScreen() ? "there" : mustBeOnHomeScreen() ? "apple" : canBePut() ? "offered" : "menu";
    for (const part of this.querySelectorAll("[data-way]")) {
      if (part instanceof HTMLElement) part.hidden = part.dataset.way !== way;
    }
  }
}

customElements.define("fm-home-screen", FmHomeScreen);
