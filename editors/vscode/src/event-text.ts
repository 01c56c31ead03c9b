// An event of a conversation as a page that can be read: who, when, and its text; what is no text is shown as JSON.

type Json = Record<string, unknown>;

/** The page of an event as the server stores it. */
export function eventText(event: unknown, seq: number): string {
  if (!isObject(event)) {
    return `# Event ${String(seq)}\n\nThe server has no such event.\n`;
  }
  const { head, body } = parts(event);
  const at = typeof event["at"] === "string" ? ` · ${event["at"]}` : "";
  return `# Event ${String(seq)}: ${head}${at}\n\n${body.trim()}\n`;
}

function parts(event: Json): { head: string; body: string } {
  switch (event["type"]) {
    case "message": {
      const message = isObject(event["message"]) ? event["message"] : {};
      const calls = Array.isArray(message["tool_calls"]) ? message["tool_calls"] : [];
      return {
        head: word(message["role"], "message"),
        body: [contentText(message["content"]), ...calls.map(json)].join("\n\n"),
      };
    }
    case "toolCall":
      return { head: `call of ${String(event["name"])}`, body: json(event["input"]) };
    case "toolResult":
      return { head: event["isError"] === true ? "tool error" : "tool result", body: contentText(event["content"]) };
    default:
      return { head: word(event["type"], "event"), body: json(event) };
  }
}

function contentText(content: unknown): string {
  if (typeof content === "string") {
    return content;
  }
  if (Array.isArray(content)) {
    return content.map(blockText).join("\n\n");
  }
  return content === null || content === undefined ? "" : json(content);
}

function blockText(block: unknown): string {
  if (!isObject(block)) {
    return typeof block === "string" ? block : json(block);
  }
  switch (block["type"]) {
    case "text":
      return String(block["text"]);
    case "thinking":
      return `(thinking)\n\n${String(block["thinking"])}`;
    case "tool_use":
      return `Call of ${String(block["name"])}:\n\n${json(block["input"])}`;
    case "tool_result":
      return `Result:\n\n${contentText(block["content"])}`;
    default:
      return json(block);
  }
}

/** In a fence that the text cannot end. */
function json(value: unknown): string {
  const text = value === undefined ? "" : JSON.stringify(value, null, 2);
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}json\n${text}\n${fence}`;
}

function word(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
