/** The one file that a PyTorch program needs; it lies beside the script that imports it. */
export const probeFileName = 'counterweight_probe.py';

/** What the command is called on, as far as it matters here. */
export interface OpenScript {
  readonly name: string;
  readonly isPython: boolean;
  /** False for what has not been saved yet, and for what lies on no disk of this machine. */
  readonly isOnDisk: boolean;
}

/** Why a probe cannot be put beside what is in front, in words; undefined where it can. */
export function scriptProblem(script: OpenScript | undefined): string | undefined {
  if (!script?.isPython) {
    return 'No Python script is in front: open the one that trains and run the command again.';
  }
  if (!script.isOnDisk) {
    return `${script.name} is in no folder yet: save it, then run the command again.`;
  }
  return script.name === probeFileName
    ? 'This is the probe itself: open the script that trains and run the command again.'
    : undefined;
}

/** What lies in the place of the probe already. */
export type ProbeState = 'absent' | 'same' | 'different';

/**
 * Compares what lies there with the probe that we carry. Line ends and a mark of byte order do not
 * count: git and editors change them.
 */
export function probeState(existing: Uint8Array | undefined, carried: Uint8Array): ProbeState {
  if (!existing) return 'absent';
  return programText(existing) === programText(carried) ? 'same' : 'different';
}

function programText(bytes: Uint8Array): string {
  // The decoder drops the mark of byte order by itself.
  return new TextDecoder().decode(bytes).replaceAll('\r\n', '\n');
}

/** What is asked before a file that differs is replaced. */
export function replaceQuestion(script: string): {
  readonly title: string;
  readonly detail: string;
} {
  return {
    title: `Beside ${script} lies another ${probeFileName}. Replace it?`,
    detail:
      'It is of another version of Counterweight, or somebody has changed it. Compare shows both and replaces nothing.',
  };
}

/** What has been done, in words. */
export function placedText(script: string, state: ProbeState): string {
  const place = {
    absent: `${probeFileName} lies beside ${script} now.`,
    same: `${probeFileName} lies beside ${script} already, unchanged.`,
    different: `${probeFileName} beside ${script} was replaced.`,
  }[state];
  return `${place} Three lines of ${script} use it; type counterweight there to insert them.`;
}
