/** Answers of AWS APIs, and how they refuse a call. */

export interface AwsAnswer {
  readonly status: number;
  /** JSON. */
  readonly body?: unknown;
  /** In place of JSON. */
  readonly xml?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const done = (body: unknown = {}): AwsAnswer => ({ status: 200, body });

/** An error as both of AWS's JSON protocols write it. */
export const refuse = (type: string, message: string, status = 400): AwsAnswer => ({
  status,
  headers: { 'x-amzn-errortype': type },
  body: { __type: type, message, Message: message },
});
