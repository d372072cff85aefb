/** Changes of what roles may do, made in IAM behind Terraform's back, and undone. */
import { isRecord, parseJson } from '../../../sandbox/base/json.ts';
import { ACCOUNT, type Facade } from './facade.ts';
import { OneByOne } from './forward.ts';
import { listAt, textAt } from './members.ts';
import { documentIn } from './role-policies.ts';

interface Right {
  readonly role: string;
  /** Name of the role's inline policy. */
  readonly policy: string;
  readonly sid: string;
}

const iam = (facade: Facade, parameters: Readonly<Record<string, string>>): Promise<string> =>
  new OneByOne(() => facade.url).query('iam', { ...parameters, Version: '2010-05-08' });

/** @throws Error when the role does not have exactly one such statement. */
export async function withoutRight<Result>(
  facade: Facade,
  { role: RoleName, policy: PolicyName, sid }: Right,
  run: () => Promise<Result>,
): Promise<Result> {
  const of = { RoleName, PolicyName };
  const given = documentIn(await iam(facade, { Action: 'GetRolePolicy', ...of }));
  const document = parseJson(Buffer.from(given));
  const statements = listAt(document, 'Statement');
  const kept = statements.filter((statement) => textAt(statement, 'Sid') !== sid);
  if (!isRecord(document) || kept.length !== statements.length - 1) {
    throw new Error(`${RoleName}: has ${statements.length - kept.length} statements ${sid}`);
  }
  const put = (PolicyDocument: string) =>
    iam(facade, { Action: 'PutRolePolicy', ...of, PolicyDocument });
  await put(JSON.stringify({ ...document, Statement: kept }));
  try {
    return await run();
  } finally {
    await put(given);
  }
}

/** Makes a role for one run. @param policy its inline policy, as JSON; without one it may nothing. */
export async function withRole<Result>(
  facade: Facade,
  RoleName: string,
  policy: string | undefined,
  run: (roleArn: string) => Promise<Result>,
): Promise<Result> {
  const AssumeRolePolicyDocument = '{"Version":"2012-10-17","Statement":[]}';
  await iam(facade, { Action: 'CreateRole', RoleName, AssumeRolePolicyDocument });
  const of = { RoleName, PolicyName: 'caller' };
  if (policy !== undefined) {
    await iam(facade, { Action: 'PutRolePolicy', ...of, PolicyDocument: policy });
  }
  try {
    return await run(`arn:aws:iam::${ACCOUNT}:role/${RoleName}`);
  } finally {
    if (policy !== undefined) await iam(facade, { Action: 'DeleteRolePolicy', ...of });
    await iam(facade, { Action: 'DeleteRole', RoleName });
  }
}
