import { html, nothing, render } from "lit";
import { _ } from "fairmatch/i18n";
import { session } from "fairmatch/live/start";

/**
 * <fm-connection>: one quiet line that says whether the page is live, and if not, what is safe.
 *
 * @typedef {import("../live/line.js").Line} Line
 */

/** Breaks shorter than this are nobody's business, in ms. */
const PATIENCE_MS = 2_000;

class FmConnection extends HTMLElement {
  #leaving = new AbortController();
  #patience = 0;

  connectedCallback() {
    const line = session()?.line;
    if (!line) return;
    this.replaceChildren();
    this.#leaving = new AbortController();
    line.addEventListener("state", () => this.#changed(line), { signal: this.#leaving.signal });
    this.#changed(line);
  }

  disconnectedCallback() {
    this.#leaving.abort();
    clearTimeout(this.#patience);
  }

  /** @param {Line} line */
  #changed(line) {
    clearTimeout(this.#patience);
    this.dataset.state = line.state;
    this.dataset.connection = line.connection;
    const isBreak = line.state === "reconnecting" || line.state === "connecting";
    if (isBreak) this.#patience = window.setTimeout(() => this.#draw(line), PATIENCE_MS);
    else this.#draw(line);
  }

  /** @param {Line} line */
  #draw(line) {
    const { kind, words, act } = told(line);
    render(html`<p class="connection connection-${kind}" role="status"><span class="dot" aria-hidden="true"></span>
      <span>${words}</span>${act ? html` <button type="button" class="link-button" @click=${act.run}>${act.word}</button>` : nothing}</p>`, this);
  }
}

/** @param {Line} line @returns {{ kind: string, words: string, act?: { word: string, run: () => void } }} */
function told(line) {
  if (line.state === "live") return { kind: "live", words: _("Connected") };
  if (line.state === "offline") return { kind: "offline", words: _("You are offline. What you write is kept and sent later.") };
  if (line.state !== "stopped") return { kind: "reconnecting", words: _("Connecting again. What you write is kept.") };
  const again = { word: _("Try again"), run: () => line.resume() };
  const reload = { word: _("Reload"), run: () => location.reload() };
  if (line.stop === "version") return { kind: "offline", words: _("There is a new version of this page. What you wrote is kept."), act: reload };
  if (line.stop === "tabs") return { kind: "offline", words: _("Too many tabs are open. Close some of them."), act: again };
  if (line.stop === "ended") return { kind: "offline", words: _("You were signed out.") };
  return { kind: "offline", words: _("The connection was refused. What you write is kept."), act: again };
}

customElements.define("fm-connection", FmConnection);
