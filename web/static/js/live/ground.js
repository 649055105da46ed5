/**
 * What the live line stands on in a browser: time, chance, sockets, storage. Tests bring their own.
 *
 * @typedef {object} Socket  the part of WebSocket that is used
 * @property {(text: string) => void} send
 * @property {(code?: number) => void} close
 * @property {((event: any) => any) | null} onopen
 * @property {((event: any) => any) | null} onmessage
 * @property {((event: any) => any) | null} onclose
 *
 * @typedef {object} Ground
 * @property {() => number} now  ms since 1970
 * @property {() => number} random  from 0 to 1
 * @property {(ms: number, action: () => void) => (() => void)} after  do something later; what it returns calls it off
 * @property {() => Socket} open  begin an upgrade
 * @property {() => Promise<Response>} ticket  ask for a ticket; rejects when the network is away
 * @property {() => boolean} online  what the browser believes
 * @property {() => boolean} hidden  whether nobody can see the page
 */

const SUBPROTOCOL = "fairmatch.v1";
/** A dead network can leave a request without an answer for minutes, in ms. */
const TICKET_MS = 10_000;

/** @returns {Ground} the browser's own */
export function browser() {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    after: (ms, action) => {
      const timer = setTimeout(action, ms);
      return () => clearTimeout(timer);
    },
    open: () => new WebSocket(liveAddress(location), SUBPROTOCOL),
    ticket: () => {
      const headers = { Accept: "application/json" };
      return fetch("/live/ticket", { method: "POST", headers, redirect: "manual", signal: AbortSignal.timeout(TICKET_MS) });
    },
    online: () => navigator.onLine,
    // Who is in a call hears it behind other windows, too, and must learn who comes and goes.
    hidden: () => document.visibilityState === "hidden" && !document.documentElement.dataset.call,
  };
}

/** @param {{ protocol: string, host: string }} place */
function liveAddress(place) {
  return `${place.protocol === "https:" ? "wss:" : "ws:"}//${place.host}/live`;
}

/**
 * A fresh client id: a UUID. (`crypto.randomUUID` is missing on plain http other than localhost.)
 * @returns {string}
 */
export function newCid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
