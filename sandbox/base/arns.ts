/** ARNs of the simulated resources, in an account that does not exist. */

export const FUNCTION_ARN_PREFIX = 'arn:aws:lambda:us-east-1:000000000000:function:';

const STATES = 'arn:aws:states:us-east-1:000000000000';
const MACHINE = 'bedrock-cost-sentry';

export const STATE_MACHINE_ARN = `${STATES}:stateMachine:${MACHINE}`;

export const executionArn = (name: string, runId: string): string =>
  `${STATES}:express:${MACHINE}:${name}:${runId}`;
