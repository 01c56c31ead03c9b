// A transcript of Claude Code as events of the interface: its user and assistant messages, untouched, with their own ids.

exports.eventsOf = (text) =>
  text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line))
    .filter(({ type, isSidechain }) => (type === "user" || type === "assistant") && isSidechain !== true)
    .map(({ uuid, timestamp, message }) => ({ type: "message", id: uuid, at: timestamp, message }));
