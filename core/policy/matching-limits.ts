/**
 * How many limits of one owner a call may meet: they are all in one write of the ledger, and
 * DynamoDB bounds its expressions.
 */
import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import { asList, stringField, toUnvalidated, type UnvalidatedObject } from '../unvalidated.ts';

/**
 * Below the 300 operators and functions of an expression, of which a limit takes four, and its
 * 4,096 bytes, of which a limit takes at most 47:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html, 2026-11
 */
const MATCHING_MAX = 60;

const PARTS = ['application', 'environment', 'model'] as const;

/** Problems of a document where some call would meet more limits than one write can have. */
export function matchingLimitsProblems(document: UnvalidatedObject): InputProblem[] {
  const owners = ['cost_centers', 'models'].flatMap((kind) =>
    [...toUnvalidated(document.get(kind))].map(
      ([name, owner]) => [joinPath(kind, name, 'limits'), owner] as const,
    ),
  );
  const all = [...owners, ['organization.limits', document.get('organization')] as const];
  return all.flatMap(([path, owner]) => problemOf(path, toUnvalidated(owner).get('limits')));
}

function problemOf(path: string, limits: unknown): InputProblem[] {
  const scopes = asList(limits).map((value) => {
    const limit = toUnvalidated(value);
    return PARTS.map((part) => stringField(limit, part));
  });
  const most = scopes.length <= MATCHING_MAX ? 0 : mostMet(scopes);
  if (most <= MATCHING_MAX) return [];
  const message =
    `${most} limits apply to one call, and a call can be counted on at most ${MATCHING_MAX} ` +
    'limits of an owner: leave some out, or give them an application, environment or model';
  return [{ path, message }];
}

type Scope = readonly (string | undefined)[];

/**
 * The most limits that a call of any application, environment and model meets. Of the scopes that
 * name the same parts it meets at most one: only if that allows too many, every call is looked at,
 * as there can be very many.
 */
function mostMet(scopes: readonly Scope[]): number {
  const counts = new Map<string, number>();
  const highest = new Map<string, number>();
  for (const scope of scopes) {
    const count = (counts.get(keyOf(scope)) ?? 0) + 1;
    counts.set(keyOf(scope), count);
    const named = scope.map((part) => part !== undefined).join();
    highest.set(named, Math.max(count, highest.get(named) ?? 0));
  }
  const bound = [...highest.values()].reduce((sum, count) => sum + count, 0);
  return bound <= MATCHING_MAX ? bound : mostOfCalls(scopes, counts);
}

function mostOfCalls(scopes: readonly Scope[], counts: ReadonlyMap<string, number>): number {
  const named = PARTS.map((_, at) => [...new Set(scopes.map((scope) => scope[at]))]);
  let most = 0;
  for (const call of combinations(named)) {
    const met = new Set(combinations(call.map((part) => [part, undefined])).map(keyOf));
    most = Math.max(
      most,
      [...met].reduce((sum, key) => sum + (counts.get(key) ?? 0), 0),
    );
  }
  return most;
}

const keyOf = (scope: Scope): string => JSON.stringify(scope.map((part) => part ?? null));

const combinations = (choices: readonly (readonly (string | undefined)[])[]): readonly Scope[] =>
  choices.reduce<readonly Scope[]>(
    (all, some) => all.flatMap((begun) => some.map((part) => [...begun, part])),
    [[]],
  );
