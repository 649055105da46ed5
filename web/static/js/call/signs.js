import { _ } from "fairmatch/i18n";

/**
 * Hands and reactions in a call. They pass by: whoever comes in later is shown a hand that is still up by its owner.
 *
 * Events: "change".
 *
 * @typedef {import("../live/session.js").Session} Session
 * @typedef {{ person: string, hand: boolean | null, reaction?: string | null }} Sign
 */

/** What a reaction looks like, and what it is called on the line. @type {ReadonlyMap<string, string>} */
export const REACTIONS = new Map([["👏", "applause"], ["❤️", "heart"], ["😄", "laugh"], ["👍", "yes"], ["😮", "wow"], ["🙏", "thanks"]]);
const EMOJI = new Map([...REACTIONS].map(([emoji, word]) => [word, emoji]));
/** How long a reaction stands, in ms, and the line that says it. */
const STANDS_MS = 5_000;
/** As many of those who react at once are named in that line; of more it says how many. */
const SAID_MOST = 3;
/** What a server says to whom it takes for a machine. */
const TOO_MANY = new Set(["too_many", "rate_limited"]);

export class Signs extends EventTarget {
  /** Who has a hand up, the first one first. @type {Set<string>} */
  hands = new Set();
  /** What each person shows just now, as an emoji. @type {Map<string, string>} */
  reactions = new Map();
  /** The last of it in words, for those who do not see it. */
  said = "";
  /** The same, where that is what went wrong: it is said before all else. */
  wrong = "";
  /** Why nobody else is there, where somebody was: "" until then. */
  gone = "";
  /** @type {Set<string>} */
  #present = new Set();
  /** What the only other one is called: a page may know that no longer once they have left. */
  #only = "";
  #wasCut = false;
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();

  /** @param {Session} live @param {string} topic @param {(person: string) => string} nameOf */
  constructor(live, topic, nameOf) {
    super();
    this.live = live;
    this.topic = topic;
    this.nameOf = nameOf;
  }

  get isUp() {
    return this.hands.has(this.live.person);
  }

  /** Put one's hand up or down. */
  async toggle() {
    const hand = !this.isUp;
    this.take({ person: this.live.person, hand });
    const error = await this.#tell({ hand });
    if (!error) return;
    if (hand) this.hands.delete(this.live.person);
    else this.hands.add(this.live.person);
    this.fail(error);
  }

  /** @param {string} emoji  one of REACTIONS */
  async react(emoji) {
    const error = await this.#tell({ reaction: REACTIONS.get(emoji) });
    if (error) this.fail(error);
  }

  /** Something that one showed or wrote has reached nobody: the line says so and why, once for all of a moment.
   * @param {{ code?: string }} error */
  fail({ code = "" }) {
    this.#say(whyNot(code));
    this.wrong = this.said;
    this.dispatchEvent(new Event("change"));
  }

  /** Somebody shows something. @param {Sign} sign */
  take({ person, hand, reaction = null }) {
    const own = person === this.live.person;
    const name = this.nameOf(person);
    if (hand !== null && hand !== this.hands.has(person)) {
      if (hand) this.hands.add(person);
      else this.hands.delete(person);
      this.#say(own ? (hand ? _("Your hand is up.") : _("Your hand is down.")) : hand ? _("%(name)s wants to speak.", { name }) : "");
    }
    // A worker that runs an older release tells of reactions one by one, as signs.
    if (reaction) this.gather({ counts: {}, people: { [person]: reaction } });
    else this.dispatchEvent(new Event("change"));
  }

  /** What came within a moment: each person's reaction, and how many there were of each. @param {{ counts: Record<string, number>, people: Record<string, string> }} reactions */
  gather({ counts, people }) {
    const shown = /** @type {[string, string][]} */ (Object.entries(people).map(([person, reaction]) => [person, EMOJI.get(reaction)]).filter(([, emoji]) => emoji));
    for (const [person, emoji] of shown) {
      this.reactions.set(person, emoji);
      this.#later(person, () => this.reactions.delete(person));
    }
    const known = Object.entries(counts).filter(([reaction]) => EMOJI.has(reaction));
    if (shown.length > SAID_MOST) this.#say(known.map(([reaction, count]) => `${EMOJI.get(reaction)} ${count}`).join(", "));
    else if (shown.length) this.#say(shown.map(([person, emoji]) => `${person === this.live.person ? _("You") : this.nameOf(person)}: ${emoji}`).join(", "));
    this.dispatchEvent(new Event("change"));
  }

  /** Who is in the call now: hands of those who left go down, and one's own is shown to those who came. Whom
   * one does not see because the call itself was cut off has not left. @param {string[]} people @param {boolean} [isIn] */
  meet(people, isIn = true) {
    const isNew = people.some((person) => !this.#present.has(person));
    this.#wasCut = !isIn || (this.#wasCut && people.length === 0);
    if (this.#wasCut) this.gone = "";
    else if (people.length === 0 && this.#present.size > 0) this.gone = this.#only ? _("%(name)s has left.", { name: this.#only }) : _("Everybody else has left.");
    this.#only = people.length === 1 ? this.nameOf(people[0]) : "";
    this.#present = new Set(people);
    for (const person of this.hands) if (person !== this.live.person && !this.#present.has(person)) this.hands.delete(person);
    if (isNew && this.isUp) void this.#tell({ hand: true });
  }

  end() {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** Why it was told to nobody; null: it was told. @param {object} sign @returns {Promise<{ code?: string } | null>} */
  #tell(sign) {
    return this.live.line.request("call.sign", { call: this.topic, ...sign }).then(() => null, (error) => error);
  }

  /** @param {string} text */
  #say(text) {
    this.said = text;
    this.wrong = "";
    this.#later("", () => (this.said = this.wrong = ""));
  }

  /** @param {string} key @param {() => void} undo */
  #later(key, undo) {
    clearTimeout(this.#timers.get(key));
    this.#timers.set(key, setTimeout(() => (undo(), this.dispatchEvent(new Event("change"))), STANDS_MS));
  }
}

/** @param {string} code */
function whyNot(code) {
  if (TOO_MANY.has(code)) return _("That was a lot at once. Wait a moment, then go on.");
  return code === "forbidden" ? _("You may not do that here.") : _("That did not get through. Try again in a moment.");
}
