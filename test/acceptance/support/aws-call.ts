/** Calls of AWS APIs as they arrive: which operation of which service, with what. */
import type { IncomingMessage } from 'node:http';
import { isRecord, parseJson } from '../../../sandbox/base/json.ts';
import type { AwsAnswer } from './aws-answer.ts';

export interface AwsCall {
  /** As the signature names it, such as `dynamodb`. */
  readonly service: string;
  /** The operation's name, or of a REST protocol method and path. */
  readonly operation: string;
  /** The body's members, where it is JSON or the form of the query protocol. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Of the URL. */
  readonly query: Readonly<Record<string, string>>;
  /** The access key: functions sign with their own name. */
  readonly caller: string;
}

/** Answers what it knows; undefined is for the next one to look at. */
export type Api = (call: AwsCall) => AwsAnswer | undefined | Promise<AwsAnswer | undefined>;

export function readCall(request: IncomingMessage, bytes: Buffer): AwsCall {
  const credential = /Credential=([^/]+)\/\d+\/[^/]*\/([^/]+)\//.exec(
    request.headers.authorization ?? '',
  );
  const [path = '', search] = (request.url ?? '').split('?');
  const body = parseJson(bytes);
  const form = /^application\/x-www-form-urlencoded/.test(request.headers['content-type'] ?? '')
    ? Object.fromEntries(new URLSearchParams(bytes.toString()))
    : {};
  const operation = form.Action ?? operationNamed(request.headers['x-amz-target'], path);
  return {
    service: credential?.[2] ?? '',
    operation: operation ?? `${request.method} ${decodeURIComponent(path)}`,
    input: isRecord(body) ? body : form,
    query: Object.fromEntries(new URLSearchParams(search)),
    caller: credential?.[1] ?? '',
  };
}

/** The JSON protocols name it in a header, CBOR in the path. */
function operationNamed(target: string | string[] | undefined, path: string): string | undefined {
  if (typeof target === 'string') return target.slice(target.lastIndexOf('.') + 1);
  return /^\/service\/\w+\/operation\/(\w+)$/.exec(path)?.[1];
}
