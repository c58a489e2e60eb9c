import { join } from 'node:path';

import { z } from 'zod';

import { groupsInOrder } from '../ablation/queue.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import { parseJson } from '../base/parseJson.ts';
import type { WorkspaceFiles } from './files.ts';
import { stateFolderName } from './runFolder.ts';
import type { RunQueue } from './runQueue.ts';

const fileName = 'queue.json';

/** `queue.json`: what a later session must know of the queue beyond the experiments themselves. */
const queueFileSchema = z.object({
  schema: z.literal(1),
  paused: z.boolean(),
  /** Ids of experiments and runs, the next first. */
  order: z.array(z.string()),
});

/** Keeps the pause and the order of the queue from one session to the next. */
export class QueueMemory implements Disposable {
  readonly #files: WorkspaceFiles;
  readonly #queue: RunQueue;
  readonly #logger: Logger;
  readonly #folders = new Set<string>();
  readonly #listening: Disposable;
  /** Of earlier sessions, the next first: what has not been in the queue since then. */
  #order: readonly string[] = [];
  #saved: string | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(files: WorkspaceFiles, queue: RunQueue, logger: Logger) {
    this.#files = files;
    this.#queue = queue;
    this.#logger = logger;
    this.#listening = queue.onDidChange(() => this.#save());
  }

  /** Takes up what an earlier session left in a workspace folder. */
  async load(workspaceFolder: string): Promise<void> {
    this.#folders.add(workspaceFolder);
    const text = await this.#files.readText(pathIn(workspaceFolder));
    const left = queueFileSchema.safeParse(parseJson(text)).data;
    if (!left) return;
    this.#order = [...new Set([...this.#order, ...left.order])];
    if (left.paused) this.#queue.pause();
  }

  /** Where an experiment stood in the queue of the earlier session, the next at 0. */
  rankOf(id: string): number | undefined {
    const rank = this.#order.indexOf(id);
    return rank < 0 ? undefined : rank;
  }

  /** Resolves when the latest change is on the disk. */
  settled(): Promise<void> {
    return this.#saving;
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #save(): void {
    const { state } = this.#queue;
    const now = groupsInOrder(state);
    // Its place is the one that it has now, and when it has left it has none.
    if (now.length > 0) this.#order = this.#order.filter((id) => !now.includes(id));
    const order = [...now, ...this.#order];
    const text = JSON.stringify({ schema: 1, paused: state.paused, order });
    if (text === this.#saved) return;
    this.#saved = text;
    this.#saving = this.#saving
      .then(() => this.#write(text))
      .catch((error) => this.#logger.warn(`${fileName} could not be written: ${error}`));
  }

  async #write(text: string): Promise<void> {
    for (const folder of this.#folders) {
      // Where nothing was ever run, nothing is left behind.
      const isOurs = (await this.#files.list(join(folder, stateFolderName))).length > 0;
      if (isOurs) await this.#files.writeAtomically(pathIn(folder), `${text}\n`);
    }
  }
}

function pathIn(workspaceFolder: string): string {
  return join(workspaceFolder, stateFolderName, fileName);
}
