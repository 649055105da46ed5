/**
 * <fm-recording>: a <video> and links into it: to chapters (".../file?at=65000#t=12"), and to its parts, which follow one
 * another. All of them are played here, not on a page of their own.
 */
class FmRecording extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
    this.#video?.addEventListener("ended", () => this.#goOn());
    this.#mark();
  }

  /** @param {Event} event */
  handleEvent(event) {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || !/^#t=\d+$/.test(new URL(link.href).hash)) return;
    event.preventDefault();
    this.#play(link);
  }

  get #video() {
    return this.querySelector("video");
  }

  /** @returns {HTMLAnchorElement[]} */
  get #parts() {
    return [...this.querySelectorAll(/** @type {"a"} */ (".recording-parts a[href*='#t=']"))];
  }

  get #at() {
    const { src = "" } = this.#video ?? {};
    return this.#parts.findIndex(({ href }) => fileOf(href) === fileOf(src));
  }

  /** @param {HTMLAnchorElement} link */
  #play({ href }) {
    const video = this.#video;
    if (!video) return;
    if (fileOf(href) === fileOf(video.src)) video.currentTime = Number(href.split("#t=")[1]);
    else video.src = href;
    void video.play();
    this.#mark();
  }

  #goOn() {
    const next = this.#parts[this.#at + 1];
    if (next) this.#play(next);
  }

  /** The part that plays. */
  #mark() {
    const at = this.#at;
    this.#parts.forEach((link, place) => (place === at ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
  }
}

/** @param {string} address */
function fileOf(address) {
  return address.split("#")[0];
}

customElements.define("fm-recording", FmRecording);
