/** Checks the tags that tell costs apart in the bill: a key or a value of two would add them up. */
import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import { quoted } from '../safe-text.ts';
import { stringField, toUnvalidated, type UnvalidatedObject } from '../unvalidated.ts';

/** Attributes of `tag_keys` and the keys without them, in the order of `modules/configuration`. */
const DEFAULT_KEYS = {
  application: 'applicationId',
  cost_center: 'costCenter',
  environment: 'environment',
} as const;

/** Key by which IAM tells the deployment's own profiles from others. */
const OWNER_KEY = 'costSentry';

export function tagProblems(config: UnvalidatedObject): InputProblem[] {
  return [...keyProblems(config), ...valueProblems(config)];
}

/** Without regard to case, because the bill has one column for keys that differ only in that. */
function keyProblems(config: UnvalidatedObject): InputProblem[] {
  const given = toUnvalidated(config.get('tag_keys'));
  const keys = Object.entries(DEFAULT_KEYS).map(
    ([name, fallback]) => [name, stringField(given, name) ?? fallback] as const,
  );
  const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();
  return keys.flatMap(([name, key], index) => {
    const other = keys.slice(0, index).find(([, each]) => same(each, key))?.[0];
    const path = joinPath('tag_keys', name);
    if (other !== undefined) {
      return [{ path, message: `${quoted(key)} is also the key of ${other}: use another key` }];
    }
    if (!same(key, OWNER_KEY)) return [];
    const message = `${quoted(key)} is the key of the tag with the deployment's name: use another key`;
    return [{ path, message }];
  });
}

function valueProblems(config: UnvalidatedObject): InputProblem[] {
  const values = [...toUnvalidated(config.get('cost_centers'))].map(
    ([name, center]) => [name, stringField(toUnvalidated(center), 'tag_value') ?? name] as const,
  );
  return values.flatMap(([name, value]) => {
    const other = values.find(([each, its]) => each !== name && its === value)?.[0];
    const isGiven = value !== name;
    if (other === undefined || !isGiven) return [];
    const message = `${quoted(value)} is also the tag value of cost center ${other}: the bill could not tell them apart: give each its own`;
    return [{ path: joinPath('cost_centers', name, 'tag_value'), message }];
  });
}
