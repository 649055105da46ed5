import { chosen } from "fairmatch/call/devices";

/** What is heard: an element of its own for each track, outside of all pages, so that no change of page interrupts it. */
export class Sounds {
  /** @type {Map<MediaStreamTrack, HTMLAudioElement>} */
  #playing = new Map();
  /** The browser wants a click before it plays. */
  isBlocked = false;

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
  }

  /** Play these, and no others. @param {MediaStreamTrack[]} tracks */
  play(tracks) {
    for (const [track, element] of this.#playing) if (!tracks.includes(track)) this.#stop(track, element);
    for (const track of tracks) if (!this.#playing.has(track)) this.#start(track);
  }

  /** After a click everything may be heard. */
  unblock() {
    this.isBlocked = false;
    for (const element of this.#playing.values()) this.#run(element);
    this.changed();
  }

  /** Another loudspeaker was chosen. */
  move() {
    for (const element of this.#playing.values()) void lead(element);
  }

  /** @param {MediaStreamTrack} track */
  #start(track) {
    const element = new Audio();
    element.srcObject = new MediaStream([track]);
    this.#playing.set(track, element);
    void lead(element);
    this.#run(element);
  }

  /** @param {HTMLAudioElement} element */
  #run(element) {
    element.play().catch((error) => {
      if (error.name !== "NotAllowedError") return;
      this.isBlocked = true;
      this.changed();
    });
  }

  /** @param {MediaStreamTrack} track @param {HTMLAudioElement} element */
  #stop(track, element) {
    element.pause();
    element.srcObject = null;
    this.#playing.delete(track);
  }
}

/** Play on the chosen loudspeaker, where the browser lets one choose: from when on, tells the end of it.
 * @param {HTMLMediaElement} element */
export async function lead(element) {
  const { speaker } = chosen();
  if (speaker && "setSinkId" in element) await element.setSinkId(speaker).catch(() => {});
}
