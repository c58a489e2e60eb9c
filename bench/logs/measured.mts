/** What a process is asked to do with a log. */
export type Order =
  /** Reads the file once, as the server does, and ends. */
  | { readonly task: 'read'; readonly path: string }
  /** The same through the whole of ingest, while it looks how long others have to wait. */
  | { readonly task: 'ingest'; readonly path: string }
  /** Watches logs and tells what it costs when one of them grows; answers `Append`s. */
  | { readonly task: 'append'; readonly paths: readonly string[]; readonly rounds: number };

/** What reading a file took. */
export interface Reading {
  readonly seconds: number;
  /** Of all threads of the process, from before the first byte on. */
  readonly cpuSeconds: number;
  readonly points: number;
  /** Bytes: the most memory that the process ever had. */
  readonly peak: number;
  /** Bytes of memory before the first byte was read. */
  readonly atFirst: number;
}

/** What ingest did to the event loop. */
export interface Ingest extends Reading {
  /** Milliseconds: the longest that a timer was late, and the 99th percentile. */
  readonly longestDelay: number;
  readonly p99Delay: number;
  /** Milliseconds of CPU: the most that this thread worked between two turns of that timer. */
  readonly longestTurn: number;
}

/** Milliseconds that each update of one log took, from the append until it had been told. */
export interface Updates {
  readonly path: string;
  readonly milliseconds: readonly number[];
  readonly cpuMilliseconds: readonly number[];
}
