import { describe, expect, test } from '@jest/globals';
import { readImageHeader } from '../../../../../core/call/request/image-header.ts';
import { gif, jpeg, png, webp } from '../../../../support/images.ts';

describe('an image tells its size', () => {
  test.each([
    ['png', png(640, 480)],
    ['jpeg', jpeg(640, 480)],
    ['gif', gif(640, 480)],
    ['webp', webp.lossy(640, 480)],
    ['webp', webp.lossless(640, 480)],
    ['webp', webp.extended(640, 480)],
  ])('%s', (format, bytes) => {
    expect(readImageHeader(bytes)).toEqual({ format, width: 640, height: 480, animated: false });
  });

  test.each([
    ['a progressive jpeg', jpeg(1_000, 8_000, 0xc2), 1_000, 8_000],
    ['a lossless webp of the largest size', webp.lossless(16_384, 16_384), 16_384, 16_384],
    ['a wide webp', webp.extended(16_383, 3), 16_383, 3],
    [
      'a gif whose frame reaches beyond its screen',
      gif(1, 1, [[10, 20, 3_000, 2_000]]),
      3_010,
      2_020,
    ],
  ])('%s', (_, bytes, width, height) => {
    expect(readImageHeader(bytes)).toMatchObject({ width, height });
  });

  test('the thumbnail within a jpeg is not taken for the image', () => {
    expect(readImageHeader(jpeg(4_000, 3_000))).toMatchObject({ width: 4_000, height: 3_000 });
  });

  test.each([
    ['png', png(9, 9, true)],
    [
      'gif',
      gif(9, 9, [
        [0, 0, 9, 9],
        [0, 0, 9, 9],
      ]),
    ],
    ['webp', webp.extended(9, 9, true)],
  ])('an animated %s is one', (_, bytes) => {
    expect(readImageHeader(bytes)).toMatchObject({ animated: true });
  });
});

describe('an image that does not agree with itself is not read', () => {
  const bytes = (...parts: readonly (Uint8Array | readonly number[])[]) =>
    Uint8Array.from(parts.flatMap((part) => [...part]));
  const small = gif(1, 1);
  const frameAt = small.indexOf(0x2c, 19);
  test.each([
    ['a png with two IHDR', bytes(png(1, 1).subarray(0, 33), png(2_000, 2_000).subarray(8))],
    ['a png with an IHDR at its end', bytes(png(1, 1), png(2_000, 2_000).subarray(8, 33))],
    ['a png whose IHDR has another length', png(1, 1).with(11, 14)],
    ['a jpeg with two frame headers', bytes(jpeg(1, 1), jpeg(2_000, 2_000).subarray(-10))],
    [
      'a jpeg with a second frame header after a scan',
      bytes(jpeg(1, 1), [0xff, 0xda, 0, 2, 1, 0xff, 0, 2], jpeg(2_000, 2_000).subarray(-10)),
    ],
    [
      'a gif with a byte before its frame',
      bytes(small.subarray(0, frameAt), [0], gif(2_000, 2_000).subarray(frameAt)),
    ],
    ['a gif without a frame', gif(100, 100, [])],
    [
      'a webp whose image is not as large as its canvas',
      webp.extended(1, 1, false, [2_000, 2_000]),
    ],
    ['a webp with two images', bytes(webp.extended(9, 9), webp.lossy(9, 9).subarray(12))],
    ['a webp canvas without an image', webp.extended(9, 9).subarray(0, 30)],
  ])('%s', (_, image) => {
    expect(readImageHeader(image)).toBeUndefined();
  });

  test('what follows the end of a jpeg is not the image', () => {
    const phone = bytes(jpeg(640, 480), [0xff, 0xd9], jpeg(64, 48));
    expect(readImageHeader(phone)).toMatchObject({ width: 640, height: 480 });
  });
});

describe('what is no image', () => {
  test.each([
    ['nothing', new Uint8Array()],
    ['text', Buffer.from('Hello, this is no image at all.')],
    ['a pdf', Buffer.from('%PDF-1.7\n')],
    ['a png without size', png(0, 5)],
    ['a riff that is a wave', Buffer.from('RIFF\0\0\0\0WAVEfmt ')],
    ['a jpeg that only begins', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)],
    ['a jpeg of fill bytes', new Uint8Array(100).fill(0xff).with(1, 0xd8)],
  ])('%s', (_, bytes) => {
    expect(readImageHeader(bytes)).toBeUndefined();
  });

  test('cut off anywhere, it is read whole, read the same, or not read', () => {
    for (const whole of [
      png(640, 480),
      jpeg(640, 480),
      webp.lossy(640, 480),
      webp.extended(640, 480),
    ]) {
      for (let length = 0; length < whole.length; length++) {
        const header = readImageHeader(whole.subarray(0, length));
        if (header) expect(header).toMatchObject({ width: 640, height: 480 });
      }
    }
  });
});
