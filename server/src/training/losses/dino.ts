import { z } from 'zod';

import { detach } from '../detach.ts';
import type { Loss } from '../loss.ts';
import { extentOf } from '../lossShapes.ts';

const options = z.strictObject({
  student_temperature: z
    .number()
    .positive()
    .default(0.1)
    .describe(
      'T_s. The gradient is (p_s − p_t)/T_s: raising it makes the gradient smaller, unless the student is saturated.',
    ),
  teacher_temperature: z
    .number()
    .positive()
    .default(0.04)
    .describe('T_t, below T_s; from about 0.07 on the outputs may become uniform.'),
  same_view: z
    .enum(['skip', 'keep'])
    .default('skip')
    .describe(
      'Whether the pairs of one view with itself are left out: the first views of the student are those of the teacher.',
    ),
});

type Options = z.infer<typeof options>;

/** H(softmax((t − c)/T_t), softmax(s/T_s)) over pairs of views, mean over pairs and batch. */
export const dino: Loss<Options, 'student' | 'teacher' | 'center'> = {
  name: 'dino',
  description:
    'Cross entropy of the student with the sharpened and centered teacher. Uniform outputs have log K with K prototypes.',
  source: 'Caron et al., ICCV 2021, eq. 2 and 3; dino main_dino.py, DINOLoss.',
  trap: 'The teacher is detached and centered here; figures of its entropy without the center are of another distribution. Raising T_t against targets that are too sharp risks uniform outputs; raising T_s lowers the gradient. Loss → log K says that both collapsed to uniform, entropy of the mean output → 0 that they collapsed to one prototype.',
  inputs: {
    student: {
      meaning: 'Logits of the student for each view.',
      shape: ['studentViews', 'batch', 'prototypes'],
    },
    teacher: {
      meaning: 'Logits of the teacher for its views.',
      shape: ['teacherViews', 'batch', 'prototypes'],
      constant: true,
    },
    center: {
      meaning: "Moving mean of the teacher's logits, kept by the task (c ← 0.9 c + 0.1 mean).",
      shape: ['prototypes'],
      constant: true,
    },
  },
  options,
  example: {
    inputs: { student: [[[1, 0.5, -0.2]]], teacher: [[[2, 1, 0]]], center: [0.3, 0.3, 0.3] },
    options: { same_view: 'keep', teacher_temperature: 0.05 },
    value: 0.0067215,
  },
  problem({ same_view }, dimensions) {
    const views = Math.max(
      extentOf(dimensions, 'studentViews'),
      extentOf(dimensions, 'teacherViews'),
    );
    return same_view === 'skip' && views === 1
      ? 'with one view on either side and same_view skip there is no pair'
      : undefined;
  },
  create(tf, given, dimensions) {
    const { student_temperature, teacher_temperature } = given;
    const pairs = viewPairs(given, dimensions);
    const count = pairs.flat().filter((weight) => weight > 0).length;
    // [studentViews, teacherViews], so that each view of the student gets the targets it has to match.
    const mask = tf.keep(tf.tensor2d(pairs.map((row) => row.map((weight) => weight / count))));
    return {
      compute({ student, teacher, center }) {
        const [views = 1, batch = 1, prototypes = 1] = student.shape;
        const centered = tf.sub(detach(tf, teacher), detach(tf, center));
        const sharp = tf.softmax(tf.div(centered, teacher_temperature));
        const targets = tf.matMul(mask, tf.reshape(sharp, [-1, batch * prototypes]));
        const found = tf.logSoftmax(tf.div(student, student_temperature));
        const products = tf.mul(tf.reshape(targets, [views, batch, prototypes]), found);
        return tf.mul(tf.sum(products), -1 / batch);
      },
      dispose: () => mask.dispose(),
    };
  },
};

/** 1 for each pair that counts, by the view of the student and that of the teacher. */
function viewPairs(
  { same_view }: Options,
  dimensions: Readonly<Record<string, number>>,
): number[][] {
  return Array.from({ length: extentOf(dimensions, 'studentViews') }, (_, own) =>
    Array.from({ length: extentOf(dimensions, 'teacherViews') }, (_view, other) =>
      same_view === 'skip' && own === other ? 0 : 1,
    ),
  );
}
