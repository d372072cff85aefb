/** How a tester makes EventBridge behave. */
import { type ParsedInput, parseFailures } from '../../base/parse-input.ts';

export interface AlertsBehavior {
  readonly fail?: {
    /** Requests to fail; each retry by the SDK counts. */
    readonly times: number;
  };
}

/** Checks the body of `POST /_sandbox/alerts/behavior`; `{}` is the default behavior. */
export const parseAlertsBehavior = (input: unknown): ParsedInput<AlertsBehavior> =>
  parseFailures(input, [], () => []);
