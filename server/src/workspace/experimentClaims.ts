import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { fail, type Result } from '../base/result.ts';
import type { AblationRecord } from '../model/ablation.ts';
import { beatMs, type Claim, releaseClaim, renewClaim, tryClaim } from './claim.ts';
import type { WorkspaceFiles } from './files.ts';
import { readAblationRecord } from './runFolder.ts';

interface ExperimentClaimsOptions {
  readonly files: WorkspaceFiles;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An experiment that no other process can take now, as it stands on the disk. */
export interface TakenExperiment {
  readonly claim: Claim;
  readonly record: AblationRecord;
}

/** The claims of this process on experiments: taken, kept and given back. */
export class ExperimentClaims {
  readonly #options: ExperimentClaimsOptions;
  readonly #taking = new Set<string>();
  #renewAt = 0;

  constructor(options: ExperimentClaimsOptions) {
    this.#options = options;
  }

  /** Whether an experiment is being taken, or is being worked on by who has taken it for a moment. */
  isTaking(folder: string): boolean {
    return this.#taking.has(folder);
  }

  /**
   * Does something with an experiment that no other process can take meanwhile, or says why it cannot
   * be taken. `known` is its record where that of the disk cannot be read.
   */
  async withTaken<T>(
    folder: string,
    known: AblationRecord,
    action: (taken: TakenExperiment) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const { files, clock } = this.#options;
    if (this.#taking.has(folder)) return fail('It is going on.');
    this.#taking.add(folder);
    try {
      const claim = await tryClaim(files, folder, clock.now());
      if (!claim.ok) return claim;
      // Whoever had it before may have come further since it was read here.
      const record = (await readAblationRecord(files, folder)) ?? known;
      return await action({ claim: claim.value, record });
    } finally {
      this.#taking.delete(folder);
    }
  }

  /** Says of all of them that their owner lives, where it is time to. */
  async renew(claims: readonly Claim[]): Promise<void> {
    const { clock, files } = this.#options;
    if (clock.now() < this.#renewAt) return;
    this.#renewAt = clock.now() + beatMs;
    for (const claim of claims) await this.#attempt(renewClaim(files, claim), claim);
  }

  async release(claim: Claim): Promise<void> {
    await this.#attempt(releaseClaim(this.#options.files, claim), claim);
  }

  /** A claim that cannot be written stops no run. */
  async #attempt(writing: Promise<void>, { path }: Claim): Promise<void> {
    await writing.catch((error) =>
      this.#options.logger.warn(`The claim ${path} could not be written: ${error}`),
    );
  }
}
