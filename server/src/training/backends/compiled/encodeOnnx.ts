import { PbfWriter } from 'pbf';

import type { Attribute, DataType, Graph, HostValues, Node, Value } from './graph.ts';

/** Of the format (ONNX 1.16) and of the standard operators, as ONNX Runtime 1.30 reads them. */
const irVersion = 10;
const operatorSet = 21;
/** ONNX Runtime's own operators, written `com.microsoft:Name`, have had one version ever since. */
const ownDomain = 'com.microsoft';
const ownOperatorSet = 1;

/** TensorProto.DataType of onnx.proto3. */
const elementTypes: Readonly<Record<DataType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
};
/** AttributeProto.AttributeType of onnx.proto3. */
const attributeTypes: Readonly<Record<Attribute['type'], number>> = {
  float: 1,
  int: 2,
  string: 3,
  ints: 7,
};

/** The bytes of a graph as an ONNX ModelProto; the numbers are the field numbers of onnx.proto3. */
export function encodeOnnx(graph: Graph): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, irVersion);
  writer.writeStringField(2, 'counterweight');
  writer.writeMessage(7, writeGraph, graph);
  writer.writeMessage(8, writeOperatorSet, { domain: '', version: operatorSet });
  writer.writeMessage(8, writeOperatorSet, { domain: ownDomain, version: ownOperatorSet });
  return writer.finish();
}

function writeGraph({ inputs, constants, nodes, outputs }: Graph, writer: PbfWriter): void {
  for (const node of nodes) writer.writeMessage(1, writeNode, node);
  writer.writeStringField(2, 'step');
  for (const constant of constants.values()) writer.writeMessage(5, writeTensor, constant);
  for (const value of inputs) writer.writeMessage(11, writeValueInfo, value);
  for (const value of outputs) writer.writeMessage(12, writeValueInfo, value);
}

function writeNode({ operator, inputs, outputs, attributes }: Node, writer: PbfWriter): void {
  for (const input of inputs) writer.writeStringField(1, input?.name ?? '');
  for (const { name } of outputs) writer.writeStringField(2, name);
  // Named after its first output, so that an error of ONNX Runtime leads to it.
  writer.writeStringField(3, outputs[0]?.name ?? '');
  const [name = '', domain] = operator.split(':').reverse();
  writer.writeStringField(4, name);
  for (const entry of Object.entries(attributes)) writer.writeMessage(5, writeAttribute, entry);
  if (domain !== undefined) writer.writeStringField(7, domain);
}

function writeAttribute([name, attribute]: readonly [string, Attribute], writer: PbfWriter): void {
  writer.writeStringField(1, name);
  switch (attribute.type) {
    case 'float':
      writer.writeFloatField(2, attribute.value);
      break;
    case 'int':
      writer.writeVarintField(3, attribute.value);
      break;
    case 'string':
      writer.writeStringField(4, attribute.value);
      break;
    case 'ints':
      writer.writePackedVarint(8, [...attribute.value]);
      break;
  }
  writer.writeVarintField(20, attributeTypes[attribute.type]);
}

function writeTensor(
  { value, host }: { readonly value: Value; readonly host: HostValues },
  writer: PbfWriter,
): void {
  writer.writePackedVarint(1, [...value.shape]);
  writer.writeVarintField(2, elementTypes[value.dtype]);
  writer.writeStringField(8, value.name);
  // Raw data is little-endian, as is every machine that Node runs on.
  writer.writeBytesField(9, new Uint8Array(host.buffer, host.byteOffset, host.byteLength));
}

function writeValueInfo({ name, shape, dtype }: Value, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(2, writeType, { shape, dtype });
}

type TensorType = Pick<Value, 'dtype' | 'shape'>;

function writeType(type: TensorType, writer: PbfWriter): void {
  writer.writeMessage(1, writeTensorType, type);
}

function writeTensorType({ shape, dtype }: TensorType, writer: PbfWriter): void {
  writer.writeVarintField(1, elementTypes[dtype]);
  writer.writeMessage(2, writeShape, shape);
}

function writeShape(shape: readonly number[], writer: PbfWriter): void {
  for (const size of shape) writer.writeMessage(1, writeDimension, size);
}

function writeDimension(size: number, writer: PbfWriter): void {
  writer.writeVarintField(1, size);
}

function writeOperatorSet(
  { domain, version }: { readonly domain: string; readonly version: number },
  writer: PbfWriter,
): void {
  writer.writeStringField(1, domain);
  writer.writeVarintField(2, version);
}
