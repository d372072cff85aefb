/**
 * How long Terraform plans more and more cost centers: `npm run bench:plan [-- 20 200]`.
 *
 * Whole plans of the root module by the real provider, without an account: three models and two
 * environments for each cost center, with topics, budgets, alarms and dashboards.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/bootstrap.mjs';
import { exec } from './lib/exec.mjs';
import { OFFLINE_PROVIDER, withModuleCopy } from './lib/terraform.mjs';
import { init, parseEvents } from './lib/terraform-results.mjs';
import { growthVariables } from './lib/terraform-scale.mjs';

const DEFAULT_SIZES = [20, 200];

/** Seconds of processor time from a line of the shell's `times`, such as `0m1.50s 0m0.20s`. */
function processorSeconds(line) {
  const parts = [...line.matchAll(/(\d+)m([\d.]+)s/g)];
  if (parts.length === 0) throw new Error(`not what \`times\` writes: ${line}`);
  return parts.reduce((sum, [, minutes, seconds]) => sum + 60 * minutes + Number(seconds), 0);
}

async function planned({ cwd, env }, count) {
  writeFileSync(join(cwd, 'bench.auto.tfvars.json'), JSON.stringify(growthVariables(count)));
  // The last line is of the shell's children: of Terraform and its provider.
  const command = 'terraform plan -json; code=$?; times; exit $code';
  const { code, output } = await exec('sh', ['-c', command], { cwd, env });
  if (code !== 0) throw new Error(output);
  const summary = parseEvents(output).find(({ type }) => type === 'change_summary');
  return {
    resources: summary.changes.add,
    seconds: processorSeconds(output.trimEnd().split('\n').at(-1)),
  };
}

const sizes = process.argv.slice(2).map(Number);
if (sizes.some((size) => !Number.isSafeInteger(size) || size < 1)) {
  process.stderr.write('usage: npm run bench:plan [-- COST_CENTERS ...], such as 20 200\n');
  process.exitCode = 2;
} else {
  await withModuleCopy(root, async ({ module: cwd, env }) => {
    writeFileSync(join(cwd, 'offline_override.tf'), OFFLINE_PROVIDER);
    const problem = await init({ exec, env, cwd });
    if (problem !== undefined) throw new Error(problem);
    process.stdout.write('cost centers  resources  processor s  ratio of time  of resources\n');
    let first;
    for (const size of sizes.length > 0 ? sizes : DEFAULT_SIZES) {
      const { resources, seconds } = await planned({ cwd, env }, size);
      first ??= { resources, seconds };
      const ratios = [seconds / first.seconds, resources / first.resources];
      const [time, count] = ratios.map((ratio) => ratio.toFixed(1));
      process.stdout.write(
        `${String(size).padStart(12)}${String(resources).padStart(11)}` +
          `${seconds.toFixed(1).padStart(13)}${time.padStart(15)}${count.padStart(14)}\n`,
      );
    }
  });
}
