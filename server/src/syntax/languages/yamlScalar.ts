/** Which loader a config is written for: they differ in what they take for a number. */
export type YamlDialect = 'pyyaml' | 'omegaconf';

/**
 * Marks of Hydra and OmegaConf: an interpolation, an instantiation, a list of defaults, a package.
 * All of them stay on their line, and none looks far ahead, so that no text takes long.
 */
const omegaConfMarks =
  /\$\{[^{}\n]{0,200}\}|^[ \t]*(?:-[ \t]*)?_target_[ \t]*:|^(?:defaults|hydra)[ \t]*:|^#[ \t]*@package[ \t]/m;
/** Marks of jsonargparse, the parser of Lightning's command line; its numbers are OmegaConf's. */
const jsonArgParseMarks = /^[ \t]*(?:-[ \t]*)?(?:class_path|init_args)[ \t]*:/m;

/**
 * OmegaConf and jsonargparse show themselves by their own idioms; everything else is read as PyYAML
 * reads it. A file that is meant for ruamel.yaml, which takes `1e-2` for a number too, shows nothing.
 */
export function detectDialect(text: string): YamlDialect {
  return omegaConfMarks.test(text) || jsonArgParseMarks.test(text) ? 'omegaconf' : 'pyyaml';
}

// PyYAML 6 resolver.py, class Resolver.
const pyYamlFloat =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/;
// omegaconf/_utils.py, get_yaml_loader: the exponent needs neither dot nor sign.
const omegaConfFloat =
  /^(?:[-+]?[0-9]+(?:_[0-9]+)*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+(?:_[0-9]+)*[eE][-+]?[0-9]+|\.[0-9]+(?:_[0-9]+)*(?:[eE][-+][0-9]+)?)$/;
const decimalInteger = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const prefixedInteger = /^([-+]?)(0b[0-1_]+|0x[0-9a-fA-F_]+|0[0-7_]+)$/;
const sexagesimal = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const infinity = /^([-+]?)\.(?:inf|Inf|INF)$/;
const notANumber = /^\.(?:nan|NaN|NAN)$/;
const truths = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const untruths = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const nulls = /^(?:~|null|Null|NULL|)$/;

/** The value of an unquoted YAML scalar, as the loader of the dialect reads it. */
export function readPlainScalar(
  text: string,
  dialect: YamlDialect,
): string | number | boolean | null {
  if (nulls.test(text)) return null;
  if (truths.test(text)) return true;
  if (untruths.test(text)) return false;
  return readPlainNumber(text, dialect) ?? text;
}

function readPlainNumber(text: string, dialect: YamlDialect): number | undefined {
  const float = dialect === 'pyyaml' ? pyYamlFloat : omegaConfFloat;
  if (decimalInteger.test(text) || float.test(text)) {
    // Python's integers have no −0.
    return Number(text.replaceAll('_', '')) + 0;
  }
  if (notANumber.test(text)) return Number.NaN;
  const infinite = infinity.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return readPrefixedInteger(text) ?? readSexagesimal(text);
}

/** `1:30` is 90 in YAML 1.1; of whole numbers the first digit must not be 0. */
function readSexagesimal(text: string): number | undefined {
  if (!sexagesimal.test(text) || (/^[-+]?0/.test(text) && !text.includes('.'))) return undefined;
  const parts = text.replaceAll(/[-+_]/g, '').split(':');
  const size = inBase60(parts);
  return text.startsWith('-') ? -size : size;
}

/** The way PyYAML goes, from the last part on, so that the rounding is the same. */
function inBase60(parts: readonly string[]): number {
  let base = 1;
  let sum = 0;
  for (const part of parts.toReversed()) {
    sum += Number(part) * base;
    base *= 60;
  }
  return sum;
}

function readPrefixedInteger(text: string): number | undefined {
  const match = prefixedInteger.exec(text);
  if (!match) return undefined;
  const digits = (match[2] ?? '').replaceAll('_', '');
  // YAML 1.1 writes octal as 010, JavaScript as 0o10.
  const value = Number(/^0[bx]/.test(digits) ? digits : `0o0${digits.slice(1)}`);
  if (Number.isNaN(value)) return undefined;
  return match[1] === '-' ? -value : value;
}

/**
 * What a tag makes of a text, whatever quotes it stands in, as PyYAML constructs it: the text itself
 * where it is none of the tag's, and null for tags that only the program knows.
 */
export function readTaggedScalar(tag: string, content: string): string | number | boolean | null {
  switch (tag) {
    case 'tag:yaml.org,2002:float':
      return readTaggedFloat(content.replaceAll('_', '').toLowerCase()) ?? content;
    case 'tag:yaml.org,2002:int':
      return readTaggedInteger(content.replaceAll('_', '').trim()) ?? content;
    case 'tag:yaml.org,2002:bool':
      return readTaggedTruth(content) ?? content;
    case 'tag:yaml.org,2002:str':
    case 'tag:yaml.org,2002:binary':
    case 'tag:yaml.org,2002:timestamp':
    case '!':
      return content;
    default:
      return null;
  }
}

const pythonFloat = /^(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/;

/** PyYAML 6 constructor.py, construct_yaml_float: what Python's own float() takes is taken too. */
function readTaggedFloat(text: string): number | undefined {
  const trimmed = text.trim();
  const found = readFloatSize(trimmed.replace(/^[-+]/, ''));
  return found !== undefined && trimmed.startsWith('-') ? -found : found;
}

function readFloatSize(size: string): number | undefined {
  if (/^(?:\.?inf|infinity)$/.test(size)) return Number.POSITIVE_INFINITY;
  if (/^\.?nan$/.test(size)) return Number.NaN;
  if (size.includes(':')) {
    const parts = size.split(':');
    return parts.every((part) => pythonFloat.test(part)) ? inBase60(parts) : undefined;
  }
  return pythonFloat.test(size) ? Number(size) : undefined;
}

/** PyYAML 6 constructor.py, construct_yaml_int: a leading 0 makes it octal. */
function readTaggedInteger(text: string): number | undefined {
  if (decimalInteger.test(text)) return Number(text) + 0;
  return readPrefixedInteger(text.replace(/^([-+]?0)o/i, '$1')) ?? readSexagesimal(text);
}

function readTaggedTruth(text: string): boolean | undefined {
  if (/^(?:yes|true|on)$/i.test(text)) return true;
  return /^(?:no|false|off)$/i.test(text) ? false : undefined;
}
