/**
 * What the two sides of a direct call tell each other beside sound and pictures, and how candidates travel.
 *
 * @typedef {object} Told
 * @property {string[]} on  which sources are sent
 * @property {string} screen  the stream of the first screen
 * @property {Record<string, string>} seconds  the streams of what is beside the first of its kind
 * @property {boolean} pictures  whether pictures are sent and taken
 * @property {Record<string, import("./sizes.js").Size>} shown  how large one's cameras are shown over there
 */

import { ANOTHER } from "fairmatch/call/media";
import { CAMERAS, sizeTold } from "fairmatch/call/sizes";

/** Bytes of a message that are still read. */
const MOST = 1_000;
export const SECONDS = /** @type {import("./media.js").Source[]} */ (Object.keys(ANOTHER));

/** What counts before the other one has told anything. @returns {Told} */
export function nothingTold() {
  return { on: [], screen: "", seconds: {}, pictures: true, shown: {} };
}

/** Null for what cannot be read. @param {unknown} data @returns {Told | null} */
export function toldBy(data) {
  if (typeof data !== "string" || data.length > MOST) return null;
  try {
    const { on, screen, seconds, pictures, shown } = JSON.parse(data);
    return {
      on: Array.isArray(on) ? on.map(String) : [],
      screen: String(screen),
      seconds: Object.fromEntries(SECONDS.map((source) => [source, String(seconds?.[source] ?? "")])),
      pictures: pictures !== false,
      shown: Object.fromEntries(CAMERAS.map((source) => [source, sizeTold(shown?.[source])])),
    };
  } catch {
    return null;
  }
}

/** @param {{ candidate: string, mid: string | null, line: number | null }} wire @returns {RTCIceCandidateInit} */
export function candidateOf({ candidate, mid, line }) {
  return { candidate, sdpMid: mid, sdpMLineIndex: line };
}

/** @param {RTCIceCandidate} candidate */
export function wireOf({ candidate, sdpMid, sdpMLineIndex }) {
  return { candidate, mid: sdpMid, line: sdpMLineIndex };
}
