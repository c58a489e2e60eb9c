import { describe, expect, it } from 'vitest';

import { describeTrouble } from '../../../../server/src/training/inspection/describeTrouble.ts';
import {
  describeRange,
  valueRange,
} from '../../../../server/src/training/inspection/valueRange.ts';

describe('what is not finite, in words', () => {
  it('may be the weights of a strategy', () => {
    expect(describeTrouble({ step: 3, kind: 'weights', weights: [1, Number.NaN] })).toMatch(
      /^It begins in step 3, in the strategy: out of finite losses it made the weights 1, NaN\. Hint: /,
    );
  });

  it('may be the data of an earlier step', () => {
    expect(describeTrouble({ step: 3, kind: 'batch', texts: ['the tensor x holds NaN'] })).toMatch(
      /^It begins in step 3, in its data: the tensor x holds NaN\. Hint: /,
    );
  });

  it('may be a constant, or a kernel without a known trap, which gives no hint', () => {
    const values = valueRange([1, Number.NaN]);
    expect(
      describeTrouble({
        ...{ step: 2, kind: 'value', losses: ['a', 'b'], layer: undefined },
        source: { kind: 'outside', tensor: { id: 1, shape: [2] }, values },
      }),
    ).toBe(
      'It begins in step 2, in the forward pass of the losses a, b, with a constant [2] that is NaN in 1 of 2 places.',
    );
    const tensor = { id: 2, shape: [2] };
    const kernel = { kernel: 'Sin', inputs: [tensor], outputs: [tensor], place: undefined };
    expect(
      describeTrouble({
        ...{ step: 2, kind: 'slope', loss: 'a', layer: 'net.1' },
        source: {
          ...{ kind: 'kernel', inputs: [valueRange([1, 2.5])], output: values, slopeInputs: [] },
          kernel: { ...kernel, slopeOf: undefined },
        },
      }),
    ).toBe(
      'It begins in step 2, in the gradient of the loss a, which is finite itself: Sin of 1 to 2.5, shape [2], gives NaN in 1 of 2 places (layer net.1).',
    );
  });

  it.each([
    [[0], '0'],
    [[1.23456, -2], '-2 to 1.235'],
    [[1, Number.POSITIVE_INFINITY], '1 and infinite'],
    [[Number.NaN], 'no finite value'],
  ])('has ranges: %j is %s', (values, words) => {
    expect(describeRange(valueRange(values))).toBe(words);
  });
});
