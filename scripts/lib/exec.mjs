/** Runs commands for the scripts. No dependencies: it works before anything is installed. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NOT_FOUND = 127;

/**
 * Runs a command to its end.
 * @returns {Promise<{code: number, output: string}>} stdout and stderr as they came; code 127 when
 * the command does not exist, 124 when it took longer than `timeoutMs`.
 */
export function exec(command, args, { cwd, env = process.env, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let timedOut = false;
    const timer =
      timeoutMs &&
      setTimeout(() => {
        timedOut = true;
        child.kill('SIGKILL');
      }, timeoutMs);
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: NOT_FOUND, output: `${command}: ${error.message}` });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const late = timedOut ? `\n${command} took longer than ${timeoutMs} ms\n` : '';
      resolve({ code: timedOut ? 124 : (code ?? (signal ? 128 : 1)), output: output + late });
    });
  });
}

/** The full path of a command on the PATH, or undefined. */
export function which(command, path = process.env.PATH ?? '') {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, command))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
