/**
 * How much goes through between this browser and the server: bytes that cannot be pressed together, timed, both ways.
 * The server bounds how much and how often; this stops as soon as it knows.
 *
 * @typedef {{ down: number, up: number, trip: number }} Speed  kilobits per second; there and back in ms
 */

const PATH = "/check/bytes";
/** Empty requests, of which the fastest tells the way there and back: every other one waited for something. */
const TRIPS = 5;
/** Loading is long enough after so long, in ms. The beginning does not count: a line takes a while to get going. */
const LOAD_MS = 3_000;
const WARM_MS = 400;
/** What is sent at a time, in bytes: the next one only where the one before was too quick to tell. */
const SENT = [64 * 1024, 256 * 1024, 1024 * 1024];
const TELLING_MS = 700;
/** What takes longer is no line for a call, in ms. */
const GIVE_UP_MS = 12_000;

/** Rejects where the server does not answer, or has had enough. @returns {Promise<Speed>} */
export async function measureSpeed() {
  const trip = await roundTrip();
  return { trip: Math.round(trip), down: await load(), up: await send(trip) };
}

async function roundTrip() {
  let best = Infinity;
  for (let count = 0; count < TRIPS; count++) best = Math.min(best, await post(new Blob([])));
  return best;
}

/** Kilobits per second that come in. */
async function load() {
  const giveUp = AbortSignal.timeout(GIVE_UP_MS);
  const answer = await fetch(PATH, { signal: giveUp, cache: "no-store" });
  if (!answer.ok || !answer.body) throw new Error(`no bytes: ${answer.status}`);
  const reader = answer.body.getReader();
  const pieces = await read(reader).catch((error) => (giveUp.aborted ? [] : Promise.reject(error)));
  void reader.cancel().catch(() => {});
  return rateOf(pieces);
}

/** When how many bytes came. @typedef {{ at: number, bytes: number }} Piece
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader */
async function read(reader) {
  /** @type {Piece[]} */
  const pieces = [];
  const began = performance.now();
  while (performance.now() - began < LOAD_MS) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push({ at: performance.now() - began, bytes: value.byteLength });
  }
  return pieces;
}

/** Kilobits per second from when pieces came: without the beginning where enough came after it. The first of those that
 * count sets the clock, and its bytes came before that. @param {Piece[]} pieces */
export function rateOf(pieces) {
  const late = pieces.filter(({ at }) => at >= WARM_MS);
  const counted = late.length > 4 ? late : pieces;
  if (counted.length === 0) return 0;
  const last = counted[counted.length - 1].at;
  const [first, ...rest] = counted;
  if (rest.length === 0) return rate(first.bytes, last);
  return rate(rest.reduce((sum, { bytes }) => sum + bytes, 0), last - first.at);
}

/** Kilobits per second that get out. @param {number} trip  there and back, in ms: every request takes that anyway */
async function send(trip) {
  let found = 0;
  for (const bytes of SENT) {
    const took = (await post(noise(bytes)).catch((error) => {
      if (error instanceof DOMException && error.name === "TimeoutError") return Infinity;
      throw error;
    })) - trip;
    found = rate(bytes, took);
    if (took > TELLING_MS) break;
  }
  return found;
}

/** How long it took, in ms. @param {Blob} body */
async function post(body) {
  const began = performance.now();
  const answer = await fetch(PATH, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(GIVE_UP_MS) });
  const took = performance.now() - began;
  if (!answer.ok) throw new Error(`not taken: ${answer.status}`);
  return took;
}

/** @param {number} bytes @param {number} ms */
function rate(bytes, ms) {
  return Math.round((bytes * 8) / Math.max(ms, 1));
}

/** @param {number} bytes */
function noise(bytes) {
  const piece = crypto.getRandomValues(new Uint8Array(64 * 1024));
  return new Blob(Array(bytes / piece.length).fill(piece));
}
