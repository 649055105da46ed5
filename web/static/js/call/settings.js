/** Other devices in the middle of a call: what is chosen here counts at once, and in the next call. */

import { html, nothing } from "lit";
import { _ } from "fairmatch/i18n";
import { blurTick, deviceSelect, speakerChoice } from "fairmatch/call/choices";
import { choose, chosen, devices, onDevices, reason } from "fairmatch/call/devices";
import { openDialog } from "fairmatch/call/dialog";
import { Programs } from "fairmatch/call/programs";
import { icon } from "fairmatch/kit/icon";

/** @typedef {import("./call.js").Call} Call @typedef {import("./devices.js").Kind} Kind */

/** @param {Call} call */
export function showDevices(call) {
  /** @type {Record<Kind | "speaker", MediaDeviceInfo[]>} */
  const found = { microphone: [], camera: [], speaker: [] };
  /** @type {Partial<Record<Kind, string>>} */
  const wrong = {};
  const take = async (/** @type {Kind} */ kind, /** @type {string} */ id) => {
    choose({ [kind]: id });
    wrong[kind] = "";
    await call.media.renew(kind).catch((error) => (wrong[kind] = reason(error, kind)));
    draw();
  };
  const part = (/** @type {Kind} */ kind, /** @type {string} */ label) => call.may(kind) ? html`<div class="call-part">
    <label class="field-label" for="call-other-${kind}">${label}</label>
    ${found[kind].length > 0 ? deviceSelect(`call-other-${kind}`, found[kind], inUse(call, kind), (id) => void take(kind, id))
      : html`<p class="small muted">${_("The browser names none. Turn it on first.")}</p>`}
    ${kind === "camera" ? blurTick(call.media.tracks.camera) : nothing}
    ${wrong[kind] ? html`<p class="field-error" role="alert">${icon("circle-alert")}<span>${wrong[kind]}</span></p>` : nothing}</div>` : nothing;
  const programs = new Programs(call, () => draw());
  const closing = new AbortController();
  const draw = openDialog(_("Devices"), () => html`<div class="stack gap-5">${part("microphone", _("Microphone"))}${part("camera", _("Camera"))}
    <div class="call-part"><span class="field-label">${_("Loudspeaker")}</span>
      ${speakerChoice("call-other-speaker", found.speaker, () => call.sounds.move())}</div>${programs.view()}</div>`, call.media, closing);
  const list = async () => {
    [found.microphone, found.camera, found.speaker] = await Promise.all([devices("audioinput"), devices("videoinput"), devices("audiooutput")]);
    draw();
  };
  onDevices(() => void list(), closing.signal);
  void list();
}

/** Which device is open, else which would be. @param {Call} call @param {Kind} kind */
function inUse({ media }, kind) {
  return media.tracks[kind]?.getSettings().deviceId ?? chosen()[kind];
}
