import { noticeLimit } from '../model/run.ts';

/** Tells the parent what a person should know of the run. */
export type SendNotice = (text: string, step?: number) => void;

/**
 * Lets each text through once, and no more than are kept of a run: what goes wrong at every step
 * must not fill the channel.
 */
export function createNoticeGate(
  send: (notice: {
    readonly type: 'notice';
    readonly text: string;
    readonly step?: number;
  }) => void,
): SendNotice {
  const told = new Set<string>();
  return (text, step) => {
    if (told.has(text) || told.size >= noticeLimit) return;
    told.add(text);
    send({ type: 'notice', text, ...(step === undefined ? {} : { step }) });
  };
}
