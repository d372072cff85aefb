/**
 * Model features, read from the catalogue's families: every family whose prefix an id starts
 * with applies, the longer prefix later, so a row holds only what differs from its family.
 */
import catalogue from './catalogue.json' with { type: 'json' };
import { type ModelCapabilities, VISION_RULES } from './price.ts';

interface Family {
  readonly idPrefix: string;
  readonly defaultMaxTokens?: number | undefined;
  readonly topK?: string | null | undefined;
  readonly sampling?: boolean | undefined;
  readonly systemPrompt?: boolean | undefined;
  readonly prefill?: boolean | undefined;
  readonly temperatureWithTopP?: boolean | undefined;
  readonly promptCaching?: boolean | undefined;
  readonly promptCaching1h?: boolean | undefined;
  readonly inferenceProfile?: boolean | undefined;
  readonly countTokens?: string | boolean | undefined;
  readonly vision?: string | null | undefined;
  readonly documents?: boolean | undefined;
  readonly tools?: boolean | undefined;
  readonly toolChoice?: string | undefined;
  readonly thinking?: string | undefined;
  readonly cachesUnasked?: boolean | undefined;
  readonly exactContext?: boolean | undefined;
  readonly templateTokens?: number | undefined;
  readonly toolTokens?: number | undefined;
}

interface FamilyDefaults {
  readonly traits: ModelCapabilities;
  /** What max_tokens is when neither the request nor the policy names one. */
  readonly defaultMaxTokens: number;
}

const TOP_K_FIELDS = ['top_k', 'k', 'inferenceConfig.topK'] as const;
const TOOL_CHOICES = ['any', 'auto', 'none'] as const;
const COUNTING = ['runtime', 'mantle'] as const;
const THINKING = ['always', 'default'] as const;

/** When no family says; the catalogue's first family does. */
const TEMPLATE_TOKENS_MAX = 1_024;
const TOOL_TOKENS_MAX = 2_048;

const families: readonly Family[] = [...catalogue.families].sort(
  (left, right) => left.idPrefix.length - right.idPrefix.length,
);

/** Traits and defaults for a model id without its prefix, also for one the catalogue lacks. */
export function familyDefaults(baseModelId: string): FamilyDefaults {
  const merged: Family = Object.assign(
    {},
    ...families.filter(({ idPrefix }) => baseModelId.startsWith(idPrefix)),
  );
  const topK = TOP_K_FIELDS.find((field) => field === merged.topK);
  const vision = VISION_RULES.find((rule) => rule === merged.vision);
  const thinking = THINKING.find((when) => when === merged.thinking);
  return {
    defaultMaxTokens: merged.defaultMaxTokens ?? 0,
    traits: {
      ...(topK && { topK }),
      ...(merged.sampling === false && { sampling: false }),
      systemPrompt: merged.systemPrompt ?? false,
      prefill: merged.prefill ?? false,
      temperatureWithTopP: merged.temperatureWithTopP ?? false,
      promptCaching: merged.promptCaching ?? false,
      promptCaching1h: merged.promptCaching1h ?? false,
      inferenceProfile: merged.inferenceProfile ?? false,
      countTokens: COUNTING.find((endpoint) => endpoint === merged.countTokens) ?? false,
      ...(vision && { vision }),
      documents: merged.documents ?? false,
      tools: merged.tools ?? false,
      toolChoice: TOOL_CHOICES.find((choice) => choice === merged.toolChoice) ?? 'any',
      ...(thinking && { thinking }),
      cachesUnasked: merged.cachesUnasked ?? false,
      exactContext: merged.exactContext ?? false,
      templateTokens: merged.templateTokens ?? TEMPLATE_TOKENS_MAX,
      toolTokens: merged.toolTokens ?? TOOL_TOKENS_MAX,
    },
  };
}
