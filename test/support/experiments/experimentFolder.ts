import { TemporaryWorkspace } from '../temporaryWorkspace.ts';
import { ExperimentSession, type SessionScript } from './experimentSession.ts';

/** A folder of one test, with the windows on it. */
export class ExperimentFolder extends TemporaryWorkspace {
  readonly #sessions: ExperimentSession[] = [];

  /** A window, which knows of nothing that earlier ones have left until it is opened. */
  session(script: SessionScript = {}): ExperimentSession {
    const session = new ExperimentSession(this.root, script);
    this.#sessions.push(session);
    return session;
  }

  /** Closes the windows, lets them write what they are about to, and removes the folder. */
  async close(): Promise<void> {
    for (const session of this.#sessions.splice(0)) {
      session[Symbol.dispose]();
      await session.settled();
    }
    this[Symbol.dispose]();
  }
}
