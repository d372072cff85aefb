/** `cost-sentry doctor`: examines an account and region before a deployment. */
import { AwsAccountFacts } from '../../adapters/account-facts.ts';
import { loadTfvarsPolicy } from '../../adapters/tfvars-policy.ts';
import { doctorRequest } from '../../core/insight/doctor/doctor-request.ts';
import { examineAccount } from '../../core/insight/doctor/examine.ts';
import { type Finding, isMissingAny } from '../../core/insight/doctor/finding.ts';
import { awsErrorSentence } from '../remote/aws-errors.ts';
import { failWithProblems, toJsonText } from '../terminal/input-problems.ts';
import type { AddCommand, ExitCode, Io } from '../terminal/io.ts';
import { requiredFiles } from '../terminal/options.ts';
import { regionOf } from '../terminal/region.ts';

interface Options {
  readonly varFile: readonly string[];
  readonly json?: boolean;
}

const EXAMPLES = `
Run it with the credentials that apply the module. It only reads. It needs iam:GetRole,
iam:SimulatePrincipalPolicy, lambda:GetAccountSettings, servicequotas:GetServiceQuota,
events:ListRules, bedrock:ListInferenceProfiles, bedrock:GetFoundationModelAvailability,
bedrock:GetUseCaseForModelAccess, organizations:DescribeOrganization, for a REST API
apigateway:GET and, in the payer account, ce:ListCostAllocationTags. A check without its right is
shown as unknown.

Examples:
  $ cost-sentry doctor --var-file terraform.tfvars --region eu-central-1
  $ cost-sentry doctor --var-file terraform.tfvars --profile workload --json

Exit codes: 0 nothing is missing; 1 something is missing; 2 invalid usage or configuration, or AWS
refused the credentials.`;

export const addDoctor: AddCommand = ({ program, io, done }) => {
  program
    .command('doctor')
    .description('check that an account and region have everything that a deployment needs')
    .addOption(
      requiredFiles(
        '--var-file <file>',
        'tfvars file of the deployment; repeatable, later files win',
      ),
    )
    .option('--json', 'print {"ok", "region", "findings": [{"check", "status", "detail", "fix"}]}')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => done(await examine(options, io)));
};

async function examine(options: Options, io: Io): Promise<ExitCode> {
  const region = regionOf(undefined, io);
  const read = await loadTfvarsPolicy(options.varFile, { region, plannedAt: io.clock.now() });
  if ('problems' in read) return failWithProblems(read.problems, options, io);
  io.status?.('Querying AWS …');
  try {
    const facts = new AwsAccountFacts(region);
    const request = doctorRequest(read.policy, read.config);
    const explain = (error: unknown) => awsErrorSentence(error, io.env);
    const findings = await examineAccount(facts, request, explain);
    io.status?.('');
    const isOk = !isMissingAny(findings);
    io.out(options.json ? toJsonText({ ok: isOk, region, findings }) : textOf(findings));
    return isOk ? 0 : 1;
  } finally {
    io.status?.('');
  }
}

function textOf(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, status, detail, fix }) => {
    const indent = ' '.repeat(width + 11);
    return `${status.padEnd(7)}  ${check.padEnd(width)}  ${detail}\n${fix === undefined ? '' : `${indent}-> ${fix}\n`}`;
  });
  const missing = findings.filter(({ status }) => status === 'missing').length;
  return `${lines.join('')}\n${missing === 0 ? 'Nothing is missing.' : `Missing: ${missing}.`}\n`;
}
