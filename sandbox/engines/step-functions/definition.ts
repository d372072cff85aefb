/** The state machine's definition as Terraform renders it, and the tasks in it. */
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { FUNCTION_ARN_PREFIX } from '../../base/arns.ts';
import { isRecord } from '../../base/json.ts';
import { WORKFLOW_FUNCTIONS } from '../lambda/function-environment.ts';

/**
 * Renders the template: only `${name}` with the functions' ARNs.
 * @throws Error when it uses another variable or is no JSON.
 */
export function renderWorkflow(template: string): StateMachineDefinition {
  const variables = new Map(
    WORKFLOW_FUNCTIONS.map((name) => [
      `${name.replaceAll('-', '_')}_arn`,
      `${FUNCTION_ARN_PREFIX}${name}`,
    ]),
  );
  const text = template.replace(/\$\{([^}]*)\}/g, (_whole, name: string) => {
    const value = variables.get(name.trim());
    if (value !== undefined) return value;
    const known = [...variables.keys()].join(', ');
    throw new Error(`the workflow template uses \${${name}}: use one of ${known}`);
  });
  return JSON.parse(text);
}

interface WorkflowTask {
  readonly state: string;
  /** ARN of a function, or the service integration that calls one. */
  readonly resource: string;
}

export const LAMBDA_INVOKE = 'arn:aws:states:::lambda:invoke';

/** Every Task state, including those in Parallel and Map states. */
export function tasksOf(definition: unknown): readonly WorkflowTask[] {
  if (Array.isArray(definition)) return definition.flatMap(tasksOf);
  if (!isRecord(definition)) return [];
  const { States: states, ...rest } = definition;
  const own = isRecord(states)
    ? Object.entries(states).flatMap(([state, value]) =>
        isRecord(value) && value.Type === 'Task'
          ? [{ state, resource: String(value.Resource) }]
          : tasksOf(value),
      )
    : [];
  return [...own, ...tasksOf(Object.values(rest))];
}
