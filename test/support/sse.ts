/** Reads server-sent events as a client does. */

interface ServerSentEvent {
  readonly event: string | undefined;
  readonly data: string;
}

export const readSse = (text: string): readonly ServerSentEvent[] =>
  text
    .split('\n\n')
    .filter((each) => each.trim() !== '')
    .map((each) => ({
      event: /^event: (.*)$/m.exec(each)?.[1],
      data: /^data: (.*)$/m.exec(each)?.[1] ?? '',
    }));

export const jsonEvents = (text: string) =>
  readSse(text)
    .filter(({ data }) => data.startsWith('{'))
    .map(({ data }) => JSON.parse(data));
