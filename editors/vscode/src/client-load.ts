// Loads the language client. It is most of the extension's code, so it is a file of its own (dist/client.js) that is only read where
// a server is started.

type Client = typeof import("./client");

let loading: Promise<Client> | undefined;

export function loadClient(): Promise<Client> {
  loading ??= import("./client-parts").then(({ loadInParts }) => loadInParts());
  return loading;
}
