/** Choosing among this machine's devices: at the check, at the door of a call, and in it. Templates for Lit. */

import { html, nothing } from "lit";
import { _ } from "fairmatch/i18n";
import { blur, canBlur, choose, chosen } from "fairmatch/call/devices";
import { lead } from "fairmatch/call/sounds";
import { icon } from "fairmatch/kit/icon";

/** A short tone, in Hz and ms. */
const TONE_HZ = 523;
const SOUNDS_MS = 1_200;

/** Nothing, where there is none. @param {string} id @param {MediaDeviceInfo[]} devices @param {string} now  the id of the chosen one
 * @param {(id: string) => void} take @param {string} [label]  where no label stands beside it */
export function deviceSelect(id, devices, now, take, label) {
  if (devices.length === 0) return nothing;
  return html`<div class="field-box field-select"><select class="input" id=${id} aria-label=${label ?? nothing} @change=${(/** @type {any} */ { target }) => take(target.value)}>
    ${devices.map(({ deviceId, label }) => html`<option value=${deviceId} ?selected=${deviceId === now}>${label}</option>`)}
  </select>${icon("chevron-down")}</div>`;
}

/** The loudspeaker, where there are several or the browser has a window for it, and whether one hears it.
 * @param {string} id @param {MediaDeviceInfo[]} speakers @param {() => void} [moved]  another one was chosen */
export function speakerChoice(id, speakers, moved = () => {}) {
  const take = (/** @type {string} */ speaker) => {
    choose({ speaker });
    moved();
  };
  return html`<div class="call-choice">${speakers.length > 1 ? deviceSelect(id, speakers, chosen().speaker, take, _("Loudspeaker")) : nothing}
    ${canAsk() ? html`<button type="button" class="button button-plain" data-does="ask-speaker" @click=${() => void ask(take)}>${_("Choose the loudspeaker")}</button>` : nothing}
    <button type="button" class="button button-plain" data-does="sound" @click=${() => void playTone()}>${icon("volume-2")}<span>${_("Play a sound")}</span></button></div>`;
}

/** Firefox names to a page no loudspeaker but those that somebody has picked in its own window. */
const canAsk = () => "selectAudioOutput" in (navigator.mediaDevices ?? {});

/** Whoever picks none keeps the one there was. @param {(id: string) => void} take */
async function ask(take) {
  const picked = await /** @type {any} */ (navigator.mediaDevices).selectAudioOutput().catch(() => null);
  if (picked) take(picked.deviceId);
}

/** Nothing, where browser and camera cannot do it. @param {MediaStreamTrack | null} camera */
export function blurTick(camera) {
  if (!canBlur(camera)) return nothing;
  const take = (/** @type {boolean} */ on) => {
    choose({ blur: on });
    void blur(/** @type {MediaStreamTrack} */ (camera), on);
  };
  return html`<div class="choice"><input class="tick" type="checkbox" id="call-blur" .checked=${chosen().blur}
    @change=${(/** @type {any} */ { target }) => take(target.checked)}><label for="call-blur">${_("Blur what is behind me")}</label></div>`;
}

/** On the chosen loudspeaker. */
async function playTone() {
  const context = new AudioContext();
  const goal = context.createMediaStreamDestination();
  const tone = context.createOscillator();
  tone.frequency.value = TONE_HZ;
  tone.connect(goal);
  tone.start();
  const player = new Audio();
  player.srcObject = goal.stream;
  await lead(player); // else it begins on another one
  await player.play().catch(() => {});
  setTimeout(() => (player.pause(), void context.close()), SOUNDS_MS);
}
