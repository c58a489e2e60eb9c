import { basename } from 'node:path';

import { requestVariants } from '../ablation/requestVariants.ts';
import type { ConfigProblem } from '../model/finding.ts';
import type { ProjectFile } from '../model/projectFile.ts';
import { yaml } from '../syntax/languages/yaml.ts';
import { nodeAtPath } from '../syntax/toPlainData.ts';
import type { ConfigView } from './configView.ts';
import { subjectOf } from './planExperiment.ts';

type Config = Pick<ConfigView, 'file' | 'found'>;
type Sets = NonNullable<NonNullable<ProjectFile['ablation']>['sets']>;

/** A `counterweight.yaml`, as far as its sets are looked at. */
interface Project {
  readonly path: string;
  readonly text: string;
}

/**
 * What the named sets of a `counterweight.yaml` ask for and none of its configs has: a term or a name
 * that is not there, an experiment that would change nothing. Only configs that are open are known.
 */
function setProblems({ path, text }: Project, configs: readonly Config[]): ConfigProblem[] {
  const own = configs.filter(
    ({ file, found }) => found?.path === path && file.document && file.terms.length > 0,
  );
  const sets = own[0]?.found?.project?.ablation?.sets;
  if (!sets) return [];
  const { root } = yaml.parse(text);
  return wrongEntries(sets, own).flatMap(({ name, at, message }) => {
    const place = nodeAtPath(root, ['ablation', 'sets', name, at]);
    const range = place?.node?.range ?? place?.keyRange;
    if (!range) return [];
    return [{ code: 'project-set', severity: 'warning', message, range }];
  });
}

/** An entry that one of the configs can run is right: the file may speak for several. */
function wrongEntries(sets: Sets, configs: readonly Config[]) {
  const subjects = configs.map(({ file, found }) => ({
    name: basename(file.path),
    subject: subjectOf(file, found),
  }));
  return Object.entries(sets).flatMap(([name, members]) =>
    members.flatMap((member, at) => {
      const answers = subjects.map((one) => ({
        name: one.name,
        made: requestVariants(one.subject, member),
      }));
      const [first] = answers;
      if (!first || first.made.ok || answers.some(({ made }) => made.ok)) return [];
      return [{ name, at, message: `${first.name}: ${first.made.error}` }];
    }),
  );
}

/** Logs come in many times a second, and change none of what the sets are asked about. */
export class SetProblems {
  #known: { readonly project: Project; readonly configs: readonly Config[] } | undefined;
  #problems: readonly ConfigProblem[] = [];

  of(project: Project, configs: readonly Config[]): readonly ConfigProblem[] {
    const { text, path } = this.#known?.project ?? {};
    const isKnown =
      text === project.text &&
      path === project.path &&
      this.#known?.configs.length === configs.length &&
      this.#known.configs.every(
        ({ file, found }, at) => configs[at]?.file === file && configs[at]?.found === found,
      );
    if (!isKnown) {
      this.#known = { project, configs: configs.map(({ file, found }) => ({ file, found })) };
      this.#problems = setProblems(project, configs);
    }
    return this.#problems;
  }
}
