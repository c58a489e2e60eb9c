import { parentPort } from 'node:worker_threads';

import { createDiskFiles } from './workspace/diskFiles.ts';
import { serveScans } from './workspace/serveScans.ts';
import { WeightScan } from './workspace/weightScan.ts';

const port = parentPort;
if (port) {
  serveScans(
    {
      send: (message) => port.postMessage(message),
      onMessage: (listener) => void port.on('message', listener),
    },
    new WeightScan(createDiskFiles()),
  );
} else {
  process.stderr.write('This thread is started by Counterweight and cannot run by itself.\n');
  process.exitCode = 2;
}
