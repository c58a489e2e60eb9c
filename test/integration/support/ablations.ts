import type { AblationReport } from '../../../server/src/model/ablation.ts';
import { isFinalState } from '../../../server/src/model/run.ts';
import {
  type AblationSummary,
  ablationReportAnswerSchema,
  type StartAblation,
} from '../../../server/src/protocol/ablation.ts';
import {
  ablationsMessageSchema,
  requests,
  startedSchema,
} from '../../../server/src/protocol/messages.ts';
import type { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';
import type { LanguageServer } from './languageServer.ts';

/** Opens the workspace's train.yaml and waits until the server knows the program that trains it. */
export async function openTrainable(
  server: LanguageServer,
  workspace: TemporaryWorkspace,
): Promise<string> {
  const configUri = workspace.uri('train.yaml');
  await server.open(configUri, workspace.read('train.yaml'));
  await server.until('the server to know the program', async () => {
    const answer = await server.request(requests.startRun, { configUri }, startedSchema);
    return 'confirm' in answer;
  });
  return configUri;
}

/**
 * Starts an ablation as the extension does for a user who agrees to the command line; gives its id.
 * @throws Error with what the server said where it was not started
 */
export async function startAblation(server: LanguageServer, asked: StartAblation): Promise<string> {
  const ask = (message: StartAblation) =>
    server.request(requests.startAblation, message, startedSchema);
  const first = await ask(asked);
  const started = 'confirm' in first ? await ask({ ...asked, confirmed: first.confirm }) : first;
  if (!('id' in started)) throw new Error(`Not started: ${JSON.stringify(started)}`);
  return started.id;
}

/** The ablations and the queue, as the view has them. */
export function listAblations(server: LanguageServer) {
  return server.request(requests.listAblations, null, ablationsMessageSchema);
}

/** One of the list; undefined where it is not in it. */
export async function findAblation(
  server: LanguageServer,
  id: string,
): Promise<AblationSummary | undefined> {
  return (await listAblations(server)).ablations.find((ablation) => ablation.id === id);
}

/** Waits for the end of an ablation, whatever it is; gives it. */
export function untilAblationEnds(
  server: LanguageServer,
  id: string,
  deadlineMs?: number,
): Promise<AblationSummary> {
  const ended = async (): Promise<AblationSummary | false> => {
    const found = await findAblation(server, id);
    return found !== undefined && isFinalState(found.state) && found;
  };
  return server.until(`the end of ${id}`, ended, deadlineMs);
}

/**
 * Starts an ablation, waits until it has finished and gives its report.
 * @throws Error in words where it was not started, or did not finish
 */
export async function runAblation(
  server: LanguageServer,
  asked: StartAblation,
  deadlineMs?: number,
): Promise<AblationReport> {
  const id = await startAblation(server, asked);
  const { state, reason } = await untilAblationEnds(server, id, deadlineMs);
  if (state !== 'finished') throw new Error(`${id} has ${state}: ${reason}`);
  const { report } = await server.request(
    requests.ablationReport,
    { id },
    ablationReportAnswerSchema,
  );
  if (!report) throw new Error(`${id} has no report.`);
  return report;
}
