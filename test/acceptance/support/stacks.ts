/** CloudFormation stacks: moto leaves a function's permission when it deletes the stack that has it. */
import { isRecord, parseJson } from '../../../sandbox/base/json.ts';
import type { AwsCall } from './aws-call.ts';
import { nameOf } from './deployed-functions.ts';
import { authorizationOf, type OneByOne } from './forward.ts';
import { statementsOf } from './function-policies.ts';
import { recordAt, textAt } from './members.ts';

const VIA_URL = 'lambda:InvokedViaFunctionUrl';

export class Stacks {
  readonly #moto: OneByOne;
  /** By name, the functions that each of its permissions is for. */
  readonly #permitted = new Map<string, readonly string[]>();

  constructor(moto: OneByOne) {
    this.#moto = moto;
  }

  /** Looks at a call that moto has answered with success. */
  async observe({ service, operation, input }: AwsCall): Promise<void> {
    if (service !== 'cloudformation') return;
    const given = textAt(input, 'StackName');
    const name = /:stack\/([^/]+)/.exec(given)?.[1] ?? given;
    if (operation === 'CreateStack') this.#permitted.set(name, permittedIn(input));
    if (operation !== 'DeleteStack') return;
    for (const functionName of this.#permitted.get(name) ?? []) await this.#revoke(functionName);
    this.#permitted.delete(name);
  }

  async #revoke(functionName: string): Promise<void> {
    // Neither is there when the function went first.
    const statements = await statementsOf(this.#moto, functionName).catch(() => []);
    for (const { Sid: sid, Condition: condition } of statements) {
      if (!JSON.stringify(condition ?? {}).includes(VIA_URL)) continue;
      const url = `/2015-03-31/functions/${functionName}/policy/${String(sid)}`;
      const headers = { authorization: authorizationOf('lambda') };
      await this.#moto.forward({ method: 'DELETE', url, headers }, Buffer.alloc(0));
    }
  }
}

function permittedIn(input: AwsCall['input']): readonly string[] {
  const template = parseJson(Buffer.from(textAt(input, 'TemplateBody')));
  const resources = Object.values(recordAt(template, 'Resources')).filter(isRecord);
  return resources
    .filter(({ Type: type }) => type === 'AWS::Lambda::Permission')
    .map(({ Properties: properties }) => nameOf(textAt(properties, 'FunctionName')));
}
