import { CancellationSource } from '../base/cancellation.ts';
import type { Clock } from '../base/clock.ts';
import { toTrainHostSchema } from '../protocol/trainHost.ts';
import { MemoryWatch } from './memoryWatch.ts';
import { type OutgoingMessage, type TrainMessage, trainOnce } from './trainOnce.ts';

/** The channel to the parent process. */
export interface ParentChannel {
  /** Settles when the message has left this process, or cannot any more. */
  send(message: OutgoingMessage): Promise<void>;
  onMessage(listener: (message: unknown) => void): void;
  /** The parent is gone. */
  onDisconnect(listener: () => void): void;
}

/** What the loop asks of the machine. */
export interface HostSurroundings {
  readonly clock: Clock;
  /** Resident memory of this process in bytes. */
  readonly resident: () => number;
}

const heartbeatMs = 1000;

/**
 * Serves one order to train and settles when it is done and the parent has been told. A request to
 * cancel, the end of the parent, or too much memory stops it after the step that is being taken.
 */
export async function serveParent(
  channel: ParentChannel,
  { clock, resident }: HostSurroundings,
): Promise<void> {
  const source = new CancellationSource();
  let memory: MemoryWatch | undefined;
  const heartbeat = setInterval(() => {
    void channel.send({ type: 'heartbeat', rss: memory?.check() ?? resident() });
  }, heartbeatMs);
  try {
    const order = await nextOrder(channel, source);
    if (!order) return;
    const stop = (): void => source.cancel();
    memory = new MemoryWatch({ limitMiB: order.memoryLimit, resident, stop });
    const send = (message: OutgoingMessage): void => void channel.send(message);
    await channel.send(await trainOnce(order, { clock, send, memory }, source.token));
  } finally {
    clearInterval(heartbeat);
    source.dispose();
  }
}

/** Waits for the order; undefined when the parent left or cancelled before it came. */
function nextOrder(
  channel: ParentChannel,
  source: CancellationSource,
): Promise<TrainMessage | undefined> {
  return new Promise((resolve) => {
    const stop = (): void => {
      source.cancel();
      resolve(undefined);
    };
    channel.onDisconnect(stop);
    channel.onMessage((received) => {
      const parsed = toTrainHostSchema.safeParse(received);
      if (!parsed.success) {
        const reason = `The train host got a message that it does not know: ${parsed.error.message}`;
        void channel.send({ type: 'ended', state: 'failed', reason }).then(stop);
      } else if (parsed.data.type === 'cancel') stop();
      else resolve(parsed.data);
    });
  });
}
