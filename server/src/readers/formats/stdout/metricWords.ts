/** Words that only a measured quality of a model goes by. */
const measures =
  /loss|(?<![a-z])(?:acc|accuracy|ppl|perplexity|bpc|bpb|mse|rmse|mae|f1|auc|auroc|m?iou|dice|psnr|ssim|lpips|fid|bleu|rouge|wer|cer|nll|elbo|kld?|bce|precision|recall|rewards?|top1|top5)(?![a-z])|mAP/;
/** What programs print beside them. */
const companions =
  /^(?:lr|learning rate|time|data|batch time|data time|dt|speed|mem|memory|grad norm|gnorm|wd|momentum|temperature|beta|eps|epsilon)$/;
/** Words that say which of several losses it is. */
const qualifiers =
  /^(?:train|training|val|valid|validation|test|testing|eval|evaluation|dev|avg|average|mean|running|total|best|final|epoch|batch|gen|generator|disc|discriminator|critic|actor|policy|value|[a-z])$/;

/** Which figures a word before them speaks of; undefined where it says nothing of the kind. */
export function modeOf(word: string): 'train' | 'val' | 'test' | undefined {
  if (/^train(?:ing)?$/i.test(word)) return 'train';
  if (/^(?:val|valid|validation|eval|evaluation|dev)$/i.test(word)) return 'val';
  return /^test(?:ing)?$/i.test(word) ? 'test' : undefined;
}

/** Whether a name is that of a quality of a model: `loss`, `valAcc`, `Top1`, `mAP`. */
export function isMeasure(name: string): boolean {
  if (/lossless/i.test(name)) return false;
  return measures.test(name.replace(/([a-z])(?=[A-Z])/g, '$1 ').replace(/[A-Z]+/g, toLower));
}

/** Whether a name may stand before its number without a sign in between: `train loss`, `Time`. */
export function isPlainName(name: string): boolean {
  const lower = name.toLowerCase();
  if (companions.test(lower)) return true;
  const words = lower.split(' ');
  return isMeasure(words.at(-1) ?? '') && words.every(isPart);
}

function isPart(word: string): boolean {
  return isMeasure(word) || qualifiers.test(word.replace(/\.$/, ''));
}

/** `mAP` stays as it is: a map is another thing. */
function toLower(capitals: string, at: number, text: string): string {
  return capitals === 'AP' && text[at - 2] === 'm' ? capitals : capitals.toLowerCase();
}
