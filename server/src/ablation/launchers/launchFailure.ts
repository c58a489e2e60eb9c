import { existsSync } from 'node:fs';

import type { LaunchEnd } from '../launcher.ts';

/** How a process came to its end. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** Lines of output that a reason quotes. */
export const quotedLines = 20;

/** What is said, in words, of a program that ended by itself. */
export function describeEnd({ exitCode, signal }: ProcessEnd, lastOutput: string): LaunchEnd {
  if (exitCode === 0) return { state: 'finished', exitCode, signal };
  const said = lastOutput === '' ? ' It printed nothing.' : ` Its last lines:\n${lastOutput}`;
  if (signal === null) {
    const reason = `The command exited with code ${exitCode}.${said}`;
    return { state: 'failed', exitCode, signal, reason };
  }
  const guess = signal === 'SIGKILL' ? ' The system does that when memory runs out.' : '';
  const reason = `The command was ended by the signal ${signal}.${guess}${said}`;
  return { state: 'crashed', exitCode, signal, reason };
}

/** What is said of a program that could not be started at all. */
export function describeStartFailure(error: Error, program: string, cwd: string): LaunchEnd {
  return {
    state: 'failed',
    exitCode: null,
    signal: null,
    reason: startFailureWords(error, program, cwd),
  };
}

function startFailureWords(error: Error, program: string, cwd: string): string {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' && !existsSync(cwd)) {
    return `The working directory ${cwd} does not exist. Mend run.cwd in counterweight.yaml.`;
  }
  if (code === 'ENOENT' && /[\\/]/.test(program)) {
    return `${program} does not exist (seen from ${cwd}). Mend run.command in counterweight.yaml.`;
  }
  if (code === 'ENOENT') {
    return `${program} was not found on PATH. Install it, or give its full path in run.command of counterweight.yaml.`;
  }
  if (code === 'EACCES') {
    return `${program} may not be executed (seen from ${cwd}). Is it a program, and is its executable bit set?`;
  }
  return `${program} could not be started: ${error.message}`;
}
