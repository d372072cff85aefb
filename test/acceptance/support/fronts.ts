/**
 * Mends what moto forgets or adds of the fronts of the proxy: documents of REST APIs, the form of
 * their policies, and settings of CloudFront distributions that were never sent.
 */
import { isRecord, parseJson } from '../../../sandbox/base/json.ts';
import type { AwsCall } from './aws-call.ts';
import type { Answered } from './forward.ts';
import { recordAt, textAt } from './members.ts';

type Document = Readonly<Record<string, unknown>>;

export class Fronts {
  /** OpenAPI documents by the id of the REST API that imported them. */
  readonly documents = new Map<string, Document>();

  /** Looks at what moto answered to a call; @returns the answer as AWS gives it. */
  mend({ service, operation, input }: AwsCall, answered: Answered): Answered {
    if (answered.status >= 300) return answered;
    if (service === 'cloudfront') return mendDistribution(answered);
    const [, method, id = ''] = /^([A-Z]+) \/restapis(?:\/([^/]+))?$/.exec(operation) ?? [];
    if (service !== 'apigateway' || method === undefined) return answered;
    if (method === 'DELETE') this.documents.delete(id);
    if (method === 'PUT') this.documents.set(id, input);
    const api = parseJson(answered.bytes);
    return isRecord(api) ? { ...answered, bytes: this.#completed(api) } : answered;
  }

  /** Its binary types are those of its document, and its policy is escaped as in a JSON text. */
  #completed(api: Document): Buffer {
    const types = this.documents.get(textAt(api, 'id'))?.['x-amazon-apigateway-binary-media-types'];
    const policy = textAt(api, 'policy');
    return Buffer.from(
      JSON.stringify({
        ...api,
        ...(types !== undefined && { binaryMediaTypes: types }),
        ...(policy !== '' && { policy: JSON.stringify(policy).slice(1, -1) }),
      }),
    );
  }
}

/** A behavior with a cache policy has no forwarded values, and the default certificate no method. */
function mendDistribution(answered: Answered): Answered {
  const xml = answered.bytes.toString();
  const sent = /<CachePolicyId>[^<]/.test(xml)
    ? xml.replace(/<ForwardedValues>.*?<\/ForwardedValues>/gs, '')
    : xml;
  const isDefault = /<CloudFrontDefaultCertificate>true/.test(xml);
  const method = /<SSLSupportMethod>[^<]*<\/SSLSupportMethod>/g;
  return { ...answered, bytes: Buffer.from(isDefault ? sent.replace(method, '') : sent) };
}

/** How a path and method of a document reach their function. */
export function integrationOf(document: Document, path: string, method: string): Document {
  const item = recordAt(recordAt(document, 'paths'), path === '/' ? '/' : '/{path+}');
  const found = item[method.toLowerCase()] ?? item['x-amazon-apigateway-any-method'];
  return recordAt(found, 'x-amazon-apigateway-integration');
}
