/** Hands requests on to another server on the loopback interface, one by one where it must. */
import type { IncomingMessage } from 'node:http';
import { parseJson } from '../../../sandbox/base/json.ts';
import type { AwsAnswer } from './aws-answer.ts';

type Request = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** A signature that is not checked, naming the service that is called. */
export const authorizationOf = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=none/20260101/us-east-1/${service}/aws4_request, ` +
  'SignedHeaders=host, Signature=none';

const PASSED_ON = /^(authorization|content-type|x-amz(n)?-.+|accept|if-match)$/;
const NOT_PASSED_BACK =
  /^(content-(length|encoding)|date|connection|transfer-encoding|server|keep-alive)$/;

export async function forward(base: string, request: Request, bytes: Buffer): Promise<Answered> {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    PASSED_ON.test(name) && typeof value === 'string' ? [[name, value] as const] : [],
  );
  const answer = await fetch(`${base}${request.url}`, {
    method: request.method ?? 'POST',
    headers: Object.fromEntries(headers),
    ...(bytes.length === 0 ? {} : { body: new Uint8Array(bytes) }),
  });
  const passed = [...answer.headers].filter(([name]) => !NOT_PASSED_BACK.test(name));
  return {
    status: answer.status,
    headers: Object.fromEntries(passed),
    bytes: Buffer.from(await answer.arrayBuffer()),
  };
}

/** Requests of the tests themselves, to a server that cannot take two at once. */
export class OneByOne {
  readonly #url: () => string;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(url: () => string) {
    this.#url = url;
  }

  forward(request: Request, bytes: Buffer): Promise<Answered> {
    const answered = this.#turn.then(() => forward(this.#url(), request, bytes));
    this.#turn = answered.catch(() => undefined);
    return answered;
  }

  /** Calls an operation of a JSON protocol. @param target such as `DynamoDB_20120810.GetItem`. */
  async json(service: string, target: string, input: unknown): Promise<AwsAnswer> {
    const headers = {
      authorization: authorizationOf(service),
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': target,
    };
    const bytes = Buffer.from(JSON.stringify(input));
    const answered = await this.forward({ method: 'POST', url: '/', headers }, bytes);
    return { status: answered.status, body: parseJson(answered.bytes) };
  }

  /** Reads a REST resource. @throws Error when there is none. */
  async read(service: string, path: string): Promise<unknown> {
    const headers = { authorization: authorizationOf(service) };
    const answered = await this.forward({ method: 'GET', url: path, headers }, Buffer.alloc(0));
    if (answered.status >= 300) throw new Error(`${service} ${path}: ${answered.bytes}`);
    return parseJson(answered.bytes);
  }

  /** Calls an action of a query protocol. @returns its XML. @throws Error when it is refused. */
  async query(service: string, parameters: Readonly<Record<string, string>>): Promise<string> {
    const headers = {
      authorization: authorizationOf(service),
      'content-type': 'application/x-www-form-urlencoded',
    };
    const bytes = Buffer.from(new URLSearchParams(parameters).toString());
    const answered = await this.forward({ method: 'POST', url: '/', headers }, bytes);
    if (answered.status !== 200) throw new Error(`${parameters.Action}: ${answered.bytes}`);
    return answered.bytes.toString();
  }
}
