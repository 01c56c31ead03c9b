// Stands for the extension of an agent: feeds conversations through the interface of Session Memory and keeps what it is told.
// A test calls it through a socket; each of the functions below is one that can be called.

const fs = require("node:fs");
const net = require("node:net");
const vscode = require("vscode");
const { eventsOf } = require("./transcript.js");
const { Lag } = require("./lag.js");

const lag = new Lag();
const sessions = new Map();

const functions = {
  /** Whether Session Memory is active, without making it so. */
  isActive: () => found().isActive,
  /** Makes it active; the time that took in milliseconds. */
  activate: async () => {
    const begun = performance.now();
    await found().activate();
    return performance.now() - begun;
  },
  open: async (id, options = {}) => {
    const api = await found().activate();
    const folder = options.folder === undefined ? undefined : vscode.Uri.file(options.folder);
    const session = api.session(id, { ...options, workspaceFolder: folder });
    const seen = { session, updates: [], pressures: [], delivered: [], acknowledged: 0 };
    session.onDidUpdate((update) => seen.updates.push(update));
    session.onDidChangePressure((change) => seen.pressures.push(change.pressure));
    sessions.set(id, seen);
    return api.version;
  },
  append: (id, events) => sessions.get(id).session.append(events),
  /** Appends the events [from, to) of a transcript, one after the other as they would come. */
  replay: async (id, file, from = 0, to = Infinity) => {
    const seen = sessions.get(id);
    let answer;
    for (const event of eventsOf(fs.readFileSync(file, "utf8")).slice(from, to)) {
      answer = await seen.session.append([event]);
      seen.acknowledged += answer.stored + answer.duplicates;
    }
    return answer;
  },
  compact: (id, options) => sessions.get(id).session.compact(options),
  refresh: (id) => sessions.get(id).session.refresh(),
  seen: (id) => {
    const { updates, pressures, delivered, acknowledged } = sessions.get(id);
    return { updates, pressures, delivered, acknowledged };
  },
  /** From now on "Compact" gives the messages to this session; with a reason they are refused. */
  deliver: (id, reason) => {
    const seen = sessions.get(id);
    seen.delivery?.dispose();
    seen.delivery = seen.session.registerDelivery(async (result) => {
      if (reason !== undefined) {
        throw new Error(reason);
      }
      seen.delivered.push(result.messages.length);
    });
  },
  command: async (name, ...args) => {
    await vscode.commands.executeCommand(name, ...args);
  },
  clipboard: () => vscode.env.clipboard.readText(),
  commands: async () => (await vscode.commands.getCommands(true)).filter((name) => name.startsWith("sessionMemory.")),
  /** A terminal in which a program runs below a shell, as the user's do. */
  terminal: (name, program, args, cwd) => {
    const terminal = vscode.window.createTerminal({ name, cwd, shellPath: "/bin/sh" });
    terminal.show();
    const quoted = [program, ...args].map((part) => `'${part.replaceAll("'", "'\\''")}'`);
    terminal.sendText(quoted.join(" "));
  },
  /** Families of the models that this editor has. */
  models: async () => (await vscode.lm.selectChatModels()).map(({ family }) => family),
  /** What a model reads when it calls a tool. */
  tool: async (name, input) => {
    const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
    return content.map(({ value }) => value).join("");
  },
  /** An unhandled rejection, to see that the tests see one. */
  stumble: () => {
    void Promise.reject(new Error("the feeder stumbled on purpose"));
  },
  lagQuiet: () => lag.quiet(),
  lagBegin: () => lag.begin(),
  lagEnd: () => lag.end(),
};

exports.activate = (context) => {
  const file = process.env.FEEDER_SOCKET;
  fs.rmSync(file, { force: true });
  const server = net.createServer((socket) => serve(socket));
  server.listen(file);
  context.subscriptions.push({ dispose: () => server.close() });
};

function serve(socket) {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("error", () => undefined);
  socket.on("data", (data) => {
    const lines = (rest + data).split("\n");
    rest = lines.pop();
    for (const { id, name, args } of lines.map((line) => JSON.parse(line))) {
      Promise.resolve()
        .then(() => functions[name](...args))
        .then(
          (result) => ({ id, result }),
          ({ message, code, data }) => ({ id, error: { message, code, data } }),
        )
        .then((answer) => socket.write(`${JSON.stringify(answer)}\n`));
    }
  });
}

function found() {
  const extension = vscode.extensions.getExtension("session-memory.session-memory");
  if (extension === undefined) {
    throw new Error("Session Memory is not installed or not enabled");
  }
  return extension;
}
