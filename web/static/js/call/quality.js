/** How well a connection carries a call, from the browser's own statistics. */

/** @typedef {{ lost: number, received: number, sound: number }} Counted */

/** Of all packets so many lost, or a way there and back of so many seconds, is heard. */
const WEAK = { lost: 0.05, seconds: 0.4 };

/**
 * Look at a connection. @param {RTCPeerConnection} peer @param {Counted} before  what was counted the last time
 * @returns {Promise<{ weak: boolean, counted: Counted }>}
 */
export async function measure(peer, before) {
  const counted = { lost: 0, received: 0, sound: 0 };
  let seconds = 0;
  for (const one of (await peer.getStats()).values()) {
    if (one.type === "inbound-rtp") {
      counted.lost += Math.max(one.packetsLost ?? 0, 0);
      counted.received += one.packetsReceived ?? 0;
    }
    if (one.type === "candidate-pair" && one.nominated && one.state === "succeeded") seconds = one.currentRoundTripTime ?? 0;
  }
  const lost = counted.lost - before.lost;
  const all = lost + counted.received - before.received;
  return { weak: seconds > WEAK.seconds || (all > 50 && lost / all > WEAK.lost), counted };
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
