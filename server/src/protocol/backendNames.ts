/** What the names of the backends stand for, in the words of a tooltip. */
const meanings: Readonly<Record<string, string>> = {
  'compiled-cpu': 'the whole step as one graph, in ONNX Runtime on the processor',
  'compiled-cuda': 'the whole step as one graph, in ONNX Runtime on an NVIDIA GPU by CUDA',
  'compiled-webgpu': 'the whole step as one graph, in ONNX Runtime on the GPU by WebGPU',
  cpu: 'TensorFlow.js in plain JavaScript',
  'tfjs-node': 'TensorFlow on the processor',
  'tfjs-node-gpu': 'TensorFlow on an NVIDIA GPU by CUDA',
  wasm: 'TensorFlow.js in WebAssembly',
  webgpu: 'TensorFlow.js on the GPU by WebGPU',
};

/** `compiled-cpu (the whole step as one graph, …)`; a name that is not known stands alone. */
export function explainBackend(name: string): string {
  const meaning = Object.hasOwn(meanings, name) ? meanings[name] : undefined;
  return meaning === undefined ? name : `${name} (${meaning})`;
}
