import type { ConfigSurroundings } from '../../server/src/rules/configRule.ts';
import { type ProgramWords, readProgramWords } from '../../server/src/syntax/programWords.ts';
import { WordIndex } from '../../server/src/syntax/wordIndex.ts';

/** What is known of a config beside these programs, of which no run has logged anything but these terms. */
export function surroundings(
  programs: readonly string[],
  logged: readonly string[] = [],
): ConfigSurroundings {
  const index = new WordIndex();
  for (const program of programs) index.add(wordsOf(program));
  return {
    code: {
      programs: programs.length,
      mentions: (name) => index.mentions(name),
      defines: (name) => index.defines(name),
    },
    runs: logged.length === 0 ? 0 : 1,
    isLogged: ({ name }) => logged.includes(name),
  };
}

/** The words of a program, read in one go. */
export function wordsOf(program: string): ProgramWords {
  const steps = readProgramWords(program);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}
