/** A client of a real engine that puts every request to the model too, and compares the answers. */
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  DynamoDBServiceException,
  paginateScan,
  type ServiceOutputTypes,
} from '@aws-sdk/client-dynamodb';
import { answerOf } from '../../ledger-simulation/dynamodb/client.ts';
import type { DynamoDbModel } from '../../ledger-simulation/dynamodb/model.ts';
import { canonical, type Item } from '../../ledger-simulation/dynamodb/values.ts';
import type { ConformanceEngine } from './engines.ts';

const REGION = { region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } };

/** The parts of answers that must agree; the rest is accounting and transport. */
const COMPARED = ['Attributes', 'Item', 'Items', 'Count', 'ScannedCount', 'LastEvaluatedKey'];

/** The one refusal whose wording the ledger reads. */
const ITEM_TOO_LARGE = /item size.*exceed/i;

interface Compared {
  readonly engine: URL;
  readonly of: ConformanceEngine;
  readonly table: string;
  readonly model: DynamoDbModel;
}

interface ComparedClient {
  readonly client: DynamoDBClient;
  /** Requests so far, by what the engine answered: `UpdateItem ok`, `PutItem ValidationException`. */
  readonly answers: ReadonlyMap<string, number>;
  /** @throws Error when engine and model do not hold the same items. */
  compareItems(): Promise<void>;
}

/** Its `send` rejects with a Difference as soon as the two answer a request differently. */
export function comparedClient({ engine, of, table, model }: Compared): ComparedClient {
  const answers = new Map<string, number>();
  const endpoint = engine.toString();
  const client = new DynamoDBClient({ ...REGION, endpoint, maxAttempts: 1 });
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const operation = commandName.replace(/Command$/, '');
        const real = await next(args).then(
          ({ output }) => ({ output }),
          (error: unknown) => ({ error }),
        );
        const modelled = modelAnswer(model, operation, args.input);
        const parts = partsOf(of, args.input);
        const [expected, actual] = [worded(real, parts), worded(modelled, parts)];
        const kind = `${operation} ${'error' in real ? nameOf(real.error) : 'ok'}`;
        answers.set(kind, (answers.get(kind) ?? 0) + 1);
        if (expected !== actual) {
          const said = [real, modelled].map((answer) =>
            'error' in answer ? messageOf(answer.error) : '',
          );
          throw new Difference(
            operation,
            args.input,
            `${expected} ${said[0]}`,
            `${actual} ${said[1]}`,
          );
        }
        if ('error' in real) throw real.error;
        return { output: real.output, response: {} };
      },
    { step: 'initialize', priority: 'high' },
  );
  const plain = new DynamoDBClient({ ...REGION, endpoint });
  const compareItems = async () => {
    const items: Item[] = [];
    for await (const page of paginateScan({ client: plain }, { TableName: table })) {
      items.push(...(page.Items ?? []));
    }
    plain.destroy();
    const [expected, actual] = [unordered(items), unordered(model.items())];
    if (expected !== actual) throw new Difference('all items', {}, expected, actual);
  };
  return { client, answers, compareItems };
}

/** Engine and model disagree. */
class Difference extends Error {
  constructor(what: string, request: object, engine: string, model: string) {
    super(
      [`${what} ${JSON.stringify(request)}`, `engine: ${engine}`, `model:  ${model}`].join('\n'),
    );
  }
}

type Answer = { readonly output: ServiceOutputTypes } | { readonly error: unknown };
type ModelInput = Parameters<typeof answerOf>[1]['input'];

function modelAnswer(model: DynamoDbModel, operation: string, input: ModelInput): Answer {
  try {
    return { output: answerOf(model, { operation, input }) };
  } catch (error) {
    // A response that DynamoDB would not give is a fault of the model.
    if (!(error instanceof DynamoDBServiceException)) throw error;
    return { error };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));

/** The parts of an answer that the engine is a witness of. */
function partsOf({ departures }: ConformanceEngine, input: ModelInput): readonly string[] {
  const isUpdated = 'ReturnValues' in input && input.ReturnValues?.startsWith('UPDATED_');
  const left = new Set([
    ...(isUpdated && departures.includes('updated attributes') ? ['Attributes'] : []),
    ...(departures.includes('last page') ? ['LastEvaluatedKey'] : []),
  ]);
  return COMPARED.filter((part) => !left.has(part));
}

/** An answer as a text that two equal answers share. */
function worded(answer: Answer, parts: readonly string[]): string {
  if ('output' in answer) return `answered ${wordedOutput(answer.output, parts)}`;
  const { error } = answer;
  if (error instanceof ConditionalCheckFailedException) {
    return `condition failed, ${error.Item ? canonical(error.Item) : 'no item'}`;
  }
  const isSize = error instanceof Error && ITEM_TOO_LARGE.test(error.message);
  return `refused: ${nameOf(error)}${isSize ? ' (item size)' : ''}`;
}

function wordedOutput(output: object, parts: readonly string[]): string {
  const texts = Object.entries(output).flatMap(([name, value]): string[] => {
    if (name === 'Responses') return Object.values(value).map((items) => unordered(asItems(items)));
    const isEmpty = value === undefined || JSON.stringify(value) === '{}';
    return parts.includes(name) && !isEmpty ? [`${name} ${canonical(value)}`] : [];
  });
  return texts.sort().join(', ');
}

const asItems = (value: unknown): readonly Item[] => (Array.isArray(value) ? value : []);

const unordered = (items: readonly Item[]): string => items.map(canonical).sort().join('\n');
