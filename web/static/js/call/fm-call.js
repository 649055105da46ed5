import { html, nothing, render } from "lit";
import { _ } from "fairmatch/i18n";
import { canCall, whyNoCalls } from "fairmatch/call/able";
import { whyAlone } from "fairmatch/call/alone";
import { bar } from "fairmatch/call/bar";
import { captionsView } from "fairmatch/call/captions";
import { writeInstead } from "fairmatch/call/beside";
import { calls, current, interrupted, letGo, whereItGoesOn } from "fairmatch/call/current";
import { Door } from "fairmatch/call/door";
import { join, knock } from "fairmatch/call/joining";
import { Preview } from "fairmatch/call/preview";
import { recordedAtDoor, recordingView } from "fairmatch/call/recorded";
import { askFor } from "fairmatch/call/ringing";
import { stage } from "fairmatch/call/tiles";
import { icon } from "fairmatch/kit/icon";
import { toast } from "fairmatch/kit/toast";

/**
 * <fm-call topic="call:..." name="..." path="..." other="person id or nothing" room="room:..." publish="camera ...">:
 * the way into a call, and the call itself. It only shows what `fairmatch/call/current` holds.
 *
 * @typedef {import("./call.js").Place} Place
 */
/** Clocks of browsers and servers differ a little, in ms. */
const CLOCKS_MS = 3_000;

class FmCall extends HTMLElement {
  /** @type {Preview | null} */
  #preview = null;
  /** @type {Door | null} */
  #door = null;
  #joining = false;
  #pressed = false;
  #ground = document.createElement("div");
  /** @type {import("lit").RootPart | undefined} */
  #shown;
  #leaving = new AbortController();

  connectedCallback() {
    this.#leaving = new AbortController();
    calls.addEventListener("change", () => this.#draw(), { signal: this.#leaving.signal });
    // A page that Turbo kept has what was drawn in it, and nothing of what drew it.
    this.#ground = document.createElement("div");
    this.replaceChildren(this.#ground);
    this.#draw();
    const mine = this.#mine;
    if (mine) mine.place = this.place;
    else if (new URLSearchParams(location.search).has("answer")) void this.#answer();
    else if (this.#comesBack) void this.#join(false);
  }

  disconnectedCallback() {
    this.#leaving.abort();
    this.#leaveDoor();
    this.#shown?.setConnected(false); // videos that go on keep the whole page in memory
  }

  /** @returns {Place} */
  get place() {
    const { topic, name, path, other, room, ends, closes } = /** @type {any} */ ({ topic: "", name: "", path: "", other: "", room: "", ends: "", closes: "", ...this.dataset });
    return { topic, name, path, other, room, ends, closes, people: JSON.parse(this.dataset.people ?? "[]") };
  }

  get #mine() {
    const call = current();
    return call?.place.topic === this.dataset.topic ? call : null;
  }

  /** Whether this page was loaded anew out of its own call: what was on then. */
  get #comesBack() {
    const before = interrupted();
    return before && before.topic === this.dataset.topic ? before.on : null;
  }

  /** What the door opens at once; everything where nothing is said. Whoever speaks elsewhere now is not filmed here. */
  get #opens() {
    return whereItGoesOn(this.dataset.topic) ? { microphone: false, camera: false } : (this.#comesBack ?? undefined);
  }

  get #isClosed() {
    return Boolean(this.dataset.closes) && Date.now() >= Date.parse(this.dataset.closes ?? "") - CLOCKS_MS;
  }

  #draw() {
    const call = this.#mine;
    const comesIn = call && !this.classList.contains("is-in");
    this.classList.toggle("is-in", Boolean(call));
    if (call) {
      this.#leaveDoor();
      this.#show(this.#callView(call));
      if (comesIn && this.#pressed) this.#bringIntoView();
      return;
    }
    if (this.#isClosed) return this.#show(html`<p class="call-line">${_("The time is over, and the room is closed.")}</p>`);
    if (!canCall()) return this.#show(html`<p class="call-line" role="status">${whyNoCalls()}</p>`);
    this.#door ??= new Door(this.place, this.dataset.removed !== undefined, () => this.#draw());
    if (!this.#door.isShut) return this.#show(this.#doorView(this.#preview ?? this.#begin()));
    this.#preview?.end();
    this.#preview = null;
    this.#show(html`<p class="call-line" role="status">${_("A moderator has removed you from this call. You can join here once they let you in again.")}</p>`);
  }

  #leaveDoor() {
    this.#preview?.end();
    this.#door?.end();
    this.#preview = this.#door = null;
  }

  /** @param {unknown} view */
  #show(view) {
    const hadFocus = this.contains(document.activeElement);
    this.#shown = render(view, this.#ground);
    if (hadFocus && !this.contains(document.activeElement)) this.#keepFocus();
  }

