/** Another program in one's place: an encoder such as OBS that sends into the call (WHIP), or a player that shows it (WHEP). */

import { html, nothing } from "lit";
import { _ } from "fairmatch/i18n";
import { icon } from "fairmatch/kit/icon";
import { toast } from "fairmatch/kit/toast";

/** @typedef {import("./call.js").Call} Call @typedef {"whip" | "whep"} Way */

export class Programs {
  /** What was made last. @type {{ way: Way, path: string, token: string } | null} */
  #made = null;

  /** @param {Call} call @param {() => void} changed */
  constructor(call, changed) {
    this.call = call;
    this.changed = changed;
  }

  /** The template; nothing, where only our own page takes part. */
  view() {
    const { call } = this;
    if (!call.takesPrograms) return nothing;
    const sends = call.may("camera") || call.may("microphone");
    return html`<details class="call-programs"><summary>${_("With another program")}</summary>
      <div class="stack gap-4">
        <p class="small">${sends ? _("An encoder such as OBS sends into this call in your name (WHIP); a player shows it (WHEP).") : _("A player shows this call (WHEP).")}</p>
        <div class="row">${sends ? this.#button("whip", _("Address for an encoder")) : nothing}${call.room.may?.listen ? this.#button("whep", _("Address for a player")) : nothing}</div>
        ${this.#made ? this.#madeView(this.#made) : nothing}
      </div></details>`;
  }

  /** @param {Way} way @param {string} label */
  #button(way, label) {
    return html`<button type="button" class="button button-plain" data-makes=${way} aria-pressed=${this.#made?.way === way} @click=${() => void this.#make(way)}>${label}</button>`;
  }

  /** @param {{ path: string, token: string }} made */
  #madeView({ path, token }) {
    return html`${field("call-program-address", _("Address"), "text", new URL(path, location.href).href)}
      ${field("call-program-token", _("Token (bearer)"), "password", token)}
      <p class="small muted">${_("Whoever has this token takes part as you, for seven days and as long as you may: keep it to yourself.")}</p>`;
  }

  /** @param {Way} way */
  async #make(way) {
    const { place, live } = this.call;
    try {
      this.#made = { way, ...(await live.line.request("call.token", { call: place.topic, way })) };
    } catch {
      toast(_("The call could not be reached. Try again in a moment."), { error: true });
    }
    this.changed();
  }
}

/** Something to be copied; the token is not shown, since a screen may be shared.
 * @param {string} id @param {string} label @param {"text" | "password"} type @param {string} value */
function field(id, label, type, value) {
  return html`<div class="call-part"><label class="field-label" for=${id}>${label}</label><div class="call-choice">
    <div class="field-box"><input class="input" id=${id} type=${type} autocomplete="off" readonly .value=${value}></div>
    <button type="button" class="button button-plain" aria-describedby=${id} @click=${() => void copy(id)}>${icon("copy")}<span>${_("Copy")}</span></button></div></div>`;
}

/** @param {string} id */
async function copy(id) {
  const input = /** @type {HTMLInputElement} */ (document.getElementById(id));
  input.select();
  const isCopied = await navigator.clipboard?.writeText(input.value).then(() => true, () => false);
  toast(isCopied ? _("Copied.") : _("It is selected: copy it by keyboard."));
}
