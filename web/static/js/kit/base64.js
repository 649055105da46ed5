/** Bytes as the web writes them in texts. */

/** @param {string} base64url  with or without padding */
export function bytes(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
