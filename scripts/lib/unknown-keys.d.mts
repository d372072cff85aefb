export function unknownKeys(
  schema: object,
  several: 'object' | 'array',
): { config: object; paths: string[] };
