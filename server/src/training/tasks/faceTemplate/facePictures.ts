import type { Random } from '../../../base/random.ts';
import { at } from '../denseMatrix.ts';

/** Pictures are squares of this side, one channel, within [0, 1], row by row. */
export const pictureSide = 12;
export const pictureSize = pictureSide * pictureSide;
/** Numbers that make an identity, each within [−1, 1]. */
export const codeSize = 8;

/** What differs between two pictures of one person. */
interface Circumstances {
  /** How far the face is from the middle; the half side of the picture is 1. */
  readonly right: number;
  readonly down: number;
  /** The turn of the head: moves eyes, nose and mouth sideways within the face. */
  readonly turn: number;
  /** Light from the right and from below, and everywhere. */
  readonly lightRight: number;
  readonly lightBelow: number;
  readonly brightness: number;
}

/** A dark or bright spot: its middle, its widths and what it adds before the last sigmoid. */
interface Spot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}

/** Where the centers of the pixels lie, from −1 to 1. */
const places = Array.from({ length: pictureSide }, (_, index) => (2 * index + 1) / pictureSide - 1);

/** A person: uniform on the cube of codes. */
export function drawIdentity(random: Random): Float32Array {
  return Float32Array.from({ length: codeSize }, () => 2 * random.uniform() - 1);
}

/** A picture of the person in a new pose and light. */
export function takePicture(code: Float32Array, random: Random): Float32Array {
  return render(code, {
    right: 0.035 * random.normal(),
    down: 0.035 * random.normal(),
    turn: 0.04 * random.normal(),
    lightRight: 0.3 * random.normal(),
    lightBelow: 0.3 * random.normal(),
    brightness: 0.25 * random.normal(),
  });
}

/**
 * σ of: an ellipse of skin, spots for eyes, brows, nose and mouth whose places, sizes and depths are
 * the code, and a plane of light.
 */
function render(code: Float32Array, circumstances: Circumstances): Float32Array {
  const { right, down, lightRight, lightBelow, brightness } = circumstances;
  const halfWidth = 0.68 + 0.14 * at(code, 0);
  const halfHeight = 0.88 + 0.1 * at(code, 1);
  const spots = spotsOf(code, circumstances).map((spot) => ({
    ...spot,
    across: profile(spot.x, spot.width),
    along: profile(spot.y, spot.height),
  }));
  return Float32Array.from({ length: pictureSize }, (_, index) => {
    const [column, row] = [index % pictureSide, Math.floor(index / pictureSide)];
    const [x, y] = [(places[column] ?? 0) - right, (places[row] ?? 0) - down];
    const inside = sigmoid(6 * (1 - (x / halfWidth) ** 2 - (y / halfHeight) ** 2));
    const light = brightness + lightRight * x + lightBelow * y;
    const drawn = spots.reduce(
      (sum, { depth, across, along }) => sum + depth * at(across, column) * at(along, row),
      0,
    );
    return sigmoid(-2.2 + 3.6 * inside + light + inside * drawn);
  });
}

function spotsOf(code: Float32Array, { right, down, turn }: Circumstances): readonly Spot[] {
  const middle = right + turn;
  const apart = 0.32 + 0.1 * at(code, 2);
  const eyes = down - 0.18 + 0.12 * at(code, 3);
  const eye = { y: eyes, width: 0.13, height: 0.1, depth: -2.8 - 1.4 * at(code, 4) };
  const brow = { y: eyes - 0.27, width: 0.2, height: 0.07, depth: -1.6 - 1.5 * at(code, 7) };
  return [
    { ...eye, x: middle - apart },
    { ...eye, x: middle + apart },
    { ...brow, x: middle - apart },
    { ...brow, x: middle + apart },
    { x: middle + turn, y: down + 0.12, width: 0.08, height: 0.2, depth: 0.8 },
    {
      x: middle,
      y: down + 0.46 + 0.12 * at(code, 5),
      width: 0.26 + 0.14 * at(code, 6),
      height: 0.09,
      depth: -2.4,
    },
  ];
}

/** A bell over the pixels of a row or column. */
function profile(center: number, width: number): Float32Array {
  return Float32Array.from(places, (place) => Math.exp(-0.5 * ((place - center) / width) ** 2));
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
