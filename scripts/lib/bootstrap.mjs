/** Makes a fresh clone ready: installs and builds what is missing, once, also when run twice at once. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exec } from './exec.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const modules = join(root, 'node_modules');
const locks = join(root, '.cache');

/** Node 22, as Lambda runs it; it comes with the packages. */
export const node22 = join(modules, '.bin', 'node');

/** PATH with the project's own tools first. */
export const toolPath = (folder = root) =>
  [join(folder, '.tools', 'bin'), join(folder, 'node_modules', '.bin'), process.env.PATH].join(
    delimiter,
  );

/** Runs `npm ci` unless the packages of the lock file are there. */
export async function ensureInstalled({ log }) {
  if (isInstalled()) return;
  await withLock('install', log, async () => {
    if (isInstalled()) return;
    log('installing packages (npm ci) ...');
    const { code, output } = await exec('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], {
      cwd: root,
    });
    if (code !== 0) throw new Error(`npm ci failed:\n${output}`);
    log('packages are installed');
  });
}

/** Builds unless dist was made of exactly these sources. */
export async function ensureBuilt({ log }) {
  if (isBuilt()) return;
  await withLock('build', log, async () => {
    if (isBuilt()) return;
    log('building (npm run build) ...');
    const { code, output } = await exec(node22, ['scripts/build.mjs'], { cwd: root });
    if (code !== 0) throw new Error(`the build failed:\n${output}`);
    log('built');
  });
}

function isInstalled() {
  const installed = readJson(join(modules, '.package-lock.json'))?.packages;
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  if (!installed || !wanted || !existsSync(node22)) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || installed[path]?.version === version || (optional && !installed[path]),
  );
}

const isBuilt = () => readText(join(root, 'dist', '.build-id')) === sourceId();

/** A hash of all files that the build reads. */
export function sourceId() {
  const hash = createHash('sha256');
  const files = ['core', 'adapters', 'functions', 'cli', 'sandbox'].flatMap((folder) =>
    filesIn(join(root, folder)),
  );
  for (const file of [
    ...files,
    join(root, 'scripts', 'build.mjs'),
    join(root, 'package-lock.json'),
    join(root, 'tsconfig.json'),
  ]) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return /\.(ts|json|html|css|js)$/.test(entry.name) ? [path] : [];
    });
}

/** A folder is the lock: making it is atomic. A lock whose holder is gone is taken over. */
async function withLock(name, log, work) {
  const lock = join(locks, `${name}.lock`);
  mkdirSync(locks, { recursive: true });
  let told = false;
  while (!tryLock(lock)) {
    if (!told) log(`waiting for another ${name} to end ...`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function tryLock(lock) {
  try {
    mkdirSync(lock);
    writeFileSync(join(lock, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const holder = Number(readText(join(lock, 'pid')) ?? 0);
    if (holder && !isAlive(holder)) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const readJson = (file) => JSON.parse(readText(file) ?? 'null');
