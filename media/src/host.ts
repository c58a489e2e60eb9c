declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

/** The part of a zod schema that the border needs. */
interface Schema<T> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: T } | { readonly success: false };
}

/** The extension, as a page sees it. */
export interface Host<Request> {
  readonly post: (message: Request) => void;
  /** What the page stored last, from this or an earlier life; not checked. */
  readonly stored: () => unknown;
  readonly store: (state: unknown) => void;
}

/** Connects a page to the extension: each message of the agreed form is passed on, others are not. */
export function connectHost<Message, Request>(
  schema: Schema<Message>,
  listener: (message: Message) => void,
): Host<Request> {
  const api = acquireVsCodeApi();
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const parsed = schema.safeParse(event.data);
    if (parsed.success) listener(parsed.data);
  });
  return {
    post: (message) => api.postMessage(message),
    stored: () => api.getState(),
    store: (state) => api.setState(state),
  };
}
