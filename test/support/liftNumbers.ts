import { applyChanges } from '../../server/src/base/textRange.ts';
import { discoverTerms } from '../../server/src/discovery/discoverTerms.ts';
import { hardCodedWeight } from '../../server/src/rules/config/hardCodedWeight.ts';
import { parseConfig } from '../../server/src/syntax/registry.ts';

/** A program after its quick fixes, with their titles. */
export interface LiftedProgram {
  readonly text: string;
  readonly titles: readonly string[];
}

/** Takes the quick fix of the first hard-coded weight that has one until there is none left. */
export function liftNumbers(program: string): LiftedProgram {
  let text = program;
  const titles: string[] = [];
  for (;;) {
    const fix = fixesOf(text)[0];
    if (!fix) return { text, titles };
    titles.push(fix.title);
    text = applyChanges(text, [fix, ...(fix.others ?? [])]);
  }
}

function fixesOf(text: string) {
  const document = parseConfig('train.py', text);
  if (!document) throw new Error('Python is not read.');
  const problems = hardCodedWeight.check(document, discoverTerms(document));
  return problems.flatMap(({ findFixes }) => findFixes?.() ?? []);
}
