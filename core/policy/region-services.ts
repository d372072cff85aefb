/**
 * Checks the services that a configuration asks for against those that its region has. Plans only
 * check this: a stored policy is never refused for its region. `modules/configuration` has the same
 * rules, from the same list.
 */
import type { InputProblem } from '../input-problem.ts';
import { stringField, toUnvalidated, type UnvalidatedObject } from '../unvalidated.ts';
import list from './region-services.json' with { type: 'json' };

type Service = keyof typeof list.services;

/** Entries are regions, or their beginnings. */
export const hasService = (service: Service, region: string): boolean =>
  !list.services[service].absentFrom.some((start) => region.startsWith(start));

interface Request {
  readonly path: string;
  readonly service: Service;
  /** Whether the configuration asks for it. */
  readonly isAsked: boolean;
  /** What to write instead, where leaving it out is not enough. */
  readonly instead?: string;
}

/** Settings that no one asked for are left out where the service is missing. */
function requestsOf(config: UnvalidatedObject): readonly Request[] {
  const section = (name: string): UnvalidatedObject => toUnvalidated(config.get(name));
  const isOn = (name: string, key = 'enabled'): boolean => section(name).get(key) === true;
  const billing = (path: string, isAsked: boolean): Request => ({
    path,
    service: 'billing',
    isAsked,
  });
  const proxy = section('proxy');
  const front = stringField(proxy, 'front') ?? 'function_url';
  const onFront = { path: 'proxy.front', instead: 'write front = "rest_api"' };
  return [
    {
      path: 'api.function_url',
      service: 'functionUrls',
      isAsked: section('api').get('enabled') !== false && isOn('api', 'function_url'),
    },
    { ...onFront, service: 'functionUrls', isAsked: isOn('proxy') && front !== 'rest_api' },
    { ...onFront, service: 'cloudFront', isAsked: isOn('proxy') && front === 'cloudfront' },
    billing('budgets.enabled', isOn('budgets')),
    billing('budgets.action', section('budgets').has('action')),
    billing('anomaly_detection.enabled', isOn('anomaly_detection')),
    billing('cost_allocation_tags.enabled', isOn('cost_allocation_tags')),
    billing('reporting.enabled', isOn('reporting')),
    billing('cost_reports.enabled', isOn('cost_reports')),
    billing('reconciliation.bill', isOn('reconciliation') && isOn('reconciliation', 'bill')),
  ];
}

/** Everything that the region lacks of what is asked for. */
export const regionServiceProblems = (config: unknown, region: string): InputProblem[] =>
  requestsOf(toUnvalidated(config)).flatMap(({ path, service, isAsked, instead }) => {
    if (!isAsked || hasService(service, region)) return [];
    const { name } = list.services[service];
    return [{ path, message: `AWS has no ${name} in ${region}: ${instead ?? 'leave this out'}` }];
  });

/** A region that can call no model is only a warning: the list could be older than the region. */
export const regionServiceWarnings = (region: string): InputProblem[] => {
  if (hasService('bedrock', region)) return [];
  const { name } = list.services.bedrock;
  return [{ path: 'models', message: `AWS has no ${name} in ${region}: calls will fail there` }];
};
