import type { CommandLine } from '#protocol/commandLine';

/** The part of VS Code's `Memento` that is needed here. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

const memoryKey = 'agreedCommands';

/** More than a workspace has; the oldest are forgotten and asked for again. */
const memoryLimit = 100;

/** The command lines that the user has agreed to in this workspace; each is shown the first time. */
export class AgreedCommands {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  has(line: CommandLine): boolean {
    return this.#stored().includes(keyOf(line));
  }

  async add(line: CommandLine): Promise<void> {
    const key = keyOf(line);
    const kept = this.#stored().filter((stored) => stored !== key);
    await this.#memory.update(memoryKey, [...kept, key].slice(-memoryLimit));
  }

  #stored(): readonly string[] {
    const stored = this.#memory.get(memoryKey);
    return Array.isArray(stored) ? stored.filter((entry) => typeof entry === 'string') : [];
  }
}

/** The command line as it would be typed: arguments that a shell would take apart are quoted. */
export function describeCommand(command: readonly string[]): string {
  return command
    .map((part) => (/^[\w@%+=:,./{}-]+$/.test(part) ? part : JSON.stringify(part)))
    .join(' ');
}

function keyOf({ command, cwd, env, batchLines }: CommandLine): string {
  const batch = batchLines ? [batchLines] : [];
  return JSON.stringify([cwd, command, Object.entries(env).sort(), ...batch]);
}
