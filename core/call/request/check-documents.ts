/** Checks that documents have different names, as Bedrock requires within a conversation. */
import type { InputProblem } from '../../input-problem.ts';
import { quoted } from '../../safe-text.ts';
import type { Turn } from './turns.ts';

/** Names are compared without case, as Bedrock does. */
export function documentProblems(turns: readonly Turn[]): readonly InputProblem[] {
  const places = new Map<string, string>();
  return documentsIn(turns).flatMap(({ name, path }) => {
    const first = places.get(name.toLowerCase());
    if (first === undefined) {
      places.set(name.toLowerCase(), path);
      return [];
    }
    const message = `${quoted(name)} is also the name of the document at ${first}: name each differently`;
    return [{ path, message }];
  });
}

function documentsIn(turns: readonly Turn[]): readonly { name: string; path: string }[] {
  return turns.flatMap(({ content, at }) => {
    const path = `$.prompt.messages[${at}].content`;
    return content.flatMap(({ document, toolResult }) =>
      [document, ...(toolResult?.content ?? []).map((block) => block.document)].flatMap((each) =>
        each ? [{ name: each.name, path }] : [],
      ),
    );
  });
}
