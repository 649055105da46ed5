import { Room } from "fairmatch/live/room";

/** Who comes back so soon has not left, in ms. */
export const ROOM_GRACE_MS = 3_000;

/**
 * A meeting's room: who is there, and what was written and changed in it.
 *
 * Events: "change", "notes" and "changed" (with the event's data as detail), "files" (they are others, or may be after a
 * gap), "entered" (from here on nothing is missed), "revoked".
 */
export class MeetingRoom extends Room {
  #met = false;

  /** @override @param {any} event */
  receive(event) {
    if (["notes", "changed", "files"].includes(event.k)) this.dispatchEvent(new CustomEvent(event.k, { detail: event.d }));
    else super.receive(event);
  }

  /** @override @param {any} state */
  recover(state) {
    super.recover(state);
    if (this.#met) this.dispatchEvent(new Event("files"));
    this.#met = true;
    this.dispatchEvent(new Event("entered"));
  }

  /** @override @param {{ code: string }} why */
  refuse(why) {
    super.refuse(why);
    this.dispatchEvent(new Event("revoked"));
  }
}
