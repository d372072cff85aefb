/** Resource policies of functions as Lambda shows them: moto keeps members of the request instead. */
import { isRecord, parseJson } from '../../../sandbox/base/json.ts';
import { type AccessRequest, decide } from '../../support/iam/decide.ts';
import { parsePolicy } from '../../support/iam/policy.ts';
import { type AwsAnswer, refuse } from './aws-answer.ts';
import type { AwsCall } from './aws-call.ts';
import type { OneByOne } from './forward.ts';
import { listAt, recordAt, textAt } from './members.ts';

type Reader = Pick<OneByOne, 'read'>;
type Statement = Readonly<Record<string, unknown>>;

/** @param answer of GetPolicy. */
export function mendPolicy(answer: Statement): Statement {
  const document = parseJson(Buffer.from(textAt(answer, 'Policy')));
  if (!isRecord(document)) return answer;
  const statements = listAt(document, 'Statement').filter(isRecord).map(mendStatement);
  return { ...answer, Policy: JSON.stringify({ ...document, Statement: statements }) };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html, 2026-11 */
function mendStatement(statement: Statement): Statement {
  const { FunctionName: _, FunctionUrlAuthType, InvokedViaFunctionUrl, ...kept } = statement;
  const type = FunctionUrlAuthType !== undefined && {
    StringEquals: { 'lambda:FunctionUrlAuthType': FunctionUrlAuthType },
  };
  const via = InvokedViaFunctionUrl !== undefined && {
    Bool: { 'lambda:InvokedViaFunctionUrl': String(InvokedViaFunctionUrl) },
  };
  if (!type && !via) return kept;
  return { ...kept, Condition: { ...recordAt(kept, 'Condition'), ...type, ...via } };
}

/** Refuses a second statement with the id of another, as Lambda does; moto adds it. */
export async function statementConflict(
  moto: Reader,
  { operation, input }: AwsCall,
): Promise<AwsAnswer | undefined> {
  const [, name] = /^POST \S+\/functions\/([^/]+)\/policy$/.exec(operation) ?? [];
  if (name === undefined) return undefined;
  const id = textAt(input, 'StatementId');
  // Without a policy there is none to read.
  const statements = await statementsOf(moto, name).catch(() => []);
  if (!statements.some((statement) => textAt(statement, 'Sid') === id)) return undefined;
  const message = `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`;
  return refuse('ResourceConflictException', message, 409);
}

/** Each as `principal action conditions`. */
export const permissionsOn = async (moto: Reader, functionId: string): Promise<readonly string[]> =>
  (await statementsOf(moto, functionId)).map(
    ({ Principal: principal, Action: action, Condition: condition }) =>
      `${String(principal)} ${String(action)} ${JSON.stringify(condition)}`,
  );

export async function statementsOf(
  moto: Reader,
  functionId: string,
): Promise<readonly Statement[]> {
  const path = `/2015-03-31/functions/${functionId}/policy`;
  const answer = mendPolicy(recordAt({ of: await moto.read('lambda', path) }, 'of'));
  return listAt(parseJson(Buffer.from(textAt(answer, 'Policy'))), 'Statement').filter(isRecord);
}

/** Whether the function's policy allows a principal to do something. */
export async function lets(
  moto: Reader,
  functionArn: string,
  isFor: (principal: unknown) => boolean,
  request: Omit<AccessRequest, 'resource'>,
): Promise<boolean> {
  const granted = (await statementsOf(moto, functionArn)).flatMap((statement) => {
    const { Principal: principal, ...others } = statement;
    return isFor(principal) ? [others] : [];
  });
  const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: granted }));
  return decide([[policy]], { ...request, resource: functionArn }).outcome === 'allowed';
}
