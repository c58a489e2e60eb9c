import type { Graph, HostValues, Node } from './graph.ts';

/** Where two recordings of one computation differ, in words; undefined where they are the same. */
export function findDifference(first: Graph, second: Graph): string | undefined {
  return differentConstant(first, second) ?? differentNode(first, second);
}

/** Constants of another shape in the same place are a sign of other nodes, which say it better. */
function differentConstant(first: Graph, second: Graph): string | undefined {
  for (const [name, { value, host }] of first.constants) {
    const other = second.constants.get(name)?.host;
    if (!other || other.length !== host.length || areEqual(host, other)) continue;
    return `a tensor of shape [${value.shape.join(', ')}] that is made on the host has other values each time`;
  }
  return undefined;
}

function differentNode(first: Graph, second: Graph): string | undefined {
  const count = Math.max(first.nodes.length, second.nodes.length);
  for (let index = 0; index < count; index += 1) {
    const [one, other] = [first.nodes[index], second.nodes[index]];
    if (one && other && nodeText(one) === nodeText(other)) continue;
    const names = [one, other].map((node) => node?.operator ?? 'nothing').join(', then ');
    return `its operation ${index + 1} is ${names}`;
  }
  return undefined;
}

function nodeText({ operator, inputs, outputs, attributes }: Node): string {
  const names = [...inputs, ...outputs].map((value) => value && [value.name, value.shape]);
  return JSON.stringify([operator, names, attributes]);
}

/** Bit by bit: NaN is equal to itself, 0 and −0 differ. */
function areEqual(first: HostValues, second: HostValues): boolean {
  return Buffer.compare(bytesOf(first), bytesOf(second)) === 0;
}

function bytesOf({ buffer, byteOffset, byteLength }: HostValues): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
