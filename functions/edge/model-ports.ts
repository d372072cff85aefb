/** The ports of the model call. */
import { BedrockModelClient } from '../adapters/bedrock-runtime.ts';
import { systemClock, systemRandom, systemSleeper } from '../adapters/system.ts';
import type { ConversePorts } from '../core/bedrock/converse.ts';
import { bedrockRuntimeClient } from './clients.ts';

export const modelPorts = (): ConversePorts => ({
  models: new BedrockModelClient(bedrockRuntimeClient(), systemClock),
  clock: systemClock,
  random: systemRandom,
  sleeper: systemSleeper,
});
