import { readFileSync } from 'node:fs';
import { arch, cpus } from 'node:os';

import type { z } from 'zod';

import { type CancellationToken, CancelledError } from '../base/cancellation.ts';
import type { Clock } from '../base/clock.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import type { MetricsHeader } from '../model/metricLine.ts';
import { toJsonNumber } from '../model/number.ts';
import type { fromTrainHostSchema, ToTrainHost } from '../protocol/trainHost.ts';
import { type BackendChoice, chooseBackend } from '../training/backends/chooseBackend.ts';
import { coreVersion } from '../training/backends/core.ts';
import { backends } from '../training/backends/registry.ts';
import { measureStep } from '../training/measureStep.ts';
import type { Task } from '../training/task.ts';
import { type TrainingOutcome, trainingRun } from '../training/trainingRun.ts';
import { LeakWatch } from '../training/userTask/leakWatch.ts';
import { TaskMistake } from '../training/userTask/taskMistake.ts';
import { createBackendTimesFile } from './backendTimesFile.ts';
import { type StoredCheckpoint, writeCheckpoint } from './checkpointFile.ts';
import { failureOf, loadUserTask, type RunFailure } from './loadUserTask.ts';
import type { MemoryWatch } from './memoryWatch.ts';
import { continueMetricsFile, createMetricsFile, type MetricsFile } from './metricsFile.ts';
import { createNoticeGate, type SendNotice } from './noticeGate.ts';
import { readTrainingConfig, type TrainingConfig } from './readConfig.ts';
import { chooseAgain, readResumption } from './resumption.ts';
import { watchStrayErrors } from './strayErrors.ts';
import { createUserConsole } from './userConsole.ts';

export type TrainMessage = Extract<ToTrainHost, { type: 'train' }>;
/** A message as it goes over the channel: losses that are not finite are strings there. */
export type OutgoingMessage = z.input<typeof fromTrainHostSchema>;
export type EndedMessage = Extract<OutgoingMessage, { type: 'ended' }>;

/** What a run needs from the process around it. */
export interface TrainHostServices {
  readonly clock: Clock;
  readonly send: (message: OutgoingMessage) => void;
  readonly memory: MemoryWatch;
}

/** One order to train, with what was read for it. */
interface Order {
  readonly message: TrainMessage;
  readonly training: TrainingConfig;
  /** What the run goes on from, where it is resumed. */
  readonly stored: StoredCheckpoint | undefined;
  readonly services: TrainHostServices;
  readonly notice: SendNotice;
}

/** Carries out one order to train, to its end, and says how it ended. Never rejects. */
export async function trainOnce(
  message: TrainMessage,
  services: TrainHostServices,
  token: CancellationToken,
): Promise<EndedMessage> {
  try {
    const own = message.modulePath !== undefined;
    const outcome = await (own ? watched : prepareAndTrain)(message, services, token);
    if (!outcome.ok) return { type: 'ended', state: 'failed', ...outcome.error };
    return outcome.value === 'cancelled' ? stopped(services) : { type: 'ended', state: 'finished' };
  } catch (error) {
    if (error instanceof CancelledError) return stopped(services);
    if (error instanceof TaskMistake)
      return { type: 'ended', state: 'failed', ...failureOf(error) };
    const reason = error instanceof Error ? error.message : String(error);
    return { type: 'ended', state: 'failed', reason: `The training broke off: ${reason}` };
  }
}

/** A run of the user's own task, which may throw where no call of ours hears of it. */
async function watched(
  ...order: Parameters<typeof prepareAndTrain>
): ReturnType<typeof prepareAndTrain> {
  const stray = watchStrayErrors();
  try {
    return await Promise.race([prepareAndTrain(...order), stray.thrown]);
  } finally {
    stray.dispose();
  }
}

/** A run that took too much memory is stopped in the same way as one that a person cancels. */
function stopped({ memory }: TrainHostServices): EndedMessage {
  const { reason } = memory;
  return reason === undefined
    ? { type: 'ended', state: 'cancelled' }
    : { type: 'ended', state: 'failed', reason };
}

async function prepareAndTrain(
  message: TrainMessage,
  services: TrainHostServices,
  token: CancellationToken,
): Promise<Result<TrainingOutcome, RunFailure>> {
  services.memory.check();
  if (token.isCancellationRequested) throw new CancelledError();
  const own = await loadOwnTask(message);
  if (!own.ok) return own;
  const read = readConfigFile(message, own.value);
  if (!read.ok) return fail({ reason: read.error });
  const { task, config, plan } = read.value;
  const training = { task, config, plan: { ...plan, seed: message.seed } };
  const stored = readResumption(message);
  if (!stored.ok) return fail({ reason: stored.error });
  const notice = createNoticeGate(services.send);
  const order: Order = { message, training, stored: stored.value, services, notice };
  const choice = await chooseAgain(
    message.backend,
    stored.value,
    (wanted) => choose(order, wanted, token),
    notice,
  );
  if (!choice.ok) return fail({ reason: choice.error });
  const outcome = await train(order, choice.value, token);
  return outcome.ok ? outcome : fail({ reason: outcome.error });
}

