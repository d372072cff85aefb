/**
 * Checks values that a list of fields cannot cover: tools, sources, tiers, contents with a separate
 * cost.
 */
import { joinPath } from '../../input-path.ts';
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject, type JsonObject, memberOf } from '../../json-value.ts';
import { quoted } from '../../safe-text.ts';
import { CONVERSE_TOOL_FIELDS } from './converse-fields.ts';
import { fieldProblems, REFUSED } from './field-list.ts';

type Problems = readonly InputProblem[];

const NO_FIELDS_ALLOWED: ReadonlySet<string> = new Set();

/** A tool that runs at the provider has separate costs. */
export function converseToolProblems(body: JsonObject): Problems {
  const tools = memberOf(body, 'toolConfig', 'tools');
  return eachObject(tools, '$.toolConfig.tools', (tool, at) =>
    fieldProblems(tool, CONVERSE_TOOL_FIELDS, NO_FIELDS_ALLOWED, at),
  );
}

/** Tools that the client runs; every other type runs at the provider, or is not known. */
const CLIENT_TOOL = /^(?:custom|function|(?:bash|text_editor|computer|memory)_\d{8})$/;

export function typedToolProblems(tools: unknown, path: string): Problems {
  return eachObject(tools, path, (tool, at) => {
    const { type } = tool;
    if (type === undefined || (typeof type === 'string' && CLIENT_TOOL.test(type))) return [];
    return [{ path: joinPath(at, 'type'), message: `${quoted(type)} ${REFUSED}` }];
  });
}

/** Of Anthropic's context management: clearing is free, compaction calls the model again. */
export function contextEditProblems(management: unknown, path: string): Problems {
  return eachObject(memberOf(management, 'edits'), joinPath(path, 'edits'), (edit, at) => {
    const type = typeof edit.type === 'string' ? edit.type : '';
    if (/^clear_(?:tool_uses|thinking)_\d{8}$/.test(type)) return [];
    return [{ path: joinPath(at, 'type'), message: `${quoted(edit.type)} ${REFUSED}` }];
  });
}

/** Of messages and of what their tools answered. */
export function contentProblems(body: JsonObject): Problems {
  const system = blocksProblems(body.system, '$.system');
  const messages = eachObject(body.messages, '$.messages', (message, at) =>
    blocksProblems(message.content, joinPath(at, 'content')),
  );
  return [...system, ...messages];
}

/** Where a block holds other blocks. */
const INNER = [['content'], ['toolResult', 'content'], ['source', 'content'], ['tool_changes']];

function blocksProblems(content: unknown, path: string): Problems {
  return eachObject(content, path, (block, at) => {
    const own = blockProblems(block, at);
    const lists = INNER.filter((names) => Array.isArray(memberOf(block, ...names)));
    if (lists.length === 0) return own;
    const nested = lists.flatMap((names) =>
      blocksProblems(memberOf(block, ...names), joinPath(at, ...names)),
    );
    return [...own, ...nested];
  });
}

const MEDIA = ['image', 'document', 'video', 'audio'];

function blockProblems(block: JsonObject, path: string): Problems {
  if (block.guardContent !== undefined) {
    return [{ path: joinPath(path, 'guardContent'), message: REFUSED }];
  }
  if (block.type === 'container_upload') {
    return [{ path: joinPath(path, 'type'), message: `${quoted(block.type)} ${REFUSED}` }];
  }
  // A tool that the conversation adds is as one in `tools`; only one that is there has been read.
  const added = memberOf(block, 'tool', 'type');
  if (block.type === 'tool_addition' && added !== 'tool_reference') {
    return [{ path: joinPath(path, 'tool', 'type'), message: `${quoted(added)} ${REFUSED}` }];
  }
  const own = sourceProblems(block.source, path, 'source');
  const media = MEDIA.flatMap((kind) =>
    block[kind] === undefined
      ? []
      : sourceProblems(memberOf(block[kind], 'source'), path, kind, 'source'),
  );
  const link = memberOf(block, 'image_url', 'url') ?? block.image_url;
  const isLink = typeof link === 'string' && !link.startsWith('data:');
  const file = memberOf(block, 'file', 'file_id');
  return [
    ...own,
    ...media,
    ...(isLink ? [{ path: joinPath(path, 'image_url'), message: ELSEWHERE }] : []),
    ...(file === undefined ? [] : [{ path: joinPath(path, 'file'), message: ELSEWHERE }]),
  ];
}

const ELSEWHERE = 'names a file that is kept elsewhere: send its bytes';

function sourceProblems(source: unknown, at: string, ...names: readonly string[]): Problems {
  if (!isJsonObject(source)) return [];
  const isElsewhere =
    source.s3Location !== undefined || source.type === 'url' || source.type === 'file';
  return isElsewhere ? [{ path: joinPath(at, ...names), message: ELSEWHERE }] : [];
}

function eachObject(
  values: unknown,
  path: string,
  check: (value: JsonObject, path: string) => Problems,
): Problems {
  if (!Array.isArray(values)) return [];
  return values.flatMap((value: unknown, index) =>
    isJsonObject(value) ? check(value, `${path}[${index}]`) : [],
  );
}
