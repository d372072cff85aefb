/** Scenarios that every client must pass with only its address, its key and TLS changed. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Json, RunningSandbox } from '../../integration/sandbox/support/run-sandbox.ts';
import { pause, runSandbox } from '../../integration/sandbox/support/run-sandbox.ts';
import {
  type ClientCall,
  ClientProgram,
  type ClientResult,
  type Program,
} from './client-program.ts';

export interface Addresses {
  readonly url: string;
  readonly tlsUrl: string;
  /** Certificate to trust. */
  readonly certificateFile: string;
}

type Scenario = 'plain' | 'streamed' | 'tools' | 'denied' | 'cut';

export interface Client {
  readonly name: string;
  readonly program: Program['program'];
  /** Environment that its user sets, in addition to the key. */
  readonly env: (addresses: Addresses) => Readonly<Record<string, string>>;
  readonly model: string;
  /** The model's name in the policy: keys are limited to it. */
  readonly alias: string;
  /** The tool that the model asks for; absent: that of the programs. */
  readonly toolUse?: { readonly name: string; readonly input: Readonly<Record<string, unknown>> };
  /** Whether it asks once more, without a stream, when a stream has broken off. */
  readonly asksAgain?: true;
  /** Those that apply to it; absent: all. */
  readonly scenarios?: readonly Scenario[];
}

const TEXT = 'The answer of the model, which comes in several pieces.';
const TOOL_USE = { name: 'get_weather', input: { city: 'Paris' } };
/** Answer of a program to a tool call. */
const TOOL_RESULT = 'It rains.';

/** Starts one sandbox for all clients of a file. */
export function describeClients(varFile: string, clients: readonly Client[]): void {
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await runSandbox('--var-file', varFile, '--tls');
  });
  afterAll(() => sandbox.stop());

  for (const client of clients) describe(client.name, () => describeClient(client, () => sandbox));
}

function describeClient(client: Client, running: () => RunningSandbox): void {
  let program: ClientProgram;
  let keys: Readonly<Record<string, { readonly id: string; readonly key: string }>>;
  beforeAll(async () => {
    const sandbox = running();
    program = new ClientProgram({ ...client, env: client.env(await addressesOf(sandbox)) });
    const keyOf = async (costCenter: string) =>
      (await sandbox.post('/_sandbox/keys', { costCenter, models: [client.alias] })).body;
    keys = { rich: await keyOf('rich'), poor: await keyOf('poor') };
  });
  afterAll(() => program.stop());

  /** One scenario, and what came of it on the other side. */
  async function run(scenario: ClientCall['scenario'], behavior: object, center = 'rich') {
    const sandbox = running();
    const reach = async () => (await sandbox.get('/_sandbox/bedrock/requests')).body;
    // Claude Code tries models by themselves first; those that its key may not use cost nothing.
    const audit = async () =>
      (await sandbox.get('/_sandbox/audit')).body.filter(
        ({ outcome }: Json) => outcome !== 'not_valid',
      );
    await sandbox.post('/_sandbox/bedrock/behavior', { text: TEXT, ...behavior });
    const before = { requests: (await reach()).length, lines: (await audit()).length };
    const key = keys[center]?.key ?? '';
    const result = await program.run({ scenario, model: client.model, key });
    const calls: readonly Json[] = (await reach()).slice(before.requests);
    let lines: readonly Json[] = [];
    // A stream that was cut is settled when the model has ended it.
    for (let tries = 0; tries < 100 && lines.length < Math.max(1, calls.length); tries += 1) {
      if (tries > 0) await pause(50);
      lines = (await audit()).slice(before.lines);
    }
    const usage = (await sandbox.get(`/v1/usage?costCenter=${center}`)).body;
    return { result, calls, lines, limit: usage.costCenters[0].limits[0] };
  }

  const usageOf = (line: Json): ClientResult['usage'] => ({
    input: line.usage.inputTokens,
    output: line.usage.outputTokens,
  });

  const given = (scenario: Scenario, name: string, run: () => Promise<void>) => {
    if (client.scenarios?.includes(scenario) ?? true) test(name, run);
  };

  given('plain', 'gets an answer, which is charged as the client counts it', async () => {
    const { result, calls, lines, limit } = await run('plain', {});
    expect(result).toMatchObject({ text: TEXT });
    expect(calls).toHaveLength(1);
    expect(lines).toMatchObject([
      {
        outcome: 'succeeded',
        settlement: 'settled',
        caller: { kind: 'key', id: keys.rich?.id },
        tags: { costCenter: 'rich', environment: 'production' },
      },
    ]);
    expect(usageOf(lines[0])).toEqual(result.usage);
    expect(limit.reserved).toBe(0);
  });

  given('streamed', 'gets a stream, in pieces and whole', async () => {
    const { result, calls, lines } = await run('streamed', { chunkMs: 5 });
    expect(result.error).toBeUndefined();
    expect(result.pieces.length).toBeGreaterThan(2);
    expect(result.pieces.join('')).toBe(TEXT);
    expect(calls).toMatchObject([{ operation: expect.stringMatching(/Stream$/) }]);
    expect(lines).toMatchObject([{ outcome: 'succeeded', settlement: 'settled' }]);
    expect(usageOf(lines[0])).toEqual(result.usage);
  });

  given('tools', "calls a tool for the model, and sends the tool's result back", async () => {
    const { toolUse = TOOL_USE } = client;
    const { result, calls, lines } = await run('tools', { toolUse });
    expect(result).toMatchObject({ toolInput: toolUse.input, text: TEXT });
    expect(calls).toHaveLength(2);
    expect(JSON.stringify(calls[1].body)).toContain(TOOL_RESULT);
    expect(lines.map((line) => line.settlement)).toEqual(['settled', 'settled']);
  });

  given(
    'denied',
    'that is denied asks once, and its user reads which limit and until when',
    async () => {
      const { result, calls, lines, limit } = await run('plain', {}, 'poor');
      expect(result.error?.message).toContain(limit.name);
      expect(result.error?.message).toContain(limit.resetsAt);
      expect(calls).toEqual([]);
      expect(lines).toMatchObject([{ outcome: 'denied' }]);
    },
  );

  given('cut', 'notices that a stream broke off, and it is charged', async () => {
    const { result, calls, lines, limit } = await run('streamed', {
      cut: { afterEvents: 4, how: 'destroy' },
    });
    const failed = { outcome: 'failed', settlement: 'worst_case' };
    const succeeded = { outcome: 'succeeded', settlement: 'settled' };
    expect(lines).toMatchObject(client.asksAgain ? [failed, succeeded] : [failed]);
    expect(calls).toHaveLength(lines.length);
    if (client.asksAgain) expect(result.text).toBe(TEXT);
    else expect(result.error?.message).toMatch(/\w/);
    for (const line of lines) expect(line.actualNanoUsd).toBeGreaterThan(0);
    expect(limit.reserved).toBe(0);
  });
}

/** The lines about clients are printed after the address. */
async function addressesOf({ url, process }: RunningSandbox): Promise<Addresses> {
  for (let tries = 0; tries < 100; tries += 1) {
    const [, tlsUrl, certificateFile] = /(https:\/\/\S+);.* (\S+\.pem)/.exec(process.stdout) ?? [];
    if (tlsUrl && certificateFile) return { url, tlsUrl, certificateFile };
    await pause(50);
  }
  throw new Error(`no HTTPS port: ${process.stdout}`);
}
