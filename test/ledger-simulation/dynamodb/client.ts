/** A real SDK client whose requests are answered in this process instead of being sent. */
import {
  type BatchGetItemCommandInput,
  type DeleteItemCommandInput,
  DynamoDBClient,
  type GetItemCommandInput,
  type PutItemCommandInput,
  type QueryCommandInput,
  type ScanCommandInput,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDbModel } from './model.ts';

/** One request as the client sends it. */
export interface Sent {
  /** `UpdateItem`, `Scan`, ... */
  readonly operation: string;
  readonly input: ServiceInputTypes;
}

export type Transport = (sent: Sent) => Promise<ServiceOutputTypes>;

/** The first middleware answers, so nothing is serialized, signed or retried behind our back. */
export function clientOver(transport: Transport): DynamoDBClient {
  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  client.middlewareStack.add(
    (_next, { commandName = '' }) =>
      async ({ input }) => ({
        output: await transport({ operation: commandName.replace(/Command$/, ''), input }),
        response: {},
      }),
    { step: 'initialize', priority: 'high' },
  );
  return client;
}

/** The model's response to a request. The command's name says which input it carries. */
export function answerOf(model: DynamoDbModel, { operation, input }: Sent): ServiceOutputTypes {
  if (operation === 'UpdateItem') return model.update(input as UpdateItemCommandInput);
  if (operation === 'PutItem') return model.put(input as PutItemCommandInput);
  if (operation === 'DeleteItem') return model.delete(input as DeleteItemCommandInput);
  if (operation === 'GetItem') return model.get(input as GetItemCommandInput);
  if (operation === 'BatchGetItem') return model.batchGet(input as BatchGetItemCommandInput);
  if (operation === 'Query') return model.page(input as QueryCommandInput);
  if (operation === 'Scan') return model.page(input as ScanCommandInput);
  throw new Error(`the model has no ${operation}`);
}
