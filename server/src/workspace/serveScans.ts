import { CancellationSource, CancelledError } from '../base/cancellation.ts';
import {
  type FromScanThread,
  type ToScanThread,
  toScanThreadSchema,
} from '../protocol/scanThread.ts';
import type { ScannedConfig, WeightScan } from './weightScan.ts';

/** The way to the thread that asks. */
export interface ScanChannel {
  send(message: FromScanThread): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** So few files at a time are taken in without anybody noticing. */
const filesPerMessage = 50;

/** Looks through folders for another thread, which may ask for several at once. */
export function serveScans(channel: ScanChannel, weightScan: WeightScan): void {
  const running = new Map<number, CancellationSource>();
  const scan = async (order: Extract<ToScanThread, { type: 'scan' }>): Promise<void> => {
    const { id, top, excludes } = order;
    const source = new CancellationSource();
    running.set(id, source);
    try {
      let configs: ScannedConfig[] = [];
      const send = (): void => {
        channel.send({ type: 'found', id, configs });
        configs = [];
      };
      const tell = (config: ScannedConfig): void => {
        configs.push(config);
        if (configs.length >= filesPerMessage) send();
      };
      const extent = await weightScan.search(top, excludes, tell, source.token);
      send();
      channel.send({ type: 'scanned', id, ...extent });
    } catch (error) {
      if (error instanceof CancelledError) return;
      channel.send({ type: 'failed', id, reason: reasonOf(error) });
    } finally {
      running.delete(id);
    }
  };
  channel.onMessage((received) => {
    const message = toScanThreadSchema.parse(received);
    if (message.type === 'scan') void scan(message);
    else running.get(message.id)?.cancel();
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
