/** <photo-picker>: one button instead of the browser's field and another one; what is chosen is saved at once, and while
 * it is on its way the button says so. */

import { smaller } from "fairmatch/people/smaller";

class PhotoPicker extends HTMLElement {
  connectedCallback() {
    this.setAttribute("ready", "");
    this.addEventListener("change", () => void this.#send());
    this.addEventListener("turbo:submit-end", () => this.#stop());
  }

  async #send() {
    const form = this.querySelector("form");
    const field = this.querySelector("input");
    const photo = field?.files?.[0];
    if (!form || !field || !photo || this.hasAttribute("sending")) return;
    this.#say("sending");
    const sent = await smaller(photo);
    if (sent !== photo) field.files = listOf(sent);
    form.requestSubmit();
  }

  /** Where it did not arrive, the same photo can be chosen again: a field that has it already says nothing. */
  #stop() {
    this.querySelector("form")?.reset();
    this.#say("");
  }

  /** @param {"sending" | ""} state */
  #say(state) {
    this.toggleAttribute("sending", state === "sending");
    const line = this.querySelector("[role=status]");
    if (line instanceof HTMLElement) line.textContent = (state && line.dataset[state]) || "";
  }
}

/** @param {File} file */
function listOf(file) {
  const made = new DataTransfer();
  made.items.add(file);
  return made.files;
}

customElements.define("photo-picker", PhotoPicker);
