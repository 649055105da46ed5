import { OF_THE_BROWSER, storageOf } from "fairmatch/live/kept";

/** Whether calls of this browser go through a relay only: others then never learn the address of one's computer. */

const KEPT = `${OF_THE_BROWSER}relay`;

export function isRelayOnly() {
  return storageOf("localStorage").getItem(KEPT) === "only";
}

/** @param {boolean} only */
export function relayOnly(only) {
  const storage = storageOf("localStorage");
  if (only) storage.setItem(KEPT, "only");
  else storage.removeItem(KEPT);
}

/** @param {RTCIceServer[]} servers */
export function hasRelay(servers) {
  return servers.some(({ urls }) => [urls].flat().some((url) => url.startsWith("turn")));
}

/** How to connect. @param {RTCIceServer[]} servers @returns {RTCConfiguration} */
export function configuration(servers) {
  return { iceServers: servers, iceTransportPolicy: isRelayOnly() ? "relay" : "all" };
}
