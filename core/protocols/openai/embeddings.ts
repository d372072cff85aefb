/** Embeddings: the body of InvokeModel by family, and its vectors as OpenAI has them. */
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject, type JsonObject, memberOf } from '../../json-value.ts';
import type { Model } from '../../policy/policy.ts';
import { quoted } from '../../safe-text.ts';
import { readFields } from '../fields/field-list.ts';
import { typeProblems } from '../fields/member-types.ts';
import { countsInJson } from '../metering/read-counts.ts';
import { highest, type TokenCounts } from '../metering/token-counts.ts';
import type { AnsweredCall, Dialect, DialectRequest } from '../relay/dialect.ts';
import { EMBEDDINGS_FIELDS } from './fields.ts';
import { totalsOf } from './usage.ts';

const INPUTS_MAX = 96;

function embeddingsProblems(body: JsonObject): readonly InputProblem[] {
  const { encoding_format: encoding = 'float' } = body;
  const isKnown = encoding === null || encoding === 'float' || encoding === 'base64';
  return [
    ...typeProblems(body, '$', { dimensions: 'number', input_type: 'string' }),
    ...(textsOf(body.input) ? [] : [INPUT_PROBLEM]),
    ...(isKnown ? [] : [{ path: '$.encoding_format', message: 'must be "float" or "base64"' }]),
  ];
}

const INPUT = `must be a text, or a list of at most ${INPUTS_MAX} texts; lists of token numbers have a meaning for models of OpenAI alone`;
const INPUT_PROBLEM: InputProblem = { path: '$.input', message: INPUT };

function textsOf(input: unknown): readonly string[] | undefined {
  const texts: readonly unknown[] = Array.isArray(input) ? input : [input];
  const isTexts = texts.every((each): each is string => typeof each === 'string');
  return isTexts && texts.length >= 1 && texts.length <= INPUTS_MAX ? texts : undefined;
}

const takesManyTexts = ({ baseModelId }: Model): boolean => baseModelId.startsWith('cohere.');

export function embeddingsDialect(body: JsonObject): Dialect {
  return {
    toWire: (model, allowed) => {
      const read = readFields(body, EMBEDDINGS_FIELDS, allowed);
      const problems = [...read.problems, ...embeddingsProblems(body)];
      if (problems.length > 0) return { problems };
      const texts = textsOf(body.input) ?? [];
      if (takesManyTexts(model)) return toWire(body, texts, model, read.ignored);
      const [first, ...others] = texts.map((text) => toWire(body, [text], model, read.ignored));
      if (!first || 'problems' in first) return first ?? { problems: [INPUT_PROBLEM] };
      const more = others.flatMap((each) => ('wire' in each ? [each.wire] : []));
      return { ...first, more };
    },
    toAnswer: (bytes, call, counts) => toVectors(bytes, call, counts, body.encoding_format),
    join: joinVectors,
    // No model streams vectors.
    toStream: () => ({
      event: () => undefined,
      end: () => undefined,
      failure: () => new Uint8Array(),
    }),
  };
}

/** @param texts the inputs of one call. */
function toWire(
  body: JsonObject,
  texts: readonly string[],
  model: Model,
  ignored: readonly string[],
): DialectRequest {
  const { alias, baseModelId, kind } = model;
  if (kind !== 'embedding' && !/[.-]embed/.test(baseModelId)) {
    const message = `${quoted(alias)} makes no embeddings: name a model that does`;
    return { problems: [{ path: '$.model', message }] };
  }
  const takesType = baseModelId.startsWith('cohere.');
  const isTypeLost = !takesType && typeof body.input_type === 'string';
  const wire = (sent: JsonObject): DialectRequest => ({
    wire: { operation: 'invoke', headers: {}, body: sent },
    ignored: isTypeLost ? [...ignored, 'input_type'] : ignored,
  });
  const size = typeof body.dimensions === 'number' ? body.dimensions : undefined;
  if (takesType) {
    const { input_type: type = 'search_document' } = body;
    const sized = size !== undefined && { output_dimension: size };
    return wire({ texts, input_type: type, embedding_types: ['float'], ...sized });
  }
  const [text = ''] = texts;
  if (baseModelId.startsWith('amazon.titan-embed-text')) {
    return wire({ inputText: text, ...(size !== undefined && { dimensions: size }) });
  }
  if (baseModelId.startsWith('amazon.titan-embed')) {
    const sized = size !== undefined && { embeddingConfig: { outputEmbeddingLength: size } };
    return wire({ inputText: text, ...sized });
  }
  if (baseModelId.startsWith('amazon.nova')) {
    const single = {
      embeddingPurpose: 'GENERIC_INDEX',
      ...(size !== undefined && { embeddingDimension: size }),
      text: { truncationMode: 'END', value: text },
    };
    return wire({ taskType: 'SINGLE_EMBEDDING', singleEmbeddingParams: single });
  }
  const message = `${quoted(alias)} has a format that is not known here: call it by InvokeModel`;
  return { problems: [{ path: '$.model', message }] };
}

function toVectors(
  bytes: Uint8Array,
  { modelName }: AnsweredCall,
  counts: TokenCounts,
  encoding: unknown,
): Uint8Array | undefined {
  const vectors = vectorsIn(parsed(bytes));
  if (!vectors) return undefined;
  const tokens = totalsOf(highest([counts, countsInJson(parsed(bytes))])).input;
  const data = vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: encoding === 'base64' ? packed(vector) : vector,
  }));
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  const answer = { object: 'list', data, model: modelName, usage };
  return new TextEncoder().encode(JSON.stringify(answer));
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Titan has one vector; Cohere a list of them, by type or not; Nova a list of objects. */
function vectorsIn(json: unknown): readonly (readonly number[])[] | undefined {
  const one = memberOf(json, 'embedding');
  if (isVector(one)) return [one];
  const given = memberOf(json, 'embeddings');
  const many: unknown = memberOf(given, 'float') ?? given;
  if (!Array.isArray(many)) return undefined;
  const vectors = many.map((each: unknown) =>
    isJsonObject(each) ? memberOf(each, 'embedding') : each,
  );
  return vectors.every(isVector) ? vectors : undefined;
}

const isVector = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'number');

/** 32-bit floats, the lowest byte first. */
function packed(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}

/** The answers of several calls as one. */
function joinVectors(parts: readonly Uint8Array[]): Uint8Array {
  const answers = parts.map(parsed);
  const data = answers.flatMap((answer) => {
    const each = memberOf(answer, 'data');
    return Array.isArray(each) ? each : [];
  });
  const sum = answers.reduce<number | null>((total, answer) => {
    const tokens = memberOf(answer, 'usage', 'prompt_tokens');
    return total === null || typeof tokens !== 'number' ? null : total + tokens;
  }, 0);
  const joined = {
    ...(isJsonObject(answers[0]) && answers[0]),
    data: data.map((each: JsonObject, index) => ({ ...each, index })),
    usage: { prompt_tokens: sum, total_tokens: sum },
  };
  return new TextEncoder().encode(JSON.stringify(joined));
}
