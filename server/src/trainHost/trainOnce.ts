import { readFileSync } from 'node:fs';
import { arch, cpus } from 'node:os';

import type { z } from 'zod';

import { type CancellationToken, CancelledError } from '../base/cancellation.ts';
import type { Clock } from '../base/clock.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import { toJsonNumber } from '../model/number.ts';
import type { fromTrainHostSchema, ToTrainHost } from '../protocol/trainHost.ts';
import { type BackendChoice, chooseBackend } from '../training/backends/chooseBackend.ts';
import { coreVersion } from '../training/backends/core.ts';
import { backends } from '../training/backends/registry.ts';
import { measureStep } from '../training/measureStep.ts';
import { type TrainingOutcome, trainingRun } from '../training/trainingRun.ts';
import { createBackendTimesFile } from './backendTimesFile.ts';
import { createMetricsFile } from './metricsFile.ts';
import { readTrainingConfig, type TrainingConfig } from './readConfig.ts';

export type TrainMessage = Extract<ToTrainHost, { type: 'train' }>;
/** A message as it goes over the channel: losses that are not finite are strings there. */
export type OutgoingMessage = z.input<typeof fromTrainHostSchema>;
export type EndedMessage = Extract<OutgoingMessage, { type: 'ended' }>;

/** What a run needs from the process around it. */
export interface TrainHostServices {
  readonly clock: Clock;
  readonly send: (message: OutgoingMessage) => void;
}

/** Carries out one order to train, to its end, and says how it ended. Never rejects. */
export async function trainOnce(
  message: TrainMessage,
  services: TrainHostServices,
  token: CancellationToken,
): Promise<EndedMessage> {
  try {
    const outcome = await prepareAndTrain(message, services, token);
    return outcome.ok
      ? { type: 'ended', state: outcome.value }
      : { type: 'ended', state: 'failed', reason: outcome.error };
  } catch (error) {
    if (error instanceof CancelledError) return { type: 'ended', state: 'cancelled' };
    const reason = error instanceof Error ? error.message : String(error);
    return { type: 'ended', state: 'failed', reason: `The training broke off: ${reason}` };
  }
}

async function prepareAndTrain(
  message: TrainMessage,
  services: TrainHostServices,
  token: CancellationToken,
): Promise<Result<TrainingOutcome>> {
  const read = readConfigFile(message.configPath);
  if (!read.ok) return read;
  const { task, config, plan: configured } = read.value;
  const steps = message.steps ?? configured.steps;
  const training = { task, config, plan: { ...configured, steps, seed: message.seed } };
  const choice = await choose(message, training, services, token);
  if (!choice.ok) return choice;
  return succeed(await train(message, training, choice.value, services, token));
}

function readConfigFile(path: string): Result<TrainingConfig> {
  try {
    return readTrainingConfig(path, readFileSync(path, 'utf8'));
  } catch (error) {
    return fail(`The config could not be read: ${error instanceof Error ? error.message : error}`);
  }
}

async function choose(
  message: TrainMessage,
  { task, config, plan }: TrainingConfig,
  { clock }: TrainHostServices,
  token: CancellationToken,
): Promise<Result<BackendChoice>> {
  const processors = cpus();
  const machine = `${arch()}, ${processors.length} × ${processors[0]?.model ?? 'unknown'}`;
  const versions = `node ${process.version}, tfjs ${await coreVersion()}`;
  return chooseBackend(
    {
      candidates: backends,
      wanted: message.backend,
      key: `${machine}; ${versions}; ${task.name}, ${plan.shape}, ${plan.optimizer.name}`,
      cache: createBackendTimesFile(message.cacheFolder, () => clock.now()),
      measure: (tf) => measureStep(tf, task, config, plan, token),
    },
    token,
  );
}

async function train(
  message: TrainMessage,
  { task, config, plan }: TrainingConfig,
  { backend, tf, reason }: BackendChoice,
  { clock, send }: TrainHostServices,
  token: CancellationToken,
): Promise<TrainingOutcome> {
  const metrics = createMetricsFile(message.runFolder, {
    counterweight: 1,
    terms: task.terms.map((term) => term.name),
    sharedGroup: task.sharedGroup,
    task: task.name,
    backend: backend.name,
  });
  try {
    send({
      type: 'started',
      backend: backend.name,
      backendReason: reason,
      sharedGroup: task.sharedGroup,
      steps: plan.steps,
    });
    return await trainingRun(
      {
        ...{ tf, task, config, plan, clock },
        readback: backend.readback,
        probeEvery: message.probeEvery,
        write: metrics.append,
        progress: (step, loss) => send({ type: 'progress', step, loss: toJsonNumber(loss) }),
      },
      token,
    );
  } finally {
    metrics.dispose();
    await backend.drain(tf);
  }
}
