/** Environment variables of the tests of a file: set before each of them, and restored after it. */
import { afterEach, beforeEach } from '@jest/globals';

type Variables = Readonly<Record<string, string | undefined>>;

function setAll(variables: Variables): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** A variable whose value is undefined is not set; a test can set it itself. */
export function withEnvironment(variables: Variables): void {
  const before = Object.fromEntries(
    Object.keys(variables).map((name) => [name, process.env[name]]),
  );
  beforeEach(() => setAll(variables));
  afterEach(() => setAll(before));
}
