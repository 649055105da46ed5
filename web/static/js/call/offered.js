/**
 * An offer as the media node reads it. Browsers repeat in each section what holds for all, and name dozens of codecs: that
 * is 6 KB for the sound and the picture of one other person, and a call of six would be more than the server takes of an
 * offer (32 KiB). Without what the node does not read, 28 places and six sources of one's own fit.
 */

/** How to reach each other is the same for all: it is said once, before the first section. Firefox says some of it there itself. */
const TRANSPORT = /^(c=|a=(ice-ufrag|ice-pwd|fingerprint|setup):)/;
const READ = /^([vostm]=|a=(group|mid|rtcp-mux|sendrecv|sendonly|recvonly|inactive|rid|ssrc|ssrc-group|extmap|rtpmap|fmtp|rtcp-fb)\b)/;
const EXTENSIONS = /:(ssrc-audio-level|sdes:(mid|rtp-stream-id|repaired-rtp-stream-id)|3gpp:video-orientation)$|\/abs-send-time$/;
const FEEDBACK = / (nack|nack pli|goog-remb)$/;
const OF_A_CODEC = /^a=(rtpmap|fmtp|rtcp-fb):(\d+) (.*)$/;
const CODECS = /^(opus|VP8|VP9|H264|AV1)\//i;
/** Profiles with more than eight bits or full colour, which no camera sends, and H264 that needs a packet for each slice. */
const ODD = /(^|;)\s*(profile-id=[1-9]|profile=[1-9]|profile-level-id=f4|packetization-mode=0)/i;

/** @param {string} sdp */
export function offered(sdp) {
  const [session, ...sections] = sdp.split(/\r\n(?=m=)/).map((part) => part.split("\r\n").filter(Boolean));
  const common = [...session, ...(sections[0] ?? [])].filter((line) => TRANSPORT.test(line));
  return [...session.filter((line) => READ.test(line)), ...common, ...sections.flatMap(section), ""].join("\r\n");
}

/** Whether an answer is not from whom the connection stands with, but, say, from a media node that died and was started again: the
 * keys are others. Not every browser takes them into a connection that has some. @param {string} sdp @param {{ sdp: string } | null} before */
export function isFromAnother(sdp, before) {
  return before !== null && keyOf(sdp) !== keyOf(before.sdp);
}

/** @param {string} sdp */
const keyOf = (sdp) => /^a=fingerprint:(.*?)\s*$/m.exec(sdp)?.[1].toLowerCase();

/** @param {string[]} lines */
function section(lines) {
  const codecs = codecsOf(lines);
  const [media, ...rest] = lines;
  const [kind, port, protocol, ...formats] = media.split(" ");
  const ssrcs = new Set();
  const kept = rest.filter((line) => {
    const [, what, number, said] = OF_A_CODEC.exec(line) ?? [];
    if (number) return codecs.has(number) && (what !== "rtcp-fb" || FEEDBACK.test(` ${said}`));
    if (line.startsWith("a=extmap:")) return EXTENSIONS.test(line);
    if (line.startsWith("a=ssrc:")) return ssrcs.size < ssrcs.add(line.split(" ")[0]).size;
    return READ.test(line);
  });
  return [[kind, port, protocol, ...formats.filter((number) => codecs.has(number))].join(" "), ...kept];
}

/** The numbers of the codecs that can be forwarded, and of what mends losses of these; all, where there is none.
 * @param {string[]} lines @returns {Set<string>} */
function codecsOf(lines) {
  const found = lines.map((line) => OF_A_CODEC.exec(line)).filter((match) => match !== null);
  const said = (/** @type {string} */ what) => found.filter((match) => match[1] === what);
  const odd = new Set(said("fmtp").filter((match) => ODD.test(match[3])).map((match) => match[2]));
  const plain = said("rtpmap").filter((match) => CODECS.test(match[3]) && !odd.has(match[2])).map((match) => match[2]);
  const repairs = said("fmtp").filter((match) => plain.includes(/^apt=(\d+)/.exec(match[3])?.[1] ?? "")).map((match) => match[2]);
  return new Set(plain.length ? [...plain, ...repairs] : lines[0].split(" ").slice(3));
}
