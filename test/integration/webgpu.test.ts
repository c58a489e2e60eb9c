import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { describeAdapter } from '../../server/src/training/backends/webgpuAdapter.ts';
import { softwareVulkan } from '../support/softwareVulkan.ts';
import { smallConfigs } from './support/smallConfigs.ts';
import { runTrainHost } from './support/trainHostRun.ts';

const child = join(import.meta.dirname, 'support', 'webgpuChild.ts');
const trainHostPath = fileURLToPath(new URL('../../dist/trainHost.cjs', import.meta.url));

interface ChildEnd {
  readonly stdout: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

function runScene(scene: string): Promise<ChildEnd> {
  const env = { ...process.env, ...softwareVulkan() };
  const quiet = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON';
  return new Promise((resolve) => {
    const running = execFile(process.execPath, [quiet, child, scene], { env }, (_, stdout) =>
      resolve({ stdout, exitCode: running.exitCode, signal: running.signalCode }),
    );
  });
}

describe('the WebGPU device', () => {
  it('gives no figures once a tensor did not fit', async () => {
    const { stdout, exitCode } = await runScene('too-large');
    expect(stdout).toMatch(
      /^The GPU refused a command, so its figures cannot be trusted: Buffer size \(1600000000\) exceeds/,
    );
    expect(exitCode).toBe(0);
  });

  it('says that it was lost, and nobody waits for it', async () => {
    const { stdout, exitCode } = await runScene('lost');
    expect(stdout).toMatch(/^The connection to the GPU was lost \(destroyed\): /);
    expect(exitCode).toBe(0);
  });

  // Without the wait for the device one such process in four or so crashes in Dawn; hence several.
  it('lets a process end in the middle of its work', async () => {
    const ends = await Promise.all([1, 2, 3].map(() => runScene('exit-in-work')));
    for (const end of ends) expect(end).toMatchObject({ exitCode: 0, signal: null });
  });
});

describe('a run on WebGPU', () => {
  it('is cancelled in the middle of its work and ends by itself', async () => {
    const run = await runTrainHost({
      ...{
        trainHostPath,
        config: smallConfigs['flow-edit'],
        backend: 'webgpu',
        steps: 100_000,
        cancelAtStep: 3,
      },
      environment: softwareVulkan(),
    });
    expect(run.end).toEqual({ state: 'cancelled', exitCode: 0, signal: null });
    expect(run.metrics.length).toBeGreaterThanOrEqual(3);
  });

  it('fails in words where Vulkan has no driver', async () => {
    const nowhere = '/nowhere/icd.json';
    const run = await runTrainHost({
      ...{ trainHostPath, config: smallConfigs['flow-edit'], backend: 'webgpu', steps: 1 },
      environment: {
        ...softwareVulkan(),
        VK_DRIVER_FILES: nowhere,
        VK_ICD_FILENAMES: nowhere,
      },
    });
    expect(run.end.state).toBe('failed');
    expect(run.end.reason).toContain(
      'The backend webgpu cannot run here. WebGPU found no graphics adapter. No device answered to ' +
        `the Vulkan drivers of this machine: ${nowhere}.`,
    );
  });
});

describe('an adapter', () => {
  const nvidia = { vendor: 'nvidia', architecture: 'hopper', device: '', description: 'H200' };

  it('is named by its driver', () => {
    expect(describeAdapter({ ...nvidia, isFallbackAdapter: false })).toEqual({
      detail: 'H200',
      software: false,
    });
    expect(describeAdapter({ ...nvidia, description: '', isFallbackAdapter: false }).detail).toBe(
      'nvidia hopper',
    );
  });

  it.each([
    'llvmpipe (LLVM 19.1.7, 256 bits)',
    'Microsoft Basic Render Driver',
    'SwiftShader driver 5.0.0',
  ])('that emulates a GPU is told from a real one: %s', (description) => {
    const info = { ...nvidia, description, isFallbackAdapter: false };
    expect(describeAdapter(info).software).toBe(true);
  });
});