/** The user's own task, where the config names one; what it prints goes to the folder of the run. */
async function loadOwnTask({
  modulePath,
  runFolder,
}: TrainMessage): Promise<Result<Task | undefined, RunFailure>> {
  if (modulePath === undefined) return succeed(undefined);
  globalThis.console = createUserConsole(runFolder);
  // The frames of TensorFlow.js lie above the user's, which is the one to tell of.
  Error.stackTraceLimit = 100;
  return loadUserTask(modulePath, runFolder);
}

function readConfigFile(
  { configPath, steps }: TrainMessage,
  userTask: Task | undefined,
): Result<TrainingConfig> {
  try {
    return readTrainingConfig(configPath, readFileSync(configPath, 'utf8'), { userTask, steps });
  } catch (error) {
    return fail(`The config could not be read: ${error instanceof Error ? error.message : error}`);
  }
}

async function choose(
  { message, training, services }: Order,
  wanted: string,
  token: CancellationToken,
): Promise<Result<BackendChoice>> {
  const { task, config, plan } = training;
  const processors = cpus();
  const machine = `${arch()}, ${processors.length} × ${processors[0]?.model ?? 'unknown'}`;
  const versions = `node ${process.version}, tfjs ${await coreVersion()}`;
  return chooseBackend(
    {
      candidates: backends,
      wanted,
      key: `${machine}; ${versions}; ${task.name}, ${plan.shape}, ${plan.optimizer.name}`,
      cache: createBackendTimesFile(message.cacheFolder, () => services.clock.now()),
      measure: (backend, tf, best) => measureStep(backend, tf, { task, config, plan }, best, token),
    },
    token,
  );
}

async function train(
  { message, training, stored, services, notice }: Order,
  { backend, tf, reason }: BackendChoice,
  token: CancellationToken,
): Promise<Result<TrainingOutcome>> {
  const { task, config, plan } = training;
  const { clock, send, memory } = services;
  const probeEvery = stored?.probeEvery ?? message.probeEvery;
  const opened = openMetrics(message, training, backend.name);
  if (!opened.ok) return opened;
  const metrics = opened.value;
  const leaks = message.modulePath === undefined ? undefined : new LeakWatch();
  try {
    send({
      type: 'started',
      backend: backend.name,
      backendReason: reason,
      sharedGroup: plan.probeCut ?? task.sharedGroup,
      steps: plan.steps,
    });
    tellOfGap(metrics.lastStep, stored, notice);
    const outcome = await trainingRun(
      {
        ...{ tf, task, config, plan, clock, probeEvery, notice },
        createEngine: (spec) => backend.createEngine(tf, spec),
        readback: backend.readback,
        write: metrics.append,
        progress(step, loss) {
          send({ type: 'progress', step, loss: toJsonNumber(loss) });
          memory.check(step);
          tellOfLeak(leaks?.look(step, tf.memory().numTensors), step, notice);
        },
        checkpointEvery: message.checkpointEvery,
        saving: () => send({ type: 'saving' }),
        checkpoint: (checkpoint) =>
          keep(message.runFolder, { checkpoint, backend: backend.name, probeEvery }, send, notice),
        resumeFrom: stored?.checkpoint,
      },
      token,
    );
    return succeed(outcome);
  } finally {
    metrics.dispose();
    await backend.drain(tf);
  }
}

function openMetrics(
  { runFolder, resume }: TrainMessage,
  { task, plan }: TrainingConfig,
  backend: string,
): Result<MetricsFile> {
  const header: MetricsHeader = {
    counterweight: 1,
    terms: [...plan.terms],
    sharedGroup: plan.probeCut ?? task.sharedGroup,
    task: task.name,
    backend,
  };
  if (resume) return continueMetricsFile(runFolder, header);
  return succeed(createMetricsFile(runFolder, header));
}

/** Metrics reach the file before the checkpoint does; only a crash of the machine can lose them. */
function tellOfGap(
  lastStep: number,
  stored: StoredCheckpoint | undefined,
  notice: SendNotice,
): void {
  const step = stored?.checkpoint.step ?? 0;
  if (lastStep >= step) return;
  notice(
    `metrics.jsonl ends at step ${lastStep}; the steps up to ${step} are missing in it.`,
    step,
  );
}

function tellOfLeak(leaked: number | undefined, step: number, notice: SendNotice): void {
  if (leaked === undefined) return;
  notice(
    `Every step leaves about ${leaked} tensors behind, and memory will run out: batch() or losses() keeps what it makes (tf.keep, tf.variable, a list that grows).`,
    step,
  );
}

/** A disk that is full is no reason to end the run. */
function keep(
  runFolder: string,
  stored: StoredCheckpoint,
  send: TrainHostServices['send'],
  notice: SendNotice,
): void {
  const { step } = stored.checkpoint;
  try {
    writeCheckpoint(runFolder, stored);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Without the path, which has the step in it: the same trouble is told once.
    const what = reason.replace(/, \w+ '.*$/s, '');
    notice(
      `No checkpoint could be written in the folder of the run: ${what}. The run goes on.`,
      step,
    );
    return;
  }
  send({ type: 'checkpoint', step });
}
