/** A request of the Bedrock runtime for one model: checked, bounded, priced, and ready to send. */

import { calledAs, type PricedCandidate, pricedBound } from '../../call/candidate/priced-bound.ts';
import { inputTokenBound } from '../../call/prompt-bound/token-bound.ts';
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject, type JsonObject, memberOf, withMember } from '../../json-value.ts';
import type { Model } from '../../policy/policy.ts';
import { priceAt } from '../../pricing/price-at.ts';
import { type CacheTtl, writtenCacheTtl } from '../../pricing/worst-case.ts';
import type { EpochMs } from '../../time.ts';
import { betasProblem, LONG_CONTEXT_TOKENS, readBetas } from '../fields/betas.ts';
import {
  contentProblems,
  contextEditProblems,
  converseToolProblems,
  typedToolProblems,
} from '../fields/check-values.ts';
import { additionalFields, CONVERSE_FIELDS } from '../fields/converse-fields.ts';
import { fieldProblems, REFUSED } from '../fields/field-list.ts';
import { type InvokeFamily, invokeFamily } from '../fields/invoke-fields.ts';
import type { ModelOperation } from '../fields/operations.ts';
import { askedService, tierProblems } from '../fields/service-tier.ts';
import { billedUnits } from './billed-units.ts';
import { ContentSize } from './content-size.ts';
import { measureConverse } from './measure-converse.ts';
import { measureInvoke } from './measure-invoke.ts';
import { hidesReasoning, outputBound } from './output-bound.ts';

