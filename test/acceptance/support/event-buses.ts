/**
 * Events, which moto answers with 500 once a rule hands them to a topic:
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
import { randomUUID } from 'node:crypto';
import { parseJson } from '../../../sandbox/base/json.ts';
import { done, refuse } from './aws-answer.ts';
import type { Api } from './aws-call.ts';
import { listAt, textAt } from './members.ts';

interface PutEvent {
  readonly bus: string;
  readonly source: string;
  readonly type: string;
  readonly detail: unknown;
}

const ENTRIES_MAX = 10;

export class EventBuses {
  readonly events: PutEvent[] = [];

  readonly api: Api = ({ service, operation, input }) => {
    if (service !== 'events' || operation !== 'PutEvents') return undefined;
    const entries = listAt(input, 'Entries').map((entry) => ({
      bus: textAt(entry, 'EventBusName') || 'default',
      source: textAt(entry, 'Source'),
      type: textAt(entry, 'DetailType'),
      detail: parseJson(Buffer.from(textAt(entry, 'Detail'))),
    }));
    const isValid = entries.every(({ source, type, detail }) => source && type && detail);
    if (entries.length === 0 || entries.length > ENTRIES_MAX || !isValid) {
      return refuse('ValidationException', `Entries: ${JSON.stringify(input)}`);
    }
    this.events.push(...entries);
    return done({ FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: randomUUID() })) });
  };
}
