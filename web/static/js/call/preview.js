import { html, nothing } from "lit";
import { _ } from "fairmatch/i18n";
import { blurTick, deviceSelect, speakerChoice } from "fairmatch/call/choices";
import { choose, chosen, devices, lost, onDevices, reason } from "fairmatch/call/devices";
import { Media } from "fairmatch/call/media";
import { Meter } from "fairmatch/call/meter";
import { playing } from "fairmatch/call/playing";
import { icon } from "fairmatch/kit/icon";

/** @typedef {import("./devices.js").Kind} Kind */

/** A question of the browser can stand there for ever, in ms. */
const OPENING_MS = 8_000;

/** Camera and microphone before one comes in: seen, heard, chosen. */
export class Preview {
  media = new Media();
  level = 0;
  /** @type {Record<Kind, string>} */
  wrong = { microphone: "", camera: "" };
  /** @type {Record<Kind, MediaDeviceInfo[]>} */
  #devices = { microphone: [], camera: [] };
  /** @type {MediaDeviceInfo[]} */
  #speakers = [];
  #meter = new Meter((level) => this.#hear(level));
  #over = new AbortController();
  /** @type {Promise<void> | undefined} */
  #opening;

  /** @param {() => void} changed @param {Kind[]} kinds  what one may send @param {Record<Kind, boolean>} [on]  what
   * is opened at once; everything unless one comes back */
  constructor(changed, kinds, on = { microphone: true, camera: true }) {
    this.changed = changed;
    this.on = on;
    this.kinds = kinds;
    const { signal } = this.#over;
    this.media.addEventListener("change", () => this.#follow(), { signal });
    this.media.addEventListener("lost", (event) => this.#lose(/** @type {CustomEvent} */ (event).detail), { signal });
    onDevices(() => void this.#list(), signal);
  }

  /** Open everything, once. */
  start() {
    this.#opening ??= Promise.all(this.kinds.filter((kind) => this.on[kind]).map((kind) => this.#open(kind))).then(() => this.#list());
    return this.#opening;
  }

  /** When the devices have answered, or somebody has waited long enough for them: what opens later joins later. */
  async ready() {
    await Promise.race([this.start(), new Promise((resolve) => setTimeout(resolve, OPENING_MS))]);
  }

  /** Hand over what is open: it belongs to the call from now on. @returns {Media} */
  give() {
    this.#end();
    return this.media;
  }

  /** Let go of everything. */
  end() {
    this.#end();
    this.media.end();
  }

  #end() {
    this.#over.abort();
    this.#meter.listen(null);
  }

  /** @param {Kind} kind */
  async #open(kind) {
    this.wrong[kind] = "";
    try {
      await this.media.turnOn(kind);
    } catch (error) {
      this.wrong[kind] = reason(error, kind);
    }
    this.changed();
  }

  /** @param {Kind} kind */
  #lose(kind) {
    this.wrong[kind] = lost(kind);
    this.changed();
  }

  async #list() {
    this.#devices = { microphone: await devices("audioinput"), camera: await devices("videoinput") };
    this.#speakers = await devices("audiooutput");
    this.changed();
  }

  #follow() {
    this.#meter.listen(this.media.isOn("microphone") ? this.media.tracks.microphone : null);
    this.changed();
  }

  /** @param {number} level */
  #hear(level) {
    this.level = level;
    for (const meter of document.querySelectorAll(".call-level")) if (meter instanceof HTMLMeterElement) meter.value = level;
  }

  /** @param {Kind} kind @param {string} id */
  async #choose(kind, id) {
    choose({ [kind]: id });
    await this.media.renew(kind).catch((error) => (this.wrong[kind] = reason(error, kind)));
    this.changed();
  }

  /** @param {Kind} kind */
  #toggle(kind) {
    if (this.media.isOn(kind)) this.media.turnOff(kind);
    else void this.#open(kind).then(() => this.#list());
  }

  /** The template. @param {{ join: () => void, label: string, note?: unknown, busy: boolean }} door */
  view({ join, label, note = nothing, busy }) {
    const picture = this.media.isOn("camera") ? this.media.tracks.camera : null;
    const sends = this.kinds.length > 0;
    return html`<div class="call-preview">
      ${sends ? html`<div class="call-mirror">${picture
        ? html`<video .srcObject=${playing(picture)} autoplay playsinline muted .muted=${true} aria-label=${_("Your picture, as in a mirror")}></video>`
        : html`<p class="call-dark">${icon("video-off")} ${_("The camera is off")}</p>`}</div>` : nothing}
      <div class="call-door" role="group" aria-label=${label}>
        ${note}
        ${this.kinds.includes("microphone") ? this.#part("microphone", _("Microphone")) : nothing}
        ${this.kinds.includes("camera") ? this.#part("camera", _("Camera")) : nothing}
        <div class="call-part"><span class="field-label">${_("Loudspeaker")}</span>${speakerChoice("call-speaker", this.#speakers)}</div>
        ${sends ? nothing : html`<p class="muted">${_("You watch and listen here. Nobody sees or hears you.")}</p>`}
        <div class="form-actions"><button type="button" class="button button-primary" data-does="join" aria-busy=${String(busy)} @click=${join}>${icon("phone")}<span>${label}</span></button></div>
        <p class="small"><a class="link" href="/check">${_("Check camera, sound and connection")}</a></p>
      </div>
    </div>`;
  }

  /** @param {Kind} kind @param {string} label */
  #part(kind, label) {
    const on = this.media.isOn(kind);
    const word = kind === "camera" ? (on ? _("Join without camera") : _("Turn the camera on")) : on ? _("Join muted") : _("Turn the microphone on");
    return html`<div class="call-part">
      <label class="field-label" for="call-${kind}">${label}</label>
      <div class="call-choice">
        ${deviceSelect(`call-${kind}`, this.#devices[kind], chosen()[kind], (id) => void this.#choose(kind, id))}
        <button type="button" class="button button-plain" data-does=${kind} @click=${() => this.#toggle(kind)}>${word}</button>
      </div>
      ${kind === "camera" ? blurTick(this.media.tracks.camera) : nothing}
      ${kind === "microphone" && on ? html`<meter class="call-level" min="0" max="1" value=${this.level} aria-label=${_("How loud you are")}></meter>` : nothing}
      ${this.wrong[kind] ? html`<p class="field-error" role="alert">${icon("circle-alert")}<span>${this.wrong[kind]}</span></p>` : nothing}
    </div>`;
  }
}
