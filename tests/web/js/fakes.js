/** The ground of the live line with a clock, a network and a server that do what the test says. */

import { settle } from "/harness.js";

export class Clock {
  now = 1_000_000;
  /** @type {{ at: number, action: () => void }[]} */
  timers = [];

  /** @param {number} ms @param {() => void} action */
  after(ms, action) {
    const timer = { at: this.now + ms, action };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  /** Let time pass, with all that happens in it. @param {number} ms */
  async pass(ms) {
    const end = this.now + ms;
    await settle();
    for (let due = this.#due(end); due; due = this.#due(end)) {
      this.timers = this.timers.filter((one) => one !== due);
      this.now = Math.max(this.now, due.at);
      due.action();
      await settle();
    }
    this.now = end;
  }

  /** Time passes, but the machine sleeps: timers come too late. @param {number} ms */
  sleep(ms) {
    this.now += ms;
  }

  /** @param {number} end */
  #due(end) {
    return this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}

/** One socket, seen from the server. */
export class FakeSocket {
  onopen = null;
  onmessage = null;
  onclose = null;
  /** @type {any[]} requests, as they came */
  sent = [];
  closed = false;

  /** @param {string} text */
  send(text) {
    if (this.closed) throw new Error("the socket is closed");
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
  }

  /** @param {any} message */
  async say(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
    await settle();
  }

  /** @param {number} code */
  async end(code) {
    this.closed = true;
    this.onclose?.({ code });
    await settle();
  }

  async open() {
    this.onopen?.({});
    await settle();
  }

  /** The requests of one method. @param {string} method */
  asked(method) {
    return this.sent.filter(({ m }) => m === method);
  }

  /** Answer the latest request of a method. @param {string} method @param {any} result */
  answer(method, result) {
    return this.say({ i: this.#latest(method).i, r: result });
  }

  /** Refuse it. @param {string} method @param {any} error */
  refuse(method, error) {
    return this.say({ i: this.#latest(method).i, e: error });
  }

  /** @param {string} method */
  #latest(method) {
    const asked = this.asked(method).at(-1);
    if (!asked) throw new Error(`nobody asked for ${method}, but for ${this.sent.map(({ m }) => m)}`);
    return asked;
  }

  /** Open, and greet. @param {Record<string, any>} channels */
  async welcome(channels = {}) {
    await this.open();
    await this.answer("hello", { connection: `c${this.sent.length}`, resume: "token", limits: {}, channels });
  }
}

export class FakeGround {
  clock = new Clock();
  /** @type {FakeSocket[]} */
  sockets = [];
  tickets = 0;
  /** What the next tickets come to, see `response`; or an error to reject with. */
  ticketAnswers = [];
  isOnline = true;
  isHidden = false;
  chance = 0.5;

  now = () => this.clock.now;
  random = () => this.chance;
  online = () => this.isOnline;
  hidden = () => this.isHidden;

  /** @type {(ms: number, action: () => void) => () => void} */
  after = (ms, action) => this.clock.after(ms, action);

  open = () => {
    this.sockets.push(new FakeSocket());
    return this.socket;
  };

  ticket = async () => {
    const answer = this.ticketAnswers.shift() ?? response(200, { ticket: `ticket${++this.tickets}` });
    if (answer instanceof Error) throw answer;
    return answer;
  };

  /** The latest. */
  get socket() {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }
}

/** What fetch gives; a real one takes its time to be read. @param {number} status @param {object} body @param {object} headers */
export function response(status, body = {}, headers = {}) {
  return { ok: status < 300, status, type: "basic", headers: new Headers(headers), json: async () => body };
}

/** A Storage as browsers have it. */
export class FakeStorage {
  items = new Map();
  get length() {
    return this.items.size;
  }
  key(index) {
    return [...this.items.keys()][index] ?? null;
  }
  getItem(key) {
    return this.items.get(key) ?? null;
  }
  setItem(key, value) {
    this.items.set(key, String(value));
  }
  removeItem(key) {
    this.items.delete(key);
  }
}

/** A message as the server would write it. @param {number} s @param {object} [more] */
export function message(s, more = {}) {
  const author = { id: "ben", name: "Ben", photo: null };
  const usual = { mentions: [], at: "2026-11-23T10:00:00Z", edited_at: null, deleted: false, reactions: [] };
  return { id: `m${s}`, s, author, text: `text ${s}`, ...usual, ...more };
}

/** @param {number} s @param {object} [more] @param {string} [cid] */
export function created(s, more = {}, cid = undefined) {
  return { c: "chat:lobby", s, k: "message.created", d: message(s, more), cid };
}

/** A store that writes down what it is told. */
export class Notebook {
  at = null;
  told = [];
  position() {
    return this.at;
  }
  recover(state) {
    this.told.push(["recover", state]);
  }
  receive(event) {
    this.told.push(["receive", event]);
  }
  refuse(why) {
    this.told.push(["refuse", why]);
  }
}
