import type { Command } from './command.ts';

/** Starts a fresh language server; runs in flight end with the old one. */
export const restartServer: Command = {
  id: 'counterweight.restartServer',
  async run({ server, notices }) {
    await server.restart();
    if (server.running) notices.whisper('Counterweight: the language server has been restarted.');
  },
};
