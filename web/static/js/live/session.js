import { Signals } from "fairmatch/live/call";
import { Channel } from "fairmatch/live/channel";
import { Drafts } from "fairmatch/live/drafts";
import { Kept, forgetOthers } from "fairmatch/live/kept";
import { Line } from "fairmatch/live/line";
import { Mine } from "fairmatch/live/mine";
import { Outbox } from "fairmatch/live/outbox";
import { Room } from "fairmatch/live/room";
import { Unread } from "fairmatch/live/unread";

/**
 * Everything live of one signed-in person in this tab, put together. It lasts as long as the document does.
 *
 * @typedef {import("./ground.js").Ground} Ground
 * @typedef {import("./topics.js").Store} Store
 * @typedef {import("./timeline.js").Author} Author
 * @typedef {{ tab: globalThis.Storage, all: globalThis.Storage }} Storages  of this tab alone, and of the whole browser
 */

/** A page shows a room for as long as it is open; going on to another page of the same fair takes less, in ms. */
const ROOM_GRACE_MS = 3_000;

export class Session {
  /** @param {string} person  id @param {Ground} ground @param {Storages} storages */
  constructor(person, ground, storages) {
    this.person = person;
    this.ground = ground;
    this.storages = storages;
    forgetOthers(storages.all, person);
    forgetOthers(storages.tab, person);
    this.line = new Line(ground, { id: person, storage: storages.tab });
    this.outbox = new Outbox(this.line, new Kept(storages.all, "outbox", person), ground);
    this.drafts = new Drafts(new Kept(storages.all, "draft", person));
    this.unread = new Unread(this.line);
    this.mine = new Mine(this.line);
    this.signals = new Signals();
    /** Where one read in a channel as one went to another page: a row's key, and how far below the list's edge it began.
     * @type {Map<string, { key: string, below: number }>} */
    this.left = new Map();
    this.line.join(`person:${person}`, () => new Own([this.unread, this.mine, this.signals]));
  }

  /**
   * Want a channel. @param {string} topic @param {Author} me
   * @returns {{ store: Channel, release: () => void }}
   */
  channel(topic, me) {
    const { line, outbox, ground } = this;
    return line.join(topic, () => new Channel(topic, { line, outbox, me, ground }));
  }

  /** The channel, if something on this page or the one before wants it. @param {string} topic */
  openChannel(topic) {
    const store = this.line.topics.store(topic);
    return store instanceof Channel ? store : null;
  }

  /** Be in a room. @param {string} topic @returns {{ store: Room, release: () => void }} */
  room(topic) {
    return this.line.join(topic, () => new Room(topic, this.line), ROOM_GRACE_MS);
  }

  /** Who is in the rooms that are shown now. */
  here() {
    return this.line.topics.stores().flatMap((store) => (store instanceof Room ? store.people : []));
  }

  /** Another tab of this person saw a change through, or gave it up. @param {string} key  in the browser's storage */
  settledElsewhere(key) {
    const { prefix } = this.outbox.kept;
    if (key.startsWith(prefix)) this.outbox.settle(key.slice(prefix.length));
  }

  /** They sign out here: nothing of theirs stays in this browser. */
  forget() {
    this.line.end();
    forgetOthers(this.storages.all, "");
    forgetOthers(this.storages.tab, "");
  }
}

/** The private topic, whose events go to all that want them. @implements {Store} */
class Own {
  /** @param {{ receive: (event: any) => void, recover?: (state: any) => void }[]} parts */
  constructor(parts) {
    this.parts = parts;
  }

  position() {
    return null;
  }

  /** @param {any} state */
  recover(state) {
    for (const part of this.parts) part.recover?.(state);
  }

  refuse() {}

  /** @param {any} event */
  receive(event) {
    for (const part of this.parts) part.receive(event);
  }
}
