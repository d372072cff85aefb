/** Images and documents of a request: are they what they say, and can they be bounded? */
import type { DocumentBlock, ImageBlock } from './content-block.schema.ts';
import { type ImageSize, readImageHeader } from './image-header.ts';

/**
 * Of each file: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html,
 * 2026-11. What lies between 3.75 million bytes and 3.75 MiB is left to Bedrock to refuse.
 */
const IMAGE_BYTES_MAX = 3.75 * 1024 * 1024;
const IMAGE_SIDE_MAX = 8_000;
const DOCUMENT_BYTES_MAX = 4.5 * 1024 * 1024;

/** Either the file, or what is wrong with it: `at` is the member it is about, from the block on. */
type FileResult<T> =
  | { readonly outcome: 'valid'; readonly file: T }
  | { readonly outcome: 'not_valid'; readonly at: string; readonly message: string };

const NOT_AN_IMAGE =
  'is not a png, jpeg, gif or webp image whose size can be read reliably: encode it again';

const refuse = (at: string, message: string) => ({ outcome: 'not_valid', at, message }) as const;

export function readImage({ format, source }: ImageBlock): FileResult<ImageSize> {
  const bytes = decodeBase64(source.bytes);
  const at = 'source.bytes';
  if (!bytes) return refuse(at, notBase64(source.bytes));
  if (bytes.length > IMAGE_BYTES_MAX) {
    const message = `has ${bytes.length} bytes; the maximum for an image is ${IMAGE_BYTES_MAX}: make it smaller`;
    return refuse(at, message);
  }
  const header = readImageHeader(bytes);
  if (!header) return refuse(at, NOT_AN_IMAGE);
  if (header.format !== format) {
    return refuse('format', `is "${format}", but the image is a ${header.format}: write that`);
  }
  const { width, height, animated } = header;
  if (animated) return refuse(at, 'is an animation, which cannot be bounded: send a single frame');
  if (Math.max(width, height) > IMAGE_SIDE_MAX) {
    const message = `is ${width} x ${height} pixels; the maximum is ${IMAGE_SIDE_MAX} on a side: make it smaller`;
    return refuse(at, message);
  }
  return { outcome: 'valid', file: { width, height } };
}

/** The formats whose file is the text that reaches the model. */
export const isPlainText = (format: DocumentBlock['format']): boolean =>
  format === 'txt' || format === 'md';

/** @returns the text of a txt or md document; of another format, that its bytes are some. */
export function readDocument({ format, source }: DocumentBlock): FileResult<string | undefined> {
  if (source.text !== undefined) return document(source.text, 'source.text');
  const at = 'source.bytes';
  const bytes = decodeBase64(source.bytes ?? '');
  if (!bytes) return refuse(at, notBase64(source.bytes ?? ''));
  if (!isPlainText(format)) return documentSize(bytes.length, undefined, at);
  const text = decodeUtf8(bytes);
  if (text === undefined) return refuse(at, `is not ${format} in UTF-8: save it as UTF-8`);
  return document(text, at);
}

function document(text: string, at: string): FileResult<string> {
  if (text.trim() === '') return refuse(at, 'contains only white space: leave the document out');
  return documentSize(new TextEncoder().encode(text).length, text, at);
}

function documentSize<T>(bytes: number, file: T, at: string): FileResult<T> {
  if (bytes <= DOCUMENT_BYTES_MAX) return { outcome: 'valid', file };
  const message = `has ${bytes} bytes; the maximum for a document is ${DOCUMENT_BYTES_MAX}: send a part of it`;
  return refuse(at, message);
}

const NOT_BASE64 = /[^A-Za-z0-9+/]/;

/**
 * Strict (RFC 4648, padded), as Bedrock's own JSON is; Node alone would skip what is not base64.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.slice(0, text.length - padding);
  if (text.length === 0 || text.length % 4 !== 0 || NOT_BASE64.test(digits)) return undefined;
  return Buffer.from(text, 'base64');
}

function notBase64(text: string): string {
  const advice = text.startsWith('data:')
    ? 'leave out everything up to the comma'
    : "send the file's bytes in base64, padded, without line breaks";
  return `is not base64: ${advice}`;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
