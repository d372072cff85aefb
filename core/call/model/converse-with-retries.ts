/** Calls a model, again only when it is certain that the try before was not billed. */
import type { Random } from '../../ids.ts';
import type { Clock } from '../../time.ts';
import { failureRule } from './failure-rules.ts';
import type { ConverseCall, ConverseResult, ModelClient, Sleeper } from './ports.ts';

/** As the AWS SDKs' standard retry mode (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html, 2026-11). */
const TRIES_MAX = 3;
const BACKOFF_BASE_MS = 200;
/** A call with less time than this left would only be cut off, and perhaps billed. */
const SHORTEST_CALL_MS = 500;

export interface ConversePorts {
  readonly models: ModelClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleeper: Sleeper;
}

/** Bounded tries with full jitter; never past the deadline. */
export async function converseWithRetries(
  ports: ConversePorts,
  call: ConverseCall,
): Promise<ConverseResult> {
  const { models, clock, random, sleeper } = ports;
  const canCall = () => call.deadline - clock.now() >= SHORTEST_CALL_MS;
  if (!canCall()) return tooLate;
  for (let tries = 1; ; tries++) {
    const result = await models.converse(call);
    if (result.outcome !== 'failed' || tries === TRIES_MAX) return result;
    if (!failureRule(result.failure).retry) return result;
    await sleeper.sleep(Math.floor(random.next() * BACKOFF_BASE_MS * 2 ** tries));
    if (!canCall()) return result;
  }
}

const tooLate: ConverseResult = {
  outcome: 'failed',
  failure: { name: 'DeadlineBeforeCall', message: 'no time was left to call the model' },
};
