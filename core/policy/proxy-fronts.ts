/**
 * Checks what the proxy's settings say about its front against each other.
 * `modules/configuration/proxy-fronts.tf` has the same rules.
 */
import type { InputProblem } from '../input-problem.ts';
import { quoted } from '../safe-text.ts';
import { asList, stringField, toUnvalidated, type UnvalidatedObject } from '../unvalidated.ts';

/** Certificates and web ACLs of CloudFront are there. */
const CLOUDFRONT_REGION = 'us-east-1';

/** @param region of the deployment. */
export function proxyFrontProblems(config: unknown, region: string): InputProblem[] {
  const all = toUnvalidated(config);
  const proxy = toUnvalidated(all.get('proxy'));
  const front = stringField(proxy, 'front') ?? 'function_url';
  return [
    ...misplacedProblems(proxy, front),
    ...secretProblems(all, front),
    ...networkProblems(all, proxy, front),
    ...(front === 'function_url' ? [] : regionProblems(proxy, front, region)),
  ];
}

/** Settings of a front that is not chosen. */
function misplacedProblems(proxy: UnvalidatedObject, front: string): InputProblem[] {
  const only = (name: string): InputProblem[] =>
    proxy.has(name) && front !== name
      ? [
          {
            path: `proxy.${name}`,
            message: `is only allowed with front = ${quoted(name)}, got front = ${quoted(front)}: leave it out, or set that front`,
          },
        ]
      : [];
  const needsFront = (name: string, why: string): InputProblem[] =>
    proxy.has(name) && front === 'function_url'
      ? [
          {
            path: `proxy.${name}`,
            message: `${why}: write front = "cloudfront" or front = "rest_api", or leave it out`,
          },
        ]
      : [];
  return [
    ...only('cloudfront'),
    ...only('rest_api'),
    ...needsFront('domain', 'a Function URL cannot have its own domain'),
    ...needsFront('web_acl', 'a Function URL cannot have a web ACL'),
  ];
}

function secretProblems(config: UnvalidatedObject, front: string): InputProblem[] {
  if (asList(config.get('proxy_origin_secrets')).length === 0 || front === 'cloudfront') return [];
  const message = `is only allowed with proxy.front = "cloudfront", got ${quoted(front)}: leave it out, or set that front`;
  return [{ path: 'proxy_origin_secrets', message }];
}

function networkProblems(
  config: UnvalidatedObject,
  proxy: UnvalidatedObject,
  front: string,
): InputProblem[] {
  const problems: InputProblem[] = [];
  const hasVpc = toUnvalidated(config.get('functions')).has('vpc');
  if (hasVpc && proxy.get('enabled') === true && front !== 'rest_api') {
    const message = `${quoted(front)} cannot stream from functions in a VPC: write front = "rest_api", or leave functions.vpc out`;
    problems.push({ path: 'proxy.front', message });
  }
  if (proxy.has('domain') && toUnvalidated(proxy.get('rest_api')).has('vpc_endpoint_ids')) {
    const message =
      'a private REST API has no domain here: leave domain out, and use the output proxy_url in the VPC';
    problems.push({ path: 'proxy.domain', message });
  }
  return problems;
}

/** Where the certificate and the web ACL must be. */
function regionProblems(proxy: UnvalidatedObject, front: string, region: string): InputProblem[] {
  const isGlobal = front === 'cloudfront';
  const wanted = isGlobal ? CLOUDFRONT_REGION : region;
  const scope = isGlobal ? 'global' : 'regional';
  const problems: InputProblem[] = [];
  const certificate = stringField(toUnvalidated(proxy.get('domain')), 'certificate_arn');
  if (isElsewhere(certificate, wanted)) {
    const message = `must be in ${wanted} for front = ${quoted(front)}: use the ARN of a certificate there`;
    problems.push({ path: 'proxy.domain.certificate_arn', message });
  }
  const acl = stringField(toUnvalidated(proxy.get('web_acl')), 'arn');
  if (isElsewhere(acl, wanted) || (acl !== undefined && !acl.includes(`:${scope}/`))) {
    const message = `must be a ${scope} web ACL in ${wanted} for front = ${quoted(front)}: use arn:aws:wafv2:${wanted}:<account>:${scope}/webacl/<name>/<id>`;
    problems.push({ path: 'proxy.web_acl.arn', message });
  }
  return problems;
}

const isElsewhere = (arn: string | undefined, region: string): boolean =>
  arn?.startsWith('arn:') === true && arn.split(':')[3] !== region;
