import { open, openAnother, openScreen } from "fairmatch/call/devices";

/**
 * What one sends oneself: microphone, camera, screen. It outlives pages and connections.
 *
 * Events: "change"; "lost" when a camera or microphone that was on is gone, with the source as detail.
 *
 * @typedef {import("../live/types-call.js").CallTrack["source"]} Source
 */

/** @type {Source[]} */
export const SOURCES = ["microphone", "camera", "screen", "screen_sound", "camera_2", "screen_2"];
/** @type {Source[]} */
export const SCREENS = ["screen", "screen_2"];
/** What may be sent beside the first of its kind. @type {Partial<Record<Source, "camera" | "screen">>} */
export const ANOTHER = { camera_2: "camera", screen_2: "screen" };

/** @param {Source} source */
export function isSound(source) {
  return source === "microphone" || source === "screen_sound";
}

/** A screen ends where one wants it to. @param {Source} source */
const isScreen = (source) => source.startsWith("screen");

export class Media extends EventTarget {
  /** @type {Record<Source, MediaStreamTrack | null>} */
  tracks = { microphone: null, camera: null, screen: null, screen_sound: null, camera_2: null, screen_2: null };
  #isOver = false;

  /** Whether something of a source goes out. @param {Source} source */
  isOn(source) {
    return Boolean(this.tracks[source]?.enabled);
  }

  /** Start to send. Rejects with what `reason` puts into words. @param {"microphone" | "camera"} source */
  async turnOn(source) {
    const held = this.tracks[source];
    if (held) held.enabled = true;
    else this.#take(source, await open(source));
    this.#changed();
  }

  /** A silent microphone stays open, so that it is there at once; a camera is let go of, and its lamp goes out.
   * @param {Source} source */
  turnOff(source) {
    const held = this.tracks[source];
    if (!held) return;
    if (source === "microphone") held.enabled = false;
    else this.#drop(source);
    this.#changed();
  }

  /** Send it no longer, and have nothing open for it. @param {Source} source */
  letGo(source) {
    this.#drop(source);
    this.#changed();
  }

  /** Show a window, or the whole screen; beside one that is shown already, without its sound. Rejects with what `reason`
   * puts into words. */
  async share() {
    const screen = this.tracks.screen ? "screen_2" : "screen";
    for (const track of await openScreen(screen === "screen")) this.#take(track.kind === "audio" ? "screen_sound" : screen, track);
    this.#changed();
  }

  /** Show another camera beside the first. Rejects with what `reason` puts into words. */
  async addCamera() {
    this.#take("camera_2", await openAnother(this.tracks.camera));
    this.#changed();
  }

  /** Show no screen any more. */
  stopSharing() {
    for (const screen of SCREENS) this.#drop(screen);
    this.#changed();
  }

  /** Another device was chosen: open it in place of the old one, which is gone also where that fails.
   * @param {"microphone" | "camera"} source */
  async renew(source) {
    if (!this.tracks[source]) return;
    const { enabled } = /** @type {MediaStreamTrack} */ (this.tracks[source]);
    this.#drop(source);
    try {
      this.#take(source, await open(source));
      if (this.tracks[source]) this.tracks[source].enabled = enabled;
    } finally {
      this.#changed();
    }
  }

  /** Let go of everything, for good: what the browser is still asking about is let go of once it opens. */
  end() {
    this.#isOver = true;
    for (const source of SOURCES) this.#drop(source);
  }

  /** @param {Source} source @param {MediaStreamTrack} track */
  #take(source, track) {
    if (this.#isOver) return track.stop();
    this.#drop(source);
    this.tracks[source] = track;
    track.addEventListener("ended", this.#end);
  }

  /** Unplugged, taken by another program, or "stop sharing" in the browser's own bar. @param {Event} event */
  #end = ({ target }) => {
    const source = SOURCES.find((one) => this.tracks[one] === target);
    if (!source) return;
    const isLost = this.isOn(source) && !isScreen(source);
    this.#drop(source);
    this.#changed();
    if (isLost) this.dispatchEvent(new CustomEvent("lost", { detail: source }));
  };

  /** @param {Source} source */
  #drop(source) {
    this.tracks[source]?.stop();
    this.tracks[source]?.removeEventListener("ended", this.#end); // browsers hold a track for a while, and all that listens to it
    this.tracks[source] = null;
    if (source === "screen") this.#drop("screen_sound");
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
