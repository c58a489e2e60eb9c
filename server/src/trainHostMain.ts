import { systemClock } from './base/clock.ts';
import { type ParentChannel, serveParent } from './trainHost/messageLoop.ts';

const parent: ParentChannel = {
  send: (message) =>
    new Promise((resolve) => {
      if (!process.send || !process.connected) resolve();
      else process.send(message, undefined, undefined, () => resolve());
    }),
  onMessage: (listener) => void process.on('message', listener),
  onDisconnect: (listener) => void process.on('disconnect', listener),
};

if (process.send) {
  const resident = (): number => process.memoryUsage.rss();
  void serveParent(parent, { clock: systemClock, resident }).then(() => process.exit(0));
} else {
  process.stderr.write('The train host is started by Counterweight and cannot run by itself.\n');
  process.exitCode = 2;
}
