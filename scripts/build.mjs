/**
 * Builds dist: one reproducible zip per Lambda, the command line, the sandbox.
 *
 *   npm run build
 *   npm run build -- --check-reproducible   builds again elsewhere and compares the zips
 *   npm run build -- --help
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { sourceId } from './lib/bootstrap.mjs';
import { readFlags } from './lib/flags.mjs';
import { withSecondBuild } from './lib/second-build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

/** CommonJS packages inside an ES module still call require for Node's own modules. */
const REQUIRE =
  "import{createRequire as requireOf}from'node:module';const require=requireOf(import.meta.url);";
/** Zip entries carry local times without a zone; this one is the format's earliest. */
const MODIFIED = new Date(1980, 0, 1);
const UNIX = 3;
const READABLE = 0o100644;

const shared = {
  absWorkingDir: root,
  bundle: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
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
      // Next to the sources, so that the packages are found from there.
      const file = join(root, '.cache', `${basename(path)}.${process.pid}.mjs`);
      write(file, contentsOf(program.outputFiles, '.mjs'));
      const { ajv, validate } = await import(pathToFileURL(file).href);
      rmSync(file);
      return { contents: standaloneCode.default(ajv, validate), loader: 'js', resolveDir: root };
    });
  },
};

async function buildFunction(name, out) {
  const { outputFiles, metafile } = await build({
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
  const gzip = gzipSync(code, { level: 9 }).length;
  return { name, raw: code.length, gzip, outputs: Object.values(metafile.outputs) };
}

/** @returns its outputs, with what went into each. */
async function buildProgram(entryPoint, out, options = {}) {
  const { outputFiles, metafile } = await build({
    ...shared,
    entryPoints: [entryPoint],
    banner: { js: REQUIRE },
    format: 'esm',
    outfile: 'program.mjs',
    // Compiling the schemas would take longer than all else that a program does to start.
    plugins: [compiledValidators],
    ...options,
  });
  write(out, contentsOf(outputFiles, '.mjs'));
  chmodSync(out, 0o755);
  return Object.values(metafile.outputs);
}

/** The parser of HCL reads its WebAssembly from a file; here it becomes part of the bundle. */
const embeddedParser = {
  name: 'embedded-parser',
  setup(plugin) {
    plugin.onLoad({ filter: /@cdktf[\\/]hcl2json[\\/]lib[\\/]bridge\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const reading = 'await fs.readFile((0, path_1.join)(__dirname, "..", "main.wasm.gz"))';
      if (!text.includes(reading)) throw new Error(`${path} no longer reads main.wasm.gz`);
      return { contents: text.replace(reading, 'require("../main.wasm.gz")'), loader: 'js' };
    });
  },
};

/** All in one file: what `npm install -g` of the tarball brings. */
const COMMAND_LINE = {
  // A polyfill names it, for a global that every supported Node.js has.
  external: ['performance'],
  loader: { '.gz': 'binary' },
  plugins: [compiledValidators, embeddedParser],
};
/** For a machine that has node_modules. */
const SANDBOX = { packages: 'external' };
/** The sandbox runs each function's bundle in a worker thread, which is a separate program. */
const SANDBOX_PROGRAMS = {
  main: 'sandbox/main.ts',
  'lambda-worker': 'sandbox/engines/lambda/worker.ts',
};

/** The files that the sandbox serves at `/`; the page's content security policy allows files only. */
async function buildConsole(out) {
  const { outputFiles } = await build({
    ...shared,
    entryPoints: ['sandbox/console/main.ts'],
    format: 'esm',
    outfile: 'console.js',
    platform: 'browser',
    target: 'es2022',
  });
  write(join(out, 'console.js'), contentsOf(outputFiles, '.js'));
  for (const name of ['index.html', 'console.css']) {
    write(join(out, name), readFileSync(join(root, 'sandbox', 'console', name)));
  }
}

/** The packages whose code is in the bundles, by what went into them. */
function bundledPackages(outputs) {
  const paths = outputs.flatMap(({ inputs }) =>
    Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0),
  );
  const folders = paths.flatMap(
    (path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [],
  );
  return [...new Set(folders)].sort().map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json')));
    const { name, version, license } = manifest;
    return { folder, name, version, license };
  });
}

const licenseText = ({ folder, name, version, license }) => {
  const file = readdirSync(join(root, folder)).find((each) => /^licen[cs]e/i.test(each));
  const text = file ? readFileSync(join(root, folder, file), 'utf8').trim() : '';
  return `${name} ${version} (${license})\n\n${text}\n`;
};

function writePackages(out, packages) {
  const licenses = packages.map(licenseText).join(`\n${'-'.repeat(80)}\n\n`);
  write(join(out, 'THIRD_PARTY_LICENSES.txt'), licenses);
  const references = packages.map(({ name, version }) => `${name}@${version}`);
  write(join(out, 'bundled-packages.json'), JSON.stringify([...new Set(references)].sort()));
}

const contentsOf = (files, ending) => files.find(({ path }) => path.endsWith(ending)).contents;

function write(file, contents) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
}

/** Into a separate folder first, so that no one ever sees half a build. */
async function buildAll() {
  const id = sourceId();
  const fresh = `${dist}.${process.pid}`;
  const sizes = [];
  try {
    for (const name of functionNames()) sizes.push(await buildFunction(name, fresh));
    const cli = join(fresh, 'cli', 'cost-sentry.mjs');
    const program = await buildProgram('cli/main.ts', cli, COMMAND_LINE);
    for (const [name, entry] of Object.entries(SANDBOX_PROGRAMS)) {
      await buildProgram(entry, join(fresh, 'sandbox', `${name}.mjs`), SANDBOX);
    }
    await buildConsole(join(fresh, 'sandbox', 'console'));
    writePackages(fresh, bundledPackages([...program, ...sizes.flatMap((each) => each.outputs)]));
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
  const here = hashesIn(join(dist, 'functions'));
  const there = await withSecondBuild(root, async (folder) => hashesIn(folder));
  const different = here.filter((line, i) => line !== there[i]);
  for (const line of different) console.error(`not reproducible: ${line}`);
  if (different.length === 0) console.log(`${here.length} zips are the same when built elsewhere`);
  return different.length === 0;
}

const USAGE = `npm run build -- [options]

Makes dist: a zip per function, the command line, the sandbox, and the licenses of what is in them.

  --check-reproducible  build again in another folder and compare the zips: exit code 1 if they differ
  --help                this text
`;

const flags = readFlags({ 'check-reproducible': { type: 'boolean' } }, USAGE);
if (flags?.help) process.stdout.write(USAGE);
else if (flags) {
  printSizes(await buildAll());
  if (flags['check-reproducible'] && !(await checkReproducible())) process.exitCode = 1;
}
