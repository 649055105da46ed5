import { html, nothing, render } from "lit";
import { _ } from "fairmatch/i18n";
import { choose, chosen, devices, reason } from "fairmatch/call/devices";
import { Media } from "fairmatch/call/media";
import { Meter } from "fairmatch/call/meter";
import { reaches, roadsOf } from "fairmatch/call/reach";
import { lead } from "fairmatch/call/sounds";
import { streamOf } from "fairmatch/call/tiles";
import { icon } from "fairmatch/kit/icon";

/**
 * <fm-check data-servers="...">: microphone, camera, loudspeaker and the ways through the network, with a plain verdict.
 *
 * @typedef {import("./reach.js").Road} Road
 * @typedef {"waits" | "good" | "bad"} Result
 */

/** A voice this loud is heard. */
const HEARD = 0.25;

class FmCheck extends HTMLElement {
  #media = new Media();
  #meter = new Meter((level) => this.#hear(level));
  /** @type {Record<string, string>} */
  #wrong = {};
  /** @type {Map<Road, Result>} */
  #roads = new Map();
  #level = 0;
  #wasHeard = false;
  /** @type {MediaDeviceInfo[]} */
  #speakers = [];
  #begun = false;
  #ground = document.createElement("div");

  connectedCallback() {
    this.#ground = document.createElement("div");
    this.replaceChildren(this.#ground);
    this.#draw();
  }

  disconnectedCallback() {
    this.#meter.listen(null);
    this.#media.end();
  }

  async #begin() {
    this.#begun = true;
    this.#draw();
    await Promise.all([this.#open("microphone"), this.#open("camera"), this.#walk()]);
    this.#speakers = await devices("audiooutput");
    this.#draw();
  }

  /** @param {"microphone" | "camera"} kind */
  async #open(kind) {
    await this.#media.turnOn(kind).catch((error) => (this.#wrong[kind] = reason(error, kind)));
    if (!this.isConnected) return this.#media.end();
    if (kind === "microphone") this.#meter.listen(this.#media.tracks.microphone);
    this.#draw();
  }

  async #walk() {
    const roads = roadsOf(JSON.parse(this.dataset.servers ?? "[]"));
    for (const road of roads.keys()) this.#roads.set(road, "waits");
    this.#draw();
    await Promise.all([...roads].map(async ([road, server]) => {
      this.#roads.set(road, (await reaches(road, server).catch(() => false)) ? "good" : "bad");
      this.#draw();
    }));
  }

  /** @param {number} level */
  #hear(level) {
    this.#level = level;
    const meter = this.querySelector("meter");
    if (meter) meter.value = level;
    if (this.#wasHeard || level < HEARD) return;
    this.#wasHeard = true;
    this.#draw();
  }

  async #play() {
    const context = new AudioContext();
    const goal = context.createMediaStreamDestination();
    const tone = context.createOscillator();
    tone.frequency.value = 523;
    tone.connect(goal);
    tone.start();
    const player = new Audio();
    player.srcObject = goal.stream;
    lead(player);
    await player.play().catch(() => {});
    setTimeout(() => (player.pause(), void context.close()), 1_200);
  }

  #draw() {
    render(this.#begun ? this.#view() : this.#door(), this.#ground);
  }

  #door() {
    return html`<p>${_("The browser asks whether this page may use camera and microphone.")}</p>
      <p><button type="button" class="button button-primary" data-does="check" @click=${() => void this.#begin()}>${icon("activity")}<span>${_("Begin the check")}</span></button></p>`;
  }

  #view() {
    const { microphone, camera } = this.#media.tracks;
    return html`${this.#verdict()}<ul class="list call-checks">
      ${row(icon("mic"), _("Microphone"), this.#wrong.microphone ? "bad" : this.#wasHeard ? "good" : "waits",
        this.#wrong.microphone || html`${this.#wasHeard ? _("You are heard.") : _("Say something: the bar should move.")}
          ${microphone ? html`<meter class="call-level" min="0" max="1" value=${this.#level} aria-label=${_("How loud you are")}></meter>` : nothing}`)}
      ${row(icon("video"), _("Camera"), this.#wrong.camera ? "bad" : camera ? "good" : "waits",
        this.#wrong.camera || html`${camera ? html`<video class="call-check-picture" .srcObject=${streamOf(camera)} autoplay playsinline muted .muted=${true} aria-label=${_("Your picture, as in a mirror")}></video>` : _("The browser asks for it.")}`)}
      ${row(icon("volume-2"), _("Loudspeaker"), "", this.#speaker())}
      ${this.#roads.size === 0 ? row(icon("cable"), _("Ways through the network"), "", _("This server names no helpers outside: calls go directly, which most networks allow."))
        : [...this.#roads].map(([road, result]) => row(icon("cable"), roadName(road), result, roadWord(result)))}
    </ul>`;
  }

  #speaker() {
    return html`<div class="row">${this.#speakers.length > 1 ? html`<label class="visually-hidden" for="check-speaker">${_("Loudspeaker")}</label>
      <div class="field-box field-select"><select class="input" id="check-speaker" @change=${(/** @type {any} */ { target }) => choose({ speaker: target.value })}>
        ${this.#speakers.map(({ deviceId, label }) => html`<option value=${deviceId} ?selected=${deviceId === chosen().speaker}>${label}</option>`)}</select>${icon("chevron-down")}</div>` : nothing}
      <button type="button" class="button button-plain" @click=${() => void this.#play()}>${_("Play a sound")}</button></div>`;
  }

  #verdict() {
    const results = [...this.#roads.values()];
    const isBad = Boolean(this.#wrong.microphone);
    if (isBad) return verdict("bad", _("You would not be heard. What to do stands below."));
    if (results.includes("waits")) return verdict("waits", _("The network is being tried out."));
    if (results.length > 0 && !results.includes("good")) return verdict("bad", _("This network lets no call through. Try another one, such as your phone's, or ask whoever looks after it."));
    if (this.#wrong.camera) return verdict("good", _("Calls work here, without your picture."));
    return verdict("good", _("Calls should work here."));
  }
}

/** @param {Result} result @param {string} words */
function verdict(result, words) {
  return html`<p class="call-verdict is-${result}" role="status">${result === "bad" ? icon("circle-alert") : result === "good" ? icon("circle-check") : icon("loader")} <span>${words}</span></p>`;
}

/** @param {unknown} sign @param {string} label @param {Result | ""} result @param {unknown} about */
function row(sign, label, result, about) {
  return html`<li class="call-check-row">${sign}<div class="stack gap-2"><h2 class="minor">${label}</h2><div class="small">${about}</div></div>
    <span class="call-result is-${result}">${result === "good" ? html`${icon("circle-check")} ${_("works")}` : result === "bad" ? html`${icon("circle-alert")} ${_("does not work")}` : nothing}</span></li>`;
}

/** @param {Road} road */
function roadName(road) {
  if (road === "stun") return _("Directly to others");
  if (road === "udp") return _("Relayed, UDP");
  if (road === "tcp") return _("Relayed, TCP");
  return _("Relayed, TLS");
}

/** @param {Result} result */
function roadWord(result) {
  if (result === "waits") return _("Being tried out");
  return result === "good" ? _("Open in this network.") : _("Blocked in this network.");
}

customElements.define("fm-check", FmCheck);
