import { createRandom, type Random } from '../../../base/random.ts';
import { byName } from '../../byName.ts';
import type { NamedOptions } from '../../namedOptions.ts';
import type { Batch, Tf } from '../../task.ts';
import { normals } from '../denseMatrix.ts';
import { pictureSize, takePicture } from './facePictures.ts';
import { enrolledPictures, type Gallery, rowOf } from './faceWorld.ts';
import { embeddingSize } from './fitEmbedding.ts';
import { noiseLevels } from './noiseLevels.ts';

/** What a mini-batch is drawn from. */
export interface BatchSetup {
  readonly gallery: Gallery;
  readonly size: number;
  /** Templates of other people for each face. */
  readonly negatives: number;
  readonly noiseLevels: NamedOptions;
  /** Those of `reference`, `negatives` and `labels` that the losses look at. */
  readonly fields: ReadonlySet<string>;
}

/**
 * Faces, each with the template of another picture of the same person, a noise level and noise, and
 * what else the losses need: `reference`, the embedding of which the template is the direction;
 * `negatives`, for each face so many templates of other people; `labels`, the persons. The same
 * random numbers are drawn whatever is needed, so that configs that differ in their losses see the
 * same data.
 */
export function drawFaceBatch(tf: Tf, setup: BatchSetup, random: Random): Batch {
  const { gallery, size, fields } = setup;
  const count = gallery.persons.length;
  const persons = Array.from({ length: size }, () => below(count, random));
  const enrolled = persons.map(
    (person) => person * enrolledPictures + below(enrolledPictures, random),
  );
  const { name, options } = setup.noiseLevels;
  const levels = byName(noiseLevels, name);
  const picture = concatenate(
    persons.map((person) => takePicture(gallery.persons[person] ?? new Float32Array(), random)),
  );
  const noise = normals(random, size * pictureSize);
  const noiseLevel = Float32Array.from(persons, () => levels.draw(options, random));
  const others = createRandom(Math.floor(2 ** 31 * random.uniform()), 'negatives');
  const matrix = (values: Float32Array) =>
    tf.keep(tf.tensor2d(values, [size, values.length / size]));
  const rows = (values: Float32Array, places: readonly number[]) =>
    matrix(concatenate(places.map((place) => rowOf(values, place, embeddingSize))));
  return {
    picture: matrix(picture),
    noise: matrix(noise),
    noiseLevel: matrix(noiseLevel),
    template: rows(gallery.templates, enrolled),
    ...(fields.has('reference') ? { reference: rows(gallery.raw, enrolled) } : {}),
    ...(fields.has('labels') ? { labels: matrix(Float32Array.from(persons)) } : {}),
    ...(fields.has('negatives')
      ? { negatives: rows(gallery.templates, drawOthers(persons, setup, others)) }
      : {}),
  };
}

/** For each person, enrolled pictures of others: a negative of the same person would be a false one. */
function drawOthers(
  persons: readonly number[],
  { gallery, negatives }: BatchSetup,
  random: Random,
): readonly number[] {
  const count = gallery.persons.length;
  return persons.flatMap((person) =>
    Array.from({ length: negatives }, () => {
      const other = (person + 1 + below(count - 1, random)) % count;
      return other * enrolledPictures + below(enrolledPictures, random);
    }),
  );
}

function concatenate(rows: readonly Float32Array[]): Float32Array {
  const [first] = rows;
  const columns = first?.length ?? 0;
  const values = new Float32Array(rows.length * columns);
  for (const [index, row] of rows.entries()) values.set(row, index * columns);
  return values;
}

function below(count: number, random: Random): number {
  return Math.floor(count * random.uniform());
}
