/** Requests to a CloudFront distribution, as its configuration in the control plane has it. */
import type { StreamedBytes } from './deployed-functions.ts';
import type { Facade } from './facade.ts';
import { authorizationOf } from './forward.ts';
import type { FrontRequest } from './front-request.ts';
import { requestPublicUrl } from './public-url.ts';

const DISTRIBUTIONS = '/2020-05-31/distribution';
/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html */
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER_EXCEPT_HOST_HEADER = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

/** @throws Error for a distribution that would change, keep or withhold a client's request. */
export async function requestDistribution(
  facade: Facade,
  request: FrontRequest,
): Promise<StreamedBytes> {
  const headers = { authorization: authorizationOf('cloudfront') };
  const list = await facade.moto.forward(
    { method: 'GET', url: DISTRIBUTIONS, headers },
    Buffer.alloc(0),
  );
  const summaries = list.bytes.toString().split('<DistributionSummary>').slice(1);
  const xml = summaries.find((each) => each.includes(`<DomainName>${request.host}</DomainName>`));
  if (xml === undefined) throw new Error(`${request.host}: there is no such distribution`);
  const one = (name: string): string =>
    new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
  const behavior = /<DefaultCacheBehavior>.*<\/DefaultCacheBehavior>/s.exec(xml)?.[0] ?? '';
  const expected = [
    CACHING_DISABLED,
    ALL_VIEWER_EXCEPT_HOST_HEADER,
    `<Method>${request.method}</Method>`,
    '<Compress>false</Compress>',
  ];
  const missing = expected.filter((text) => !behavior.includes(text));
  if (missing.length > 0) throw new Error(`the distribution lacks ${missing.join(', ')}`);
  const [, origin = ''] = /<Origin>.*?<DomainName>([^<]*)</s.exec(xml) ?? [];
  if (one('OriginProtocolPolicy') !== 'https-only') throw new Error('the origin is not HTTPS');
  const added = [
    ...xml.matchAll(/<HeaderName>([^<]*)<\/HeaderName><HeaderValue>([^<]*)<\/HeaderValue>/g),
  ].map(([, name = '', value = '']) => [name, value] as const);
  // Headers of the distribution replace those of a client.
  return requestPublicUrl(facade, {
    ...request,
    host: origin,
    headers: { ...request.headers, ...Object.fromEntries(added) },
  });
}
