import type { Config, TrainedArm } from './trainArm.mts';

export interface FlowEditArm {
  readonly seed: number;
  /** Units of each hidden layer of the editor. */
  readonly editor: number;
  readonly steps?: number;
  readonly velocityWeight?: number;
  readonly renderWeight?: number;
  /** More keys of flow_matching. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** The world of E1 (science notes, §5): batch 128, Adam at 0.002 throughout, a renderer 64 units wide. */
export function flowEditConfig(arm: FlowEditArm): Config {
  return {
    task: 'flow-edit',
    seed: arm.seed,
    steps: arm.steps ?? 3000,
    batch_size: 128,
    // Once, at the end.
    evaluate_every: 1_000_000,
    optimizer: { name: 'adam', learning_rate: 0.002 },
    model: {
      transformer: {
        editor: {
          width: arm.editor,
          flow_matching: {
            velocity_loss_weight: arm.velocityWeight ?? 1,
            render_loss_weight: arm.renderWeight ?? 1,
            ...arm.more,
          },
        },
      },
      renderer: { width: 64 },
    },
  };
}

/** Mean squared error of the rendered pictures, which lie within [0, 1], after 8 Euler steps. */
export function renderError({ last }: TrainedArm): number {
  return 10 ** (-(last['psnr@8'] ?? Number.NaN) / 10);
}
