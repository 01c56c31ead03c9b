// Models of an editor, as an extension such as GitHub Copilot brings them; only where MODELS_LOG names a file. Each request is a line
// in that file: the model and what it was asked. A family says how its model behaves. While there is a file of the same name with
// ".wait" behind it, answers are held back.

const fs = require("node:fs");
const vscode = require("vscode");

const SECTIONS = ["Current State", "User Intent", "Completed Work", "Active Work", "Pending Tasks"];

const families = {
  /** Writes a memory where it is asked for one, and a sentence otherwise. */
  writer: (asked) =>
    asked.includes("<memory>")
      ? `<memory>\n${SECTIONS.map((name) => `## ${name}\n- the scripted model wrote this\n`).join("\n")}</memory>`
      : `The scripted model was given ${asked.length} characters.`,
  /** Has used its quota up. */
  quota: () => {
    throw vscode.LanguageModelError.Blocked("the monthly quota is used up");
  },
  /** Takes less than any memory needs. */
  small: () => "never asked",
};

exports.activate = (context) => {
  const log = process.env.MODELS_LOG;
  if (log === undefined) {
    return;
  }
  const provider = {
    provideLanguageModelChatInformation: () =>
      Object.keys(families).map((family) => ({
        id: family,
        family,
        name: `Scripted ${family}`,
        version: "1",
        maxInputTokens: family === "small" ? 100 : 100_000,
        maxOutputTokens: 8_000,
        isUserSelectable: true,
        isDefault: family === "writer",
        capabilities: { toolCalling: true },
      })),
    provideLanguageModelChatResponse: async (model, messages, options, progress) => {
      const asked = messages.map(textOf).join("\n");
      fs.appendFileSync(log, `${JSON.stringify({ family: model.family, asked })}\n`);
      while (fs.existsSync(`${log}.wait`)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      progress.report(new vscode.LanguageModelTextPart(families[model.family](asked)));
    },
    provideTokenCount: (model, text) => Math.ceil((typeof text === "string" ? text : textOf(text)).length / 4),
  };
  context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider("scripted", provider));
};

function textOf({ content }) {
  return content.map((part) => part.value ?? "").join("");
}
