import { html, nothing, render } from "lit";
import { _, decimal } from "fairmatch/i18n";
import { speakerChoice } from "fairmatch/call/choices";
import { devices, reason } from "fairmatch/call/devices";
import { Media } from "fairmatch/call/media";
import { Meter } from "fairmatch/call/meter";
import { reaches, roadsOf } from "fairmatch/call/reach";
import { measureSpeed } from "fairmatch/call/speed";
import { streamOf } from "fairmatch/call/tiles";
import { icon } from "fairmatch/kit/icon";

/**
 * <fm-check data-servers="...">: microphone, camera, loudspeaker, the ways through the network and how much goes through,
 * with a plain verdict. What it finds is kept with the person; the page shows it in the frame "saved-checks".
 *
 * @typedef {import("./reach.js").Road} Road
 * @typedef {"waits" | "good" | "bad"} Result
 * @typedef {"video" | "sound" | "text"} Enough  what a connection is enough for, as the server says
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
  /** @type {import("./speed.js").Speed | null} */
  #speed = null;
  /** @type {Enough | "" | "failed"} */
  #enough = "";
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
    this.#speed = null;
    this.#enough = "";
    this.#wrong = {};
    this.#draw();
    await Promise.all([this.#open("microphone"), this.#open("camera"), this.#walk()]);
    this.#speakers = await devices("audiooutput");
    this.#draw();
    if (this.isConnected) await this.#measure();
    this.#draw();
  }

  async #measure() {
    try {
      this.#speed = await measureSpeed();
      this.#draw();
      this.#enough = await this.#keep(this.#speed);
    } catch {
      this.#enough = "failed";
    }
  }

  /** @param {import("./speed.js").Speed} speed @returns {Promise<Enough>} */
  async #keep({ down, up, trip }) {
    const { microphone, camera } = this.#media.tracks;
    const roads = Object.fromEntries([...this.#roads].map(([road, result]) => [road, result === "good"]));
    const found = { down_kbps: down, up_kbps: up, round_trip_ms: trip, microphone: Boolean(microphone), camera: Boolean(camera), roads };
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/check", { method: "POST", headers, redirect: "manual", body: JSON.stringify(found) });
    if (!answer.ok) throw new Error(`not kept: ${answer.status}`);
    const saved = /** @type {any} */ (document.getElementById("saved-checks"));
    if (saved?.src) void saved.reload();
    else saved?.setAttribute("src", "/check");
    return (await answer.json()).verdict;
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
      ${row(icon("volume-2"), _("Loudspeaker"), "", speakerChoice("check-speaker", this.#speakers))}
      ${this.#roads.size === 0 ? row(icon("cable"), _("Ways through the network"), "", _("This server names no helpers outside: calls go directly, which most networks allow."))
        : [...this.#roads].map(([road, result]) => row(icon("cable"), roadName(road), result, roadWord(result)))}
      ${row(icon("gauge"), _("How much goes through"), this.#enough === "failed" || this.#enough === "text" ? "bad" : this.#enough ? "good" : "waits", this.#through())}
    </ul>${this.#enough ? html`<p class="call-again"><button type="button" class="button button-plain" @click=${() => void this.#begin()}>${icon("refresh-cw")}<span>${_("Check again")}</span></button></p>` : nothing}`;
  }

  #through() {
    if (this.#speed) {
      const { down, up, trip } = this.#speed;
      return html`<span class="figures">${_("%(down)s Mbit/s in, %(up)s out, %(trip)s ms there and back", { down: mbits(down), up: mbits(up), trip })}</span>`;
    }
    return this.#enough === "failed" ? _("The measurement did not come to an end. Try again in a few minutes.") : _("Measured last, against this server.");
  }

  #verdict() {
    const results = [...this.#roads.values()];
    const isBad = Boolean(this.#wrong.microphone);
    if (isBad) return verdict("bad", _("You would not be heard. What to do stands below."));
    if (results.includes("waits") || !this.#enough) return verdict("waits", _("The network is being tried out."));
    if (results.length > 0 && !results.includes("good")) return verdict("bad", _("This network lets no call through. Try another one, such as your phone's, or ask whoever looks after it."));
    if (this.#enough === "failed") return verdict("bad", _("The measurement did not come to an end. Try again in a few minutes."));
    if (this.#enough === "text") return verdict("bad", _("Too little goes through here for a call. Try a cable or another network, or write instead."));
    if (this.#enough === "sound") return verdict("good", _("Enough for sound only: pictures would falter here."));
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

/** As the server tells it later, see signaling/checks/shown.py. @param {number} kbits */
function mbits(kbits) {
  return kbits > 100_000 ? "> 100" : decimal(kbits / 1000);
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
