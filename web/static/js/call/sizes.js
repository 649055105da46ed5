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
/** Up to these heights, in pixels of the screen, a picture is shown small or medium: a little more than what a camera
 * of 720 lines sends then, since nobody sees that it is made larger. */
const SMALL_PX = 240;
const MEDIUM_PX = 480;

/** What is sent of a camera. For one other person the largest encoding is enough: the browser fits it to their line.
 * @param {boolean} isGroup @returns {RTCRtpEncodingParameters[]} */
export function encodings(isGroup) {
  return ENCODINGS.map((encoding) => ({ ...encoding, active: isGroup || encoding.rid === "f" }));
}

/** Send as many encodings as there are people to choose among them, without those that nobody needs now.
 * @param {RTCRtpSender} sender @param {boolean} isGroup @param {string[]} paused  by rid */
export async function sendEncodings(sender, isGroup, paused) {
  const parameters = sender.getParameters();
  const needed = parameters.encodings?.map(({ rid = "" }) => rid).filter((rid) => !paused.includes(rid));
  const wanted = parameters.encodings?.map(({ rid = "" }) => (isGroup ? needed.includes(rid) : rid === needed.at(-1)));
  if (!wanted || parameters.encodings.every(({ active }, at) => active === wanted[at])) return;
  parameters.encodings.forEach((encoding, at) => (encoding.active = wanted[at]));
  await sender.setParameters(parameters).catch(() => {}); // once more with the next look
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
