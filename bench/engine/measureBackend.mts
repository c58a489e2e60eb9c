/**
 * The process that times one backend. Bundled and started by main.mts, since the packages of
 * TensorFlow.js can be loaded only out of a bundle; a backend that crashes takes no other along.
 */
import type { Backend } from '../../server/src/training/backend.ts';
import { backends } from '../../server/src/training/backends/registry.ts';
import type { Tf } from '../../server/src/training/task.ts';
import type { BenchNet } from './benchNet.mts';
import { checkLeak } from './leakCheck.mts';
import { measureCell } from './measureCell.mts';
import { benchNets } from './nets/registry.mts';
import { type Message, type Order, orderSchema } from './results.mts';
import { TorchProcess } from './torchProcess.mts';

process.once('message', (message) => void carryOut(orderSchema.parse(message)));

async function carryOut(order: Order): Promise<void> {
  const backend = backends.find(({ name }) => name === order.backend);
  const availability = await backend?.probe();
  if (!backend || !availability?.available) {
    const reason = availability?.available === false ? availability.reason : 'It is not known.';
    tell({ type: 'missing', what: order.backend, reason });
  } else {
    const { detail, software } = availability;
    tell({ type: 'backend', backend: backend.name, detail, software });
    const tf = await backend.load();
    await measureNets(order, backend, tf);
    if (order.leakSteps > 0)
      await attempt(`${backend.name}, leak check`, async () =>
        tell({ type: 'leak', leak: await checkLeak(backend, tf, order.leakSteps) }),
      );
    await backend.drain(tf);
  }
  tell({ type: 'done' });
  process.disconnect();
}

async function measureNets(order: Order, backend: Backend, tf: Tf): Promise<void> {
  const torch = order.torch ? await startTorch() : undefined;
  for (const name of order.nets) {
    const net = benchNets.find((candidate) => candidate.name === name);
    if (!net) tell({ type: 'missing', what: name, reason: 'There is no such net.' });
    else
      for (const losses of order.losses) await measureNet(order, backend, tf, net, losses, torch);
  }
  torch?.dispose();
}

async function measureNet(
  { budget }: Order,
  backend: Backend,
  tf: Tf,
  net: BenchNet,
  losses: number,
  torch: TorchProcess | undefined,
): Promise<void> {
  await attempt(`${backend.name}, ${net.name}, K = ${losses}`, async () => {
    const cell = await measureCell({ backend, tf, net, losses, budget, torch });
    tell({ type: 'cell', cell });
  });
}

async function startTorch(): Promise<TorchProcess | undefined> {
  try {
    const torch = await TorchProcess.start();
    tell({ type: 'torch', version: torch.version, blas: torch.blas });
    return torch;
  } catch (error) {
    tell({ type: 'missing', what: 'PyTorch', reason: reasonOf(error) });
    return undefined;
  }
}

async function attempt(what: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    tell({ type: 'missing', what, reason: reasonOf(error) });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function tell(message: Message): void {
  process.send?.(message);
}
