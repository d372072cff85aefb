/** One thing wrong with a configuration or a request, and what to write instead. */

export interface InputProblem {
  /** Where, in the notation of the document it is about: `cost_centers.sales.models[1]`. */
  readonly path: string;
  readonly message: string;
}
