/** How IAM compares text: with wildcards, and ARNs part by part. */

const ESCAPED = /[.+^${}()|[\]\\]/g;

/** `*` stands for any characters or none, `?` for one. Nothing else has a meaning. */
export function matchesPattern(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(ESCAPED, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  return new RegExp(`^${expression}$`, 'u').test(text);
}

const ARN_PARTS = 6;

/** The six parts of an ARN; the last one keeps its colons. Undefined when it is not an ARN. */
export function arnParts(text: string): readonly string[] | undefined {
  const parts = text.split(':');
  if (parts[0] !== 'arn' || parts.length < ARN_PARTS) return undefined;
  return [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
}

/**
 * Each of the six parts by itself, so that no wildcard reaches into the next part:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export function matchesArn(pattern: string, arn: string): boolean {
  const patterns = arnParts(pattern);
  const parts = arnParts(arn);
  if (patterns === undefined || parts === undefined) return false;
  return patterns.every((part, index) => matchesPattern(part, parts[index] ?? ''));
}
