/** Reads the inference profiles of a deployment from a file of Terraform outputs. */
import { readFile } from 'node:fs/promises';
import type { InputProblem } from '../../core/input-problem.ts';
import { printable } from '../../core/safe-text.ts';
import { stringField, toUnvalidated } from '../../core/unvalidated.ts';

const FORM = 'must be the output of terraform output -json inference_profile_arns';

/** The output's value, or all outputs as `terraform output -json` prints them. */
export async function readProfiles(
  file: string,
): Promise<{ readonly arns: ReadonlyMap<string, string> } | { readonly problem: InputProblem }> {
  const problem = (message: string) => ({
    problem: { path: '--profiles', message: `${printable(file, 200)}: ${message}` },
  });
  let document: unknown;
  try {
    document = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const code = stringField(toUnvalidated(error), 'code');
    if (code === 'ENOENT') return problem('file not found');
    return problem(code === undefined ? `is not JSON: ${FORM}` : `cannot read the file (${code})`);
  }
  const outputs = toUnvalidated(document);
  const output = toUnvalidated(outputs.get('inference_profile_arns') ?? document);
  const entries = [
    ...toUnvalidated(output.has('value') ? output.get('value') : Object.fromEntries(output)),
  ];
  const arns = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const wrong = entries.find(
    ([key, arn]) => !/^[^/]+\/[^/]+\/[^/]+\/[^/]+$/.test(key) || typeof arn !== 'string',
  );
  if (wrong)
    return problem(
      `${printable(wrong[0])} is not <costCenter>/<application>/<environment>/<alias> with an ARN: ${FORM}`,
    );
  return { arns: new Map(arns) };
}
