/** Members of input whose shape is unknown; one of another type counts as empty. */
import { isRecord } from '../../../sandbox/base/json.ts';

export const textAt = (input: unknown, name: string): string => {
  const value = isRecord(input) ? input[name] : undefined;
  return typeof value === 'string' ? value : '';
};

export const listAt = (input: unknown, name: string): readonly unknown[] => {
  const value = isRecord(input) ? input[name] : undefined;
  return Array.isArray(value) ? value : [];
};

export const recordAt = (input: unknown, name: string): Readonly<Record<string, unknown>> => {
  const value = isRecord(input) ? input[name] : undefined;
  return isRecord(value) ? value : {};
};
