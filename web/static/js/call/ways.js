/** The ways of a call through a server. */

import { Forwarded } from "fairmatch/call/forwarded";

/** The way for more than two. LiveKit's is loaded by whoever takes it.
 * @param {"node" | "livekit"} engine @param {import("./call.js").Ends} ends @param {import("../live/call.js").CallRoom} room */
export async function through(engine, ends, room) {
  if (engine !== "livekit") return new Forwarded(ends, room);
  const { Elsewhere } = await import("fairmatch/call/elsewhere");
  return new Elsewhere(ends, room);
}

/** @param {{ urls: string[], username: string, credential: string }} server @returns {RTCIceServer} */
export function iceServer({ urls, username, credential }) {
  return username ? { urls, username, credential } : { urls };
}
