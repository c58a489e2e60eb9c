import { idSchema, problemAnswerSchema, requests } from '#protocol/messages';
import type { Command } from './command.ts';

/** Takes an ablation that has ended off the list. Its files stay where they are. */
export const clearAblation: Command = {
  id: 'counterweight.clearAblation',
  async run({ server, notices }, argument) {
    const given = idSchema.safeParse(argument);
    if (!given.success) return;
    const { id } = given.data;
    const answer = await server.request(requests.clearAblation, { id }, problemAnswerSchema);
    const problem = answer.ok ? answer.value.problem : answer.problem;
    if (problem !== undefined) notices.error(`It could not be taken off the list. ${problem}`);
    else notices.whisper('Counterweight: off the list; its files stay in .counterweight.');
  },
};
