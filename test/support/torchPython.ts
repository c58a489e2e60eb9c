import { spawnSync } from 'node:child_process';

/** A Python that has PyTorch: the first on PATH, or Debian's own. Undefined where none has. */
export function findTorchPython(): string | undefined {
  return ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', 'import torch']).status === 0,
  );
}

/** The name of a group of tests that need PyTorch: it says so where they are not run. */
export function needingTorch(name: string, python: string | undefined): string {
  return python === undefined
    ? `${name} (NOT RUN: no python3 here has torch; apt-get install python3-torch libopenblas0-pthread)`
    : name;
}
