import type { Tf } from '../task.ts';
import { scanGradient } from './scanGradient.ts';

/**
 * TensorFlow.js itself, with the gradients of all its operations: the core registers none, and only
 * the union package, which we do not need otherwise, would.
 */
export async function loadCore(): Promise<Tf> {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-core/dist/register_all_gradients');
  tf.unregisterGradient(tf.Cumsum);
  tf.registerGradient(scanGradient(tf));
  // Without it the core advertises another backend on stderr.
  tf.enableProdMode();
  return tf;
}

/** Version of TensorFlow.js. */
export async function coreVersion(): Promise<string> {
  return (await loadCore()).version_core;
}
