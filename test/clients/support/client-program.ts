/** A program of `programs/` that runs scenarios with one real client. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { pathOf } from '../../integration/sandbox/support/run-sandbox.ts';

export interface ClientCall {
  readonly scenario: 'plain' | 'streamed' | 'tools';
  readonly model: string;
  readonly key: string;
}

export interface ClientResult {
  readonly text?: string;
  /** Of a stream, as they came. */
  readonly pieces: readonly string[];
  readonly usage?: { readonly input: number; readonly output: number };
  readonly toolInput?: unknown;
  /** Of a limit that is nearly used, as Claude Code reports it. */
  readonly warning?: { readonly rate_limit_info: Readonly<Record<string, unknown>> };
  /** As its user sees it. */
  readonly error?: { readonly name?: string; readonly status?: number; readonly message: string };
}

export interface Program {
  /** File in `programs/`, and its arguments. */
  readonly program: readonly [file: string, ...args: string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** Installed by scripts/install-tools.sh test-clients. */
export const INSTALLED = pathOf('.tools/test-clients');
export const PYTHON = `${INSTALLED}/venv/bin/python`;
/** Python packages of the former major version of a client. */
export const FORMER_PACKAGES = `${INSTALLED}/anthropic-0`;

/** A home without settings; Python leaves no files next to the programs. */
const SURROUNDINGS = { HOME: '/nonexistent', PYTHONDONTWRITEBYTECODE: '1' };

export class ClientProgram {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor({ program: [file, ...args], env }: Program) {
    const path = pathOf(`test/clients/programs/${file}`);
    // Nothing of this machine's own set-up: no AWS profile, no proxy.
    const { PATH = '' } = process.env;
    this.#child = spawn(file.endsWith('.py') ? PYTHON : process.execPath, [path, ...args], {
      env: { PATH, ...SURROUNDINGS, TEST_CLIENTS_FOLDER: INSTALLED, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { stdout } = this.#child;
    if (!stdout) throw new Error('the program has no output');
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error when the program ends without an answer. */
  async run(call: ClientCall): Promise<ClientResult> {
    this.#child.stdin?.write(`${JSON.stringify(call)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the program ended in ${call.scenario}`);
    return JSON.parse(value);
  }

  stop(): void {
    this.#child.kill();
  }
}
