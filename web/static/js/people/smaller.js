/** Photos as they are sent: a telephone's have twenty times the bytes of what is kept of them. */

// Pixels of the shorter edge: twice what is kept, so that nothing is lost by making the photo smaller in two steps.
const EDGE = 1024;
// Bytes from which it pays: half a minute on a slow line is 1.5 MB, and what is small is sent as it is.
const WORTH_IT = 300_000;
// What was drawn, and how far what is read of it may be from that: browsers may change it a little, so that nobody
// knows them again by it. Those that want to be known by nothing hand out a picture of chance.
const DRAWN = [64, 128, 192, 255];
const NOISE_MOST = 8;

/**
 * The photo with fewer pixels and nothing hidden in it; itself where it is small already, or nothing that the browser
 * can show, or hands out. Then the server says what is wrong with it.
 * @param {File} photo
 */
export async function smaller(photo) {
  if (photo.size < WORTH_IT) return photo;
  const made = await drawn(photo).catch(() => null);
  return made && made.size < photo.size ? new File([made], "photo.jpg", { type: made.type }) : photo;
}

/** @param {File} photo @returns {Promise<Blob | null>} */
async function drawn(photo) {
  if (!isHandedOut()) return null;
  const image = await createImageBitmap(photo); // upright, however the telephone was held
  const scale = Math.min(1, EDGE / Math.min(image.width, image.height));
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(image.width * scale), height: Math.round(image.height * scale) });
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.imageSmoothingQuality = "high";
  pen.fillStyle = "white"; // below what is transparent
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
}

/** Whether the browser hands out what is drawn in it. */
function isHandedOut() {
  const pen = Object.assign(document.createElement("canvas"), { width: 2, height: 2 }).getContext("2d");
  if (!pen) return false;
  pen.fillStyle = `rgb(${DRAWN.slice(0, 3).join()})`;
  pen.fillRect(0, 0, 2, 2);
  return [...pen.getImageData(0, 0, 2, 2).data].every((value, at) => Math.abs(value - DRAWN[at % 4]) < NOISE_MOST);
}
