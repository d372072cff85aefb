interface ReferencePage {
  readonly path: string;
  readonly text: string;
}

export function referencePages(
  root: string,
  typesFrom?: string,
): Promise<{ pages: ReferencePage[]; problems: string[] }>;

export function outdatedPages(root: string, pages: readonly ReferencePage[]): ReferencePage[];
