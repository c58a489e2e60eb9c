/** The part of pngjs that the tests use; the package carries no types. */
declare module 'pngjs' {
  export class PNG {
    readonly width: number;
    readonly height: number;
    /** Red, green, blue and alpha of each pixel, row by row. */
    readonly data: Uint8Array;
    static readonly sync: { read(file: Uint8Array): PNG };
  }
}
