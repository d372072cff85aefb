import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseFlags } from '../../../../sandbox/base/flags.ts';

const ROOT = new URL('file:///project/');
const parse = (...args: string[]) => parseFlags(args, ROOT);

describe('flags', () => {
  test('have defaults', () => {
    expect(parse()).toEqual({
      flags: {
        port: 8787,
        varFiles: ['/project/examples/complete/terraform.tfvars'],
        region: 'us-east-1',
        identity: 'off',
        bedrock: 'mock',
        sweep: true,
        verbose: false,
      },
    });
  });

  test('are all taken', () => {
    const args =
      '--port 0 --var-file a.tfvars --var-file=b.json --identity on --execution direct --bedrock aws --data d --region eu-west-1 --verbose';
    expect(parse(...args.split(' '))).toEqual({
      flags: {
        port: 0,
        varFiles: ['a.tfvars', 'b.json'],
        region: 'eu-west-1',
        identity: 'on',
        execution: 'direct',
        bedrock: 'aws',
        dataDirectory: 'd',
        sweep: true,
        verbose: true,
      },
    });
  });

  test.each<[string[], number]>([
    [['--tls'], 8788],
    [['--port', '9000', '--tls'], 9001],
    [['--port', '0', '--tls'], 0],
    [['--port', '65535', '--tls'], 0],
    [['--tls', '9443'], 9443],
  ])('%j select the HTTPS port %d', (args, tlsPort) => {
    expect(parse(...args)).toMatchObject({ flags: { tlsPort } });
  });

  test('take another DynamoDB', () => {
    const parsed = parse('--dynamodb-endpoint', 'http://127.0.0.1:8000');
    expect(parsed).toMatchObject({
      flags: { dynamodbEndpoint: new URL('http://127.0.0.1:8000') },
    });
  });

  test.each<[string[], RegExp]>([
    [['--port', 'x'], /whole number from 0 to 65535/],
    [['--port', '65536'], /whole number from 0 to 65535/],
    [['--port', '-1'], /whole number from 0 to 65535/],
    [['--port', '1e3'], /whole number from 0 to 65535/],
    [['--port'], /argument missing/],
    [['--tls', 'x'], /whole number from 0 to 65535/],
    [['--identity', 'maybe'], /Allowed choices are off, on/],
    [['--execution', 'both'], /Allowed choices are workflow, direct/],
    [['--bedrock', 'gcp'], /Allowed choices are mock, aws/],
    [['--dynamodb-endpoint', 'localhost:8000'], /URL such as/],
    [['--dynamodb-endpoint', 'http://h', '--data', 'd'], /cannot be used with/],
    [['--data', ''], /must not be empty/],
    [['--region', 'Ireland'], /region such as eu-west-1/],
    [['--prot', '1'], /unknown option '--prot'\s+\(Did you mean --port\?\)/],
    [['extra'], /too many arguments/],
  ])('%j is a mistake', (args, text) => {
    expect(parse(...args)).toEqual({ exitCode: 2, text: expect.stringMatching(text) });
  });

  test('--help tells every flag and is no mistake', () => {
    const help = parse('--help');
    expect(help).toMatchObject({ exitCode: 0 });
    for (const flag of [
      '--port',
      '--var-file',
      '--identity',
      '--execution',
      '--bedrock',
      '--data',
      '--dynamodb-endpoint',
      '--verbose',
    ]) {
      expect(help).toMatchObject({ text: expect.stringContaining(flag) });
    }
  });
});

test('sandbox/README.md lists every flag', () => {
  const parsed = parseFlags(['--help'], ROOT);
  const text = 'text' in parsed ? parsed.text : '';
  const flags = Array.from(text.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm), ([, flag]) => flag);
  const readme = readFileSync('sandbox/README.md', 'utf8');
  const listed = Array.from(readme.matchAll(/^\| `(--[\w-]+)/gm), ([, flag]) => flag);
  expect(listed.toSorted()).toEqual(flags.filter((flag) => flag !== '--help').toSorted());
});
