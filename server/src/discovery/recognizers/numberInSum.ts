import type { Recognizer } from '../recognizer.ts';

/** `loss = a + 0.1 * b`, `loss += 0.1 * b`. */
export const numberInSum: Recognizer = {
  name: 'number-in-sum',
  description: 'A number that multiplies a loss in a sum of losses of a program.',
  examples: [
    {
      language: 'python',
      text: `g_loss = 0.001 * adversarial_loss(fake, valid) + 0.999 * pixelwise_loss(fake, real)
#        ^^^^^
loss += 10 * self.cycle_loss(a, b).mean()
#       ^^
(recon_loss + 1e-4 * kl).backward()
#             ^^^^
loss_identity = criterion_identity(same, real) * 5.0
#                                                ^^^
d_loss = 0.5 * (real_loss + fake_loss)
kl = -0.5 * torch.sum(1 + logvar - mu ** 2)
average = 0.9 * average + 0.1 * loss
gray = 0.3 * red + 0.6 * green
loss = loss / 4
loss_rgb = loss_rgb * 5
#                     ^
loss_id = loss_id * 0.5 + loss_flow * 2
#                   ^^^
loss_slow = loss_slow * 0.9 + loss_now * 0.1
`,
      finds: [
        { name: 'adversarial', weight: 0.001 },
        { name: 'pixelwise', weight: 0.999 },
        { name: 'cycle', weight: 10 },
        { name: 'kl', weight: 1e-4 },
        { name: 'identity', weight: 5 },
        { name: 'rgb', weight: 5 },
        { name: 'id', weight: 0.5 },
        { name: 'flow', weight: 2 },
      ],
    },
  ],
  recognize(_document, _places, weighings) {
    const seen = new Map<string, number>();
    return weighings.flatMap(({ operand, sum, name, confidence }) => {
      const { kind, range, text, value } = operand;
      if (kind !== 'number' || value === undefined) return [];
      // The same path as before an edit elsewhere: by names, and not by where it stands.
      const place = [...sum.scope, ...sum.target.split('.'), name];
      const before = seen.get(place.join('.')) ?? 0;
      seen.set(place.join('.'), before + 1);
      return [
        {
          name,
          path: [...place, `number ${before + 1}`],
          weight: value,
          text,
          keyRange: range,
          valueRange: range,
          kind: 'hard-coded' as const,
          confidence,
          recognizer: 'number-in-sum',
        },
      ];
    });
  },
};
