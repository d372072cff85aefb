/** The built bundles: made reproducibly, packed and released completely, and working together. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

/** Problems of the files of a release. */
function releaseProblems(folder, { name, version }) {
  const text = (file) => readFileSync(join(folder, file), 'utf8');
  const names = [`${name}-${version}.tgz`, `${name}-${version}.cdx.json`];
  const sums = names.map((file) => {
    const hash = createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex');
    return `${hash}  ${file}\n`;
  });
  const { metadata, components } = JSON.parse(text(names[1]));
  const bundled = readFileSync(join(root, 'dist', 'bundled-packages.json'), 'utf8');
  const listed = components.map((each) => each['bom-ref']).sort();
  return [
    ...(text('SHA256SUMS') === sums.join('') ? [] : ['SHA256SUMS: not of these files']),
    ...(metadata.component.name === name ? [] : [`the bill is of ${metadata.component.name}`]),
    ...(components.some(({ name }) => name === '@middy/core') ? [] : ['the bill lacks packages']),
    ...(JSON.stringify(listed) === bundled ? [] : ['the bill is not of the bundled packages']),
    ...components
      .filter(({ scope }) => scope !== 'required')
      .map((each) => `${each['bom-ref']}: not required in the bill`),
  ];
}

/** A release, and its command line as people install it: offline, into an empty folder. */
async function install({ exec }) {
  const folder = mkdtempSync(join(tmpdir(), 'cost-sentry-release-'));
  try {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const out = join(folder, 'release');
    const args = ['scripts/release.mjs', '--out', out];
    const made = await exec(node22, args, { cwd: root, timeoutMs: 5 * MINUTE_MS });
    if (made.code !== 0) return { passed: 0, failed: 1, output: made.output };
    const problems = releaseProblems(out, manifest);
    const file = join(out, `${manifest.name}-${manifest.version}.tgz`);
    const release = ['npm run release', problems.length === 0, problems.join('\n')];
    const checks = [release, ...(await installChecks({ exec, folder, file, manifest }))];
    const failed = checks.filter(([, holds]) => !holds);
    const output = failed.map(([name, , text]) => `${name}:\n${text}`).join('\n');
    return { passed: checks.length - failed.length, failed: failed.length, output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function installChecks({ exec, folder, file, manifest }) {
  const prefix = join(folder, 'prefix');
  const env = { ...process.env, npm_config_cache: join(folder, 'cache') };
  const args = ['install', '-g', '--offline', '--no-audit', '--no-fund', '--prefix', prefix];
  const installed = await exec('npm', [...args, file], {
    cwd: folder,
    env,
    timeoutMs: MINUTE_MS,
  });
  const modules = join(prefix, 'lib', 'node_modules');
  const packages = installed.code === 0 ? packagesIn(modules) : [];
  const command = join(prefix, 'bin', 'cost-sentry');
  const run = async (...words) => exec(command, words, { cwd: folder, env, timeoutMs: MINUTE_MS });
  const tfvars = join(modules, manifest.name, 'examples', 'complete', 'terraform.tfvars');
  const version = await run('--version');
  const valid = await run('validate', '--var-file', tfvars, '--region', 'us-east-1');
  const broken = join(root, 'test/fixtures/broken/unknown-model.tfvars');
  const refused = await run('validate', '--var-file', broken, '--output', 'json');
  return [
    ['npm install -g, offline', installed.code === 0, installed.output],
    ['one package', packages.join() === manifest.name, packages.join()],
    ['cost-sentry --version', version.output.trim() === manifest.version, version.output],
    ['a configuration in HCL', valid.code === 0 && /^valid: /m.test(valid.output), valid.output],
    ['a broken one', refused.code === 2 && /"problems"/.test(refused.output), refused.output],
  ];
}

/** Names of all packages below a folder, with those inside other packages. */
function packagesIn(modules) {
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => [name, ...packagesIn(join(modules, name, 'node_modules'))]);
}

const integration = (context) => runJest(context, [INTEGRATION], { timeoutMs: 40 * MINUTE_MS });

export const suites = [
  { name: 'build', tools: [], run: build },
  { name: 'pack', tools: [git], run: pack },
  { name: 'install', tools: [], run: install },
  ...(hasTests(join(root, INTEGRATION))
    ? [{ name: 'integration', tools: [], run: integration }]
    : []),
];

/** About, on two cores. */
export const minutes = 9;
