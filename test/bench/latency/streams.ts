/** Streams through the proxy, compared with streams of the mock of Bedrock alone. */
import { readFileSync } from 'node:fs';

/** Where streams are measured. */
export interface StreamSource {
  readonly name: string;
  /** Of a request for a stream. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Process whose memory is measured. */
  readonly pid: number;
  /** Sets the text of the streams, and the pause before each of their events. */
  behave(behavior: { readonly text?: string; readonly chunkMs?: number }): Promise<void>;
}

interface StreamFigures {
  readonly way: string;
  readonly firstByteMs: number;
  readonly firstByteRatio: number;
  readonly eventUs: number;
  readonly eventRatio: number;
  readonly streamKb: number;
}

/** Characters of one event of the mock. */
const PIECE = 'sixteen letters.';
const SHORT = 100;
const LONG = 2_100;
const WARM_UP = 5;
const OPEN = 100;

const BODY = JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Hi' }] }] });

async function open({ url, headers }: StreamSource) {
  const response = await fetch(url, { method: 'POST', headers, body: BODY });
  if (response.status !== 200 || !response.body) throw new Error(`${url}: ${response.status}`);
  return response.body.getReader();
}

async function timeStream(source: StreamSource) {
  const begun = performance.now();
  const reader = await open(source);
  await reader.read();
  const firstMs = performance.now() - begun;
  while (!(await reader.read()).done);
  return { firstMs, allMs: performance.now() - begun };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The sources take turns, so that noise meets them alike. */
async function timesOf(sources: readonly StreamSource[], events: number, rounds: number) {
  const times = new Map(sources.map(({ name }) => [name, [] as { first: number; all: number }[]]));
  for (const source of sources) await source.behave({ text: PIECE.repeat(events) });
  for (let round = -WARM_UP; round < rounds; round += 1) {
    for (const source of sources) {
      const { firstMs, allMs } = await timeStream(source);
      if (round >= 0) times.get(source.name)?.push({ first: firstMs, all: allMs });
    }
  }
  return (name: string) => ({
    first: median((times.get(name) ?? []).map(({ first }) => first)),
    all: median((times.get(name) ?? []).map(({ all }) => all)),
  });
}

/** KB of resident memory for each of many open streams; Linux only. */
async function memoryOf(source: StreamSource): Promise<number> {
  await source.behave({ text: PIECE.repeat(SHORT), chunkMs: 40 });
  const before = residentKb(source.pid);
  const readers = await Promise.all(Array.from({ length: OPEN }, () => open(source)));
  for (const reader of readers) await reader.read();
  const grown = residentKb(source.pid) - before;
  await Promise.all(
    readers.map(async (reader) => {
      while (!(await reader.read()).done);
    }),
  );
  return Math.max(0, grown) / OPEN;
}

function residentKb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return Number.NaN;
  }
}

/** @param sources the first is what the others are compared with. */
export async function measureStreams(
  sources: readonly StreamSource[],
  rounds: number,
): Promise<readonly StreamFigures[]> {
  const short = await timesOf(sources, SHORT, rounds);
  const long = await timesOf(sources, LONG, rounds);
  const figures: Omit<StreamFigures, 'firstByteRatio' | 'eventRatio'>[] = [];
  for (const source of sources) {
    const { name: way } = source;
    const eventUs = ((long(way).all - short(way).all) * 1_000) / (LONG - SHORT);
    const streamKb = await memoryOf(source);
    figures.push({ way, firstByteMs: short(way).first, eventUs, streamKb });
    await source.behave({});
  }
  const [base] = figures;
  return figures.map((each) => ({
    ...each,
    firstByteRatio: each.firstByteMs / (base?.firstByteMs ?? Number.NaN),
    eventRatio: each.eventUs / (base?.eventUs ?? Number.NaN),
  }));
}
