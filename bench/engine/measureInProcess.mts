import { fork } from 'node:child_process';

import { type Message, messageSchema, type Order } from './results.mts';

/** Has one backend measured in a process of its own; what was told before a crash counts. */
export function measureInProcess(bundle: string, order: Order): Promise<readonly Message[]> {
  const told: Message[] = [];
  const child = fork(bundle, [], {
    execArgv: ['--expose-gc', '--enable-source-maps'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', (received) => {
    const message = messageSchema.parse(received);
    told.push(message);
    report(message);
  });
  child.send(order);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => {
      if (!told.some(({ type }) => type === 'done')) {
        const reason = `The process ended before its time (${signal ?? `status ${status}`}).`;
        told.push({ type: 'missing', what: order.backend, reason });
      }
      resolve(told);
    });
  });
}

function report(message: Message): void {
  if (message.type === 'cell') {
    const { backend, net, losses, plain, loops } = message.cell;
    const probe = loops[0]?.ratio.median.toFixed(2);
    const figures = `plain ${plain.median.toFixed(2)} ms, probe ${probe}×`;
    process.stderr.write(`${backend}, ${net}, K = ${losses}: ${figures}\n`);
  } else if (message.type === 'missing') {
    process.stderr.write(`${message.what}: not measured. ${message.reason}\n`);
  }
}
