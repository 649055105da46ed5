/** Which ways lead out of this network: whether the media node connects to us, and whether a server for ICE answers over
 * UDP, TCP and TLS. */

/** How long an answer may take, in ms. */
const WAIT_MS = 6_000;
/** The same of the server that is asked to have a node answer: it may have to start one. */
const NODE_ANSWERS_MS = 25_000;

/**
 * @typedef {"node" | "stun" | "udp" | "tcp" | "tls" | "tls443"} Road  as in signaling/checks/rules.py
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
  if (url.startsWith("turns:")) return portOf(url) === 443 ? "tls443" : "tls";
  return url.includes("transport=tcp") ? "tcp" : "udp";
}

/** Where an address of a relay leads. @param {string} url */
export function portOf(url) {
  const port = /:(\d+)(?:\?|$)/.exec(url);
  return port ? Number(port[1]) : url.startsWith("turns:") ? 5349 : 3478;
}

/** Whether the media node's own port can be reached, tried as a call goes there: until both ends have keys. Null: it was
 * not tried, as no node answers now. @param {RTCIceServer} [relay]  by which alone to go @returns {Promise<boolean | null>} */
export async function reachesNode(relay) {
  const peer = new RTCPeerConnection(relay ? { iceServers: [relay], iceTransportPolicy: "relay" } : {});
  try {
    peer.addTransceiver("audio", { direction: "recvonly" });
    await peer.setLocalDescription();
    const sdp = await answerOf(peer.localDescription?.sdp ?? "");
    if (!sdp) return null;
    const connects = new Promise((resolve) => {
      peer.onconnectionstatechange = () => peer.connectionState === "connected" && resolve(true);
      setTimeout(() => resolve(false), WAIT_MS);
    });
    await peer.setRemoteDescription({ type: "answer", sdp });
    return Boolean(await connects);
  } finally {
    peer.close();
  }
}

/** What a node answers to an offer, if one does. @param {string} sdp @returns {Promise<string>} */
async function answerOf(sdp) {
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(NODE_ANSWERS_MS);
  const asked = fetch("/check/node", { method: "POST", headers, redirect: "manual", signal, body: JSON.stringify({ sdp }) });
  const answer = await asked.catch(() => null);
  return answer?.ok ? (await answer.json()).sdp : "";
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
