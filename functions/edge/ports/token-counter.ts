/** Counts tokens with Bedrock; it is called only where a policy says `reservation = "count"`. */
import { BedrockTokenCounter } from '../../../adapters/bedrock-count-tokens.ts';
import { systemClock } from '../../../adapters/system.ts';
import type { TokenCounter } from '../../../core/call/prompt-bound/ports.ts';
import { tokenCountClient } from '../aws-clients.ts';
import { warn } from '../workflow-step.ts';

export const tokenCounter = (): TokenCounter =>
  new BedrockTokenCounter({ client: tokenCountClient(), clock: systemClock, warn });
