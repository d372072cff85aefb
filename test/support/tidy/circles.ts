/** Circles of imports, type imports included: between files, between folders, between subtrees. */
import { posix } from 'node:path';
import { importsOf } from './imports.ts';
import { CODE, type Rule, type Violation, withinPaths } from './source.ts';

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

interface Edge {
  readonly from: string;
  readonly to: string;
}

function graphOf(edges: readonly Edge[]): Graph {
  const graph = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    if (from === to) continue;
    graph.set(from, (graph.get(from) ?? new Set()).add(to));
    if (!graph.has(to)) graph.set(to, new Set());
  }
  return graph;
}

/** Every node from which the start can be reached and which can be reached from the start. */
function circleThrough(start: string, graph: Graph, reversed: Graph): readonly string[] {
  const forward = reachable(start, graph);
  return [...reachable(start, reversed)].filter((node) => forward.has(node)).sort();
}

function reachable(start: string, graph: Graph): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const next of graph.get(node) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  return found;
}

/** The strongly connected parts with more than one node. */
function circlesIn(edges: readonly Edge[]): readonly (readonly string[])[] {
  const graph = graphOf(edges);
  const reversed = graphOf(edges.map(({ from, to }) => ({ from: to, to: from })));
  const seen = new Set<string>();
  const circles: (readonly string[])[] = [];
  for (const node of graph.keys()) {
    if (seen.has(node)) continue;
    const circle = circleThrough(node, graph, reversed);
    for (const each of circle) seen.add(each);
    if (circle.length > 1) circles.push(circle);
  }
  return circles;
}

const violations = (kind: string, edges: readonly Edge[]): Violation[] =>
  circlesIn(edges).map((circle) => ({
    path: circle[0] ?? '',
    says: `${kind} import each other in a circle: ${circle.join(', ')}`,
  }));

/** Folders with everything in them: the two that are siblings below a common one. */
function subtrees({ from, to }: Edge): Edge {
  const [left, right] = [posix.dirname(from).split('/'), posix.dirname(to).split('/')];
  const shared = left.findIndex((part, i) => part !== right[i]);
  const apart = shared >= 0 && right[shared] !== undefined;
  const nameOf = (parts: readonly string[]) => parts.slice(0, shared + 1).join('/');
  return apart ? { from: nameOf(left), to: nameOf(right) } : { from: '', to: '' };
}

/** No two files, no two folders and no two subtrees import each other. */
export const noCircles: Rule = withinPaths(CODE, (files) => {
  const present = new Set(files.map(({ path }) => path));
  const edges = files
    .flatMap(importsOf)
    .filter(({ target }) => present.has(target))
    .map(({ from, target }) => ({ from, to: target }));
  const folders = edges.map(({ from, to }) => ({
    from: posix.dirname(from),
    to: posix.dirname(to),
  }));
  return [
    ...violations('files', edges),
    ...violations('folders', folders),
    ...violations('folders with all below them', edges.map(subtrees)),
  ];
});
