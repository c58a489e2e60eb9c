import type { Addend, ConfigDocument, Operand, WeightedSum } from '../syntax/configTree.ts';
import { isLossWord, toTermName, WordMemory } from './keyWords.ts';
import { namesKnownLoss } from './lossVocabulary.ts';
import { namesSomethingElse } from './notAWeight.ts';

/** A factor that weighs a loss in a sum of a program. */
export interface Weighing {
  readonly operand: Operand;
  readonly sum: WeightedSum;
  /** Short name of the loss. */
  readonly name: string;
  /** From 0 to 1. */
  readonly confidence: number;
}

/** The factors of a program's sums that weigh losses: numbers, and names of weights. */
export function findWeighings(document: ConfigDocument): readonly Weighing[] {
  const names = new WordMemory();
  return (document.sums ?? []).flatMap((sum) => {
    if (isAverage(sum, names)) return [];
    return sum.addends.flatMap((addend) => weighingsOf(sum, addend, names));
  });
}

/** What a product is about. */
interface Product {
  readonly sum: WeightedSum;
  readonly addend: Addend;
  /** The factor that is the loss; a formula has no name. */
  readonly term: Operand;
  /** True where its name says so; `kl` or `value` do that only in a sum that becomes a loss. */
  readonly termIsLoss: boolean;
  readonly targetIsLoss: boolean;
  /** True where it is added to something. */
  readonly isAdded: boolean;
  readonly names: WordMemory;
}

function weighingsOf(sum: WeightedSum, addend: Addend, names: WordMemory): readonly Weighing[] {
  const product = readProduct(sum, addend, names);
  if (!product) return [];
  return addend.operands.flatMap((operand) => {
    if (operand === product.term || operand.divides) return [];
    const confidence =
      operand.kind === 'number'
        ? literalConfidence(operand, product)
        : nameConfidence(operand, product);
    return confidence === 0 ? [] : [{ operand, sum, name: nameOf(operand, product), confidence }];
  });
}

function readProduct(sum: WeightedSum, addend: Addend, names: WordMemory): Product | undefined {
  const term = termOf(addend, names);
  if (!term) return undefined;
  const words = names.of(term.name);
  const targetIsLoss =
    saysLoss(names.of(sum.target)) ||
    addend.operands.some((operand) => isNamedAfter(operand, sum.target, names));
  const termIsLoss = saysLoss(words) || (targetIsLoss && namesKnownLoss(words));
  if (!(termIsLoss || targetIsLoss) || counts(words)) return undefined;
  const isAdded = sum.accumulates || sum.addends.some((other) => !within(other, addend));
  return { sum, addend, term, termIsLoss, targetIsLoss, isAdded, names };
}

function within(inner: Addend, outer: Addend): boolean {
  return inner.range.start >= outer.range.start && inner.range.end <= outer.range.end;
}

/** The factor that is weighed: the one that is named as a loss, else the one that is no weight. */
function termOf({ operands }: Addend, names: WordMemory): Operand | undefined {
  if (operands.length < 2) return undefined;
  const others = operands.filter(({ kind, divides }) => kind !== 'number' && !divides);
  const named = others.filter((operand) => !isWeightName(operand, names));
  return (
    named.find(({ name }) => saysLoss(names.of(name))) ??
    named.find(({ name, definition }) => !definition && namesKnownLoss(names.of(name))) ??
    named.find(({ kind }) => kind === 'expression') ??
    named.find(({ definition }) => !definition)
  );
}

/** Numbers that belong to formulas and averages more often than they are weights. */
const formulaConstants = new Set([0, 0.25, 0.5, 1, 2, 4]);

/** How sure it is that a number in a product is a weight; 0 where it is none. */
function literalConfidence({ value = 0 }: Operand, product: Product): number {
  const { addend, isAdded, termIsLoss } = product;
  const isConstant = formulaConstants.has(Math.abs(value));
  const numbers = addend.operands.filter(({ kind }) => kind === 'number');
  // Half of a sum is its mean, and several numbers are an expression of their own.
  const isFormula = addend.isGroup || numbers.length > 1;
  if (isAdded && termIsLoss && !isFormula) return 0.9;
  return isConstant ? 0 : oddConfidence(product, isFormula);
}

/** The same for a number that nobody would write without meaning a weight. */
function oddConfidence(product: Product, isFormula: boolean): number {
  if (product.isAdded) return isFormula || product.targetIsLoss ? 0.6 : 0;
  return product.termIsLoss && !isFormula ? 0.6 : 0;
}

/** How sure it is that a name in a product is a weight; 0 where it is none. */
function nameConfidence(operand: Operand, product: Product): number {
  const { term, termIsLoss, names } = product;
  const words = names.of(operand.name);
  if (operand.kind !== 'reference' || counts(words)) return 0;
  if (termIsLoss && isNamedAfter(operand, term.name, names)) return 0.95;
  if (namesSomethingElse(words)) return 0;
  if (isWeightName(operand, names)) return termIsLoss ? 0.95 : 0.85;
  return isNumberBeforeLoss(operand, product) ? 0.8 : 0;
}

