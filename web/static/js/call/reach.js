/** Which ways lead out of this network: whether a server for ICE answers over UDP, TCP and TLS. */

/** How long an answer may take, in ms. */
const WAIT_MS = 6_000;

/**
 * @typedef {"stun" | "udp" | "tcp" | "tls"} Road
 * @typedef {{ urls: string[], username: string, credential: string }} Server
 */

/** The roads that these servers offer, each with one address. @param {Server[]} servers */
export function roadsOf(servers) {
  /** @type {Map<Road, RTCIceServer>} */
  const roads = new Map();
  for (const { urls, username, credential } of servers)
    for (const url of urls) {
      const road = roadOf(url);
      if (!roads.has(road)) roads.set(road, username ? { urls: [url], username, credential } : { urls: [url] });
    }
  return roads;
}

/** @param {string} url @returns {Road} */
export function roadOf(url) {
  if (url.startsWith("stun")) return "stun";
  if (url.startsWith("turns:")) return "tls";
  return url.includes("transport=tcp") ? "tcp" : "udp";
}

/** Whether a server answers: it then gives us an address of its own, or tells us ours. @param {Road} road
 * @param {RTCIceServer} server */
export async function reaches(road, server) {
  const wanted = road === "stun" ? "srflx" : "relay";
  const peer = new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: road === "stun" ? "all" : "relay" });
  peer.createDataChannel("check");
  const found = new Promise((resolve) => {
    peer.onicecandidate = ({ candidate }) => {
      if (!candidate) resolve(false);
      else if (candidate.type === wanted) resolve(true);
    };
    setTimeout(() => resolve(false), WAIT_MS);
  });
  await peer.setLocalDescription();
  const answer = await found;
  peer.close();
  return Boolean(answer);
}
