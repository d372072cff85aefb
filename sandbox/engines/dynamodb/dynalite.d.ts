/** Types of the parts of dynalite that the sandbox uses; the package has none. */
declare module 'dynalite' {
  import type { Server } from 'node:http';
  export default function dynalite(options: {
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Server;
}

declare module 'dynalite/db/index.js' {
  interface ConditionError extends Error {
    statusCode: number;
    body: Record<string, unknown>;
  }
  interface Store {
    readonly db: { open(): Promise<void> };
  }
  const db: {
    create(options: object): Store;
    checkConditional(
      request: { ReturnValuesOnConditionCheckFailure?: string },
      item: Record<string, unknown> | undefined,
    ): ConditionError | null | undefined;
  };
  export default db;
}

declare module 'dynalite/validations/updateItem.js' {
  export const types: Record<string, unknown>;
}
