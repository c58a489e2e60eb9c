import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

import { z } from 'zod';

/** Debian's Python: another one on PATH would not see the system's PyTorch. */
const python = process.env.PYTHON ?? '/usr/bin/python3';
const helloSchema = z.object({ torch: z.string(), blas: z.string() });
const answerSchema = z.object({ milliseconds: z.number() });

/** How a step is written in PyTorch; see torch_reference.py. */
export type TorchForm = 'handMade' | 'plain' | 'shared';

/** PyTorch in a process of its own, with one thread. It computes only while it is asked to. */
export class TorchProcess {
  readonly version: string;
  /** The library behind its matrix products. */
  readonly blas: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    child: ChildProcess,
    lines: AsyncIterator<string>,
    hello: z.infer<typeof helloSchema>,
  ) {
    this.#child = child;
    this.#lines = lines;
    this.version = hello.torch;
    this.blas = hello.blas;
  }

  /** @throws where there is no Python with PyTorch */
  static async start(): Promise<TorchProcess> {
    const child = spawn(python, ['-B', join('bench', 'engine', 'torch_reference.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
    });
    const lines = iterate(createInterface({ input: child.stdout }));
    const failed = new Promise<never>((_, reject) => child.once('error', reject));
    const hello = await Promise.race([nextLine(lines), failed]);
    return new TorchProcess(child, lines, helloSchema.parse(hello));
  }

  /** @returns mean milliseconds of a step over so many steps */
  async block(net: string, losses: number, form: TorchForm, steps: number): Promise<number> {
    this.#child.stdin?.write(`${JSON.stringify({ net, losses, form, steps })}\n`);
    return answerSchema.parse(await nextLine(this.#lines)).milliseconds;
  }

  /** Lets it end by itself. */
  dispose(): void {
    this.#child.stdin?.end();
  }
}

function iterate(lines: Interface): AsyncIterator<string> {
  return lines[Symbol.asyncIterator]();
}

async function nextLine(lines: AsyncIterator<string>): Promise<unknown> {
  const line = await lines.next();
  if (line.done) throw new Error('The Python process has ended; its message stands above.');
  return JSON.parse(line.value);
}
