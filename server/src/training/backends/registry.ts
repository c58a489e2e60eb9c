import type { Backend } from '../backend.ts';
import { cpu } from './cpu.ts';
import { tfjsNode } from './tfjsNode.ts';
import { tfjsNodeGpu } from './tfjsNodeGpu.ts';
import { wasm } from './wasm.ts';
import { webgpu } from './webgpu.ts';

/** All backends, by name. */
export const backends: readonly Backend[] = [cpu, tfjsNode, tfjsNodeGpu, wasm, webgpu];
