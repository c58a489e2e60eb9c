/** Makes the view of the bytes that are read at the moment, once for each block of them. */
export class BlockView {
  #bytes: Uint8Array = new Uint8Array();
  #view = new DataView(this.#bytes.buffer);

  of(bytes: Uint8Array): DataView {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    return this.#view;
  }
}
