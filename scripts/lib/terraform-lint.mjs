/** Format, lint rules, generated documentation and security checks of the Terraform. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outdatedPages, referencePages } from './reference-pages.mjs';
import { withModuleCopy } from './terraform.mjs';
import { MINUTE_MS, modulesOf, problemIf, tally } from './terraform-results.mjs';

export async function format({ root, exec }) {
  return withModuleCopy(root, async ({ module, env }) => {
    const counts = tally();
    cpSync(join(root, 'test/fixtures/broken'), join(module, 'broken'), { recursive: true });
    const { code, output } = await exec(
      'terraform',
      ['fmt', '-check', '-recursive', '-diff', '-no-color'],
      { cwd: module, env, timeoutMs: MINUTE_MS },
    );
    counts.add('terraform fmt -recursive would change', problemIf(code !== 0, output));
    return counts.result();
  });
}

export async function tflint({ root, exec }) {
  return withModuleCopy(root, async ({ module, env }) => {
    const counts = tally();
    const config = join(root, '.tflint.hcl');
    const { code, output } = await exec(
      'tflint',
      ['--recursive', `--config=${config}`, '--format=compact', '--no-color'],
      { cwd: module, env, timeoutMs: 5 * MINUTE_MS },
    );
    counts.add('tflint --recursive', problemIf(code !== 0, output));
    return counts.result();
  });
}

export async function reference({ root }) {
  const counts = tally();
  const { pages, problems } = await referencePages(root);
  const outdated = outdatedPages(root, pages).map(({ path }) => path);
  for (const { path } of pages) {
    const isOutdated = outdated.includes(path);
    counts.add(`${path} is not up to date`, problemIf(isOutdated, 'run npm run docs:reference'));
  }
  counts.add('descriptions match types', problemIf(problems.length > 0, problems.join('\n')));
  return counts.result();
}

export async function checkov({ root, exec }) {
  return withModuleCopy(root, async ({ folder, module, env }) => {
    const counts = tally();
    // Its configuration names the folder to look at; from the copy that is the copy.
    const config = join(folder, 'checkov.yml');
    writeFileSync(config, readFileSync(join(root, '.checkov.yml')));
    const { code, output } = await exec('checkov', ['--config-file', config, '--output', 'json'], {
      cwd: module,
      // On a busy machine the 10 seconds it gives its parser for a file are too few.
      env: { ...env, HCL_PARSE_TIMEOUT_SEC: '60' },
      timeoutMs: 10 * MINUTE_MS,
    });
    const { summary, failures } = checkovSummary(output);
    // A file that it can't parse it passes over, and still exits with 0.
    const isClean = summary?.passed > 0 && summary.failed === 0 && summary.parsing_errors === 0;
    const isWrong = code !== 0 || !isClean;
    counts.add('checkov', problemIf(isWrong, failures || output));
    counts.add('every skip of checkov has its reason', unexplainedSkips(root));
    return counts.result();
  });
}

function checkovSummary(output) {
  const start = output.indexOf('{');
  if (start < 0) return {};
  try {
    const report = JSON.parse(output.slice(start, output.lastIndexOf('}') + 1));
    const failed = report.results?.failed_checks ?? [];
    const failures = failed.map(
      (check) => `${check.check_id} ${check.check_name}: ${check.resource} (${check.file_path})`,
    );
    return { summary: report.summary, failures: failures.join('\n') };
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function unexplainedSkips(root) {
  const wrong = modulesOf(root).flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.tf'))
      .flatMap((name) => readFileSync(join(root, folder, name), 'utf8').split('\n'))
      .filter((line) => line.includes('checkov:skip') && !/checkov:skip=\w+: \S.{10,}/.test(line)),
  );
  return problemIf(wrong.length > 0, wrong.join('\n'));
}
