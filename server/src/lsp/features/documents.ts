import {
  DidChangeWatchedFilesNotification,
  TextDocuments,
  WatchKind,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';

import { projectFileName } from '../../model/projectFile.ts';
import { isTaskModule, taskModuleEndings } from '../../training/userTask/taskModuleName.ts';
import { codeEndings } from '../../workspace/codeWords.ts';
import type { Feature } from '../feature.ts';
import { pathOfUri } from '../fromProtocol.ts';

/** Of a task's module only the name counts here. */
const comesOrGoes = WatchKind.Create | WatchKind.Delete;

/** Hands open documents, and changes on disk of `counterweight.yaml`, tasks and code, to the session. */
export const documentsFeature: Feature = {
  name: 'documents',
  register({ connection, workspace: { session }, logger }) {
    const documents = new TextDocuments(TextDocument);
    const report = (error: unknown): void => logger.error(`documents: ${error}`);
    documents.onDidChangeContent(({ document }) => {
      const path = pathOfUri(document.uri);
      if (path !== undefined) {
        session.setDocument(document.uri, path, document.getText()).catch(report);
      }
    });
    documents.onDidClose(({ document }) => {
      session.closeDocument(document.uri).catch(report);
    });
    documents.listen(connection);
    connection.onDidChangeWatchedFiles(({ changes }) => {
      if (changes.some(({ uri }) => isTaskModule(uri))) session.moduleChanged().catch(report);
      const paths = changes.flatMap(({ uri }) => pathOfUri(uri) ?? []);
      for (const path of paths) {
        if (path.endsWith(projectFileName)) session.projectFileChanged(path).catch(report);
      }
      session.filesChanged(paths);
    });
  },
  initialized({ connection, logger }) {
    connection.client
      .register(DidChangeWatchedFilesNotification.type, {
        watchers: [
          { globPattern: `**/${projectFileName}` },
          { globPattern: `**/*{${taskModuleEndings.join(',')}}`, kind: comesOrGoes },
          { globPattern: `**/*{${codeEndings.join(',')}}` },
        ],
      })
      .catch(() => logger.info(`This client does not watch ${projectFileName} on disk.`));
  },
};
