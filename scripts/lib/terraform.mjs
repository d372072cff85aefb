/**
 * Everything that a run of Terraform in the tests needs: a copy of the module to work in, so that nothing
 * is left in the checkout, and a place to get the provider from, so that it also works offline.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const PROVIDER = join('registry.terraform.io', 'hashicorp', 'aws');

/** The files of the module that Terraform and its tests need. */
const MODULE_PARTS = [
  'modules',
  'examples',
  'core/policy/region-services.json',
  'core/policy/time-zones.json',
  'core/pricing/catalogue.json',
  'test/terraform',
  'test/golden',
  'test/fixtures/bundles',
  'test/fixtures/known-after-apply',
  'mocks',
];

/** Files that running an example leaves in its folder. */
const MADE = /[/\\](\.terraform|node_modules|\.gen|cdktf\.out)([/\\]|$)|\.terraform\.lock\.hcl$/;

const isFolder = (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Folders of a folder, or none when it can't be read. */
function foldersIn(path) {
  try {
    return readdirSync(path)
      .map((name) => join(path, name))
      .filter(isFolder);
  } catch {
    return [];
  }
}

/**
 * Where the AWS provider lies on this machine, as a Terraform "filesystem mirror": first where
 * TF_PLUGIN_MIRROR says, then where Terraform itself looks, then one level below a few folders.
 * @returns undefined when there is none, and the public registry is to be asked.
 */
function findMirror(env = process.env) {
  const home = homedir();
  const usual = [
    join(home, '.terraform.d', 'plugins'),
    join(home, '.local', 'share', 'terraform', 'plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ];
  const nearby = [join(home, '.terraform.d'), '/opt', '/usr/local/share'].flatMap(foldersIn);
  const candidates = [env.TF_PLUGIN_MIRROR, ...usual, ...nearby].filter(Boolean);
  return candidates.find((folder) => isFolder(join(folder, PROVIDER)));
}

function cliConfig(mirror) {
  if (mirror === undefined) return 'provider_installation {\n  direct {}\n}\n';
  return `provider_installation {
  filesystem_mirror {
    path    = ${JSON.stringify(mirror)}
    include = ["registry.terraform.io/hashicorp/aws"]
  }
  direct {
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }
}
`;
}

/** No account and no network: whatever would need one fails at once instead of asking around. */
const NO_ACCOUNT = {
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_SESSION_TOKEN: '',
  AWS_PROFILE: '',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};

/** With the default, a third of the processor time of a plan is for garbage collection. */
const LESS_GARBAGE_COLLECTION = { GOGC: '400', GOMEMLIMIT: '2GiB' };

/** The environment Terraform runs in; `folder` takes the generated CLI configuration. */
export function terraformEnv(root, folder) {
  const cache = join(root, '.cache', 'terraform-plugins');
  mkdirSync(cache, { recursive: true });
  const given = process.env.TF_CLI_CONFIG_FILE;
  let config = given;
  if (process.env.TF_PLUGIN_MIRROR || !given || !existsSync(given)) {
    config = join(folder, 'cli.tfrc');
    writeFileSync(config, cliConfig(findMirror()));
  }
  return {
    ...process.env,
    ...NO_ACCOUNT,
    ...LESS_GARBAGE_COLLECTION,
    PATH: `${join(root, '.tools', 'bin')}${delimiter}${process.env.PATH}`,
    TF_CLI_CONFIG_FILE: config,
    TF_PLUGIN_CACHE_DIR: cache,
    // The mirror and the registry may state different hashes; no lock file is kept to mind it.
    TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: 'true',
    TF_IN_AUTOMATION: 'true',
    TF_INPUT: 'false',
    CHECKPOINT_DISABLE: 'true',
  };
}

/** Copies what Terraform reads of the module into `folder`. */
function copyModule(root, folder) {
  for (const name of readdirSync(root)) {
    if (name.endsWith('.tf')) cpSync(join(root, name), join(folder, name));
  }
  const isSource = (path) => !MADE.test(path);
  for (const part of MODULE_PARTS) {
    if (!existsSync(join(root, part))) continue;
    cpSync(join(root, part), join(folder, part), { recursive: true, filter: isSource });
  }
}

/** Runs `use` with a copy of the module and the environment for it, then removes the copy. */
export async function withModuleCopy(root, use) {
  const folder = mkdtempSync(join(tmpdir(), 'cost-sentry-terraform-'));
  try {
    const module = join(folder, 'module');
    mkdirSync(module);
    copyModule(root, module);
    return await use({ folder, module, env: terraformEnv(root, folder) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A provider that plans without an account. */
export const OFFLINE_PROVIDER = `provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
`;
