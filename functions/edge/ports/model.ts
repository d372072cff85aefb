/** The ports of the model call. */
import { BedrockModelClient } from '../../../adapters/bedrock-converse.ts';
import { systemClock, systemRandom, systemSleeper } from '../../../adapters/system.ts';
import type { ConversePorts } from '../../../core/call/model/converse-with-retries.ts';
import { bedrockRuntimeClient } from '../aws-clients.ts';

export const modelPorts = (): ConversePorts => ({
  models: new BedrockModelClient(bedrockRuntimeClient(), systemClock),
  clock: systemClock,
  random: systemRandom,
  sleeper: systemSleeper,
});
