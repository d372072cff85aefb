/** RFC 9457 problems of the sandbox itself, for errors that AWS returns before a function runs. */
import { type HttpResponse, type JsonAnswer, sendJson } from '../base/loopback-server.ts';

export interface GatewayProblem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

export const problemAnswer = (problem: GatewayProblem): JsonAnswer => ({
  status: problem.status,
  headers: { 'content-type': 'application/problem+json' },
  body: { type: `urn:bedrock-cost-sentry:problem:${problem.code}`, ...problem },
});

export const sendProblem = (response: HttpResponse, problem: GatewayProblem): void =>
  sendJson(response, problemAnswer(problem));
