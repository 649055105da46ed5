import { html, nothing, render } from "lit";
import { _, decimal } from "fairmatch/i18n";
import { canCall, whyNoCalls } from "fairmatch/call/able";
import { speakerChoice } from "fairmatch/call/choices";
import { devices, lost, onDevices, reason } from "fairmatch/call/devices";
import { Media } from "fairmatch/call/media";
import { Meter } from "fairmatch/call/meter";
import { playing } from "fairmatch/call/playing";
import { portOf, reaches, reachesNode, roadsOf } from "fairmatch/call/reach";
import { measureSpeed } from "fairmatch/call/speed";
import { icon } from "fairmatch/kit/icon";

/**
 * <fm-check data-servers="..." data-engine="node">: microphone, camera, loudspeaker, the ways through the network and how
 * much goes through, with a plain verdict, which rests on what was tried. What it finds is kept with the person; the page
 * shows it in the frame "saved-checks".
 *
 * @typedef {import("./reach.js").Road} Road
 * @typedef {"waits" | "good" | "bad" | "untried"} Result
 * @typedef {"video" | "sound" | "text" | "untried"} Enough  what a connection is enough for, as the server says
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
  /** Of relays that answer those that do not lead to the media server. @type {Set<Road>} */
  #astray = new Set();
  #level = 0;
  #wasHeard = false;
  /** @type {MediaDeviceInfo[]} */
  #speakers = [];
  /** @type {import("./speed.js").Speed | null} */
  #speed = null;
  /** @type {Enough | "" | "failed"} */
  #enough = "";
  /** What is wrong, in the server's words for it: signaling/checks/rules.py. @type {string[]} */
  #troubles = [];
  #begun = false;
  #ground = document.createElement("div");
  /** @type {import("lit").RootPart | undefined} */
  #shown;

  #leaving = new AbortController();

  connectedCallback() {
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    this.#media.addEventListener("lost", (event) => this.#lose(/** @type {CustomEvent} */ (event).detail), { signal });
    onDevices(() => void (this.#begun && this.#listSpeakers()), signal);
    this.#ground = document.createElement("div");
    this.replaceChildren(this.#ground);
    this.#draw();
  }

  disconnectedCallback() {
    this.#leaving.abort();
    this.#meter.listen(null);
    this.#media.end();
    this.#shown?.setConnected(false);
  }

  async #begin() {
    this.#begun = true;
    this.#speed = null;
    this.#enough = "";
    this.#wrong = {};
    this.#draw();
    await Promise.all([this.#open("microphone"), this.#open("camera"), this.#walk()]);
    await this.#listSpeakers();
    if (this.isConnected) await this.#measure();
    this.#draw();
  }

  /** @param {import("./devices.js").Kind} kind */
  #lose(kind) {
    this.#wrong[kind] = lost(kind);
    this.#draw();
  }

  async #listSpeakers() {
    this.#speakers = await devices("audiooutput");
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
    const tried = [...this.#roads].filter(([, result]) => result !== "untried");
    const roads = Object.fromEntries(tried.map(([road, result]) => [road, result === "good"]));
    const found = { down_kbps: down, up_kbps: up, round_trip_ms: trip, microphone: Boolean(microphone), camera: Boolean(camera), roads };
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/check", { method: "POST", headers, redirect: "manual", body: JSON.stringify(found) });
    if (!answer.ok) throw new Error(`not kept: ${answer.status}`);
    const saved = /** @type {any} */ (document.getElementById("saved-checks"));
    if (saved?.src) void saved.reload();
    else saved?.setAttribute("src", "/check");
    const { verdict, troubles } = await answer.json();
    this.#troubles = troubles;
    return verdict;
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
    this.#astray.clear();
    const walks = [...roads].map(([road, server]) => this.#go(road, reaches(road, server).catch(() => false)));
    if (this.dataset.engine === "node") walks.unshift(this.#go("node", reachesNode().catch(() => null)));
    this.#draw();
    await Promise.all(walks);
    if (this.#roads.get("node") === "bad") await this.#walkOn(roads);
  }

  /** The media server's own port is blocked: whether the relays that answer lead on to it, as a call needs then.
   * @param {Map<Road, RTCIceServer>} roads */
  async #walkOn(roads) {
    const relays = [...roads].filter(([road]) => road !== "stun" && this.#roads.get(road) === "good");
    await Promise.all(relays.map(([road, relay]) => this.#go(road, reachesNode(relay).catch(() => null))));
    this.#astray = new Set(relays.map(([road]) => road).filter((road) => this.#roads.get(road) === "bad"));
    this.#draw();
  }

  /** @param {Road} road @param {Promise<boolean | null>} walk */
  async #go(road, walk) {
    this.#roads.set(road, "waits");
    const isOpen = await walk;
    this.#roads.set(road, isOpen === null ? "untried" : isOpen ? "good" : "bad");
    this.#draw();
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
    this.#shown = render(this.#begun ? this.#view() : this.#door(), this.#ground);
  }

  #door() {
    if (!canCall()) return verdict("bad", whyNoCalls()); // and nothing is kept: the network is not to blame
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
        this.#wrong.camera || html`${camera ? html`<video class="call-check-picture" .srcObject=${playing(camera)} autoplay playsinline muted .muted=${true} aria-label=${_("Your picture, as in a mirror")}></video>` : _("The browser asks for it.")}`)}
      ${row(icon("volume-2"), _("Loudspeaker"), "", speakerChoice("check-speaker", this.#speakers))}
      ${this.dataset.engine === "node" ? nothing : row(icon("cable"), _("Media server"), "untried", _("Calls of more than two go by LiveKit here, and the way there is not tried."))}
      ${inOrder(this.#roads).map(([road, result]) => row(icon("cable"), this.#roadName(road), result, this.#astray.has(road) ? _("The relay answers, but does not lead to the media server.") : roadWord(result)))}
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
    const isBlocked = results.includes("bad") && !results.includes("good");
    if (isBlocked) return verdict("bad", _("This network lets no call through. Try another one, such as your phone's, or ask whoever looks after it."));
    if (this.#enough === "failed") return verdict("bad", _("The measurement did not come to an end. Try again in a few minutes."));
    if (this.#troubles.includes("pairs")) return verdict("bad", _("This network lets at most calls of two through. Try another one, such as your phone's, or ask whoever looks after it."));
    if (this.#enough === "text") return verdict("bad", _("Too little goes through here for a call. Try a cable or another network, or write instead."));
    if (this.#enough === "untried") return verdict("untried", this.#untried());
    return verdict("good", [this.#good(), this.#detour()].join(" "));
  }

  /** What can be said where no call of more than two was tried. */
  #untried() {
    if (this.dataset.engine === "node") return _("The media server could not be tried now, so nobody knows whether calls work here. Try again in a few minutes.");
    if (this.#roads.size === 0) return _("How much goes through is known. Whether calls work here was not tried.");
    return _("A call of two finds a way here. Calls of more than two were not tried.");
  }

  #good() {
    if (this.#enough === "sound") return _("Enough for sound only: pictures would falter here.");
    if (this.#wrong.camera) return _("Calls work here, without your picture.");
    return _("Calls should work here.");
  }

  #detour() {
    if (this.#troubles.includes("only_443")) return _("They take a detour: only TLS on port 443 is open.");
    return this.#troubles.includes("detour") ? _("They take a detour (TCP or TLS), as UDP is blocked.") : "";
  }

  /** @param {Road} road */
  #roadName(road) {
    if (road === "node") return _("Media server, UDP");
    if (road === "stun") return _("Directly to others");
    if (road === "udp") return _("Relayed, UDP");
    if (road === "tcp") return _("Relayed, TCP");
    const url = [roadsOf(JSON.parse(this.dataset.servers ?? "[]")).get(road)?.urls ?? ""].flat()[0];
    return _("Relayed, TLS on port %(port)s", { port: portOf(url) });
  }
}

/** @param {Result} result @param {string} words */
function verdict(result, words) {
  const signs = { bad: "circle-alert", good: "circle-check", untried: "info", waits: "loader" };
  return html`<p class="call-verdict is-${result}" role="status">${icon(signs[result])} <span>${words}</span></p>`;
}

/** @param {unknown} sign @param {string} label @param {Result | ""} result @param {unknown} about */
function row(sign, label, result, about) {
  return html`<li class="call-check-row">${sign}<div class="stack gap-2"><h2 class="minor">${label}</h2><div class="small">${about}</div></div>
    <span class="call-result is-${result}">${result === "good" ? html`${icon("circle-check")} ${_("works")}` : result === "bad" ? html`${icon("circle-alert")} ${_("does not work")}` : result === "untried" ? html`${icon("info")} ${_("not tried")}` : nothing}</span></li>`;
}

/** As the server tells it later, see signaling/checks/shown.py. @param {number} kbits */
function mbits(kbits) {
  return kbits > 100_000 ? "> 100" : decimal(kbits / 1000);
}

/** From the straightest to the last that is left. @type {Road[]} */
const ORDER = ["node", "stun", "udp", "tcp", "tls", "tls443"];

/** @param {Map<Road, Result>} roads */
function inOrder(roads) {
  return [...roads].sort(([one], [other]) => ORDER.indexOf(one) - ORDER.indexOf(other));
}

/** @param {Result} result */
function roadWord(result) {
  if (result === "waits") return _("Being tried out");
  if (result === "untried") return _("The media server could not be tried now. Try again in a few minutes.");
  return result === "good" ? _("Open in this network.") : _("Blocked in this network.");
}

customElements.define("fm-check", FmCheck);
