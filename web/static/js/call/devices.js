/** Cameras, microphones and speakers of this machine: which there are, which was chosen, and why one does not work. */

import { _ } from "fairmatch/i18n";
import { OF_THE_BROWSER, storageOf } from "fairmatch/live/kept";

/** @typedef {"microphone" | "camera"} Kind */
/** @typedef {{ microphone: string, camera: string, speaker: string, blur: boolean }} Chosen  ids of devices; "": the
 * system's own; and whether what is behind one is blurred */

const KEPT = `${OF_THE_BROWSER}devices`;
/** What a talk needs; more costs everybody's line. */
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 } };
const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** @returns {Chosen} */
export function chosen() {
  const none = { microphone: "", camera: "", speaker: "", blur: false };
  try {
    return { ...none, ...JSON.parse(storageOf("localStorage").getItem(KEPT) ?? "{}") };
  } catch {
    return none;
  }
}

/** @param {Partial<Chosen>} devices */
export function choose(devices) {
  storageOf("localStorage").setItem(KEPT, JSON.stringify({ ...chosen(), ...devices }));
}

/** The devices of a kind that have a name: before somebody allowed it, browsers name none.
 * @param {MediaDeviceKind} kind @returns {Promise<MediaDeviceInfo[]>} */
export async function devices(kind) {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  return all.filter((device) => device.kind === kind && device.label);
}

/**
 * Open a device. Rejects with an error that `reason` puts into words.
 * @param {Kind} kind @returns {Promise<MediaStreamTrack>}
 */
export async function open(kind) {
  if (!navigator.mediaDevices) throw new DOMException("", "SecurityError");
  const id = chosen()[kind];
  return openOne(kind, id).catch((error) => (id && isGone(error) ? openOne(kind, "") : Promise.reject(error)));
}

/** The chosen device and no other: where it is merely preferred, a camera with a better picture is opened instead.
 * @param {Kind} kind @param {string} id  "": whichever the system thinks best */
async function openOne(kind, id) {
  const wanted = { ...(kind === "camera" ? PICTURE : SOUND), ...(id ? { deviceId: { exact: id } } : {}) };
  const stream = await navigator.mediaDevices.getUserMedia(kind === "camera" ? { video: wanted } : { audio: wanted });
  const track = stream.getTracks()[0];
  if (kind === "camera" && chosen().blur) await blur(track, true);
  return track;
}

/** Whether the device that was asked for is not there any more. @param {unknown} error */
function isGone(error) {
  return ["OverconstrainedError", "NotFoundError"].includes(/** @type {any} */ (error)?.name);
}

/** Whether this browser and camera blur what is behind somebody by themselves. @param {MediaStreamTrack | null} track */
export function canBlur(track) {
  const can = /** @type {any} */ (track?.getCapabilities?.() ?? {}).backgroundBlur;
  return Array.isArray(can) && can.includes(true) && can.includes(false);
}

/** Blur what is behind, or no longer; what is not possible is left as it is. @param {MediaStreamTrack} track @param {boolean} on */
export async function blur(track, on) {
  if (!canBlur(track)) return;
  await track.applyConstraints(/** @type {any} */ ({ ...track.getConstraints(), backgroundBlur: on })).catch(() => {});
}

/** Hear when devices come or go. @param {() => void} hear @param {AbortSignal} signal */
export function onDevices(hear, signal) {
  navigator.mediaDevices?.addEventListener("devicechange", hear, { signal });
}

/** Open a camera beside one that is open. Rejects where there is none. @param {MediaStreamTrack | null} first */
export async function openAnother(first) {
  const used = first?.getSettings().deviceId;
  const other = (await devices("videoinput")).find(({ deviceId }) => deviceId !== used);
  if (!other) throw new DOMException("", "NotFoundError");
  return openOne("camera", other.deviceId);
}

/** Open a window or the screen, with its sound where that is wanted and the browser has it.
 * @param {boolean} sound @returns {Promise<MediaStreamTrack[]>} */
export async function openScreen(sound) {
  if (!navigator.mediaDevices?.getDisplayMedia) throw new DOMException("", "NotSupportedError");
  const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 15, max: 30 } }, audio: sound });
  // The picture first: whoever takes another one lets go of what belonged to the one before.
  return [...stream.getVideoTracks(), ...stream.getAudioTracks()];
}

/** What to tell somebody whose device is gone. @param {Kind} kind */
export function lost(kind) {
  return kind === "camera"
    ? _("Your camera is gone: it was pulled out, or another program took it.")
    : _("Your microphone is gone: it was pulled out, or another program took it.");
}

/** What to tell somebody whose device does not open. @param {unknown} error @param {string} kind */
export function reason(error, kind) {
  const name = error instanceof DOMException ? error.name : "";
  if (kind === "screen")
    return name === "NotSupportedError"
      ? _("This browser cannot share a screen. On a computer it can.")
      : _("The screen is not shared. Choose a window and allow it to share it.");
  const camera = kind === "camera";
  if (name === "SecurityError") return _("Camera and microphone work on secure pages only. Open this page with https.");
  if (name === "NotAllowedError")
    return camera
      ? _("The browser may not use the camera. Allow it in the address bar, then try again.")
      : _("The browser may not use the microphone. Allow it in the address bar, then try again.");
  if (name === "NotFoundError")
    return camera ? _("No camera was found. You can take part without one.") : _("No microphone was found. Plug one in, or just listen.");
  return camera
    ? _("The camera does not start. Another program may be using it: close that, then try again.")
    : _("The microphone does not start. Another program may be using it: close that, then try again.");
}
