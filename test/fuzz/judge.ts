/** Judges one answer: its status and name are documented, its form is whole, nothing internal shows. */
import { eventStream } from '../../adapters/event-stream.ts';
import type { Protocol } from './routes.ts';
import type { ReceivedAnswer, SentRequest } from './send.ts';

/** Names of problems by status, as docs/errors.md and the protocols' own documentation list them. */
type Names = Readonly<Record<number, readonly string[]>>;

/** Of the HTTP server itself, before any function. */
const SERVER: Names = {
  400: ['invalid_request'],
  // A path that was spoiled may belong to the proxy, which has other words and wants a key.
  403: ['AccessDeniedException'],
  404: ['not_found', 'UnknownOperationException', 'invalid_request_error', 'not_found_error'],
  408: ['request_timeout'],
  413: ['payload_too_large', 'Request Entity Too Large'],
  417: ['expectation_failed'],
  421: ['forbidden_host'],
  431: ['headers_too_large'],
};

const NATIVE: Names = {
  400: [
    'invalid_request',
    'unknown_model',
    'model_not_allowed',
    'unknown_cost_center',
    'cost_center_mismatch',
    'application_not_allowed',
    'unknown_environment',
  ],
  401: ['unauthenticated'],
  404: ['not_found'],
  405: ['method_not_allowed'],
  409: ['request_in_progress', 'request_completed'],
  413: ['payload_too_large'],
  415: ['unsupported_media_type'],
  422: ['idempotency_key_reused'],
  429: ['limit_exceeded'],
};

const BEDROCK: Names = {
  400: ['ValidationException'],
  402: ['ServiceQuotaExceededException'],
  403: ['AccessDeniedException'],
  404: ['ResourceNotFoundException', 'UnknownOperationException'],
  405: ['UnknownOperationException'],
  413: ['ValidationException'],
  415: ['ValidationException'],
  429: ['ThrottlingException'],
};

const OPENAI: Names = {
  400: ['invalid_request_error'],
  401: ['invalid_request_error', 'authentication_error'],
  403: ['invalid_request_error', 'permission_error'],
  404: ['invalid_request_error', 'not_found_error'],
  405: ['invalid_request_error'],
  413: ['invalid_request_error'],
  415: ['invalid_request_error'],
  429: ['insufficient_quota', 'rate_limit_exceeded', 'rate_limit_error', 'requests'],
};

const ANTHROPIC: Names = {
  400: ['invalid_request_error'],
  401: ['authentication_error'],
  403: ['permission_error'],
  404: ['not_found_error'],
  405: ['invalid_request_error'],
  413: ['request_too_large'],
  415: ['invalid_request_error'],
  429: ['billing_error', 'rate_limit_error'],
};

/** More names, for runs in which the model, the ledger or the functions fail. */
const FAILURES: Readonly<Record<Protocol, Names>> = {
  native: {
    400: ['invocation_failed'],
    502: ['invocation_failed'],
    503: [
      'invocation_failed',
      'ledger_unavailable',
      'policy_unavailable',
      'workflow_unavailable',
      'Service Unavailable',
    ],
    504: ['invocation_failed'],
  },
  workflow: {
    400: ['invocation_failed'],
    502: ['invocation_failed'],
    503: ['invocation_failed', 'ledger_unavailable', 'policy_unavailable', 'workflow_unavailable'],
    504: ['invocation_failed'],
  },
  bedrock: {
    403: ['AccessDeniedException'],
    408: ['ModelTimeoutException'],
    424: ['ModelErrorException', 'ModelStreamErrorException'],
    429: ['ThrottlingException', 'ModelNotReadyException'],
    500: ['InternalServerException'],
    503: ['ServiceUnavailableException'],
  },
  openai: {
    408: ['server_error', 'timeout'],
    424: ['server_error'],
    500: ['server_error'],
    502: ['server_error'],
    503: ['server_error', 'service_unavailable'],
    504: ['server_error', 'timeout'],
  },
  anthropic: {
    408: ['timeout_error', 'api_error'],
    424: ['api_error'],
    500: ['api_error'],
    502: ['api_error'],
    503: ['overloaded_error', 'api_error'],
    504: ['timeout_error', 'api_error'],
    529: ['overloaded_error'],
  },
};

const PROBLEMS: Readonly<Record<Protocol, Names>> = {
  native: NATIVE,
  workflow: NATIVE,
  bedrock: BEDROCK,
  openai: OPENAI,
  anthropic: ANTHROPIC,
};

