import type { Peer } from './runPeer.mts';

export const peers: readonly Peer[] = [
  { name: 'csv-parse', title: 'csv-parse, cells only', language: 'JavaScript' },
  {
    name: 'node-json',
    title: '`JSON.parse` of each line, whole file in memory',
    language: 'JavaScript',
  },
  {
    name: 'papaparse',
    title: 'Papa Parse, cells only, whole file in memory',
    language: 'JavaScript',
  },
  { name: 'protobufjs', title: 'protobufjs, no checksum, nothing kept', language: 'JavaScript' },
  { name: 'python-csv', title: 'Python `csv` and `float`, nothing kept', language: 'Python' },
  { name: 'python-json', title: 'Python `json` of each line, nothing kept', language: 'Python' },
  {
    name: 'rustboard',
    title: "TensorBoard's Rust core, no checksum, 1,000 points a tag",
    language: 'Python',
  },
  {
    name: 'rustboard-all',
    title: "TensorBoard's Rust core, checksums, all points",
    language: 'Python',
  },
  {
    name: 'tensorboard-accumulator',
    title: "TensorBoard's EventAccumulator",
    language: 'Python',
    isSlow: true,
  },
  {
    name: 'tensorboard-loader',
    title: "TensorBoard's EventFileLoader",
    language: 'Python',
    isSlow: true,
  },
  {
    name: 'wandb-datastore',
    title: "wandb's datastore.py, nothing kept",
    language: 'Python',
    isSlow: true,
  },
];