/** `alpha * hint_loss` in a sum that becomes a loss, where `alpha` is given a number. */
function isNumberBeforeLoss({ definition, name }: Operand, product: Product): boolean {
  const node = definition?.node;
  const isNumber = node?.kind === 'scalar' && typeof node.value === 'number';
  // Further factors make a formula of it, as in the focal loss: alpha · (1 − p)^gamma · log p.
  if (!isNumber || product.addend.operands.length !== 2 || !product.targetIsLoss) return false;
  if (product.termIsLoss) return true;
  return product.isAdded && regularizes.test(product.names.of(name).at(-1) ?? '');
}

/** `loss += opacity_reg * opacities.mean()` */
const regularizes = /^(?:reg|regularization|penalty)$/;

/** Words of names that weigh; `betan` and `lambda1` are written in one. */
const weighing =
  /^(?:lambd?a?|lam|lmb?da|lmd|lbda?|weights?|coeffs?|coefs?|coefficients?|w|wt)\d*$/;
/** These weigh at either end of a name only: the `w` of `loss_u_w_fp` is for `weak`. */
const short = /^(?:w|wt|lam)\d*$/;

function isWeightName({ kind, name }: Operand, names: WordMemory): boolean {
  if (kind !== 'reference') return false;
  const words = names.of(name);
  return words.some(
    (word, index) =>
      weighing.test(word) && (!short.test(word) || index === 0 || index === words.length - 1),
  );
}

/** What is left of the name of a weight: `std` of `std_coeff`. */
function weighedWords(operand: Operand, names: WordMemory): readonly string[] {
  if (!isWeightName(operand, names)) return [];
  return names.of(operand.name).filter((word) => !weighing.test(word));
}

/** `std_coeff * std_loss`, and `d['opacity'] = lambda_opacity * x`: the weight bears the name of what it weighs. */
function isNamedAfter(weight: Operand, name: string, names: WordMemory): boolean {
  const weighed = weighedWords(weight, names).join(' ');
  const words = names.of(name.split('.').at(-1) ?? '').filter((word) => !isLossWord(word));
  return weighed !== '' && weighed === words.join(' ');
}

/** Words of what is counted, measured in time or divided by: a mean is multiplied back with them. */
const counting = new Set([
  ...['batch', 'size', 'num', 'n', 'len', 'length', 'count', 'counts', 'steps', 'step', 'epoch'],
  ...['epochs', 'iters', 'iter', 'accum', 'accumulation', 'world', 'total', 'lr', 'eps', 'epsilon'],
  ...['temperature', 'temp', 'tau', 't', 'scaler', 'mask', 'bs', 'dt', 'gpus', 'time', 'decay'],
]);

function counts(words: readonly string[]): boolean {
  return words.some((word) => counting.has(word));
}

const lossLike = new Set(['penalty', 'objective', 'elbo', 'err', 'regularizer', 'errd', 'errg']);

/** True for words that say that it is a loss: `loss`, `criterion`, `klloss`, `penalty`. */
function saysLoss(words: readonly string[]): boolean {
  return words.some(
    (word) => isLossWord(word) || lossLike.has(word) || /\w(?:loss|losses)$/.test(word),
  );
}

const averaging = new Set([
  'avg',
  'average',
  'ema',
  'running',
  'smoothed',
  'moving',
  'mean',
  'meter',
  'history',
  // Of assigning predictions to targets: nothing is trained by it.
  'cost',
]);

/** `avg = 0.9 * avg + 0.1 * loss`, and sums for the log. */
function isAverage(sum: WeightedSum, names: WordMemory): boolean {
  const { target, addends } = sum;
  const words = names.of(target);
  if (words.some((word) => averaging.has(word))) return true;
  const name = target.split('.').at(-1) ?? '';
  const repeats = addends.some(
    ({ operands }) =>
      operands.length > 1 &&
      operands.some((operand) => operand.text === target || operand.name === name),
  );
  return repeats && !isScaled(sum, names);
}

/** `loss_id = loss_id * 0.5 + loss_gf * 2` weighs two losses; the weights of an average make 1. */
function isScaled({ target, addends }: WeightedSum, names: WordMemory): boolean {
  const name = names.of(target.split('.').at(-1) ?? '');
  const weights = addends.map(({ operands }) => operands.find(({ kind }) => kind === 'number'));
  const sum = weights.reduce((total, weight) => total + (weight?.value ?? Number.NaN), 0);
  const isPlain = addends.every(({ operands }) => operands.length === 2);
  const isNamed = saysLoss(name) && toTermName(name) !== '';
  return isNamed && isPlain && Number.isFinite(sum) && Math.abs(sum - 1) > 1e-9;
}

const verbs = new Set([
  'calc',
  'calculate',
  'compute',
  'get',
  'forward',
  'lambda',
  'weight',
  'coef',
  'w',
  'coeff',
  'call',
  'init',
]);

/** After the loss; where it has no name, after the weight or what the sum becomes. */
function nameOf(operand: Operand, { term, termIsLoss, sum, names }: Product): string {
  const weight = operand.kind === 'reference' ? operand.name : '';
  const targets = sum.target.split('.').reverse();
  const isNamed =
    isNamedAfter(operand, sum.target, names) ||
    (!termIsLoss && regularizes.test(names.of(weight).at(-1) ?? ''));
  const candidates = isNamed ? [weight] : [term.name, weight, ...targets];
  for (const candidate of candidates) {
    const found = toTermName(names.of(candidate).filter((word) => !verbs.has(word)));
    if (found !== '') return found;
  }
  return 'loss';
}
