/** Tracks in the videos of templates. */

import { noChange } from "lit";
import { AsyncDirective, directive } from "lit/async-directive.js";

/** @type {WeakMap<MediaStreamTrack, MediaStream>} */
const streams = new WeakMap();

/** The same stream for a track each time: another one would make a picture begin anew. @param {MediaStreamTrack} track */
export function streamOf(track) {
  const stream = streams.get(track) ?? new MediaStream([track]);
  streams.set(track, stream);
  return stream;
}

class Playing extends AsyncDirective {
  /** @type {HTMLVideoElement | null} */
  #video = null;
  /** @type {MediaStreamTrack | null} */
  #track = null;

  /** @param {MediaStreamTrack} track */
  render(track) {
    this.#track = track;
    return noChange;
  }

  /** @override @param {import("lit/async-directive.js").PropertyPart} part @param {[MediaStreamTrack]} given */
  update(part, [track]) {
    this.#video = /** @type {HTMLVideoElement} */ (part.element);
    this.#track = track;
    this.#play(this.isConnected ? streamOf(track) : null);
    return noChange;
  }

  /** @override */
  disconnected() {
    this.#play(null);
  }

  /** @override */
  reconnected() {
    if (this.#track) this.#play(streamOf(this.#track));
  }

  /** Set a stream only where it is another one: the browser would begin the picture anew. @param {MediaStream | null} stream */
  #play(stream) {
    if (this.#video && this.#video.srcObject !== stream) this.#video.srcObject = stream;
  }
}

/** A track in a template's video, `.srcObject=${playing(track)}`. With the video it goes: one that plays on, seen by nobody,
 * is decoded, and keeps in memory whatever it stood in. */
export const playing = directive(Playing);
