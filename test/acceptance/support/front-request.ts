/** A request to a front of the proxy, as a client sends it. */

export interface FrontRequest {
  readonly host: string;
  readonly method: string;
  /** As sent, with the stage of a REST API. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
