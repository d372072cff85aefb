import { describe, expect, test } from '@jest/globals';
import { isExact, scanLiterals } from '../../../adapters/hcl-lexer.ts';

describe('isExact', () => {
  test.each([
    '0',
    '0.1',
    '1e-7',
    '1.50',
    '500',
    '9007199254740992',
    '1E9',
    '0.30000000000000004',
    '100000000000000000000',
  ])('a double holds %s', (text) => {
    expect(isExact(text)).toBe(true);
  });

  test.each(['9007199254740993', '12345678901234567890', '0.1234567890123456789', '1e400'])(
    'a double does not hold %s',
    (text) => {
      expect(isExact(text)).toBe(false);
    },
  );
});

describe('scanLiterals', () => {
  const SOURCE = `
    # a = 1, "b"
    name = "x = { 1, 2" // 3
    quoted = "say \\"7\\" \${"8"} }"
    /* n = 4
       n = 5 */
    text = <<-EOT
      n = 6 }
    EOT
    models = {
      "a.b" = { price = { input = 0.1, output = 2 } }, c = { list = [1, { x = 3 }, [4, -5.5]] }
      d : 6
    }
    after = 7
  `;

  test('finds every number outside strings and comments, with its path', () => {
    expect(scanLiterals(SOURCE).numbers).toEqual([
      { path: 'models.a.b.price.input', text: '0.1' },
      { path: 'models.a.b.price.output', text: '2' },
      { path: 'models.c.list[0]', text: '1' },
      { path: 'models.c.list[1].x', text: '3' },
      { path: 'models.c.list[2][0]', text: '4' },
      { path: 'models.c.list[2][1]', text: '5.5' },
      { path: 'models.d', text: '6' },
      { path: 'after', text: '7' },
    ]);
    expect(scanLiterals(SOURCE).duplicates).toEqual([]);
  });

  test('finds keys that hide an earlier one', () => {
    const source =
      'a = {\n  x = 1\n  "x" = 2\n  y = { x = 3 }\n}\nb = [{ x = 1 }, { x = 2, x = 3 }]\n';
    expect(scanLiterals(source).duplicates).toEqual(['a.x', 'b[1].x']);
  });

  test('reads JSON alike', () => {
    const { numbers, duplicates } = scanLiterals(
      '"a": {"b": [1, 2],\n "c":\n 3, "c": 4}, "d": null',
    );
    expect(numbers.map(({ path }) => path)).toEqual(['a.b[0]', 'a.b[1]', 'a.c', 'a.c']);
    expect(duplicates).toEqual(['a.c']);
  });

  test.each(['', '"', '${', '<<EOT\n', '{{{{', ']]]]', '/*', '= = =', '1 2 3', '"${"${'])(
    'ends on the nonsense %j',
    (source) => {
      expect(() => scanLiterals(source)).not.toThrow();
    },
  );

  test('is linear in the size of the file', () => {
    const quickest = (lists: number): number => {
      const source = `a = [${`{ x = "\${y}", n = 1 },\n`.repeat(lists)}]`;
      const times = Array.from({ length: 3 }, () => {
        // Not by the clock: on a busy machine that counts the time of others.
        const before = process.cpuUsage();
        expect(scanLiterals(source).numbers).toHaveLength(lists);
        const { user, system } = process.cpuUsage(before);
        return user + system;
      });
      return Math.min(...times);
    };
    // Eight times the size takes eight times as long; were it quadratic, 64 times.
    expect(quickest(16_000)).toBeLessThan(30 * quickest(2_000));
  });
});
