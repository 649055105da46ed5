/** <photo-picker>: one button instead of the browser's field and another one; what is chosen is saved at once. */

class PhotoPicker extends HTMLElement {
  connectedCallback() {
    this.setAttribute("ready", "");
    this.addEventListener("change", () => this.querySelector("form")?.requestSubmit());
  }
}

customElements.define("photo-picker", PhotoPicker);
