/** EventBridge Scheduler: runs what was deployed to run, with the right that each schedule has. */
import { isRecord, parseJson } from '../../../sandbox/base/json.ts';
import type { Facade } from './facade.ts';
import { listAt, recordAt, textAt } from './members.ts';

/**
 * Runs every schedule once. @returns by its name, what its function answered, or the queue that its
 * failed call was put into.
 */
export async function runSchedules(facade: Facade): Promise<Readonly<Record<string, unknown>>> {
  const schedules = listAt(await facade.moto.read('scheduler', '/schedules'), 'Schedules');
  const answers: Record<string, unknown> = {};
  for (const schedule of schedules) {
    const name = textAt(schedule, 'Name');
    const target = recordAt(await facade.moto.read('scheduler', `/schedules/${name}`), 'Target');
    answers[name] = await runTarget(facade, name, target);
  }
  return answers;
}

async function runTarget(facade: Facade, name: string, target: unknown): Promise<unknown> {
  const resource = textAt(target, 'Arn');
  const roleArn = textAt(target, 'RoleArn');
  if (!(await facade.access.allows(roleArn, { action: 'lambda:InvokeFunction', resource }))) {
    throw new Error(`${name}: ${roleArn} may not invoke ${resource}`);
  }
  const event = parseJson(Buffer.from(textAt(target, 'Input')));
  const result = await facade.run(resource, event);
  if ('error' in result) {
    const failure = { version: '1.0', requestPayload: event, responsePayload: result.error };
    return { deadLetter: await keep(facade, resource, failure) };
  }
  const answer = parseJson(Buffer.from(result.payload));
  return isRecord(answer) ? answer : result.payload;
}

/**
 * Puts it where Lambda puts an event that failed asynchronously, with the right of the function's
 * role:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
async function keep(facade: Facade, functionArn: string, failure: object): Promise<string> {
  const path = `functions/${functionArn}`;
  const config = await facade.moto.read('lambda', `/2019-09-25/${path}/event-invoke-config`);
  const onFailure = recordAt(recordAt(config, 'DestinationConfig'), 'OnFailure');
  const resource = textAt(onFailure, 'Destination');
  if (resource === '') throw new Error(`${functionArn}: failed, and has no queue for that`);
  const deployed = await facade.moto.read('lambda', `/2015-03-31/${path}`);
  const roleArn = textAt(recordAt(deployed, 'Configuration'), 'Role');
  if (!(await facade.access.allows(roleArn, { action: 'sqs:SendMessage', resource }))) {
    throw new Error(`${roleArn}: may not send to ${resource}`);
  }
  const QueueName = resource.split(':').at(-1);
  const { body } = await facade.moto.json('sqs', 'AmazonSQS.GetQueueUrl', { QueueName });
  const message = { QueueUrl: textAt(body, 'QueueUrl'), MessageBody: JSON.stringify(failure) };
  const sent = await facade.moto.json('sqs', 'AmazonSQS.SendMessage', message);
  if (sent.status !== 200) throw new Error(`${resource}: ${JSON.stringify(sent.body)}`);
  return resource;
}
