import type { Backend } from '../backend.ts';
import { compiledCpu } from './compiledCpu.ts';
import { compiledCuda } from './compiledCuda.ts';
import { compiledWebgpu } from './compiledWebgpu.ts';
import { cpu } from './cpu.ts';
import { tfjsNode } from './tfjsNode.ts';
import { tfjsNodeGpu } from './tfjsNodeGpu.ts';
import { wasm } from './wasm.ts';
import { webgpu } from './webgpu.ts';

/** All backends, by name. */
export const backends: readonly Backend[] = [
  compiledCpu,
  compiledCuda,
  compiledWebgpu,
  cpu,
  tfjsNode,
  tfjsNodeGpu,
  wasm,
  webgpu,
];
