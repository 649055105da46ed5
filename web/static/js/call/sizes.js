/**
 * One camera in several encodings (simulcast), so that the node can send each viewer the one that fits their line and
 * the size at which it is shown.
 *
 * @typedef {"small" | "medium" | "large"} Size
 * @typedef {Map<RTCRtpTransceiver, Size>} Sizes
 */

/** The smallest first, as browsers and the node expect it. @type {RTCRtpEncodingParameters[]} */
const ENCODINGS = [
  { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
];
/** A second camera. @type {RTCRtpEncodingParameters} */
const ONE = { scaleResolutionDownBy: 1, maxBitrate: 1_000_000 };
/** Bits per second at most. A screen is sent once, as it is: text that is made smaller is of no use. */
const BITS = { microphone: 48_000, screen: 2_500_000, screen_sound: 96_000, screen_2: 2_500_000 };
/** Up to these heights, in pixels of the screen, a picture is shown small or medium: a little more than what a camera
 * of 720 lines sends then, since nobody sees that it is made larger. */
const SMALL_PX = 240;
const MEDIUM_PX = 480;
/** Lines of a picture that is seen so large, and bits per second for them. @type {Record<Size, { lines: number, bits: number }>} */
const MOST = { small: { lines: 180, bits: 150_000 }, medium: { lines: 360, bits: 500_000 }, large: { lines: Infinity, bits: Infinity } };
/** Of cameras that do not say how many lines they have. */
const USUAL_LINES = 720;

/** What is sent of a camera. For one other person the largest encoding is enough: the browser fits it to their line.
 * @param {boolean} isGroup @returns {RTCRtpEncodingParameters[]} */
export function encodings(isGroup) {
  return ENCODINGS.map((encoding) => ({ ...encoding, active: isGroup || encoding.rid === "f" }));
}

/** @param {import("./media.js").Source} source @param {boolean} isGroup @returns {RTCRtpEncodingParameters[]} */
export function encodingsOf(source, isGroup) {
  if (source === "camera") return encodings(isGroup);
  return [source === "camera_2" ? { ...ONE } : { maxBitrate: BITS[source] }];
}

/** How often the other side is told how large pictures are shown, where that has changed, in ms. */
export const FIT_MS = 1_000;
/** What is sent no larger than it is shown. @type {import("./media.js").Source[]} */
export const CAMERAS = ["camera", "camera_2"];

/** Send as many encodings as there are people to choose among them, without those that nobody needs now; of a camera that
 * goes out in one encoding as much as whoever sees it largest can see.
 * @param {RTCRtpSender} sender @param {boolean} isGroup @param {{ paused?: string[], shown?: Size }} [told]  by the node */
export async function sendEncodings(sender, isGroup, { paused = [], shown = "large" } = {}) {
  const parameters = sender.getParameters();
  const rids = parameters.encodings?.map(({ rid = "" }) => rid) ?? [];
  const lines = sender.track?.getSettings().height ?? USUAL_LINES;
  const needed = rids.filter((rid) => !paused.includes(rid));
  const wanted = rids.map((rid) => (isGroup && rid ? { ...encodingOf(rid), active: needed.includes(rid) } : { ...noLarger(encodingOf(rid), shown, lines), active: rid === needed.at(-1) }));
  await send(sender, parameters, wanted);
}

/** Send one person directly as much as they can see: as the browser likes it, where that is large.
 * @param {RTCRtpSender} sender @param {Size} shown */
export async function sendAsLarge(sender, shown) {
  const lines = sender.track?.getSettings().height ?? USUAL_LINES;
  await send(sender, sender.getParameters(), [{ ...noLarger({}, shown, lines), active: true }]);
}

/** @param {RTCRtpSender} sender @param {RTCRtpSendParameters} parameters @param {RTCRtpEncodingParameters[]} wanted */
async function send(sender, parameters, wanted) {
  if (parameters.encodings?.every((encoding, at) => isLike(encoding, wanted[at])) ?? true) return;
  parameters.encodings.forEach((encoding, at) => Object.assign(encoding, wanted[at]));
  await sender.setParameters(parameters).catch(() => {}); // once more with the next look
}

/** @param {string} rid  "": a camera's only one */
function encodingOf(rid) {
  const { scaleResolutionDownBy, maxBitrate } = ENCODINGS.find((one) => one.rid === rid) ?? ONE;
  return { scaleResolutionDownBy, maxBitrate };
}

/** An encoding that is no larger than it is shown. @param {RTCRtpEncodingParameters} encoding @param {Size} shown
 * @param {number} lines  of the camera @returns {RTCRtpEncodingParameters} */
function noLarger({ scaleResolutionDownBy = 1, maxBitrate = Infinity }, shown, lines) {
  const most = MOST[shown];
  const bits = Math.min(maxBitrate, most.bits);
  return { scaleResolutionDownBy: Math.max(scaleResolutionDownBy, lines / most.lines), maxBitrate: bits < Infinity ? bits : undefined };
}

/** @param {RTCRtpEncodingParameters} encoding @param {RTCRtpEncodingParameters} wanted */
function isLike({ active, scaleResolutionDownBy = 1, maxBitrate }, wanted) {
  return active === wanted.active && scaleResolutionDownBy === wanted.scaleResolutionDownBy && maxBitrate === wanted.maxBitrate;
}

/** What the other side says; it may say anything. @param {unknown} told @returns {Size} */
export function sizeTold(told) {
  return told === "small" || told === "medium" ? told : "large";
}

/** @param {number} height  in pixels of the screen @returns {Size} */
export function sizeOf(height) {
  if (height <= SMALL_PX) return "small";
  return height <= MEDIUM_PX ? "medium" : "large";
}

/** How large the pictures of these places are shown, on the page and in the small window; hidden ones count as small.
 * @param {Iterable<RTCRtpTransceiver>} places @returns {Sizes} */
export function shownSizes(places) {
  const heights = shownHeights();
  const pictures = [...places].filter(({ receiver }) => receiver.track.kind === "video");
  return new Map(pictures.map((place) => [place, sizeOf(heights.get(place.receiver.track) ?? 0)]));
}

/** @returns {Map<MediaStreamTrack, number>} */
function shownHeights() {
  const heights = new Map();
  const out = /** @type {any} */ (window).documentPictureInPicture?.window?.document;
  for (const page of [document, out]) {
    const videos = page ? [...page.querySelectorAll("video"), page.pictureInPictureElement].filter(Boolean) : [];
    for (const video of videos) {
      const [track] = /** @type {MediaStream | null} */ (video.srcObject)?.getVideoTracks() ?? [];
      const height = video === page.pictureInPictureElement ? MEDIUM_PX : video.clientHeight * page.defaultView.devicePixelRatio;
      heights.set(track, Math.max(heights.get(track) ?? 0, height));
    }
  }
  return heights;
}
