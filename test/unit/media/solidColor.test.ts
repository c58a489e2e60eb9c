import { describe, expect, it } from 'vitest';

import { solid } from '../../../media/src/solidColor.ts';

describe('the colours of curves', () => {
  it('are those of the theme, unless these are too faint for a line', () => {
    const fallback = '#d18616';
    expect(solid('#3794ff', fallback)).toBe('#3794ff');
    expect(solid('#3794ffFF', fallback)).toBe('#3794ffFF');
    expect(solid('rgb(1, 2, 3)', fallback)).toBe('rgb(1, 2, 3)');
    expect(solid('#d1861666', fallback)).toBe(fallback);
    expect(solid('rgba(209, 134, 22, 0.4)', fallback)).toBe(fallback);
  });
});
