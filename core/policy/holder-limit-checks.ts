/** Limits that each user, key or session has for itself, and the windows they cannot have. */
import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import { quoted } from '../safe-text.ts';
import {
  asList,
  numberField,
  stringField,
  toUnvalidated,
  type UnvalidatedObject,
} from '../unvalidated.ts';
import { limitAmount } from './limit-amount.ts';
import type { OwnerKind } from './policy.ts';
import { canonicalUser, isUserName, UNKNOWN } from './user-name.ts';

/**
 * Problems of `per`, `groups`, `users` and `window` of a limit together.
 * @param isStored the policy is in force already: its names are read in the form that is counted.
 */
export function perProblems(
  path: string,
  limit: UnvalidatedObject,
  { owner, isStored }: { readonly owner: OwnerKind; readonly isStored: boolean },
): InputProblem[] {
  const per = stringField(limit, 'per');
  const problems: InputProblem[] = [];
  const report = (name: string, message: string) => {
    problems.push({ path: joinPath(path, name), message });
  };
  if (per !== undefined && owner === 'model') {
    report(
      'per',
      'a limit of a model counts the calls of everyone: write the limit of a cost center or the organization, with `model` and `per`',
    );
  }
  for (const name of ['groups', 'users']) {
    if (limit.has(name) && per !== 'user') {
      report(name, 'sets amounts for people: write per = "user" too, or leave it out');
    }
  }
  return [
    ...problems,
    ...amountsProblems(path, limit),
    ...(isStored ? [] : userNameProblems(path, limit)),
    ...requestProblems(path, limit),
  ];
}

function amountsProblems(path: string, limit: UnvalidatedObject): InputProblem[] {
  const unit = stringField(limit, 'unit');
  if (unit === undefined) return [];
  return ['groups', 'users'].flatMap((list) => {
    const amounts = toUnvalidated(limit.get(list));
    return [...amounts.keys()].flatMap((name) => {
      const amount = numberField(amounts, name);
      const result = amount === undefined ? 0 : limitAmount(unit, amount);
      return typeof result === 'string'
        ? [{ path: joinPath(path, list, name), message: result }]
        : [];
    });
  });
}

function userNameProblems(path: string, limit: UnvalidatedObject): InputProblem[] {
  return [...toUnvalidated(limit.get('users')).keys()].flatMap((name) => {
    if (isUserName(name)) return [];
    const form = canonicalUser(name);
    const message =
      form === UNKNOWN
        ? `${quoted(UNKNOWN)} is the counter of calls that name no user, whose amount is \`amount\`: leave it out`
        : isUserName(form)
          ? `names are counted trimmed and in lower case: write ${quoted(form)}`
          : 'must be a name of 1 to 128 printable characters';
    return [{ path: joinPath(path, 'users', name), message }];
  });
}

/** A limit of one request has no counter: much of what counters have means nothing there. */
function requestProblems(path: string, limit: UnvalidatedObject): InputProblem[] {
  if (stringField(limit, 'window') !== 'request') return [];
  const problems: InputProblem[] = [];
  const report = (name: string, message: string) => {
    problems.push({ path: joinPath(path, name), message });
  };
  if (stringField(limit, 'unit') === 'requests') {
    report(
      'unit',
      'a request is always one request: use tokens, input_tokens, output_tokens or usd',
    );
  }
  if (stringField(limit, 'mode') === 'observe') {
    report('mode', 'a limit of one request counts nothing to observe: leave it out');
  }
  if (limit.has('per')) {
    report('per', 'a limit of one request has no counters: leave it out, or use another window');
  }
  for (const name of ['notify_at', 'ceilings']) {
    if (asList(limit.get(name)).length > 0) {
      report(name, 'a limit of one request is never used in part: leave it out');
    }
  }
  return problems;
}
