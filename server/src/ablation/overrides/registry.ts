import { argparse } from './argparse.ts';
import { detectron2 } from './detectron2.ts';
import { hydra } from './hydra.ts';
import { mmengine } from './mmengine.ts';
import type { OverrideForm } from './override.ts';

/** Every way in which programs take other weights on their command line, by name. */
export const overrideForms: readonly OverrideForm[] = [argparse, detectron2, hydra, mmengine];
