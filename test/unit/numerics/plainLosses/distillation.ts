import { logSumExp, softmax } from '../../../../server/src/numerics/balance/softmax.ts';

/** How sharp a teacher's distributions are, in nats. */
export interface TeacherEntropy {
  /** Mean over samples of the entropy of each. */
  readonly mean: number;
  /** Entropy of the mean distribution: low where all samples give the same class (collapse). */
  readonly marginal: number;
  /** `mean` over log K. */
  readonly normalised: number;
}

/**
 * Of softmax((logits − center)/T), as DINO's loss sees the teacher (Caron et al. ICCV 2021, `DINOLoss`). Seed
 * 004 forgets the center and the marginal, without which one-hot collapse and good clusters look alike.
 */
export function teacherEntropy(
  logits: readonly (readonly number[])[],
  center: readonly number[],
  temperature: number,
): TeacherEntropy {
  const rows = logits.map((row) => shifted(row, center, temperature));
  const shares = rows.map(softmax);
  const middle = center.map((_, index) => average(shares.map((row) => row[index] ?? Number.NaN)));
  const mean = average(rows.map(entropyOfLogits));
  return {
    mean,
    marginal: middle.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0),
    normalised: mean / Math.log(center.length),
  };
}

/**
 * The cross entropy H(teacher, student) and its gradient by the student's logits, (p_s − p_t)/T_s, mean over
 * samples. No gradient flows to the teacher.
 */
export function distillationLoss(
  student: readonly (readonly number[])[],
  teacher: readonly (readonly number[])[],
  options: {
    readonly center: readonly number[];
    readonly studentTemperature: number;
    readonly teacherTemperature: number;
  },
): { readonly loss: number; readonly gradient: readonly (readonly number[])[] } {
  const { center, studentTemperature, teacherTemperature } = options;
  const samples = student.map((row, sample) => {
    const logits = row.map((value) => value / studentTemperature);
    const normaliser = logSumExp(logits);
    const targets = softmax(shifted(teacher[sample] ?? [], center, teacherTemperature));
    const own = softmax(logits);
    return {
      loss: targets.reduce(
        (sum, target, index) => sum + target * (normaliser - (logits[index] ?? Number.NaN)),
        0,
      ),
      gradient: own.map(
        (share, index) =>
          (share - (targets[index] ?? Number.NaN)) / studentTemperature / student.length,
      ),
    };
  });
  return {
    loss: average(samples.map(({ loss }) => loss)),
    gradient: samples.map(({ gradient }) => gradient),
  };
}

/** log Σe^z − Σ p z: exact where p is 0 or 1 to working accuracy. */
function entropyOfLogits(logits: readonly number[]): number {
  const shares = softmax(logits);
  const normaliser = logSumExp(logits);
  return shares.reduce(
    (sum, share, index) => sum + share * (normaliser - (logits[index] ?? Number.NaN)),
    0,
  );
}

function shifted(
  row: readonly number[],
  center: readonly number[],
  temperature: number,
): readonly number[] {
  return row.map((value, index) => (value - (center[index] ?? 0)) / temperature);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
