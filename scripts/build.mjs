/**
 * Builds dist: one reproducible zip per Lambda, the command line, the sandbox.
 *
 *   npm run build
 *   npm run build -- --check-reproducible   builds again elsewhere and compares the zips
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { sourceId } from './lib/bootstrap.mjs';
import { exec } from './lib/exec.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

/** Zip entries carry local times without a zone; this one is the format's earliest. */
const MODIFIED = new Date(1980, 0, 1);
const UNIX = 3;
const READABLE = 0o100644;

const shared = {
  absWorkingDir: root,
  bundle: true,
  legalComments: 'none',
  logLevel: 'warning',
  platform: 'node',
  target: 'node22',
  write: false,
};

const functionNames = () =>
  readdirSync(join(root, 'functions')).filter((name) =>
    existsSync(join(root, 'functions', name, 'handler.ts')),
  );

/**
 * Compiling a schema takes longer than all else a function does as it starts, so it is done here:
 * a module named *.validator.ts exports `ajv` and `validate`, and is replaced by `validate`'s code.
 */
const compiledValidators = {
  name: 'compiled-validators',
  setup(plugin) {
    plugin.onLoad({ filter: /\.validator\.ts$/ }, async ({ path }) => {
      const program = await build({
        ...shared,
        entryPoints: [path],
        format: 'esm',
        outfile: 'validator.mjs',
        packages: 'external',
      });
      // Beside the sources, so that the packages are found from there.
      const file = join(root, '.cache', `${basename(path)}.${process.pid}.mjs`);
      write(file, contentsOf(program.outputFiles, '.mjs'));
      const { ajv, validate } = await import(pathToFileURL(file).href);
      rmSync(file);
      return { contents: standaloneCode.default(ajv, validate), loader: 'js', resolveDir: root };
    });
  },
};

async function buildFunction(name, out) {
  const { outputFiles } = await build({
    ...shared,
    entryPoints: [`functions/${name}/handler.ts`],
    // CommonJS starts faster: an ES module that imports node:http makes Node load all of undici.
    format: 'cjs',
    // The ES modules of the SDK, of which only what is used is kept.
    mainFields: ['module', 'main'],
    minify: true,
    outfile: 'index.cjs',
    plugins: [compiledValidators],
    sourcemap: 'external',
    sourcesContent: false,
  });
  const code = contentsOf(outputFiles, '.cjs');
  write(join(out, 'functions', name, 'index.cjs'), code);
  write(join(out, 'source-maps', `${name}.cjs.map`), contentsOf(outputFiles, '.map'));
  const entry = [code, { attrs: READABLE << 16, level: 9, mtime: MODIFIED, os: UNIX }];
  write(join(out, 'functions', `${name}.zip`), zipSync({ 'index.cjs': entry }));
  return { name, raw: code.length, gzip: gzipSync(code, { level: 9 }).length };
}

/** Programs for a machine that has node_modules. */
async function buildProgram(entryPoint, out) {
  if (!existsSync(join(root, entryPoint))) return;
  const { outputFiles } = await build({
    ...shared,
    entryPoints: [entryPoint],
    format: 'esm',
    outfile: 'program.mjs',
    packages: 'external',
  });
  write(out, contentsOf(outputFiles, '.mjs'));
  chmodSync(out, 0o755);
}

const contentsOf = (files, ending) => files.find(({ path }) => path.endsWith(ending)).contents;

function write(file, contents) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
}

/** Into a folder of its own first, so that nobody ever sees half a build. */
async function buildAll() {
  const id = sourceId();
  const fresh = `${dist}.${process.pid}`;
  const sizes = [];
  try {
    for (const name of functionNames()) sizes.push(await buildFunction(name, fresh));
    await buildProgram('cli/main.ts', join(fresh, 'cli', 'cost-sentry.mjs'));
    await buildProgram('sandbox/main.ts', join(fresh, 'sandbox', 'main.mjs'));
    await buildProgram('sandbox/lambda-worker.ts', join(fresh, 'sandbox', 'lambda-worker.mjs'));
    write(join(fresh, '.build-id'), id);
    const old = `${fresh}.old`;
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
    rmSync(old, { recursive: true, force: true });
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return sizes;
}

function printSizes(sizes) {
  const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`.padStart(10);
  console.log(`${'function'.padEnd(28)}${'minified'.padStart(10)}${'gzip'.padStart(10)}`);
  for (const { name, raw, gzip } of sizes) {
    console.log(`${name.padEnd(28)}${kilobytes(raw)}${kilobytes(gzip)}`);
  }
}

const hashesIn = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.zip'))
    .sort()
    .map((name) => {
      const hash = createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex');
      return `${hash}  ${name}`;
    });

/** @returns whether a build in another place makes the same zips, byte for byte. */
async function checkReproducible() {
  const other = mkdtempSync(join(tmpdir(), 'cost-sentry-build-'));
  try {
    for (const part of [
      'functions',
      'cli',
      'sandbox',
      'scripts',
      'tsconfig.json',
      'package.json',
      'package-lock.json',
    ]) {
      cpSync(join(root, part), join(other, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(other, 'node_modules'));
    const { code, output } = await exec(process.execPath, ['scripts/build.mjs'], {
      cwd: other,
      env: { ...process.env, TZ: 'Pacific/Auckland' },
    });
    if (code !== 0) throw new Error(output);
    const here = hashesIn(join(dist, 'functions'));
    const there = hashesIn(join(other, 'dist', 'functions'));
    const different = here.filter((line, i) => line !== there[i]);
    for (const line of different) console.error(`not reproducible: ${line}`);
    if (different.length === 0)
      console.log(`${here.length} zips are the same when built elsewhere`);
    return different.length === 0;
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
}

printSizes(await buildAll());
if (process.argv.includes('--check-reproducible') && !(await checkReproducible())) {
  process.exitCode = 1;
}
