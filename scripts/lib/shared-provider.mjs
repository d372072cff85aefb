/**
 * One process of the AWS provider for many runs of Terraform. Otherwise each run would start its
 * own provider, which would work out its schema, which takes most of the time of a plan without resources.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const INSTALLED = '.terraform/providers/registry.terraform.io/hashicorp/aws';
const BINARY = /^terraform-provider-aws/;

/** https://developer.hashicorp.com/terraform/plugin/debugging, 2026-11. */
const REATTACH = /TF_REATTACH_PROVIDERS='(.*)'/;

/**
 * Runs `use` with an environment in which Terraform finds the provider running; with `env` as it
 * is when the provider does not start so.
 * @param cwd where `terraform init` was run
 */
export async function withSharedProvider({ cwd, env }, use) {
  const binary = installedProvider(join(cwd, INSTALLED));
  if (binary === undefined) return use(env);
  // Its log would be of every call that Terraform makes to it.
  const provider = spawn(binary, ['-debug'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => {
    provider.once('error', resolve);
    provider.once('close', resolve);
  });
  try {
    const reattach = await Promise.race([reattachOf(provider), ended.then(() => undefined)]);
    return await use(reattach === undefined ? env : { ...env, TF_REATTACH_PROVIDERS: reattach });
  } finally {
    provider.kill();
    await ended;
  }
}

/** The provider lies below its version and the platform; the mirror's files are linked to. */
function installedProvider(folder, depth = 2) {
  try {
    const names = readdirSync(folder);
    if (depth === 0) {
      const name = names.find((each) => BINARY.test(each));
      return name && join(folder, name);
    }
    return names.map((name) => installedProvider(join(folder, name), depth - 1)).find(Boolean);
  } catch {
    return undefined;
  }
}

/** The line that the provider prints, by which Terraform finds it. */
function reattachOf(provider) {
  let printed = '';
  return new Promise((resolve) => {
    provider.stdout.on('data', (chunk) => {
      printed += chunk;
      const found = REATTACH.exec(printed)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
}
