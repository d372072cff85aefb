/** The same sources, built again and planned on another path: nothing may differ. */
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { withSecondBuild } from './second-build.mjs';
import { OFFLINE_PROVIDER, withModuleCopy } from './terraform.mjs';
import { errorsOf, init, MINUTE_MS, problemIf } from './terraform-results.mjs';

/** The example that is planned twice. */
export const REPEATED = 'examples/basic';

/** Puts bundles where a module copy looks for them. */
export const addBundles = (module, zips) =>
  cpSync(zips, join(module, 'dist/functions'), { recursive: true });

const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('base64');

/** Reads a plan that was made in `cwd` with `-out=plan`. */
export async function readPlan({ exec, env, cwd }) {
  // A file, since what comes through a pipe also holds what Terraform warns of.
  const command = 'terraform show -json plan > plan.json';
  const { code, output } = await exec('sh', ['-c', command], { cwd, env, timeoutMs: MINUTE_MS });
  if (code !== 0) throw new Error(output);
  return JSON.parse(readFileSync(join(cwd, 'plan.json'), 'utf8'));
}

/** Differences from the plan of `first` when it is made again from a second build. */
export async function repeatedProblem({ root, exec, first }) {
  return withSecondBuild(root, (zips) =>
    withModuleCopy(root, async ({ module, env }) => {
      addBundles(module, zips);
      const cwd = join(module, REPEATED);
      writeFileSync(join(cwd, 'offline_override.tf'), OFFLINE_PROVIDER);
      const problem = await init({ exec, env, cwd });
      if (problem !== undefined) return problem;
      const args = ['plan', '-json', '-out=plan'];
      const made = await exec('terraform', args, { cwd, env, timeoutMs: 2 * MINUTE_MS });
      if (made.code !== 0) return errorsOf(made.output);
      const second = await readPlan({ exec, env, cwd });
      return hashProblem(second, zips) ?? differenceOf(first, second);
    }),
  );
}

const functionsOf = (plan) =>
  plan.resource_changes.filter(({ type }) => type === 'aws_lambda_function');

/** Each planned function has the hash of its zip, so that a changed zip is a changed function. */
function hashProblem(plan, zips) {
  const names = readdirSync(zips).filter((name) => name.endsWith('.zip'));
  const hashes = new Set(names.map((name) => sha256(join(zips, name))));
  const functions = functionsOf(plan);
  const wrong = functions
    .filter(({ change }) => !hashes.has(change.after.source_code_hash))
    .map(({ address, change }) => `${address}: no zip has ${change.after.source_code_hash}`);
  if (functions.length === 0) wrong.push('no function is planned');
  return problemIf(wrong.length > 0, wrong.join('\n'));
}

/** All that a plan says of what there will be; when it was made is not of it. */
function differenceOf(first, second) {
  const byAddress = new Map(first.resource_changes.map((each) => [each.address, each]));
  const others = second.resource_changes.filter(
    (each) => !isDeepStrictEqual(each, byAddress.get(each.address)),
  );
  const lines = others.map(({ address }) => `${address} is planned otherwise`);
  if (first.resource_changes.length !== second.resource_changes.length) {
    lines.push('the plans have not the same resources');
  }
  if (!isDeepStrictEqual(first.output_changes, second.output_changes)) {
    lines.push('the outputs are planned otherwise');
  }
  return problemIf(lines.length > 0, lines.join('\n'));
}
