/**
 * Reads an image's dimensions from its bytes, and whether it is animated. Nothing is decoded, so a
 * file is read only where all decoders agree: one that states its size twice, or has bytes where
 * some skip and others stop, is not.
 */

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

/**
 * @returns undefined for what is not one of the four formats, ends before it states its size, or
 *   does not agree with itself about its size.
 */
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

const IHDR = 0x49484452;
const IHDR_BYTES = 13;
const IDAT = 0x49444154;
const ACTL = 0x6163544c;
const CHUNK_OVERHEAD = 12;

/**
 * https://www.w3.org/TR/png-3/#4Concepts.Format: one IHDR, first; acTL, of an animation, before IDAT.
 */
function readPng(view: DataView): ImageHeader | undefined {
  if (!hasText(view, 0, '\x89PNG\r\n\x1a\n')) return undefined;
  if (view.getUint32(8) !== IHDR_BYTES || view.getUint32(12) !== IHDR) return undefined;
  let animated = false;
  let hasData = false;
  const first = 8 + CHUNK_OVERHEAD + IHDR_BYTES;
  for (let at = first; at + 8 <= view.byteLength; at += CHUNK_OVERHEAD + view.getUint32(at)) {
    const type = view.getUint32(at + 4);
    if (type === IHDR) return undefined;
    hasData ||= type === IDAT;
    animated ||= type === ACTL && !hasData;
  }
  return { format: 'png', width: view.getUint32(16), height: view.getUint32(20), animated };
}

const START_OF_IMAGE = 0xffd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
/** Markers of a frame header are C0 to CF, except for these three (ITU-T T.81, table B.1). */
const NO_FRAME = new Set([0xc4, 0xc8, 0xcc]);
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && !NO_FRAME.has(marker);
/** Markers without a length: TEM and RST0 to RST7. */
const isBare = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);

/** One frame header, also after the scans; what follows the end of the image is not the image. */
function readJpeg(view: DataView): ImageHeader | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== START_OF_IMAGE) return undefined;
  let header: ImageHeader | undefined;
  for (let at = 2; at + 1 < view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === END_OF_IMAGE) break;
    if (marker === 0xff) {
      at += 1;
    } else if (isBare(marker)) {
      at += 2;
    } else {
      if (isFrame(marker)) {
        if (header) return undefined;
        const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
        header = { format: 'jpeg', width, height, animated: false };
      }
      if (at + 4 > view.byteLength) break;
      at += 2 + view.getUint16(at + 2);
      if (marker === START_OF_SCAN) at = afterScan(view, at);
    }
  }
  return header;
}

/** In a scan, FF is followed by 0 or by a restart marker. */
function afterScan(view: DataView, start: number): number {
  let at = start;
  for (; at + 1 < view.byteLength; at += 1) {
    if (view.getUint8(at) !== 0xff) continue;
    const next = view.getUint8(at + 1);
    if (next !== 0 && next !== 0xff && !isBare(next)) break;
  }
  return at;
}

const GIF_EXTENSION = 0x21;
const GIF_FRAME = 0x2c;
const GIF_TRAILER = 0x3b;

/**
 * https://www.w3.org/Graphics/GIF/spec-gif89a.txt. A frame may reach beyond the screen the header
 * states, and decoders then enlarge it, so all frames are read. Some decoders skip bytes that begin
 * no block, others stop there: such a file is not read.
 */
function readGif(view: DataView): ImageHeader | undefined {
  if (!hasText(view, 0, 'GIF87a') && !hasText(view, 0, 'GIF89a')) return undefined;
  let [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  let frames = 0;
  let at = 13 + colorTableBytes(view.getUint8(10));
  while (at < view.byteLength) {
    const introducer = view.getUint8(at);
    if (introducer === GIF_TRAILER) break;
    if (introducer === GIF_FRAME) {
      frames += 1;
      width = Math.max(width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true));
      height = Math.max(height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true));
      at = afterSubBlocks(view, at + 11 + colorTableBytes(view.getUint8(at + 9)));
    } else if (introducer === GIF_EXTENSION) {
      at = afterSubBlocks(view, at + 2);
    } else {
      return undefined;
    }
  }
  return frames > 0 ? { format: 'gif', width, height, animated: frames > 1 } : undefined;
}

const colorTableBytes = (packed: number): number =>
  packed & 0x80 ? 3 * 2 ** ((packed & 0x07) + 1) : 0;

function afterSubBlocks(view: DataView, start: number): number {
  let at = start;
  while (at < view.byteLength && view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
  return at + 1;
}

const WEBP_FIRST_CHUNK = 12;
const ANIMATION_FLAG = 0x02;

/** https://developers.google.com/speed/webp/docs/riff_container: lossy, lossless, or extended. */
function readWebp(view: DataView): ImageHeader | undefined {
  if (!hasText(view, 0, 'RIFF') || !hasText(view, 8, 'WEBP')) return undefined;
  if (!hasText(view, WEBP_FIRST_CHUNK, 'VP8X')) {
    const size = readWebpFrame(view, WEBP_FIRST_CHUNK);
    return size && { format: 'webp', ...size, animated: false };
  }
  const canvas = { width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
  const animated = (view.getUint8(20) & ANIMATION_FLAG) !== 0;
  if (animated) return { format: 'webp', ...canvas, animated };
  const frames = extendedFrames(view);
  const agrees = frames.every(
    ({ width, height }) => width === canvas.width && height === canvas.height,
  );
  return frames.length === 1 && agrees ? { format: 'webp', ...canvas, animated } : undefined;
}

/** A still image fills its canvas: the container says so of every file that is not animated. */
function extendedFrames(view: DataView): readonly ImageSize[] {
  const frames: ImageSize[] = [];
  for (let at = WEBP_FIRST_CHUNK; at + 8 <= view.byteLength; ) {
    const frame = readWebpFrame(view, at);
    if (frame) frames.push(frame);
    const bytes = view.getUint32(at + 4, true);
    at += 8 + bytes + (bytes % 2);
  }
  return frames;
}

/** The frame in the chunk that begins there, if that is one. */
function readWebpFrame(view: DataView, at: number): ImageSize | undefined {
  if (hasText(view, at, 'VP8L') && view.getUint8(at + 8) === 0x2f) {
    const bits = view.getUint32(at + 9, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (!hasText(view, at, 'VP8 ') || !hasText(view, at + 11, '\x9d\x01\x2a')) return undefined;
  const [width, height] = [view.getUint16(at + 14, true), view.getUint16(at + 16, true)];
  return { width: width & 0x3fff, height: height & 0x3fff };
}

const uint24 = (view: DataView, at: number): number =>
  view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;

const readers = [readPng, readJpeg, readGif, readWebp];