  /** What was pressed is gone with all that it stood among. The keyboard goes on in what took its place, and not on a
   * button of that, which a key that is held down would press. */
  #keepFocus() {
    const place = /** @type {HTMLElement | null} */ (this.querySelector(".call-bar, .call-door") ?? this.querySelector(".call-line"));
    if (!place) return;
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }

  /** On a phone the button stands so far below the picture that what replaces both is out of sight. */
  #bringIntoView() {
    this.#pressed = false;
    const covered = parseFloat(getComputedStyle(document.documentElement).scrollPaddingBlockStart) || 0;
    if (this.getBoundingClientRect().top < covered) this.scrollIntoView({ block: "start" });
  }

  #begin() {
    const kinds = /** @type {any[]} */ (["microphone", "camera"].filter((kind) => this.dataset.publish?.split(" ").includes(kind)));
    const preview = new Preview(() => this.#preview === preview && this.#draw(), kinds, this.#opens);
    this.#preview = preview;
    void preview.start();
    knock(this.place, this.#leaving.signal);
    return preview;
  }

  /** @param {Preview} preview */
  #doorView(preview) {
    const elsewhere = current();
    const said = elsewhere ? _("You are in a call with %(name)s. Joining here leaves it.", { name: elsewhere.place.name }) : whereItGoesOn(this.dataset.topic);
    const note = html`${said ? html`<p class="quiet-line" role="status">${icon("info")} ${said}</p>` : nothing}${this.#door?.isRecorded ? recordedAtDoor(preview.kinds.length > 0) : nothing}`;
    const label = this.dataset.rings ? _("Call %(name)s", { name: this.place.name }) : _("Join");
    return preview.view({ join: () => void this.#press(), label, note, busy: this.#joining });
  }

  async #press() {
    this.#pressed = true;
    await this.#join(Boolean(this.dataset.rings));
  }

  async #answer() {
    history.replaceState(history.state, "", location.pathname);
    await this.#join(false);
  }

  /** @param {boolean} rings */
  async #join(rings) {
    const preview = this.#preview;
    if (!preview || this.#joining) return;
    this.#joining = true;
    this.#draw();
    // Browsers name their true addresses to pages that may use a device: connecting before that finds fewer ways.
    await preview.ready();
    const { place } = this;
    const isHere = this.#preview === preview;
    this.#preview = null;
    try {
      if (!isHere) return;
      this.#door?.end();
      this.#door = null;
      await join(place, preview.give());
      if (rings) askFor(place);
    } catch {
      letGo();
      toast(_("The call could not be reached. Try again in a moment."), { error: true });
    } finally {
      this.#joining = false;
      if (this.isConnected) this.#draw();
    }
  }

  /** @param {import("./call.js").Call} call */
  #callView(call) {
    return html`<div class="call">
      ${stage(call)}
      <div class="call-foot"><p class="call-line" role="status">${recordingView(call)}${
        call.signs.wrong || call.trouble || call.signs.said || whyAlone(call)}${writeInstead(call)}</p>
      ${call.sounds.isBlocked ? html`<p><button type="button" class="button button-primary" @click=${() => call.sounds.unblock()}>${icon("volume-2")}<span>${_("Turn the sound on")}</span></button></p>` : nothing}
      ${captionsView(call)}
      ${bar(call)}</div>
      ${call.measured ? quality(call.measured) : nothing}
    </div>`;
  }
}

/** In one word; what it is made of on a press, where that is known.
 * @param {NonNullable<import("./call.js").Call["measured"]>} measured */
function quality({ quality: word, lost, seconds = 0, bits, way }) {
  const words = { good: _("good"), fair: _("fair"), poor: _("poor") };
  if (lost === undefined) return html`<p class="call-quality is-${word}">${_("Connection")}: <span>${words[word]}</span></p>`;
  return html`<details class="call-quality is-${word}"><summary>${_("Connection")}: <span>${words[word]}</span></summary>
    <dl><div><dt>${_("Lost on the way")}</dt><dd>${Math.round(lost * 100)} %</dd></div>
      <div><dt>${_("There and back")}</dt><dd>${Math.round(seconds * 1000)} ms</dd></div>
      ${way ? html`<div><dt>${_("Way")}</dt><dd>${way === "direct" ? _("direct") : _("relay, %(way)s", { way: way.toUpperCase() })}</dd></div>` : nothing}
      ${bits ? html`<div><dt>${_("Room for your picture")}</dt><dd>${Math.round(bits / 1000)} kbit/s</dd></div>` : nothing}</dl></details>`;
}

customElements.define("fm-call", FmCall);
