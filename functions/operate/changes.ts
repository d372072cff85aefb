/** Changes of limits and keys: what an operator sends, and what the answer says. */
import type { OperatorKeys } from '../../adapters/operator-keys.ts';
import type { OperatorLimits } from '../../adapters/operator-limits.ts';
import { isCredentialId } from '../../core/call/identity/proxy-key-format.ts';
import {
  parseKeyRevocation,
  parseKeyRotation,
} from '../../core/call/identity/proxy-key-request.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { isJsonObject } from '../../core/json-value.ts';
import { type NamedHolder, namedHolder, namesIn } from '../../core/policy/named-holder.ts';
import { parseOverrideRequest } from '../../core/policy/parse-override.ts';
import { overrideReport } from '../../core/policy/plan-override.ts';
import { HttpProblemError } from '../edge/http-error.ts';
import { invalidPage, type PAGE_PARAMETERS, pageSize } from '../edge/page.ts';
import type { Operator } from './operator.ts';

type PageQuery = Readonly<Partial<Record<(typeof PAGE_PARAMETERS)[number], string>>>;
type Result<T> = { readonly value: T } | { readonly problems: readonly InputProblem[] };

/** A name that can be no one's would show the amounts of all as if they were that one's. */
export function limitsOf(limits: OperatorLimits, query: NamedHolder) {
  const names = namesIn(query);
  const found = namedHolder(names);
  return limits.report(
    checked('problem' in found ? { problems: [found.problem] } : { value: names }),
  );
}

/** @throws HttpProblem 400 with what is wrong. */
export async function changeLimit(limits: OperatorLimits, operator: Operator, body: unknown) {
  const { author, ...change } = checked(parseOverrideRequest(authored(operator, body)));
  const plan = await limits.change({ ...change, author: author ?? operator.author });
  return overrideReport(checked('problems' in plan ? plan : { value: plan.planned }));
}

/** @throws HttpProblem 400 for a page that cannot be one. */
export async function keysOf(keys: OperatorKeys, { limit, after }: PageQuery) {
  const count = pageSize(limit);
  if (after !== undefined && !isCredentialId(after)) invalidPage();
  return keys.list({ count, ...(after !== undefined && { after }) });
}

export const createKey = async (keys: OperatorKeys, operator: Operator, body: unknown) =>
  checked(await keys.create(authored(operator, body)));

export const revokeKey = async (keys: OperatorKeys, body: unknown) =>
  checked(await keys.revoke(checked(parseKeyRevocation(body))));

export const rotateKey = async (keys: OperatorKeys, body: unknown) =>
  checked(await keys.rotate(checked(parseKeyRotation(body))));

/** A known operator is the author; only where no identity is checked can a request name another. */
function authored({ caller }: Operator, body: unknown): unknown {
  if (!caller || !isJsonObject(body) || body.author === undefined) return body;
  const message = 'is the identity of the token: leave it out';
  return checked({ problems: [{ path: 'author', message }] });
}

function checked<T>(result: Result<T>): T {
  if ('value' in result) return result.value;
  const { problems } = result;
  const detail = problems.map(({ path, message }) => `${path || 'the body'} ${message}`).join('; ');
  throw new HttpProblemError('invalid_request', detail, { errors: problems });
}
