import { on, onPage } from "fairmatch/kit/page";
import { noteEnd } from "fairmatch/live/ended";
import { browser } from "fairmatch/live/ground";
import { storageOf } from "fairmatch/live/kept";
import { Session } from "fairmatch/live/session";

/**
 * Starts the live line on the first page that somebody is signed in on, and keeps it over all pages that Turbo brings.
 * Islands ask `session()` for it.
 */

const SIGN_IN = "/sign-in";
const SIGN_OUT = "/sign-out";

/** @type {Session | null} */
let current = null;

/** What is live for the person who is signed in on this page; null when nobody is. @returns {Session | null} */
export function session() {
  const person = signedIn();
  if (person === null || person === (current?.person ?? "")) return current;
  current?.line.end();
  current = person ? begin(person) : null;
  return current;
}

/** Their id; "": nobody's; null on a page of an error that could not find out, and so tells of nobody who left. */
function signedIn() {
  if (document.querySelector("meta[name=fairmatch-person-unknown]")) return null;
  const meta = document.querySelector("meta[name=fairmatch-person]");
  return meta instanceof HTMLMetaElement ? meta.content : "";
}

/** @param {string} person */
function begin(person) {
  const begun = new Session(person, browser(), { tab: storageOf("sessionStorage"), all: storageOf("localStorage") });
  begun.line.addEventListener("state", () => {
    Object.assign(document.documentElement.dataset, { live: begun.line.state, connection: begun.line.connection });
    if (begun.line.stop === "ended") leave();
  });
  begun.line.start();
  return begun;
}

/** The session was ended elsewhere: what is on the screen is not for whoever sits here now. */
function leave() {
  noteEnd();
  location.replace(`${SIGN_IN}?next=${encodeURIComponent(location.pathname + location.search)}`);
}

onPage(() => void session());

on("submit", `form[action="${SIGN_OUT}"]`, () => current?.forget());

document.addEventListener("visibilitychange", () => void current?.line.see());
document.addEventListener("resume", () => current?.line.doubt());
for (const sign of ["online", "offline", "pageshow"]) addEventListener(sign, () => current?.line.doubt());

addEventListener("storage", ({ key, newValue }) => {
  if (key && newValue === null) current?.settledElsewhere(key);
});
