import { expect, test } from '@jest/globals';
import {
  billedModel,
  isBedrockService,
} from '../../../../../core/insight/billing/bedrock-services.ts';

test.each([
  ['Amazon Bedrock', true],
  ['Claude 3 Haiku (Amazon Bedrock Edition)', true],
  ['A Model of Tomorrow (Amazon Bedrock Edition)', true],
  ['Amazon Simple Storage Service', false],
  [undefined, true],
])('%s is Bedrock: %s', (service, is) => {
  expect(isBedrockService(service)).toBe(is);
});

test.each([
  [
    'Claude 4.6 Sonnet (Amazon Bedrock Edition)',
    'USW2-MP:USW2_InputTokenCount-Units',
    'Claude 4.6 Sonnet',
  ],
  ['Amazon Bedrock', 'USE1-NovaLite-input-tokens', 'NovaLite'],
  ['Amazon Bedrock', 'USE1-NovaLite-cache-read-input-token-count', 'NovaLite'],
  ['Amazon Bedrock', 'APN1-Nova2.0Lite-output-tokens-cross-region-global', 'Nova2.0Lite'],
  ['Amazon Bedrock', 'USE1-TitanEmbedV2-mantle-input-tokens', 'TitanEmbedV2'],
  ['Amazon Bedrock', '', 'Amazon Bedrock'],
  [undefined, undefined, 'Amazon Bedrock'],
])('%s, %s is of the model %s', (service, usageType, model) => {
  expect(billedModel(service, usageType)).toBe(model);
});
