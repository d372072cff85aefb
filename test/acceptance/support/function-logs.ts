/** Takes what functions print to CloudWatch Logs, as Lambda does: with the rights of their roles. */
import { randomBytes } from 'node:crypto';
import type { AwsAnswer } from './aws-answer.ts';

/** Calls an operation of CloudWatch Logs as the function of a name. */
type CallLogs = (functionName: string, operation: string, input: object) => Promise<AwsAnswer>;

export class FunctionLogs {
  readonly #call: CallLogs;
  readonly #streams = new Map<string, string>();
  #lines: {
    readonly functionName: string;
    readonly message: string;
    readonly timestamp: number;
  }[] = [];

  constructor(call: CallLogs) {
    this.#call = call;
  }

  printed(functionName: string, message: string): void {
    this.#lines.push({ functionName, message, timestamp: Date.now() });
  }

  /** Delivers what a function has printed; what its role may not write is lost. */
  async deliver(functionName: string, logGroupName: string): Promise<void> {
    const own = this.#lines.filter((line) => line.functionName === functionName);
    this.#lines = this.#lines.filter((line) => line.functionName !== functionName);
    if (own.length === 0) return;
    const logStreamName = await this.#streamOf(functionName, logGroupName);
    const logEvents = own.map(({ message, timestamp }) => ({ message, timestamp }));
    await this.#call(functionName, 'PutLogEvents', { logGroupName, logStreamName, logEvents });
  }

  async #streamOf(functionName: string, logGroupName: string): Promise<string> {
    const known = this.#streams.get(functionName);
    if (known !== undefined) return known;
    const logStreamName = `[$LATEST]${randomBytes(16).toString('hex')}`;
    const created = await this.#call(functionName, 'CreateLogStream', {
      logGroupName,
      logStreamName,
    });
    if (created.status === 200) this.#streams.set(functionName, logStreamName);
    return logStreamName;
  }
}
