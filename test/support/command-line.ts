/** The command line in this process, with a terminal, a clock and an environment of the test's. */
import { run } from '../../cli/program.ts';
import type { Clock } from '../../core/time.ts';

export interface CommandWorld {
  readonly clock?: Clock;
  /** Global options write to it. */
  readonly env?: Record<string, string>;
  readonly user?: string | undefined;
  /** Answer of the person at the terminal; absent: there is no terminal. */
  readonly answer?: string;
  /** Width of the terminal that standard output goes to; absent: there is none. */
  readonly columns?: number;
  /** Runs before each look of a command that watches; it ends after the last. */
  readonly looks?: readonly (() => unknown)[];
}

let uuids = 0;

/** Runs `cost-sentry`; `asked` and `shown` are the questions and messages at the terminal. */
export async function costSentry(args: readonly string[], world: CommandWorld = {}) {
  const { clock = { now: () => 0 }, env = {}, user, answer, columns, looks = [] } = world;
  let [out, err] = ['', ''];
  const [asked, shown]: [string[], string[]] = [[], []];
  const ask = async (question: string) => {
    asked.push(question);
    return answer ?? '';
  };
  const exitCode = await run(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    ...(answer !== undefined && { ask, status: (text: string) => void shown.push(text) }),
    ...(user !== undefined && { user }),
    ...(columns !== undefined && { screen: { columns: () => columns } }),
    ticks: async function* () {
      for (const look of looks) {
        await look();
        yield;
      }
    },
    env,
    clock,
    ids: { uuid: () => `uuid-${++uuids}` },
  });
  return { exitCode, out, err, asked, shown };
}
