import type { LogFormat } from '../logFormat.ts';
import { detectStdout } from './stdout/detection.ts';
import { stdoutFamilies } from './stdout/registry.ts';
import { StdoutReader } from './stdout/stdoutReader.ts';
import { stdoutExamples } from './stdoutExamples.ts';

export const stdout: LogFormat = {
  name: 'stdout',
  description:
    'What training programs print: nanoGPT, modded-nanogpt, llm.c, pix2pix and CycleGAN, tables of OpenAI baselines and Stable-Baselines3, detectron2, mmcv and mmengine, PaddleGAN, VITS, tqdm, the Trainer of Hugging Face and other dictionaries, Keras, loops written by hand (also wandb output.log)',
  detect: detectStdout,
  createReader: () => new StdoutReader(stdoutFamilies),
  examples: stdoutExamples,
};
