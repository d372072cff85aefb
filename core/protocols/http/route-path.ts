/** Parts that the paths of every API may have. */

export interface RoutePath {
  readonly application?: string;
  readonly environment?: string;
}

/** Once only, and as it is where it is no encoding. */
export function decoded(part: string | undefined): string | undefined {
  if (part === undefined) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
