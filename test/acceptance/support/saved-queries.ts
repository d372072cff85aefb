/**
 * Saved queries of CloudWatch Logs Insights:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
 */
import { randomUUID } from 'node:crypto';
import { type AwsAnswer, done, refuse } from './aws-answer.ts';
import type { Api, AwsCall } from './aws-call.ts';
import { textAt } from './members.ts';

type Definition = Readonly<Record<string, unknown>>;

export class SavedQueries {
  readonly definitions = new Map<string, Definition>();

  readonly api: Api = ({ service, operation, input }) => {
    if (service !== 'logs') return undefined;
    switch (operation) {
      case 'PutQueryDefinition':
        return this.#put(input);
      case 'DescribeQueryDefinitions':
        return this.#describe(textAt(input, 'queryDefinitionNamePrefix'));
      case 'DeleteQueryDefinition': {
        const id = textAt(input, 'queryDefinitionId');
        return this.definitions.delete(id) ? done({ success: true }) : unknownOf(id);
      }
      default:
        return undefined;
    }
  };

  #put(input: AwsCall['input']): AwsAnswer {
    const given = textAt(input, 'queryDefinitionId');
    if (given !== '' && !this.definitions.has(given)) return unknownOf(given);
    const queryDefinitionId = given === '' ? randomUUID() : given;
    this.definitions.set(queryDefinitionId, { ...input, queryDefinitionId });
    return done({ queryDefinitionId });
  }

  #describe(prefix: string): AwsAnswer {
    const queryDefinitions = [...this.definitions.values()].filter((definition) =>
      textAt(definition, 'name').startsWith(prefix),
    );
    return done({ queryDefinitions });
  }
}

const unknownOf = (id: string): AwsAnswer =>
  refuse('ResourceNotFoundException', `There is no query definition ${id}.`);
