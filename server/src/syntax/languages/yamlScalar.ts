/** Which loader a config is written for: they differ in what they take for a number. */
export type YamlDialect = 'pyyaml' | 'omegaconf';

/** Marks of Hydra and OmegaConf: an interpolation, an instantiation or a list of defaults. */
const omegaConfMarks = /\$\{[^}\n]*\}|^\s*(?:-\s*)?_target_\s*:|^(?:defaults|hydra)\s*:/m;
/** Marks of jsonargparse, the parser of Lightning's command line; its numbers are OmegaConf's. */
const jsonArgParseMarks = /^\s*(?:-\s*)?(?:class_path|init_args)\s*:/m;

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
  const size = parts.reduce((sum, part) => sum * 60 + Number(part), 0);
  return text.startsWith('-') ? -size : size;
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

/** The number that a tag such as `!!float` makes of a text, or undefined where it makes none. */
export function readTaggedNumber(text: string): number | undefined {
  const trimmed = text.trim();
  const plain = readPlainNumber(trimmed, 'omegaconf');
  if (plain !== undefined) return plain;
  return trimmed === '' || Number.isNaN(Number(trimmed)) ? undefined : Number(trimmed);
}
