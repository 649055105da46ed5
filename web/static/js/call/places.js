import { isSound } from "fairmatch/call/media";

/**
 * Places for others (receiving sections), and who deserves one.
 *
 * @typedef {import("../live/types-call.js").Participant} Participant
 */

/** Of each form at most so many. Who speaks comes first. */
export const PLACES_MOST = { audio: 16, video: 12 };
/** Places that are opened beside those that are needed: who comes next is seen without a new offer. */
export const SPARE = 2;

/** Ids of tracks that deserve a place, as many as there may be: screens, then by who spoke last, muted ones at the end.
 * @param {"audio" | "video"} form @param {Participant[]} others @param {string[]} speakers  the active one first
 * @param {Set<string>} seen  tracks that have a place: of those who have not spoken for long, too, nobody jumps */
export function deserving(form, others, speakers, seen) {
  const rank = new Map(speakers.map((id, at) => [id, at]));
  const found = others.flatMap((other) => other.tracks
    .filter(({ source }) => isSound(source) === (form === "audio"))
    .map(({ id, source, muted }) => ({ id, first: muted ? 99 : source.startsWith("screen") ? -1 : (rank.get(other.id) ?? (seen.has(id) ? 50 : 51)) })));
  return found.sort((a, b) => a.first - b.first).slice(0, PLACES_MOST[form]).map(({ id }) => id);
}
