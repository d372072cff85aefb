/** The built bundles: made reproducibly, packed completely, and working when put together. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { node22, root } from '../lib/bootstrap.mjs';
import { gitFiles } from '../lib/git-files.mjs';
import { hasTests, runJest } from '../lib/jest.mjs';
import { packedLinkProblems, packProblems } from '../lib/package-contents.mjs';

const MINUTE_MS = 60_000;
const INTEGRATION = 'test/integration';

const git = {
  command: 'git',
  hint: 'install git (https://git-scm.com); it lists the files to check',
};

const functionNames = () =>
  readdirSync(join(root, 'functions')).filter((name) =>
    existsSync(join(root, 'functions', name, 'handler.ts')),
  );

async function build({ exec }) {
  const args = ['scripts/build.mjs', '--check-reproducible'];
  const { code, output } = await exec(node22, args, { cwd: root, timeoutMs: 5 * MINUTE_MS });
  const problems = code === 0 ? [] : [output];
  // Only now: on a fresh clone the packages come after this file.
  const { unzipSync } = await import('fflate');
  const names = functionNames();
  for (const name of names) {
    const zip = join(root, 'dist', 'functions', `${name}.zip`);
    const entries = existsSync(zip) ? Object.keys(unzipSync(readFileSync(zip))) : [];
    if (!/^index\.[cm]?js$/.test(entries.join()))
      problems.push(`${zip} holds: ${entries.join() || 'nothing'}`);
  }
  const failed = problems.length;
  return { passed: names.length + 1 - failed, failed, output: problems.join('\n') };
}

/** The module as a user of the package gets it, without packing it. */
async function pack({ exec }) {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { code, output } = await exec('npm', args, { cwd: root, timeoutMs: MINUTE_MS });
  if (code !== 0) return { passed: 0, failed: 1, output };
  const [{ files }] = JSON.parse(output.slice(output.indexOf('[')));
  const packed = files.map(({ path }) => path);
  const tracked = await gitFiles(root, exec);
  const contents = packProblems({ packed, tracked, functions: functionNames() });
  const links = packedLinkProblems(root, packed);
  const problems = [...contents.problems, ...links.problems];
  return {
    passed: Math.max(0, contents.checked + links.checked - problems.length),
    failed: problems.length,
    output: problems.join('\n'),
  };
}

const integration = (context) =>
  runJest(context, [INTEGRATION], { args: ['--runInBand'], timeoutMs: 40 * MINUTE_MS });

export const suites = [
  { name: 'build', tools: [], run: build },
  { name: 'pack', tools: [git], run: pack },
  ...(hasTests(join(root, INTEGRATION))
    ? [{ name: 'integration', tools: [], run: integration }]
    : []),
];
