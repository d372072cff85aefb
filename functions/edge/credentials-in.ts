/** Keys and tokens in the headers of a request, as clients of model APIs send them. */

/** Each once. SigV4 of a client is no credential here: nothing can verify it. */
export function credentialsIn(headers: Headers): readonly string[] {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1];
  const apiKey = headers.get('x-api-key') ?? undefined;
  return [...new Set([bearer, apiKey].flatMap((text) => (text ? [text] : [])))];
}

export const TWO_CREDENTIALS = 'Two different credentials were sent: send one.';
