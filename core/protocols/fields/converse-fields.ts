/**
 * The members of Converse and ConverseStream
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, 2026-11). A test
 * holds them against the service model of the SDK.
 */
import type { FieldList } from './field-list.ts';

export const CONVERSE_FIELDS: FieldList = {
  messages: 'bound',
  system: 'bound',
  inferenceConfig: {
    maxTokens: 'bound',
    temperature: 'free',
    topP: 'free',
    stopSequences: 'free',
  },
  toolConfig: { tools: 'bound', toolChoice: 'free' },
  guardrailConfig: 'refused',
  // Has a list by model family.
  additionalModelRequestFields: 'bound',
  promptVariables: 'refused',
  additionalModelResponseFieldPaths: 'free',
  requestMetadata: 'free',
  performanceConfig: { latency: 'priced' },
  serviceTier: { type: 'priced' },
  // A JSON schema for the answer is part of what the model reads.
  outputConfig: { textFormat: 'bound', effort: 'free' },
};

/** Members of a tool of Converse. */
export const CONVERSE_TOOL_FIELDS: FieldList = {
  toolSpec: 'bound',
  systemTool: 'refused',
  cachePoint: 'priced',
};

const REASONING: FieldList = { effort: 'free', summary: 'free' };

/** `additionalModelRequestFields` by the maker of the model; a second output bound is refused. */
const CLAUDE_ADDITIONAL: FieldList = {
  anthropic_beta: 'bound',
  thinking: 'bound',
  reasoning_config: 'bound',
  output_config: 'bound',
  top_k: 'free',
  tools: 'bound',
  tool_choice: 'free',
  context_management: 'bound',
  metadata: 'free',
  max_tokens: 'refused',
  service_tier: 'priced',
  speed: 'refused',
  inference_geo: 'refused',
  container: 'refused',
  mcp_servers: 'refused',
};
const NOVA_ADDITIONAL: FieldList = {
  inferenceConfig: { topK: 'free', maxTokens: 'refused', max_new_tokens: 'refused' },
  reasoningConfig: { type: 'free', maxReasoningEffort: 'bound' },
};
const OTHER_ADDITIONAL: FieldList = {
  top_k: 'free',
  k: 'free',
  seed: 'free',
  frequency_penalty: 'free',
  presence_penalty: 'free',
  repetition_penalty: 'free',
  min_p: 'free',
  reasoning_effort: 'free',
  reasoning: REASONING,
  reasoning_config: 'free',
  thinking: 'bound',
  parallel_tool_calls: 'free',
  verbosity: 'free',
  service_tier: 'priced',
  max_tokens: 'refused',
  max_completion_tokens: 'refused',
  max_gen_len: 'refused',
  n: 'refused',
  best_of: 'refused',
  prediction: 'refused',
  store: 'refused',
  background: 'refused',
};

export function additionalFields(baseModelId: string): FieldList {
  if (baseModelId.startsWith('anthropic.')) return CLAUDE_ADDITIONAL;
  return baseModelId.startsWith('amazon.nova') ? NOVA_ADDITIONAL : OTHER_ADDITIONAL;
}
