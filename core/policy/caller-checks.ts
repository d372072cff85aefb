/** Checks `callers` of a cost center: one binding, or a list of them; and the roles of operators. */

import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import { asList, asStrings, toUnvalidated } from '../unvalidated.ts';
import { ROLE_ARN_PATTERN } from './policy.schema.ts';
import { referenceProblems } from './reference-checks.ts';
import { rolePatternProblem } from './role-pattern.ts';

const NO_CALLERS = 'names no caller: write `iam_role_arns` or `jwt`, or leave `callers` out';

/**
 * @param value of a form that may also be wrong.
 * @param applications of the cost center, with their environments.
 */
export function callersProblems(
  path: string,
  value: unknown,
  applications: ReadonlyMap<string, readonly string[]>,
): InputProblem[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return bindingProblems(path, value, applications);
  if (value.length === 0) return [{ path, message: NO_CALLERS }];
  return value.flatMap((each, index) => bindingProblems(joinPath(path, index), each, applications));
}

function bindingProblems(
  path: string,
  value: unknown,
  applications: ReadonlyMap<string, readonly string[]>,
): InputProblem[] {
  const binding = toUnvalidated(value);
  const arns = binding.get('iam_role_arns');
  const named = asStrings(binding.get('applications'));
  const environments = [...applications].flatMap(([name, each]) =>
    named.length === 0 || named.includes(name) ? each : [],
  );
  const hasNone = isEmpty(arns) && isEmpty(binding.get('jwt'));
  return [
    ...referenceProblems(
      joinPath(path, 'applications'),
      'application',
      binding.get('applications'),
      applications,
    ),
    ...referenceProblems(
      joinPath(path, 'environments'),
      'environment',
      // Those of unknown applications are not known either.
      binding.get('environments'),
      new Set(environments),
    ),
    ...(hasNone ? [{ path, message: NO_CALLERS }] : []),
  ];
}

/** A value of another type is not empty, only wrong. */
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/** Patterns that the ARN of a session cannot decide; what is no role ARN has been reported. */
export function rolePatternProblems(path: string, value: unknown): InputProblem[] {
  if (Array.isArray(value)) {
    return value.flatMap((each, index) =>
      Array.isArray(each) ? [] : rolePatternProblems(joinPath(path, index), each),
    );
  }
  return asList(toUnvalidated(value).get('iam_role_arns')).flatMap((arn, index) => {
    if (typeof arn !== 'string' || !ROLE_ARN.test(arn)) return [];
    const message = rolePatternProblem(arn);
    return message === undefined ? [] : [{ path: joinPath(path, 'iam_role_arns', index), message }];
  });
}

const ROLE_ARN = new RegExp(ROLE_ARN_PATTERN);
