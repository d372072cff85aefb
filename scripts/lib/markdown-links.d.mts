interface Page {
  readonly path: string;
  readonly text: string;
}

export function deadLinks(
  pages: readonly Page[],
  paths: readonly string[],
): { path: string; line: number; says: string }[];
