import type { Result } from '../base/result.ts';
import type { StepEngine, StepSpec } from './stepEngine.ts';
import type { Tf } from './task.ts';

export type BackendName =
  | 'compiled-cpu'
  | 'compiled-cuda'
  | 'compiled-webgpu'
  | 'cpu'
  | 'tfjs-node'
  | 'tfjs-node-gpu'
  | 'wasm'
  | 'webgpu';

/** Whether a backend can run here, and if not, why not, in words. */
export type BackendAvailability =
  | { readonly available: true; readonly detail: string; readonly software: boolean }
  | { readonly available: false; readonly reason: string };

/** A way to run a task. Loaded lazily; loading one must not disturb another. */
export interface Backend {
  readonly name: BackendName;
  readonly description: string;
  /**
   * Whether values come back at once (`cheap`: they lie in this process's memory) or the host has to
   * wait for a device, in which case the losses of several steps are read together.
   */
  readonly readback: 'cheap' | 'costly';
  /** Looks without loading more than it must; never throws. */
  probe(): Promise<BackendAvailability>;
  /**
   * Loads it and makes it the current one. The compiled backends give the TensorFlow.js on which
   * the task is created, draws its batches and is evaluated.
   */
  load(): Promise<Tf>;
  /** An engine for a task created on `tf`; the error says why this backend cannot take its steps. */
  createEngine(tf: Tf, spec: StepSpec): Promise<Result<StepEngine>>;
  /** Waits until no work is in flight: leaving the process earlier crashes some devices' drivers. */
  drain(tf: Tf): Promise<void>;
}
