import { nextGeneration } from "fairmatch/call/connecting";
import { newDevice } from "fairmatch/call/device";

/** Tabs that were turned away and are known for it: more than anybody opens. */
const MOST = 64;

/** Which tab of each of two people a direct call goes through: the one in which they went in last. */
export class Tabs {
  /** This tab, for this one time in the call. */
  own = newDevice();
  /** When one went in, by this machine's clock, in seconds. */
  since = nextGeneration();
  /** The other person's that counted last, whether it is there or not: one that fell asleep, and was forgotten for it, shall
   * not come back into what its person has moved. */
  #theirs = "";
  /** Of the other person, whose place another one has taken. @type {Set<string>} */
  #turnedAway = new Set();

  /** A tab of the other person begins. @param {string} device @returns {string} whose place it takes; "": nobody's */
  begin(device) {
    const before = this.#theirs === device ? "" : this.#theirs;
    this.#theirs = device;
    if (before) this.#turnedAway = new Set([...this.#turnedAway, before].slice(-MOST));
    return before;
  }

  /** @param {string} device */
  isTurnedAway(device) {
    return this.#turnedAway.has(device);
  }

  /** Whether another tab of one's own went in before this one; of two in the same second either, but not both.
   * @param {{ device: string, generation: number }} other  with when it went in */
  isLaterThan({ device, generation: since }) {
    return since < this.since || (since === this.since && device < this.own);
  }
}
