import type * as Ort from 'onnxruntime-node';

import type { Disposable } from '../../../base/disposable.ts';
import { invariant } from '../../../base/invariant.ts';
import type { Value } from './graph.ts';
import { GraphSession, type SessionOptions } from './session.ts';

/**
 * Brings vectors to this process's memory, wherever they lie. ONNX Runtime's Node binding has no
 * other way to read what stayed on a device than a graph that gives it: `getData` would abort the
 * process.
 */
export class Download implements Disposable {
  readonly #options: Omit<SessionOptions, 'read'>;
  readonly #sessions = new Map<number, GraphSession>();

  constructor(options: Omit<SessionOptions, 'read'>) {
    this.#options = options;
  }

  /** A copy of the values of a vector. */
  async values(tensor: Ort.Tensor): Promise<Float32Array> {
    if (tensor.location === 'cpu') return floats(tensor).slice();
    const [length = 0] = tensor.dims;
    const session = this.#sessions.get(length) ?? (await this.#createSession(length));
    const outputs = await session.run(() => tensor);
    const output = outputs.get('host');
    invariant(output, 'a download gives what it was fed with');
    return floats(output).slice();
  }

  dispose(): void {
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
  }

  async #createSession(length: number): Promise<GraphSession> {
    const value = (name: string): Value => ({ name, shape: [length], dtype: 'float32' });
    const [input, output] = [value('device'), value('host')];
    const graph = {
      inputs: [input],
      constants: new Map(),
      nodes: [{ operator: 'Identity', inputs: [input], outputs: [output], attributes: {} }],
      outputs: [output],
    };
    const session = await GraphSession.create(graph, {
      ...this.#options,
      read: new Set([output.name]),
    });
    this.#sessions.set(length, session);
    return session;
  }
}

function floats({ data, type, dims }: Ort.Tensor): Float32Array {
  invariant(data instanceof Float32Array, `a vector holds floats, not ${type} [${dims}]`);
  return data;
}
