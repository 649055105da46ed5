/**
 * <fm-recording>: a <video> and links to its chapters (".../file#t=12"). A chapter is played here, not on a page of its own.
 */
class FmRecording extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  /** @param {Event} event */
  handleEvent(event) {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const at = link ? new URL(link.href).hash.match(/^#t=(\d+)$/) : null;
    const video = this.querySelector("video");
    if (!at || !video) return;
    event.preventDefault();
    video.currentTime = Number(at[1]);
    void video.play();
  }
}

customElements.define("fm-recording", FmRecording);
