import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import type { z } from 'zod';

import { CancelledError } from '../base/cancellation.ts';
import type { Logger } from '../base/logger.ts';

/**
 * Wraps a handler: a bug in it is written to the log with the name of the feature and answered by
 * `fallback`, so that the editor goes on working.
 */
export function guard<Params, Answer>(
  logger: Logger,
  name: string,
  fallback: Answer,
  handle: (params: Params, token: CancellationToken) => Answer | Promise<Answer>,
): (params: Params, token: CancellationToken) => Promise<Answer | ResponseError<void>> {
  return async (params, token) => {
    try {
      return await handle(params, token);
    } catch (error) {
      if (error instanceof CancelledError || token.isCancellationRequested) {
        return new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled');
      }
      logger.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
      return fallback;
    }
  };
}

/** The same for a message of our own: its payload is parsed first, and a wrong one is logged. */
export function guardParsed<Schema extends z.ZodType, Answer>(
  logger: Logger,
  name: string,
  schema: Schema,
  fallback: Answer,
  handle: (params: z.output<Schema>) => Answer | Promise<Answer>,
): (params: unknown) => Promise<Answer> {
  return async (params) => {
    const parsed = schema.safeParse(params);
    if (!parsed.success) {
      logger.error(`${name}: a message of the wrong shape was left out. ${parsed.error.message}`);
      return fallback;
    }
    try {
      return await handle(parsed.data);
    } catch (error) {
      logger.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
      return fallback;
    }
  };
}
