/** Formats a request as a shell command. */

/** Credentials of the command; absent if none are needed. */
export type Credentials =
  | { readonly token: string }
  | { readonly accessKeyId: string; readonly secretAccessKey: string };

/** @param url of the sandbox, without a path. */
export function curlOf(url: string, body: unknown, credentials?: Credentials): string {
  const lines = [
    `curl -s ${quoted(`${url}/v1/invoke`)}`,
    `-H ${quoted('content-type: application/json')}`,
    ...(credentials === undefined ? [] : proofOf(credentials)),
    `-d ${quoted(JSON.stringify(body))}`,
  ];
  return lines.join(' \\\n  ');
}

const proofOf = (credentials: Credentials): readonly string[] =>
  'token' in credentials
    ? [`-H ${quoted(`authorization: Bearer ${credentials.token}`)}`]
    : [
        `--aws-sigv4 ${quoted('aws:amz:us-east-1:execute-api')}`,
        `--user ${quoted(`${credentials.accessKeyId}:${credentials.secretAccessKey}`)}`,
      ];

/** Quotes any text as one word of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