export interface WireRequest {
  readonly operation: ModelOperation;
  readonly body: JsonObject;
  /** Those that begin with `x-amzn-bedrock-`, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One of several calls of the model that are reserved and settled as one. */
export interface WirePart extends WireRequest, Pick<PricedCandidate, 'worstCase' | 'units'> {}

export interface WireCandidate extends PricedCandidate, WireRequest {
  /** Given where several calls are sent in place of one. */
  readonly parts?: readonly WirePart[];
  readonly cacheTtl: CacheTtl;
  /** Of the cache entries that the call may write, also without being asked to. */
  readonly writtenCacheTtl: CacheTtl;
  /** The model may write what the caller never sees. */
  readonly hidesReasoning: boolean;
  /** False for embeddings: they write no tokens. */
  readonly writesText: boolean;
  readonly droppedBetas: readonly string[];
  /** Members of the caller's request that have no place in this one. */
  readonly ignoredFields: readonly string[];
}

type WireCandidateResult =
  | { readonly outcome: 'valid'; readonly candidate: WireCandidate }
  | { readonly outcome: 'not_valid'; readonly problems: readonly InputProblem[] };

type BoundedModel = Pick<Model, 'traits' | 'contextTokens' | 'betas'>;

interface CandidateFor {
  readonly model: Model;
  readonly profileArn: string | undefined;
  /** `proxy.allow_fields`. */
  readonly allowed: ReadonlySet<string>;
  readonly now: EpochMs;
}

export function toWireCandidate(request: WireRequest, target: CandidateFor): WireCandidateResult {
  const isConverse = request.operation.startsWith('converse');
  const family = isConverse ? undefined : invokeFamily(target.model.baseModelId, request.body);
  if (!isConverse && !family) {
    const message = `the output of ${target.model.alias} is not text, and its cost has no bound`;
    return refuse([{ path: '$', message }]);
  }
  const { kind, alias } = target.model;
  if (isConverse && kind !== 'text') {
    const message = `${alias} makes no messages (${kind}): name another model`;
    return refuse([{ path: '$', message }]);
  }
  const problems = [
    ...(family ? invokeProblems(request, family, target) : converseProblems(request, target)),
    ...converseToolProblems(request.body),
    ...contentProblems(request.body),
    ...tierProblems(request, pricesNow(target)),
    ...headerProblems(request.headers),
  ];
  return problems.length > 0 ? refuse(problems) : bounded(request, family, target);
}

const refuse = (problems: readonly InputProblem[]): WireCandidateResult => ({
  outcome: 'not_valid',
  problems,
});

const pricesNow = ({ model, now }: CandidateFor) => priceAt(model.prices, now);

function bounded(
  { operation, body, headers }: WireRequest,
  family: InvokeFamily | undefined,
  target: CandidateFor,
): WireCandidateResult {
  const { model, profileArn, now } = target;
  const betaPath = family ? ['anthropic_beta'] : ['additionalModelRequestFields', 'anthropic_beta'];
  const givenBetas = memberOf(body, ...betaPath);
  const wrongBetas = betasProblem(givenBetas, `$.${betaPath.join('.')}`);
  if (wrongBetas) return refuse([wrongBetas]);
  const betas = readBetas(givenBetas);
  const kept = betas.kept ? withMember(body, betaPath, betas.kept) : body;
  const reasoning = family ? body : asObject(body.additionalModelRequestFields);
  const places = family ? family.outputBound : [['inferenceConfig', 'maxTokens']];
  const least = family?.shape === 'anthropic' ? 0 : 1;
  const rules = { places, least, reasoning } as const;
  const output = places.length > 0 ? outputBound(kept, model, rules) : { tokens: 0, body: kept };
  if ('problems' in output) return refuse(output.problems);
  const size = new ContentSize();
  if (family) measureInvoke(size, family, body);
  else measureConverse(size, body);
  for (const tool of family ? [] : asList(reasoning.tools)) {
    size.addTool(tool);
    size.addMarksWithin(tool);
    size.fillWindow();
  }
  // A model that no row of the catalogue describes may have the large window as well.
  const betaWindows = {
    ...(betas.longContext && { [betas.longContext]: LONG_CONTEXT_TOKENS }),
    ...model.betas,
  };
  const askedBetas = betas.kept ?? [];
  const inputTokens = inputBound(size, family, { ...model, betas: betaWindows }, askedBetas, body);
  const { cacheTtl } = size;
  const asked = askedService({ body, headers });
  const prices = family?.shape === 'embeddings' ? (pricesNow(target).price.units ?? {}) : undefined;
  const { units, problems } = billedUnits(body, prices);
  if (problems.length > 0) return refuse(problems);
  const bound = { inputTokens, maxOutputTokens: output.tokens, cacheTtl, asked, units };
  const priced = pricedBound(model, bound, now);
  if (!priced) {
    const message = 'could cost more than the ledger counts: shorten it, or lower its output bound';
    return refuse([{ path: '$', message }]);
  }
  return {
    outcome: 'valid',
    candidate: {
      ...calledAs(model, profileArn),
      ...priced,
      operation,
      headers,
      body: output.body,
      cacheTtl,
      writtenCacheTtl: writtenCacheTtl(cacheTtl, model.traits),
      hidesReasoning: hidesReasoning(reasoning),
      writesText: places.length > 0,
      droppedBetas: betas.dropped,
      ignoredFields: [],
    },
  };
}

/** Each of several inputs of an embedding may fill the window by itself. */
function inputBound(
  size: ContentSize,
  family: InvokeFamily | undefined,
  model: BoundedModel,
  betas: readonly string[],
  body: JsonObject,
): number {
  const filled = { ...EMPTY, fillsWindow: true };
  const window = inputTokenBound(filled, model, betas) ?? model.contextTokens;
  if (family?.shape !== 'embeddings') return inputTokenBound(size, model, betas) ?? window;
  const lists = Object.values(body).filter(Array.isArray);
  const inputs = Math.max(1, ...lists.map((list: readonly unknown[]) => list.length));
  return size.textTokens + (size.fillsWindow ? window * inputs : 0);
}

const EMPTY = { textTokens: 0, images: [], hasTools: false, fillsWindow: false };

const asObject = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function converseProblems(
  { body }: WireRequest,
  { model, allowed }: CandidateFor,
): readonly InputProblem[] {
  const additional = asObject(body.additionalModelRequestFields);
  const at = '$.additionalModelRequestFields';
  return [
    ...requiredProblems(body, ['messages']),
    ...fieldProblems(body, CONVERSE_FIELDS, allowed),
    ...fieldProblems(additional, additionalFields(model.baseModelId), allowed, at),
    ...typedToolProblems(additional.tools, `${at}.tools`),
    ...contextEditProblems(additional.context_management, `${at}.context_management`),
  ];
}

function invokeProblems(
  { body }: WireRequest,
  family: InvokeFamily,
  { allowed }: CandidateFor,
): readonly InputProblem[] {
  return [
    ...requiredProblems(body, family.prompt),
    ...fieldProblems(body, family.fields, allowed),
    ...typedToolProblems(body.tools, '$.tools'),
    ...contextEditProblems(body.context_management, '$.context_management'),
    ...['n', 'num_generations'].flatMap((name) => {
      const count = body[name] ?? 1;
      return count === 1 ? [] : [{ path: `$.${name}`, message: `above 1 ${REFUSED}` }];
    }),
  ];
}

function requiredProblems(
  body: JsonObject,
  names: readonly [string, ...string[]],
): readonly InputProblem[] {
  if (names.some((name) => body[name] !== undefined && body[name] !== null)) return [];
  const [first, ...others] = names;
  const message = others.length === 0 ? 'is required' : `${names.join(' or ')} is required`;
  return [{ path: `$.${first}`, message }];
}

const HEADERS_REFUSED = /^x-amzn-bedrock-(?:guardrail|project)/;

const headerProblems = (headers: Readonly<Record<string, string>>): readonly InputProblem[] =>
  Object.keys(headers)
    .filter((name) => HEADERS_REFUSED.test(name))
    .map((name) => ({ path: `headers.${name}`, message: REFUSED }));
