/** How loud a track is: a number from 0 to 1, a few times a second. */

const EVERY_MS = 100;

export class Meter {
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {MediaStreamTrack | null} */
  #track = null;

  /** @param {(level: number) => void} tell */
  constructor(tell) {
    this.tell = tell;
  }

  /** Listen to a track; null: to none any more. @param {MediaStreamTrack | null} track */
  listen(track) {
    if (track === this.#track) return;
    this.#track = track;
    clearInterval(this.#timer);
    void this.#context?.close();
    this.#context = null;
    if (track) this.#begin(track);
  }

  /** @param {MediaStreamTrack} track */
  #begin(track) {
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.tell(loudness(samples));
    }, EVERY_MS);
  }
}

/** Root mean square on a scale of decibels: -60 dB and below is 0, full scale is 1. @param {Float32Array} samples */
export function loudness(samples) {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return Math.max(0, Math.min(1, 1 + (10 * Math.log10(power + 1e-9)) / 60));
}
