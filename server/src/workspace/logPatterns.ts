import { dirname } from 'node:path';

import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { type ReadyLogPattern, readyLogPatterns } from '../discovery/logPatterns.ts';
import type { ChosenFormat } from '../ingest/chosenFormats.ts';
import type { IngestLoop } from '../ingest/ingestLoop.ts';
import type { ConfigProblem } from '../model/finding.ts';
import type { LogFormat } from '../readers/logFormat.ts';
import { type PatternTally, userPatternFormat } from '../readers/userPattern.ts';
import type { LogRoot } from './configView.ts';
import type { FoundProject } from './engineChoice.ts';
import {
  type PatternHint,
  patternHints,
  patternProblems,
  untrustedProblems,
} from './patternReport.ts';
import type { OpenProject } from './projectFiles.ts';

export interface LogPatternsOptions {
  readonly ingest: Pick<IngestLoop, 'setFormats' | 'settled' | 'onDidChange'>;
  /** Expressions of a workspace are run only where its user trusts it. */
  readonly trusted: () => boolean;
}

/** What the editor shows of an open `counterweight.yaml`. */
export interface ProjectView extends OpenProject {
  /** How much of its logs each pattern reads. */
  readonly hints: readonly PatternHint[];
}

/** The patterns of one `counterweight.yaml`. */
interface Followed {
  /** What it says, to notice that it says something else. */
  readonly key: string;
  /** Whether every entry can be run. */
  readonly isSound: boolean;
  readonly ready: readonly ReadyLogPattern[];
  readonly formats: Map<string, LogFormat>;
  readonly chosen: ChosenFormat;
  readonly roots: readonly LogRoot[];
}

/** Reads logs by `log_patterns` of every `counterweight.yaml` that speaks for something open. */
export class LogPatterns implements Disposable {
  readonly #options: LogPatternsOptions;
  readonly #tallies = new Map<string, PatternTally>();
  readonly #changed = new Emitter<void>();
  readonly #listening: Disposable;
  #followed: ReadonlyMap<string, Followed> = new Map();
  #wasTrusted = false;
  /** Counts the times that other patterns were taken up, and which of them was read to its end. */
  #applied = 0;
  #settled = 0;

  /** What is said of the patterns may have changed. */
  readonly onDidChange = this.#changed.event;

  constructor(options: LogPatternsOptions) {
    this.#options = options;
    this.#listening = options.ingest.onDidChange(() => {
      if (this.#followed.size > 0) this.#changed.fire();
    });
  }

  /** Reads by these from now on, and no longer by any others. */
  follow(projects: readonly FoundProject[]): void {
    const trusted = this.#options.trusted();
    const before = this.#followed;
    const next = new Map<string, Followed>();
    for (const found of projects) {
      const followed = this.#prepare(found, next.get(found.path) ?? before.get(found.path));
      if (followed) next.set(found.path, followed);
    }
    this.#followed = next;
    if (trusted === this.#wasTrusted && isSame(before, next)) return;
    this.#wasTrusted = trusted;
    this.#apply(trusted ? [...next.values()].map(({ chosen }) => chosen) : []);
  }

  /** Where the logs lie that the patterns of a project read. */
  rootsOf(path: string | undefined): readonly LogRoot[] {
    if (path === undefined || !this.#wasTrusted) return [];
    return this.#followed.get(path)?.roots ?? [];
  }

  /** An open file, with what there is to say of its patterns beside what is wrong in its text. */
  view(open: OpenProject): ProjectView {
    const problems = [...open.problems, ...this.#problems(open)];
    return { ...open, problems, hints: this.#hints(open) };
  }

  #problems({ path, text }: OpenProject): readonly ConfigProblem[] {
    const followed = this.#followed.get(path);
    if (!followed) return [];
    if (!this.#wasTrusted) return untrustedProblems(text);
    if (!followed.isSound || this.#settled !== this.#applied) return [];
    return patternProblems(text, dirname(path), followed.ready, this.#tallies);
  }

  #hints({ path, text }: OpenProject): readonly PatternHint[] {
    const followed = this.#followed.get(path);
    if (!followed?.isSound || !this.#wasTrusted) return [];
    return patternHints(text, followed.ready, this.#tallies);
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changed.dispose();
  }

  #apply(chosen: readonly ChosenFormat[]): void {
    const { ingest } = this.#options;
    this.#applied += 1;
    const applied = this.#applied;
    ingest.setFormats(chosen);
    void ingest.settled().then(() => {
      this.#settled = applied;
      this.#changed.fire();
    });
    this.#changed.fire();
  }

  /** A file is read from its beginning; whatever comes of it can then be said. */
  #begin(path: string, tally: PatternTally): void {
    this.#tallies.set(path, tally);
    void this.#options.ingest.settled().then(() => this.#changed.fire());
  }

  #prepare({ path, project }: FoundProject, before: Followed | undefined): Followed | undefined {
    const entries = project?.log_patterns ?? [];
    if (entries.length === 0) return undefined;
    const key = JSON.stringify(entries);
    if (before?.key === key) return before;
    const ready = readyLogPatterns(project, dirname(path));
    const isSound = ready.length === entries.length;
    // While somebody types an expression, what was read by the last one stays.
    if (before && !isSound) return { ...before, key, isSound };
    const formats = new Map<string, LogFormat>();
    const known = (name: string): LogFormat | undefined =>
      formats.get(name) ?? before?.formats.get(name);
    const formatOf = (file: string): LogFormat | undefined => {
      const own = ready.filter(({ files }) => files.some((glob) => glob.matches(file)));
      if (own.length === 0) return undefined;
      // A file whose entries are as they were is not read again.
      const name = JSON.stringify(own.map(({ index }) => entries[index]));
      const format = known(name) ?? this.#createFormat(own);
      formats.set(name, format);
      return format;
    };
    const paths = [...new Set(ready.flatMap(({ files }) => files.map(({ root }) => root)))];
    const because = 'log_patterns of counterweight.yaml names it';
    const holds = (run: string): boolean => formatOf(run) !== undefined;
    const roots = paths.map((root) => ({ path: root, because, confidence: 1, holds }));
    return { key, isSound, ready, formats, roots, chosen: { roots: paths, formatOf } };
  }

  #createFormat(own: readonly ReadyLogPattern[]): LogFormat {
    return userPatternFormat(
      own.map(({ expression }) => expression),
      (path, tally) => this.#begin(path, tally),
    );
  }
}

function isSame(
  before: ReadonlyMap<string, Followed>,
  next: ReadonlyMap<string, Followed>,
): boolean {
  if (before.size !== next.size) return false;
  return [...next].every(([path, { chosen }]) => before.get(path)?.chosen === chosen);
}
