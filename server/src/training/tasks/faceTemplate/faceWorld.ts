import { createRandom, type Random } from '../../../base/random.ts';
import { dot } from '../../../numerics/balance/dense.ts';
import { at } from '../denseMatrix.ts';
import { drawIdentity, pictureSize, takePicture } from './facePictures.ts';
import {
  type Album,
  type EmbeddingWeights,
  embeddingSize,
  embedPictures,
  fitEmbedding,
} from './fitEmbedding.ts';

/** The world is the data set: it stays the same whatever the seed of a run. */
const worldSeed = 2002;
/** Persons that the embedding networks are fitted to; nobody of them is met again. */
const calibrationPersons = 200;
const calibrationPictures = 5;
/** Persons that the denoiser learns from, and those that it is judged by. */
export const trainPersons = 256;
export const heldOutPersons = 24;
/** So many of the training set set the judge's threshold. */
const judgePersons = 64;
/** Pictures of each person whose embeddings may be its template. */
export const enrolledPictures = 4;

/** Persons and what an embedding network makes of their enrolled pictures. */
export interface Gallery {
  readonly persons: readonly Float32Array[];
  /** Embeddings of [persons · enrolled pictures], as the network gives them. */
  readonly raw: Float32Array;
  /** The same at length 1: templates. */
  readonly templates: Float32Array;
  /** The mean template of each person. */
  readonly centers: Float32Array;
}

export interface FaceWorld {
  /** The frozen network F that gives templates and feature losses. */
  readonly embedding: EmbeddingWeights;
  /** A frozen network of other random features, which no loss ever sees. */
  readonly judge: EmbeddingWeights;
  /** The mean picture, and the root mean square of what pictures deviate from it. */
  readonly meanPicture: Float32Array;
  readonly deviation: number;
  readonly train: Gallery;
  readonly heldOut: Gallery;
  /** The held-out persons as the judge sees them, from other pictures than those of `heldOut`. */
  readonly judged: Gallery;
  /** Cosines of templates of different persons of the training set, rising: by F, and by the judge. */
  readonly impostors: Float32Array;
  readonly judgeImpostors: Float32Array;
}

/** Generated faces, split by person into training and held-out ones, and two networks that tell them apart. */
export function createFaceWorld(): FaceWorld {
  const random = createRandom(worldSeed, 'face world');
  const calibration = draw(calibrationPersons, random);
  const album: Album = {
    pictures: takePictures(calibration, calibrationPictures, random),
    perPerson: calibrationPictures,
  };
  const embedding = fitEmbedding(album, createRandom(worldSeed, 'face embedding'));
  const judge = fitEmbedding(album, createRandom(worldSeed, 'face judge'));
  const train = draw(trainPersons, random);
  const heldOut = draw(heldOutPersons, random);
  const trainPictures = takePictures(train, enrolledPictures, random);
  const trainGallery = createGallery(train, trainPictures, embedding);
  const impostors = train.slice(0, judgePersons);
  const impostorPictures = trainPictures.subarray(0, judgePersons * enrolledPictures * pictureSize);
  return {
    embedding,
    judge,
    ...describePictures(album.pictures),
    train: trainGallery,
    heldOut: createGallery(heldOut, takePictures(heldOut, enrolledPictures, random), embedding),
    judged: createGallery(heldOut, takePictures(heldOut, enrolledPictures, random), judge),
    impostors: impostorCosines(trainGallery),
    judgeImpostors: impostorCosines(createGallery(impostors, impostorPictures, judge)),
  };
}

/** The cosine that so small a share of impostors exceeds. */
export function thresholdAt(impostors: Float32Array, falseAcceptRate: number): number {
  const index = Math.ceil((1 - falseAcceptRate) * impostors.length) - 1;
  return at(impostors, Math.min(Math.max(index, 0), impostors.length - 1));
}

/** The row of a matrix. */
export function rowOf(values: Float32Array, row: number, columns: number): Float32Array {
  return values.subarray(row * columns, (row + 1) * columns);
}

function draw(count: number, random: Random): readonly Float32Array[] {
  return Array.from({ length: count }, () => drawIdentity(random));
}

function takePictures(
  persons: readonly Float32Array[],
  each: number,
  random: Random,
): Float32Array {
  const pictures = new Float32Array(persons.length * each * pictureSize);
  for (const [person, code] of persons.entries()) {
    for (let index = 0; index < each; index += 1) {
      pictures.set(takePicture(code, random), (person * each + index) * pictureSize);
    }
  }
  return pictures;
}

function createGallery(
  persons: readonly Float32Array[],
  pictures: Float32Array,
  weights: EmbeddingWeights,
): Gallery {
  const raw = embedPictures(pictures, weights);
  const templates = raw.slice();
  for (let row = 0; row < raw.length / embeddingSize; row += 1) {
    const own = rowOf(templates, row, embeddingSize);
    const length = Math.sqrt(dot(own, own));
    for (const [index, value] of own.entries()) own[index] = value / length;
  }
  const centers = new Float32Array(persons.length * embeddingSize);
  for (const [index, value] of templates.entries()) {
    const person = Math.floor(index / (embeddingSize * enrolledPictures));
    const place = person * embeddingSize + (index % embeddingSize);
    centers[place] = at(centers, place) + value / enrolledPictures;
  }
  return { persons, raw, templates, centers };
}

function describePictures(pictures: Float32Array): Pick<FaceWorld, 'meanPicture' | 'deviation'> {
  const count = pictures.length / pictureSize;
  const meanPicture = new Float32Array(pictureSize);
  for (const [index, value] of pictures.entries()) {
    const pixel = index % pictureSize;
    meanPicture[pixel] = at(meanPicture, pixel) + value / count;
  }
  const squares = pictures.reduce(
    (sum, value, index) => sum + (value - at(meanPicture, index % pictureSize)) ** 2,
    0,
  );
  return { meanPicture, deviation: Math.sqrt(squares / pictures.length) };
}

/** Of each two persons, picture by picture: the first of one with the first of the other, and so on. */
function impostorCosines({ persons, templates }: Gallery): Float32Array {
  const cosines: number[] = [];
  const templateOf = (person: number, picture: number): Float32Array =>
    rowOf(templates, person * enrolledPictures + picture, embeddingSize);
  for (let first = 0; first < persons.length; first += 1) {
    for (let second = first + 1; second < persons.length; second += 1) {
      for (let picture = 0; picture < enrolledPictures; picture += 1) {
        cosines.push(dot(templateOf(first, picture), templateOf(second, picture)));
      }
    }
  }
  return Float32Array.from(cosines).sort();
}