/** A stack trace, a path of a source, an error class, an object that was made a text. */
const INTERNALS =
  /\bat [\w.<>]+ \(|node_modules|\.(?:ts|mjs|cjs|js):\d+|\b(?:TypeError|RangeError|SyntaxError|ReferenceError)\b|\[object Object\]/;
/** Answers may repeat the request, which may hold such words: those parts are left out. */
const REPEATING = new Set(['message', 'upstream', 'errors', 'detail', 'output', 'content']);

export type Json = Readonly<Record<string, unknown>>;
const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface Judged {
  /** By status, and a problem's name. */
  readonly kind: string;
  readonly findings: readonly string[];
  /** The cost that an answer of the model states. */
  readonly costNanoUsd?: number;
  readonly requestId?: string;
  readonly isPaid: boolean;
}

interface JudgeOptions {
  readonly protocol: Protocol;
  /** Whether the model and the ledger fail at times. */
  readonly chaos: boolean;
}

export async function judge(
  sent: SentRequest,
  received: ReceivedAnswer,
  options: JudgeOptions,
): Promise<Judged> {
  const answer = options.protocol === 'workflow' ? outputOf(received) : received;
  if (typeof answer === 'string') return { kind: answer, findings: [answer], isPaid: false };
  const { status, headers } = answer;
  const requestId = textOf(headers['x-sentry-request-id']);
  const named = requestId === undefined ? {} : { requestId };
  if (sent.method === 'HEAD') return { kind: `HEAD ${status}`, findings: [], isPaid: false };
  if (status === 204) return { kind: '204', findings: [], isPaid: false };
  if (/eventstream/.test(textOf(headers['content-type']) ?? '')) {
    const { end, findings } = await judgeStream(answer.body, options.chaos);
    return { kind: `${status} ${end}`, findings, ...named, isPaid: end === 'complete' };
  }
  if (/text\/event-stream/.test(textOf(headers['content-type']) ?? '')) {
    const { end, findings } = judgeEvents(answer.body.toString(), options.chaos);
    return { kind: `${status} ${end}`, findings, ...named, isPaid: end === 'complete' };
  }
  const json = parsed(answer.body);
  if (json === undefined) {
    const text = answer.body.toString().slice(0, 200);
    return { kind: `${status}`, findings: [`${status} is not JSON: ${text}`], isPaid: false };
  }
  if (status === 200) return { ...judgeSuccess(json, answer), ...named };
  const name = nameOf(json, headers);
  return {
    kind: `${status} ${name}`,
    findings: [...problemFindings(name, answer, json, options), ...internals(json)],
    ...named,
    isPaid: false,
  };
}

/** The answer inside the output of an execution. */
function outputOf({ status, body, ms }: ReceivedAnswer): ReceivedAnswer | string {
  const json = parsed(body);
  if (!isJson(json)) return `the workflow: ${status} ${body.toString().slice(0, 200)}`;
  if (json.__type === 'InvalidExecutionInput' || json.__type === 'ValidationException') {
    return { status: 204, headers: {}, body, ms };
  }
  if (json.status !== 'SUCCEEDED' || typeof json.output !== 'string') {
    return `an execution ${json.status}: ${json.error} ${json.cause}`;
  }
  const output = parsed(Buffer.from(json.output));
  const inner = isJson(output) && typeof output.status === 'number' ? output.status : 200;
  const wait = isJson(output) ? output.retryAfter : undefined;
  const headers = wait === undefined ? {} : { 'retry-after': String(wait) };
  return { status: inner, headers, body: Buffer.from(json.output), ms };
}

/** Message of errors of the model that the chaos sets. */
const AS_SET = 'As set by the test.';

function problemFindings(
  name: string,
  { status, headers, body }: ReceivedAnswer,
  json: unknown,
  { protocol, chaos }: JudgeOptions,
): string[] {
  const lists = [SERVER, PROBLEMS[protocol], ...(chaos ? [FAILURES[protocol]] : [])];
  const known = lists.flatMap((names) => names[status] ?? []);
  const text = body.toString().slice(0, 300);
  const findings = known.includes(name) ? [] : [`not documented: ${status} ${name}: ${text}`];
  // The model's own throttling comes as it is, without a time.
  const isModels = chaos && text.includes(AS_SET);
  const isWaiting = status === 429 && name !== 'insufficient_quota' && !isModels;
  if (isWaiting && !(Number(headers['retry-after']) > 0)) {
    findings.push('429 without Retry-After');
  }
  if (body.length > 100_000) findings.push(`a problem of ${body.length} bytes`);
  const isServers = (SERVER[status] ?? []).includes(name);
  if (['native', 'workflow'].includes(protocol) && !isServers && isJson(json)) {
    const missing = ['type', 'title', 'status', 'detail', 'requestId', 'code'].filter(
      (member) => json[member] === undefined && json.code !== undefined,
    );
    if (missing.length > 0) findings.push(`a problem without ${missing.join(', ')}`);
  }
  return findings;
}

function nameOf(json: unknown, headers: ReceivedAnswer['headers']): string {
  const type = textOf(headers['x-amzn-errortype'])?.split(':')[0];
  if (type !== undefined) return type;
  if (!isJson(json)) return 'nothing';
  const { error } = json;
  const inner = isJson(error) ? (error.type ?? error.code) : undefined;
  return String(json.code ?? inner ?? json.message ?? 'nothing');
}

function judgeSuccess(json: unknown, { headers }: ReceivedAnswer): Judged {
  const paid = isJson(json) && json.outcome === 'succeeded' && json.replayed !== true;
  const header = textOf(headers['x-sentry-cost-usd']);
  const findings: string[] = internals(json);
  if (paid) {
    const { cost, tags } = json;
    const { nanoUsd, reservedNanoUsd } = isJson(cost) ? cost : {};
    const requestId = isJson(tags) && typeof tags.requestId === 'string' ? tags.requestId : '';
    if (!(Number(nanoUsd) > 0)) findings.push(`a call that costs ${String(nanoUsd)}`);
    if (!(Number(nanoUsd) <= Number(reservedNanoUsd))) findings.push('cost above the reservation');
    return { kind: '200', findings, requestId, costNanoUsd: Number(nanoUsd), isPaid: true };
  }
  if (header === undefined) return { kind: '200', findings, isPaid: false };
  const nanoUsd = Math.round(Number(header) * 1e9);
  const reserved = Math.round(Number(textOf(headers['x-sentry-reserved-usd'])) * 1e9);
  if (!(nanoUsd <= reserved)) findings.push('cost above the reservation');
  return { kind: '200', findings, costNanoUsd: nanoUsd, isPaid: true };
}

const LAST_EVENTS = ['metadata', 'chunk'];

/** Of `application/vnd.amazon.eventstream`: whole frames, and an end that says how it ended. */
async function judgeStream(
  body: Buffer,
  chaos: boolean,
): Promise<{ end: string; findings: string[] }> {
  async function* bytes() {
    yield body;
  }
  let [last, kind] = ['nothing', 'nothing'];
  try {
    for await (const frame of eventStream.read(bytes())) {
      last = frame.name;
      kind = frame.kind;
    }
  } catch (error) {
    return { end: 'damaged', findings: [`a damaged stream: ${String(error)}`] };
  }
  if (kind === 'event' && LAST_EVENTS.includes(last)) return { end: 'complete', findings: [] };
  const isExpected = chaos && kind === 'exception';
  return { end: last, findings: isExpected ? [] : [`a stream that ends with ${kind} ${last}`] };
}

/** How Chat Completions, Responses and Anthropic Messages end a stream. */
const WHOLE =
  /(?:^|\n)(?:data: \[DONE\]|event: (?:message_stop|response\.(?:completed|incomplete)))/;
const FAILED = /"?(?:error|response\.failed)"?/;

/** Of server-sent events. */
function judgeEvents(text: string, chaos: boolean): { end: string; findings: string[] } {
  if (WHOLE.test(text)) return { end: 'complete', findings: [] };
  const last = text.trimEnd().split('\n\n').at(-1)?.slice(0, 200) ?? 'nothing';
  const isExpected = chaos && FAILED.test(last);
  return { end: 'failed', findings: isExpected ? [] : [`a stream that ends with ${last}`] };
}

function internals(json: unknown): string[] {
  const text = JSON.stringify(json, (key, value: unknown) =>
    REPEATING.has(key) ? undefined : value,
  );
  const found = INTERNALS.exec(text ?? '')?.[0];
  return found === undefined ? [] : [`looks like internals: ${found}`];
}

const textOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0];

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
