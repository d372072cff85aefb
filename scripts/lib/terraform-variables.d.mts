/** A type as the parser of the reference returns it. */
export interface Type {
  readonly kind: string;
  readonly of?: Type;
  readonly attributes?: readonly Attribute[];
}

export interface Attribute {
  readonly name: string;
  readonly type: Type;
  readonly isOptional: boolean;
}

export interface Variable {
  readonly name: string;
  readonly type: Type;
}

export function readModule(
  folder: string,
  typesFrom?: string,
): Promise<{ readonly variables: readonly Variable[] }>;
