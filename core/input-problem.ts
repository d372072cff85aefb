/** One thing wrong with a configuration or a request, and what to write instead. */

export interface InputProblem {
  /** Where, in the notation of the document it is about: `cost_centers.sales.models[1]`. */
  readonly path: string;
  readonly message: string;
}

/** Problems and characters of each that an answer carries; the workflow's state holds 262,144 bytes. */
const PROBLEMS_MAX = 50;
const TEXT_MAX = 500;

/** The first problems, each bounded: however bad a request is, its answer stays small. */
export const firstProblems = (problems: readonly InputProblem[]): InputProblem[] =>
  problems
    .slice(0, PROBLEMS_MAX)
    .map(({ path, message }) => ({ path: shortened(path), message: shortened(message) }));

const shortened = (text: string): string =>
  text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
