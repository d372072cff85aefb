/** The beginnings of image files, as much as tells their dimensions. */

export const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');

const uint16 = (value: number) => [value >> 8, value & 0xff];
const uint32 = (value: number) => [...uint16(value >>> 16), ...uint16(value & 0xffff)];
const little16 = (value: number) => uint16(value).reverse();
const ascii = (text: string) => [...Buffer.from(text, 'latin1')];

const chunk = (type: string, data: readonly number[]) => [
  ...uint32(data.length),
  ...ascii(type),
  ...data,
  ...uint32(0),
];

export const png = (width: number, height: number, animated = false): Uint8Array =>
  Uint8Array.from([
    ...ascii('\x89PNG\r\n\x1a\n'),
    ...chunk('IHDR', [...uint32(width), ...uint32(height), 8, 2, 0, 0, 0]),
    ...(animated ? chunk('acTL', [...uint32(2), ...uint32(0)]) : []),
    ...chunk('IDAT', [1, 2, 3]),
    ...chunk('IEND', []),
  ]);

/** With an APP1 segment before it, as cameras write, holding a thumbnail of another size. */
export const jpeg = (width: number, height: number, marker = 0xc0): Uint8Array => {
  const frame = (w: number, h: number) => [8, ...uint16(h), ...uint16(w), 3];
  const segment = (code: number, data: readonly number[]) => [
    0xff,
    code,
    ...uint16(data.length + 2),
    ...data,
  ];
  return Uint8Array.from([
    0xff,
    0xd8,
    ...segment(0xe1, [0xff, 0xd8, ...segment(0xc0, frame(16, 12))]),
    ...segment(0xc4, [0, 0]),
    0xff,
    ...segment(marker, frame(width, height)),
  ]);
};

/** @param frames left, top, width and height of each frame. */
export const gif = (
  width: number,
  height: number,
  frames: readonly (readonly [number, number, number, number])[] = [[0, 0, width, height]],
): Uint8Array =>
  Uint8Array.from([
    ...ascii('GIF89a'),
    ...little16(width),
    ...little16(height),
    ...[0x80, 0, 0],
    ...[0, 0, 0, 255, 255, 255],
    ...[0x21, 0xf9, 4, 0, 0, 0, 0, 0],
    ...frames.flatMap((frame) => [0x2c, ...frame.flatMap(little16), 0, 2, 2, 0x4c, 0x01, 0]),
    0x3b,
  ]);

const riffChunk = (type: string, data: readonly number[]) => [
  ...ascii(type),
  ...uint32(data.length).reverse(),
  ...data,
  ...(data.length % 2 === 0 ? [] : [0]),
];
const riff = (...chunks: readonly (readonly number[])[]) => {
  const body = [...ascii('WEBP'), ...chunks.flat()];
  return Uint8Array.from([...ascii('RIFF'), ...uint32(body.length).reverse(), ...body]);
};
const little24 = (value: number) => [value & 0xff, (value >> 8) & 0xff, value >> 16];

const lossyFrame = (width: number, height: number) =>
  riffChunk('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, ...little16(width), ...little16(height)]);
const losslessFrame = (width: number, height: number) => {
  const bits = (width - 1) | ((height - 1) << 14);
  return riffChunk('VP8L', [0x2f, ...uint32(bits >>> 0).reverse()]);
};

export const webp = {
  lossy: (width: number, height: number): Uint8Array => riff(lossyFrame(width, height)),
  lossless: (width: number, height: number): Uint8Array => riff(losslessFrame(width, height)),
  /** @param frame width and height of the image itself: those of the canvas unless given. */
  extended: (
    width: number,
    height: number,
    animated = false,
    frame: readonly [number, number] = [width, height],
  ): Uint8Array => {
    const flags = [animated ? 2 : 0, 0, 0, 0];
    const canvas = riffChunk('VP8X', [...flags, ...little24(width - 1), ...little24(height - 1)]);
    return riff(canvas, animated ? riffChunk('ANIM', [0, 0, 0, 0, 0, 0]) : lossyFrame(...frame));
  },
};

export const imageBlock = (bytes: Uint8Array = png(200, 100), format = 'png') => ({
  image: { format, source: { bytes: base64(bytes) } },
});
