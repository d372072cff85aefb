/** Hosts that crash, and the way from them to the table. */
import {
  DynamoDBServiceException as ServiceException,
  type ServiceOutputTypes,
} from '@aws-sdk/client-dynamodb';
import type { Sent, Transport } from './dynamodb/client.ts';
import type { NetworkFault } from './plan.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** One life of a host. After a crash nothing that ran on it goes on. */
export interface Life {
  readonly skew: number;
  isOver: boolean;
  /** Rejects when the host crashes. */
  readonly ended: Promise<never>;
}

export class Host {
  readonly #skew: number;
  #end: () => void = () => undefined;
  life: Life;

  constructor(skew: number) {
    this.#skew = skew;
    this.life = this.#begin();
  }

  crash(): void {
    this.life.isOver = true;
    const end = this.#end;
    this.life = this.#begin();
    end();
  }

  #begin(): Life {
    const ended = new Promise<never>((_, reject) => {
      this.#end = () => reject(new HostCrashed());
    });
    ended.catch(() => undefined);
    return { skew: this.#skew, isOver: false, ended };
  }
}

export class HostCrashed extends Error {}

/** The error that the SDK throws when all its tries failed. */
class NoAnswer extends Error {
  override readonly name = 'TimeoutError';
}

/** As `functions/edge/aws-clients.ts` sets the client up. */
const CLIENT = { triesMax: 3, answerWithinMs: 2_000 } as const;
const LATEST_ARRIVAL_MS = 8_000;

export interface Route {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly latency: number;
  readonly life: Life;
  /** The fault of the next request, if any. */
  readonly nextFault: () => NetworkFault | undefined;
  /** The table; throws as the engine does. */
  readonly arrive: (sent: Sent) => ServiceOutputTypes;
}

/** Sends as the SDK does: the same request again when the answer does not come. */
export function transportOver(route: Route): Transport {
  return async (sent) => {
    for (let tries = 1; ; tries++) {
      const result = await survived(route.life, tryOnce(route, sent));
      if ('output' in result) return { ...result.output, $metadata: { attempts: tries } };
      if ('error' in result) {
        if (result.error instanceof ServiceException) result.error.$metadata.attempts = tries;
        throw result.error;
      }
      if (tries === CLIENT.triesMax) throw new NoAnswer('the table did not answer');
      await survived(route.life, route.scheduler.sleep(route.random.integer(0, 100)));
    }
  };
}

type Result = { output: ServiceOutputTypes } | { error: unknown } | { lost: true };

async function tryOnce(route: Route, sent: Sent): Promise<Result> {
  const { scheduler, random, latency } = route;
  const fault = route.nextFault();
  const way = () => scheduler.sleep(random.integer(0, latency));
  if (fault === 'delayed') {
    const late = CLIENT.answerWithinMs + random.integer(0, LATEST_ARRIVAL_MS);
    scheduler.after(late, () => void arrived(route, sent));
    await scheduler.sleep(CLIENT.answerWithinMs);
    return { lost: true };
  }
  await way();
  if (fault === 'lostBefore') return { lost: true };
  const result = arrived(route, sent);
  await way();
  return fault === 'lostAfter' ? { lost: true } : result;
}

function arrived(route: Route, sent: Sent): Result {
  try {
    return { output: route.arrive(sent) };
  } catch (error) {
    return { error };
  }
}

/** A response to a host that has crashed since is lost. */
export async function survived<T>(life: Life, work: Promise<T>): Promise<T> {
  const result = await work;
  return life.isOver ? new Promise<T>(() => undefined) : result;
}
