/** Lines to paste that point clients of Bedrock, OpenAI and Anthropic at the sandbox. */
import type { DemoKey } from './demo-key.ts';

interface Addresses {
  readonly url: string;
  /** Absent without `--tls`. */
  readonly tls?: { readonly url: string; readonly certificateFile: string } | undefined;
  readonly region: string;
}

/** A path or header that names another application or environment is refused. */
const boundTo = ({ costCenter, application, environment }: DemoKey): string =>
  `cost center ${costCenter}, application ${application}` +
  (environment === undefined ? '' : `, environment ${environment}`);

export function clientLines(demo: DemoKey, { url, tls, region }: Addresses): readonly string[] {
  const key = 'AWS_BEARER_TOKEN_BEDROCK=$KEY';
  const bedrock = `AWS_REGION=${region} ${key}`;
  const boto3 = tls
    ? `export AWS_DEFAULT_REGION=${region} ${key} AWS_ENDPOINT_URL_BEDROCK_RUNTIME=${tls.url} AWS_CA_BUNDLE=${tls.certificateFile}`
    : '(start with --tls: it sends keys over HTTPS only)';
  return [
    `Clients use the model ${demo.model} with this key of ${boundTo(demo)}:`,
    `  KEY=${demo.key}`,
    `  boto3        ${boto3}`,
    `  AWS SDK (JS) export ${bedrock} AWS_ENDPOINT_URL_BEDROCK_RUNTIME=${url}`,
    `  OpenAI       export OPENAI_BASE_URL=${url}/openai/v1 OPENAI_API_KEY=$KEY`,
    `  Anthropic    export ANTHROPIC_BASE_URL=${url}/anthropic ANTHROPIC_API_KEY=$KEY`,
    // By its id: some names of models mean others to Claude Code.
    ...(demo.claude === undefined
      ? []
      : [
          `  Claude Code  CLAUDE_CODE_USE_BEDROCK=1 ${bedrock} ANTHROPIC_BEDROCK_BASE_URL=${url} ANTHROPIC_MODEL=${demo.claude} claude`,
        ]),
    ...(tls
      ? [`HTTPS on ${tls.url}; clients must trust the certificate in ${tls.certificateFile}`]
      : []),
  ];
}
