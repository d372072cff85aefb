/** The packed module deployed with Terraform to a moto server, used, changed and destroyed. */

import { runJest } from '../lib/jest.mjs';
import { withPackedModule } from '../lib/packed-module.mjs';
import { terraformEnv } from '../lib/terraform.mjs';

const MINUTE_MS = 60_000;
const FOLDER = 'test/acceptance';

const tools = [
  {
    command: 'terraform',
    hint: 'install Terraform 1.9 or newer (https://developer.hashicorp.com/terraform/install)',
  },
  { command: 'moto_server', hint: 'run scripts/install-tools.sh moto_server' },
  { command: 'tar', hint: 'install tar; it unpacks the packed module' },
];

const acceptance = (context) =>
  withPackedModule(context, ({ folder, module }) => {
    const env = { ...terraformEnv(context.root, folder), ACCEPTANCE_MODULE: module };
    const exec = (command, args, options) => context.exec(command, args, { ...options, env });
    const jest = { args: ['--bail'], timeoutMs: 40 * MINUTE_MS };
    return runJest({ ...context, exec }, [FOLDER], jest);
  });

export const suites = [{ name: 'acceptance', tools, run: acceptance }];

/** About, on two cores. */
export const minutes = 7;
