/**
 * The functions: their bundles, environments and time limits, as the Terraform module sets
 * them.
 */
import type { Policy } from '../../../core/policy/policy.ts';
import {
  type FunctionName,
  type FunctionSettings,
  functionEnvironment,
} from './function-environment.ts';
import { LambdaHost, type LambdaRuntime } from './host.ts';

export type Functions = Readonly<Record<FunctionName, LambdaHost>>;

export function createFunctions(settings: FunctionSettings, runtime: LambdaRuntime): Functions {
  const host = (functionName: FunctionName) =>
    new LambdaHost(
      {
        functionName,
        bundle: new URL(`${functionName}/index.cjs`, settings.bundles),
        env: functionEnvironment(functionName, settings),
        timeoutMs: timeoutSeconds(functionName, settings.policy) * 1000,
      },
      runtime,
    );
  return {
    'validate-and-set-context': host('validate-and-set-context'),
    'reserve-budget': host('reserve-budget'),
    'invoke-model': host('invoke-model'),
    'record-outcome': host('record-outcome'),
    gateway: host('gateway'),
    proxy: host('proxy'),
    operate: host('operate'),
    'sweep-reservations': host('sweep-reservations'),
  };
}

/** The longest that Lambda lets a function stream. */
const PROXY_SECONDS = 900;

/** As in functions.tf of the root module. */
function timeoutSeconds(name: FunctionName, policy: Policy): number {
  const model = Math.min(270, policy.ledger.leaseSeconds - 30);
  const seconds: Readonly<Record<FunctionName, number>> = {
    'validate-and-set-context': 10,
    'reserve-budget': 10,
    'invoke-model': model,
    'record-outcome': 15,
    gateway: model + 30,
    proxy: PROXY_SECONDS,
    operate: 30,
    'sweep-reservations': 55,
  };
  return seconds[name];
}
