/** Reads an image's real dimensions from its bytes, and whether it moves. Nothing is decoded. */

type ImageFormat = 'png' | 'jpeg' | 'gif' | 'webp';

export interface ImageSize {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

interface ImageHeader extends ImageSize {
  readonly format: ImageFormat;
  readonly animated: boolean;
}

/** @returns undefined for what is none of the four formats, or ends before it says its size. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const header = readers.map((read) => read(view)).find((found) => found !== undefined);
    return header && header.width > 0 && header.height > 0 ? header : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function hasText(view: DataView, at: number, text: string): boolean {
  if (at + text.length > view.byteLength) return false;
  return [...text].every(
    (character, index) => view.getUint8(at + index) === character.charCodeAt(0),
  );
}

/** https://www.w3.org/TR/png-3/#4Concepts.Format: IHDR comes first; acTL, of an animation, before IDAT. */
function readPng(view: DataView): ImageHeader | undefined {
  if (!hasText(view, 0, '\x89PNG\r\n\x1a\n') || !hasText(view, 12, 'IHDR')) return undefined;
  let animated = false;
  for (let at = 8; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
    if (hasText(view, at + 4, 'IDAT')) break;
    animated ||= hasText(view, at + 4, 'acTL');
  }
  return { format: 'png', width: view.getUint32(16), height: view.getUint32(20), animated };
}

const START_OF_IMAGE = 0xffd8;
/** Markers of a frame header are C0 to CF, save for these three (ITU-T T.81, table B.1). */
const NO_FRAME = new Set([0xc4, 0xc8, 0xcc]);
/** Markers without a length: TEM and RST0 to RST7. */
const isBare = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);

function readJpeg(view: DataView): ImageHeader | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== START_OF_IMAGE) return undefined;
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
    } else if (isBare(marker)) {
      at += 2;
    } else if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAME.has(marker)) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return { format: 'jpeg', width, height, animated: false };
    } else {
      at += 2 + view.getUint16(at + 2);
    }
  }
}

/**
 * https://www.w3.org/Graphics/GIF/spec-gif89a.txt. A frame may reach beyond the screen the header
 * states, and decoders then enlarge it: so the frames are walked through.
 */
function readGif(view: DataView): ImageHeader | undefined {
  if (!hasText(view, 0, 'GIF87a') && !hasText(view, 0, 'GIF89a')) return undefined;
  let [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  let frames = 0;
  let at = 13 + colorTableBytes(view.getUint8(10));
  while (at < view.byteLength) {
    const introducer = view.getUint8(at);
    if (introducer === 0x2c) {
      frames += 1;
      width = Math.max(width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true));
      height = Math.max(height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true));
      at = afterSubBlocks(view, at + 11 + colorTableBytes(view.getUint8(at + 9)));
    } else if (introducer === 0x21) {
      at = afterSubBlocks(view, at + 2);
    } else {
      break;
    }
  }
  return { format: 'gif', width, height, animated: frames > 1 };
}

const colorTableBytes = (packed: number): number =>
  packed & 0x80 ? 3 * 2 ** ((packed & 0x07) + 1) : 0;

function afterSubBlocks(view: DataView, start: number): number {
  let at = start;
  while (at < view.byteLength && view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
  return at + 1;
}

/** https://developers.google.com/speed/webp/docs/riff_container: lossy, lossless, or extended. */
function readWebp(view: DataView): ImageHeader | undefined {
  if (!hasText(view, 0, 'RIFF') || !hasText(view, 8, 'WEBP')) return undefined;
  if (hasText(view, 12, 'VP8X')) {
    const animated = (view.getUint8(20) & 0x02) !== 0;
    return { format: 'webp', width: uint24(view, 24) + 1, height: uint24(view, 27) + 1, animated };
  }
  if (hasText(view, 12, 'VP8L')) {
    const bits = view.getUint32(21, true);
    const [width, height] = [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
    return { format: 'webp', width, height, animated: false };
  }
  if (!hasText(view, 12, 'VP8 ')) return undefined;
  const [width, height] = [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  return { format: 'webp', width, height, animated: false };
}

const uint24 = (view: DataView, at: number): number =>
  view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;

const readers = [readPng, readJpeg, readGif, readWebp];
