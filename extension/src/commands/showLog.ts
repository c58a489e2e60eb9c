import type { Command } from './command.ts';

/** Shows the output channel. */
export const showLog: Command = {
  id: 'counterweight.showLog',
  async run({ notices }) {
    notices.showLog();
  },
};
