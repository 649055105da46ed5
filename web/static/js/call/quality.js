/** How well a connection carries a call, from the browser's own statistics. */

/** What others report of a stream that has ended stays in the statistics: believed for so long after it came, in ms. */
const REPORT_MS = 10_000;

/**
 * @typedef {{ lost: number, received: number }} Came  packets
 * @typedef {{ frames: number, from: Map<string, Came> }} Counted  pictures that went out, and what came from each other one
 * @typedef {"good" | "fair" | "poor"} Quality
 * @typedef {object} Measured
 * @property {Quality} quality
 * @property {number} lost  part of the packets, 0 to 1
 * @property {number} seconds  there and back
 * @property {number} bits  that may go out a second, where that is what limits the picture; else 0
 * @property {Way} way
 *
 * @typedef {"" | "direct" | "udp" | "tcp" | "tls"} Way  how packets leave this network: straight to the other end, or to
 * the relay by one of its ways; "": not known
 */

/** Part of all packets that is lost, seconds there and back, bits a second: beyond these it is fair, or poor. */
const FAIR = { lost: 0.03, seconds: 0.25, bits: 400_000 };
const POOR = { lost: 0.08, seconds: 1, bits: 120_000 };

/** Of so few packets the lost ones say nothing. */
const FEW = 50;

/** Before the first look. @returns {Counted} */
export function nothingCounted() {
  return { frames: 0, from: new Map() };
}

/**
 * Look at a connection. @param {RTCPeerConnection} peer @param {Counted} before  what was counted the last time
 * @param {Map<string, string>} [owners]  of the tracks that come, by their ids
 * @returns {Promise<Measured & { counted: Counted }>}
 */
export async function measure(peer, before, owners = new Map()) {
  const counted = nothingCounted();
  let theirs = 0;
  let isLimited = false;
  const reports = await peer.getStats();
  const all = [...reports.values()];
  const now = Math.max(...all.map(({ timestamp }) => timestamp ?? 0));
  for (const one of all) {
    if (one.type === "inbound-rtp") {
      const owner = owners.get(one.trackIdentifier) ?? "";
      const { lost, received } = counted.from.get(owner) ?? { lost: 0, received: 0 };
      counted.from.set(owner, { lost: lost + Math.max(one.packetsLost ?? 0, 0), received: received + (one.packetsReceived ?? 0) });
    }
    if (one.type === "outbound-rtp") {
      counted.frames += one.framesSent ?? 0;
      isLimited ||= one.active !== false && one.qualityLimitationReason === "bandwidth"; // else it is sent to nobody
    }
    if (one.type === "remote-inbound-rtp" && now - one.timestamp < REPORT_MS) theirs = Math.max(theirs, one.fractionLost ?? 0);
  }
  const path = pathOf(reports, all);
  // Without pictures going out, what limited them last says nothing of the connection now.
  const bits = isLimited && counted.frames > before.frames ? path?.availableOutgoingBitrate ?? 0 : 0;
  const seconds = path?.currentRoundTripTime ?? 0;
  const found = { lost: Math.max(lostHere(counted, before), theirs), seconds, bits, way: wayOf(reports.get(path?.localCandidateId)) };
  return { ...found, quality: qualityOf(found), counted };
}

/** Part of the packets that this connection loses: what is lost on the way from somebody else to the node is missing here as
 * well, but of theirs alone. Of only one other, nobody can tell. @param {Counted} counted @param {Counted} before */
function lostHere({ from }, before) {
  const shares = [...from].map(([owner, now]) => {
    const lost = now.lost - (before.from.get(owner)?.lost ?? 0);
    const came = lost + now.received - (before.from.get(owner)?.received ?? 0);
    return came > FEW ? Math.max(lost, 0) / came : null;
  });
  const known = shares.filter((share) => share !== null);
  return known.length > 0 ? Math.min(...known) : 0;
}

/** The pair of addresses that packets go between now; earlier ones may stand beside it. Not every browser names it.
 * @param {{ get: (id: string) => any }} reports @param {any[]} all */
function pathOf(reports, all) {
  const named = all.find(({ type, selectedCandidatePairId: id }) => type === "transport" && id);
  if (named) return reports.get(named.selectedCandidatePairId);
  return all.find(({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded");
}

/** The relay is known by how one gets there: where the other end sees it by another address than the relay itself, its kind
 * of candidate is another one. @param {{ candidateType: string, relayProtocol?: Way } | undefined} local  one's own end of
 * a path @returns {Way} */
function wayOf(local) {
  if (!local) return "";
  return local.relayProtocol ?? (local.candidateType === "relay" ? "" : "direct");
}

/** In one word. @param {{ lost: number, seconds: number, bits: number }} found @returns {Quality} */
export function qualityOf(found) {
  if (isBeyond(found, POOR)) return "poor";
  return isBeyond(found, FAIR) ? "fair" : "good";
}

/** @param {{ lost: number, seconds: number, bits: number }} found @param {typeof FAIR} bounds */
function isBeyond({ lost, seconds, bits }, bounds) {
  return lost > bounds.lost || seconds > bounds.seconds || (bits > 0 && bits < bounds.bits);
}

/** Whether somebody is heard on a connection just now, by their track. @param {RTCPeerConnection} peer */
export function heard(peer) {
  /** @type {Set<MediaStreamTrack>} */
  const found = new Set();
  for (const receiver of peer.getReceivers())
    if (receiver.track.kind === "audio" && receiver.getSynchronizationSources().some(({ audioLevel }) => (audioLevel ?? 0) > 0.02))
      found.add(receiver.track);
  return found;
}
