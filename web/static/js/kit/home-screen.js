/** Whether Fairmatch is on this device's home screen, and the browser's way to put it there, kept until somebody asks. */

/** @typedef {Event & { prompt(): Promise<unknown> }} Offer  Chromium's `beforeinstallprompt` */

/** @type {Offer | null} */
let offer = null;
/** Tells "change" when the browser offers the way, or has gone it. */
export const homeScreen = new EventTarget();

/** Whether this page was opened from there. */
export function isOnHomeScreen() {
  return matchMedia("(display-mode: standalone)").matches || isApple() === "there";
}

/** Safari on a telephone or tablet offers nothing, and gives notices to what is on the home screen alone. */
export function mustBeOnHomeScreen() {
  return isApple() === "elsewhere";
}

/** Only that Safari knows the word. @returns {"there" | "elsewhere" | ""} */
function isApple() {
  const { standalone } = /** @type {{ standalone?: boolean }} */ (navigator);
  return standalone === undefined ? "" : standalone ? "there" : "elsewhere";
}

/** Whether the browser has a way. */
export function canBePut() {
  return offer !== null;
}

/** Go it; the browser asks, and can be asked once. */
export async function putOnHomeScreen() {
  const asked = offer;
  offer = null;
  await asked?.prompt();
  homeScreen.dispatchEvent(new Event("change"));
}

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault(); // nobody is asked before they want it
  offer = /** @type {Offer} */ (event);
  homeScreen.dispatchEvent(new Event("change"));
});
addEventListener("appinstalled", () => {
  offer = null;
  homeScreen.dispatchEvent(new Event("change"));
});
